"""The reducer: live and replay give the same state, and nothing is applied twice."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portico.client.state import ItemState, Phase, ThreadState, TurnState, reduce
from portico.client.state.reduce import text_of
from portico.protocol import events as ev
from portico.protocol.types.item import (
    AgentMessage,
    DynamicToolCall,
    HiddenDisplay,
    NoStorage,
    OutputPolicy,
    ReasoningItem,
    SystemEvent,
    TaskItem,
    ToolStatus,
    TurnItem,
    UserMessage,
)
from portico.protocol.types.settings import GatewaySettings
from portico.protocol.types.thread import OriginKind, SidebarVisibility, Thread, ThreadMode, ThreadStatus
from portico.protocol.types.turn import Turn, TurnStatus

POLICY = OutputPolicy(llm="full", timeline="full", storage="none", recovery="none", deltas="disabled")
OPEN = Turn(id="u", status=TurnStatus.IN_PROGRESS)
DONE = Turn(id="u", status=TurnStatus.COMPLETED)
EMPTY = ThreadState("t")
THREAD = Thread(
    workspace_id="w",
    id="t",
    preview="",
    mode=ThreadMode.CHAT,
    model="",
    model_provider="",
    created_at=1,
    updated_at=1,
    status=ThreadStatus.IDLE,
    origin_kind=OriginKind.USER,
    sidebar_visibility=SidebarVisibility.VISIBLE,
)
RUNNING = ThreadState("t", turns=(TurnState(OPEN),), running="u")


def tool(status: ToolStatus) -> DynamicToolCall:
    return DynamicToolCall(
        id="i",
        tool_name="read_file",
        arguments={"path": "a"},
        status=status,
        output_policy=POLICY,
        display=HiddenDisplay(),
        storage=NoStorage(),
    )


def with_item(item: ItemState) -> ThreadState:
    return replace(RUNNING, turns=(TurnState(OPEN, (item,)),))


@pytest.mark.parametrize(
    ("state", "event", "expected"),
    [
        pytest.param(EMPTY, ev.ThreadStarted(thread=THREAD), replace(EMPTY, thread=THREAD), id="thread started"),
        pytest.param(EMPTY, ev.ThreadUpdated(thread=THREAD), replace(EMPTY, thread=THREAD), id="thread updated"),
        pytest.param(
            RUNNING,
            ev.ThreadClosed(workspace_id="w", thread_id="t"),
            replace(RUNNING, is_closed=True, running=None),
            id="thread closed",
        ),
        pytest.param(
            EMPTY, ev.TurnStarted(workspace_id="w", thread_id="t", turn=OPEN, input=[]), RUNNING, id="turn started"
        ),
        pytest.param(
            RUNNING, ev.TurnCompleted(turn=DONE), ThreadState("t", turns=(TurnState(DONE),)), id="turn completed"
        ),
        pytest.param(
            replace(RUNNING, running="v"),
            ev.TurnFailed(turn=DONE),
            ThreadState("t", turns=(TurnState(DONE),), running="v"),
            id="another turn runs on",
        ),
        pytest.param(
            EMPTY,
            ev.TurnQueueChanged(depth=2, change="queued", queued_turn_id="v"),
            replace(EMPTY, queue_depth=2),
            id="queue",
        ),
        pytest.param(
            RUNNING,
            ev.ItemStarted(item=tool(ToolStatus.IN_PROGRESS)),
            with_item(ItemState("i", tool(ToolStatus.IN_PROGRESS), Phase.RUNNING, started_at=7)),
            id="item started",
        ),
        pytest.param(
            with_item(ItemState("i", tool(ToolStatus.IN_PROGRESS), Phase.RUNNING, started_at=5)),
            ev.ItemCompleted(item=tool(ToolStatus.FAILED)),
            with_item(ItemState("i", tool(ToolStatus.FAILED), Phase.FAILED, started_at=5, completed_at=7)),
            id="a failed tool",
        ),
        pytest.param(
            with_item(ItemState("i", None, Phase.RUNNING, text="Hel")),
            ev.ItemDelta(item_id="i", delta="lo"),
            with_item(ItemState("i", None, Phase.RUNNING, text="Hello")),
            id="delta",
        ),
        pytest.param(
            RUNNING,
            ev.ItemDelta(item_id="i", delta="out", stream="stdout"),
            with_item(ItemState("i", None, Phase.RUNNING, output="out")),
            id="a delta whose item is not known yet",
        ),
        pytest.param(
            with_item(ItemState("i", None, Phase.RUNNING, text="Hel")),
            ev.ItemCompleted(item=AgentMessage(id="i", text="Hello")),
            with_item(ItemState("i", AgentMessage(id="i", text="Hello"), Phase.DONE, text="Hello", completed_at=7)),
            id="the completed text replaces what deltas built",
        ),
        pytest.param(
            RUNNING, ev.SettingsChanged(settings=GatewaySettings()), RUNNING, id="a hint about something else"
        ),
        pytest.param(EMPTY, ev.ItemDelta(item_id="i", delta="x"), EMPTY, id="a delta of no known turn"),
    ],
)
def test_reduce(state: ThreadState, event: ev.Event, expected: ThreadState) -> None:
    assert reduce(state, event, version=0, turn_id="u", at=7) == expected


RETRY = ev.ItemToolRetryExhausted(
    item_id="i",
    tool_retry_episode_id="e",
    tool_name="x",
    attempt_number=3,
    error_class="timeout",
    exhaustion_kind="tool_name",
    budgets=[],
    failure_signature_fingerprint="f",
    reason="too often",
)


@pytest.mark.parametrize(
    ("event", "notice"),
    [
        pytest.param(
            ev.ToolLoopBudgetExceeded(limit_kind="tool_calls", limit=1, observed=2, action="stop", reason="used up"),
            "used up",
            id="budget",
        ),
        pytest.param(
            ev.ItemTimeoutDetected(item_id="i", item_type="x", attempt_number=1, reason="lease_expired"),
            "recovering item i",
            id="timeout",
        ),
        pytest.param(
            ev.ItemRetryScheduled(
                item_id="i", item_type="x", recovery_job_id="r", attempt_number=2, next_run_at_unix=1
            ),
            "retry 2",
            id="retry",
        ),
        pytest.param(
            ev.ItemRecoverySucceeded(item_id="i", item_type="x", recovery_job_id="r", attempt_number=2),
            "recovered",
            id="recovered",
        ),
        pytest.param(
            ev.ItemRecoveryExhausted(
                item_id="i", item_type="x", recovery_job_id="r", attempt_number=2, status="failed", error_message="no"
            ),
            "gave up: no",
            id="recovery exhausted",
        ),
        pytest.param(RETRY, "gave up: too often", id="tool retries exhausted"),
    ],
)
def test_trouble_becomes_a_notice(event: ev.Event, notice: str) -> None:
    assert reduce(RUNNING, event, version=0, turn_id="u").turns[0].notices == (notice,)


@pytest.mark.parametrize(
    ("item", "text"),
    [
        (UserMessage(id="i", text="a"), "a"),
        (AgentMessage(id="i", text="b"), "b"),
        (ReasoningItem(id="i", summary=["s"], content=["c", "d"]), "c\n\nd"),
        (ReasoningItem(id="i", summary=["s"], content=[]), "s"),
        (SystemEvent(id="i", level="info", message="m"), "m"),
        (
            TaskItem(
                id="i",
                task_id="k",
                title="T",
                status="s",
                trigger_kind="x",
                executor_kind="y",
                depth=0,
                max_depth=3,
                created_at=1,
                updated_at=1,
            ),
            "T",
        ),
        (tool(ToolStatus.COMPLETED), ""),
    ],
)
def test_what_a_person_reads_of_an_item(item: TurnItem, text: str) -> None:
    assert text_of(item) == text


LOG: list[ev.Event] = [
    ev.ThreadStarted(thread=THREAD),
    ev.TurnStarted(workspace_id="w", thread_id="t", turn=OPEN, input=[]),
    ev.ItemStarted(item=AgentMessage(id="m", text="")),
    ev.ItemDelta(item_id="m", delta="Hel"),
    ev.ItemDelta(item_id="m", delta="lo"),
    ev.ItemCompleted(item=AgentMessage(id="m", text="Hello")),
    ev.TurnCompleted(turn=DONE),
]


def replay(upto: int) -> ThreadState:
    state = EMPTY
    for version, event in enumerate(LOG[:upto], 1):
        state = reduce(state, event, version=version, turn_id="u")
    return state


@given(st.lists(st.integers(1, len(LOG)), max_size=20))
def test_reducing_a_version_again_changes_nothing(again: list[int]) -> None:
    state = replay(len(LOG))
    for version in again:
        state = reduce(state, LOG[version - 1], version=version, turn_id="u")
    assert state == replay(len(LOG))


def test_a_turn_is_found_from_the_newest() -> None:
    state = replay(len(LOG))
    assert state.turn("u") == state.turns[0]
    assert state.turn("nobody") is None
