"""Calls about turns (reference 3.3)."""

from typing import Annotated, Any, Literal

import msgspec

from portico.protocol.base import Count, Id, Params, ParamsCamel, Scope, Seconds, Wire, WireCamel
from portico.protocol.methods.base import Method, by_thread
from portico.protocol.types.history import HistoryRow, TimelineItem
from portico.protocol.types.input import (
    CliRuntimeOptions,
    ExecutionBackend,
    Reasoning,
    TurnCapability,
    UserInput,
)
from portico.protocol.types.thread import SandboxPolicy, ThreadMode
from portico.protocol.types.turn import Turn
from portico.protocol.types.workspace import ToolAccess

WhenBusy = Literal["reject", "queue", "steer", "follow_up"]
Delivery = Literal["steer", "follow_up"]
Limit = Annotated[int, msgspec.Meta(ge=1, le=1000)]


class ContextMessage(Params, frozen=True, kw_only=True):
    """Something that was said before, as the caller tells it (ours); what the assistant said is text."""

    role: Literal["user", "assistant"]
    content: list[UserInput]


class TurnStartParams(Params, frozen=True, kw_only=True):
    """Answers before any model output. From `when_busy` to `context` they are ours (design 8).

    `attended`: the caller waits; a start that is still queued when the gateway ends is then `Interrupted`, not run.
    `instructions` are added to the prompt; `context` stands in place of the thread's own earlier turns.

    Names of later surfaces are known: `permission_profile` and `agent_launch` are restrictions or launches that
    are refused as `unavailable`, `reply_to_turn_id` and `mentioned_principal_ids` are read and ignored.
    """

    thread_id: Id
    turn_id: Id
    input: list[UserInput]
    capabilities: list[TurnCapability] = msgspec.field(default_factory=list[TurnCapability])
    model: str | None = None
    model_provider: str | None = None
    sandbox_policy: SandboxPolicy | None = None
    mode: ThreadMode | None = None
    execution_backend: ExecutionBackend | None = None
    reasoning: Reasoning | None = None
    cli_runtime_options: CliRuntimeOptions | None = None
    when_busy: WhenBusy = "reject"
    cwd: str | None = None
    tools: ToolAccess | None = None
    attended: bool = False
    instructions: Annotated[str, msgspec.Meta(max_length=1_000_000)] | None = None
    context: list[ContextMessage] | None = None
    permission_profile: Any = None
    agent_launch: Any = None
    reply_to_turn_id: Any = None
    mentioned_principal_ids: Any = None


class TurnStartResponse(Wire, frozen=True, kw_only=True):
    """`outcome` (ours): the turn runs, waits in the queue at `queue_position`, or steered `turn`."""

    turn: Turn
    outcome: Literal["started", "queued", "steered"]
    queue_position: Count | None = None
    epoch: str
    head_version: Count


class TurnCancelParams(Params, frozen=True, kw_only=True):
    thread_id: Id
    turn_id: Id
    reason: Annotated[str, msgspec.Meta(max_length=1000)] | None = None


class TurnRef(Params, frozen=True, kw_only=True):
    thread_id: Id
    turn_id: Id


class TurnResponse(Wire, frozen=True, kw_only=True):
    """`started_version` (ours) is the version of the thread's event that started the turn, where it was read."""

    thread_id: str
    workspace_id: str
    turn: Turn
    started_version: Count | None = None


class TurnSteerParams(Params, frozen=True, kw_only=True):
    """Ours: input for the running turn `expected_turn_id`.

    `delivery`: before its next model call, or (`follow_up`) when it would otherwise end (reference chat-http A9).
    """

    thread_id: Id
    expected_turn_id: Id
    input: list[UserInput]
    steer_id: Id
    delivery: Delivery = "steer"


class TurnSteerResponse(Wire, frozen=True, kw_only=True):
    turn_id: str
    steer_id: str


class TurnListParams(Params, frozen=True, kw_only=True):
    """Ours: newest first; `cursor` is the `next_cursor` of the page before."""

    thread_id: Id
    limit: Limit = 50
    cursor: str | None = None


class TurnListResponse(Wire, frozen=True, kw_only=True):
    items: list[Turn]
    next_cursor: str | None = None


class TurnItemsResponse(Wire, frozen=True, kw_only=True):
    thread_id: str
    workspace_id: str
    turn_id: str
    events: list[HistoryRow]
    last_sequence: Count


class TurnTimelineParams(ParamsCamel, frozen=True, kw_only=True):
    thread_id: Id
    turn_id: Id
    compose_tasks: bool = True
    include_collapsed_task_events: bool = False
    max_child_items_per_task: Annotated[int, msgspec.Meta(ge=1, le=10_000)] = 100


class TurnTimelineResponse(WireCamel, frozen=True, kw_only=True):
    thread_id: str
    workspace_id: str
    turn_id: str
    items: list[TimelineItem]
    last_sequence: Count


class QueuedTurn(Wire, frozen=True, kw_only=True):
    """A start that waits for its thread (ours)."""

    turn_id: str
    thread_id: str
    position: Count
    input: list[UserInput]
    queued_at: Seconds


class TurnQueueListParams(Params, frozen=True, kw_only=True):
    thread_id: Id


class QueuedSteer(Wire, frozen=True, kw_only=True):
    """Input that the running turn has not taken yet (ours)."""

    steer_id: str
    delivery: Delivery
    input: list[UserInput]


class TurnQueueListResponse(Wire, frozen=True, kw_only=True):
    """`steers` wait for the running turn, in their order."""

    items: list[QueuedTurn]
    steers: list[QueuedSteer] = msgspec.field(default_factory=list[QueuedSteer])


class TurnQueueRemoveResponse(Wire, frozen=True, kw_only=True):
    removed: bool


TURN_START = Method("turn/start", TurnStartParams, TurnStartResponse, Scope.CHAT, by_thread)
TURN_CANCEL = Method("turn/cancel", TurnCancelParams, TurnResponse, Scope.CHAT, is_control=True)
TURN_STEER = Method("turn/steer", TurnSteerParams, TurnSteerResponse, Scope.CHAT, is_control=True)
TURN_GET = Method("turn/get", TurnRef, TurnResponse, Scope.READ)
TURN_LIST = Method("turn/list", TurnListParams, TurnListResponse, Scope.READ)
TURN_ITEMS = Method("turn/items", TurnRef, TurnItemsResponse, Scope.READ)
TURN_TIMELINE = Method("turn/timeline", TurnTimelineParams, TurnTimelineResponse, Scope.READ)
TURN_QUEUE_LIST = Method("turn/queue/list", TurnQueueListParams, TurnQueueListResponse, Scope.READ)
TURN_QUEUE_REMOVE = Method("turn/queue/remove", TurnRef, TurnQueueRemoveResponse, Scope.CHAT, by_thread)
ALL = (
    TURN_START,
    TURN_CANCEL,
    TURN_STEER,
    TURN_GET,
    TURN_LIST,
    TURN_ITEMS,
    TURN_TIMELINE,
    TURN_QUEUE_LIST,
    TURN_QUEUE_REMOVE,
)
