"""Decisions about a start: what is refused, which tools it may have, whether it is a retry."""

from collections.abc import Sequence

from portico.gateway.features.providers import canonical_name
from portico.gateway.features.threads import QueuedRow, TurnRow
from portico.gateway.kernel.context import Principal
from portico.gateway.kernel.errors import Conflict, Denied, Invalid, Unavailable
from portico.protocol.base import Scope
from portico.protocol.methods.turn import TurnStartParams
from portico.protocol.types.input import ApiProviderBackend
from portico.protocol.types.item import UserMessage as UserItem
from portico.protocol.types.turn import Turn, TurnStatus
from portico.protocol.types.workspace import ToolAccess

MAX_QUEUED = 32
ALREADY_RUNNING = "turn_already_running"
NOT_RUNNING = "turn_not_running"
_LATER = ("cli_runtime_options", "permission_profile", "agent_launch")


def refuse_later(p: TurnStartParams) -> None:
    """Refuse what would have to be kept and cannot be kept yet."""
    for name in _LATER:
        if getattr(p, name) is not None:
            raise _later(name)
    if p.capabilities:
        raise _later("capabilities")
    if p.execution_backend is not None and not isinstance(p.execution_backend, ApiProviderBackend):
        raise _later("execution_backend")


def provider_of(p: TurnStartParams) -> str | None:
    """The provider that the start names, in either of its two places; Invalid when they differ."""
    backend = p.execution_backend.provider if isinstance(p.execution_backend, ApiProviderBackend) else None
    if backend and p.model_provider and backend != p.model_provider:
        raise Invalid("execution_backend names another provider", path="$.execution_backend.provider")
    return p.model_provider or backend


def check_retry(known: TurnRow, p: TurnStartParams) -> None:
    """The same turn id again: harmless with the same content, else a Conflict.

    Compared is what the log keeps: input, model and provider, but neither `context` nor `instructions`.
    """
    turn = known.turn
    provider = provider_of(p)
    is_same = known.request.input == p.input
    is_same = is_same and (not p.model or p.model == turn.model)
    is_same = is_same and (not provider or canonical_name(provider) == turn.model_provider)
    if not is_same:
        raise Conflict("this turn id was used with other content", code="turn_exists", turn_id=turn.id)


def check_queued_retry(kept: TurnStartParams, p: TurnStartParams) -> None:
    """The same for a start that waits."""
    if kept != p:
        raise Conflict("this turn id waits with other content", code="turn_exists", turn_id=p.turn_id)


def tool_access(levels: Sequence[ToolAccess | None]) -> ToolAccess:
    """The switch that holds: the first level that says something, from the turn up to the gateway."""
    for access in levels:
        if access is not None:
            return access
    return "all"


def allowed_access(asked: ToolAccess | None, access: ToolAccess, principal: Principal) -> ToolAccess:
    """The switch for this caller: without the scope `agent` a turn runs without tools.

    Raises Denied when the caller asked for tools in so many words.
    """
    if principal.may(Scope.AGENT) or access == "none":
        return access
    if asked is not None:
        raise Denied("a turn with tools needs the scope 'agent'", scope=Scope.AGENT.value, path="$.tools")
    return "none"


def check_steer(has_tools: bool, principal: Principal) -> None:
    """Input into a turn with tools needs what starting it needed."""
    if has_tools and not principal.may(Scope.AGENT):
        raise Denied("this turn has tools: steering it needs the scope 'agent'", scope=Scope.AGENT.value)


def check_steer_retry(known: UserItem, item: UserItem) -> None:
    """The same steer id again: harmless with the same content, else a Conflict."""
    if known != item:
        raise Conflict("this steer id was used with other content", code="steer_exists", steer_id=item.id)


def not_running(turn_id: str) -> Conflict:
    return Conflict("this turn is not running", code=NOT_RUNNING, turn_id=turn_id)


def already_running(turn_id: str) -> Conflict:
    return Conflict("turn already running", code=ALREADY_RUNNING, turn_id=turn_id)


def queue_position(rows: Sequence[QueuedRow]) -> int:
    """The place behind `rows`; Conflict when the queue is full."""
    check_room(len(rows))
    return rows[-1].position + 1 if rows else 1


def check_room(waiting: int) -> None:
    """Refuse one more when `waiting` is the most that may: starts for a thread, or inputs for a running turn."""
    if waiting >= MAX_QUEUED:
        raise Conflict(f"{MAX_QUEUED} messages wait for this thread already", code="turn_queue_full")


def waiting(turn_id: str, queued_at: int) -> Turn:
    """A start that waits, as its answer shows it; the outcome beside it tells that it does not run yet."""
    return Turn(id=turn_id, status=TurnStatus.IN_PROGRESS, created_at=queued_at)


def _later(name: str) -> Unavailable:
    return Unavailable(f"{name} is not supported yet", code="not_supported_yet", path=f"$.{name}")
