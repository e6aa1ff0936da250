"""Decisions about forks."""

import msgspec
import pytest

from portico.gateway.features.threads.rules import forks
from portico.gateway.features.threads.rules.state import CopiedRow, Known, StreamHead, Tree, TurnMark
from portico.gateway.kernel.errors import Conflict, GatewayError
from portico.gateway.log import Append, Batch, Put
from portico.protocol import events as ev
from portico.protocol.methods.thread import ThreadForkParams
from portico.protocol.types.input import TextInput
from portico.protocol.types.item import (
    AgentMessage,
    BlobRef,
    DynamicToolCall,
    HiddenDisplay,
    NoStorage,
    Observation,
    OutputPolicy,
    ToolStatus,
)
from portico.protocol.types.thread import ForkedFrom, OriginKind, SidebarVisibility, Thread, ThreadMode, ThreadStatus
from portico.protocol.types.turn import Turn, TurnResume, TurnStatus

SOURCE = Thread(
    workspace_id="w",
    id="t",
    name="Plan",
    preview="hello",
    mode=ThreadMode.CHAT,
    model="m",
    model_provider="p",
    created_at=5,
    updated_at=6,
    status=ThreadStatus.ACTIVE,
    origin_kind=OriginKind.USER,
    sidebar_visibility=SidebarVisibility.VISIBLE,
    cwd="/src",
    tools=["read_file"],
)
FORK = msgspec.structs.replace(
    SOURCE,
    id="n",
    preview="",
    status=ThreadStatus.IDLE,
    created_at=9,
    updated_at=9,
    forked_from=ForkedFrom(thread_id="t", turn_id="b"),
)
A, B, C = TurnMark("a", TurnStatus.COMPLETED), TurnMark("b", TurnStatus.FAILED), TurnMark("c", TurnStatus.IN_PROGRESS)
WISH = ThreadForkParams(thread_id="t", new_thread_id="n")
THROUGH = ThreadForkParams(thread_id="t", new_thread_id="n", through_turn_id="b")
ROOT = forks.Place(None, Tree("w", 4))


def code_of(error: pytest.ExceptionInfo[GatewayError]) -> tuple[str | None, str | None]:
    return error.value.code, error.value.path


@pytest.mark.parametrize(
    ("known", "wish", "expected"),
    [
        pytest.param(Known(StreamHead(), None), WISH, None, id="a free id"),
        pytest.param(Known(StreamHead(3), FORK), WISH, FORK, id="the same again"),
        pytest.param(Known(StreamHead(3), FORK), THROUGH, FORK, id="the same with its last turn again"),
    ],
)
def test_made_before(known: Known, wish: ThreadForkParams, expected: Thread | None) -> None:
    assert forks.made_before(known, wish) == expected


@pytest.mark.parametrize(
    ("known", "wish", "told"),
    [
        pytest.param(Known(StreamHead(3), SOURCE), WISH, ("thread_exists", "$.new_thread_id"), id="no fork"),
        pytest.param(
            Known(StreamHead(3), FORK),
            ThreadForkParams(thread_id="other", new_thread_id="n"),
            ("thread_exists", "$.new_thread_id"),
            id="a fork of another thread",
        ),
        pytest.param(
            Known(StreamHead(3), FORK),
            ThreadForkParams(thread_id="t", new_thread_id="n", through_turn_id="a"),
            ("thread_exists", "$.through_turn_id"),
            id="with another last turn",
        ),
        pytest.param(Known(StreamHead(3, erased_at=7), None), WISH, ("thread_deleted", None), id="deleted"),
    ],
)
def test_ids_that_are_taken(known: Known, wish: ThreadForkParams, told: tuple[str, str | None]) -> None:
    with pytest.raises(Conflict) as refusal:
        forks.made_before(known, wish)
    assert code_of(refusal) == told


@pytest.mark.parametrize(
    ("turns", "through", "expected"),
    [
        pytest.param([], None, [], id="none"),
        pytest.param([A, B, C], None, [A, B], id="all that ended"),
        pytest.param([A, B], "a", [A], id="through one"),
        pytest.param([A, B], "b", [A, B], id="through the last"),
        pytest.param([C], None, [], id="only one that runs"),
    ],
)
def test_chosen(turns: list[TurnMark], through: str | None, expected: list[TurnMark]) -> None:
    assert forks.chosen(turns, through) == expected


@pytest.mark.parametrize(("through", "code"), [("x", "turn_not_found"), ("c", "turn_running")])
def test_turns_that_cannot_be_the_last(through: str, code: str) -> None:
    with pytest.raises(GatewayError) as refusal:
        forks.chosen([A, B, C], through)
    assert code_of(refusal) == (code, "$.through_turn_id")


@pytest.mark.parametrize(("events", "size"), [(50_001, 0), (0, 64 * 1024 * 1024 + 1)])
def test_what_does_not_go_into_a_batch_is_refused(events: int, size: int) -> None:
    forks.check_size(50_000, 64 * 1024 * 1024)
    with pytest.raises(Conflict) as refusal:
        forks.check_size(events, size)
    assert refusal.value.code == "thread_too_large"


def test_an_ephemeral_thread_is_refused() -> None:
    forks.check_source(SOURCE)
    with pytest.raises(Conflict) as refusal:
        forks.check_source(msgspec.structs.replace(SOURCE, ephemeral=True))
    assert refusal.value.code == "thread_ephemeral"


def test_a_fork_has_the_settings_and_says_where_it_is_from() -> None:
    assert forks.forked(SOURCE, WISH, B, 9) == FORK
    assert forks.forked(SOURCE, WISH, None, 9).forked_from == ForkedFrom(thread_id="t")


def tool(turn_id: str) -> DynamicToolCall:
    return DynamicToolCall(
        id="i",
        tool_name="x",
        arguments={},
        status=ToolStatus.COMPLETED,
        output_policy=OutputPolicy(
            llm="full", timeline="full", storage="full", recovery="evidence", deltas="persist_and_display"
        ),
        display=HiddenDisplay(),
        storage=NoStorage(),
        blob=BlobRef(sha256="ab", size_bytes=70_000),
        observation=Observation(
            trace_id="r",
            turn_id=turn_id,
            tool_call_id="i",
            attempt_id="1",
            pipeline_stage="s",
            ts_unix_ms=1,
            mono_ns=1,
            event_seq=1,
        ),
    )


def turn(id_: str, status: TurnStatus = TurnStatus.COMPLETED) -> Turn:
    return Turn(id=id_, status=status, model="m")


RESUME = TurnResume(
    reason_class="r", human_message="h", resume_requirements=[], resume_command="c", can_resume_same_turn=False
)


@pytest.mark.parametrize(
    ("event", "copy"),
    [
        pytest.param(
            ev.TurnStarted(workspace_id="w", thread_id="t", turn=turn("a"), input=[TextInput(text="x")]),
            ev.TurnStarted(workspace_id="w", thread_id="n", turn=turn("z"), input=[TextInput(text="x")]),
            id="started",
        ),
        pytest.param(ev.TurnCompleted(turn=turn("a")), ev.TurnCompleted(turn=turn("z")), id="completed"),
        pytest.param(ev.TurnFailed(turn=turn("a")), ev.TurnFailed(turn=turn("z")), id="failed"),
        pytest.param(
            ev.TurnBlocked(turn=turn("a"), resume=RESUME), ev.TurnBlocked(turn=turn("z"), resume=RESUME), id="blocked"
        ),
        pytest.param(ev.ItemStarted(item=tool("a")), ev.ItemStarted(item=tool("z")), id="a call"),
        pytest.param(ev.ItemUpdated(item=tool("a")), ev.ItemUpdated(item=tool("z")), id="a call goes on"),
        pytest.param(ev.ItemCompleted(item=tool("a")), ev.ItemCompleted(item=tool("z")), id="a result"),
        pytest.param(
            ev.ItemCompleted(item=AgentMessage(id="i", text="x")),
            ev.ItemCompleted(item=AgentMessage(id="i", text="x")),
            id="a message",
        ),
        pytest.param(
            ev.ContextCompressing(reason="overflow", tokens_before=1),
            ev.ContextCompressing(reason="overflow", tokens_before=1),
            id="anything else",
        ),
    ],
)
def test_events_of_a_copy_name_the_copy(event: ev.Event, copy: ev.Event) -> None:
    assert forks.copied(event, "n", "z") == copy


def test_a_fork_is_one_batch() -> None:
    started = ev.TurnStarted(workspace_id="w", thread_id="t", turn=turn("b"), input=[])
    rows = [
        CopiedRow("b", False, started),
        CopiedRow("b", True, ev.ItemCompleted(item=tool("b"))),
        CopiedRow("b", False, ev.TurnFailed(turn=turn("b", TurnStatus.FAILED))),
    ]
    changed = ev.ThreadTreeChanged(workspace_id="w", thread_id="n", reason="thread_started")
    inside = forks.Place("f", Tree("w", 4))
    placed = ev.ThreadPlaced(workspace_id="w", thread_id="n", folder_id="f")
    assert forks.batch(FORK, rows, {"b": "z"}, inside, 0) == Batch(
        appends=(
            Append("thread:n", ev.ThreadStarted(thread=FORK), workspace_id="w"),
            Append("thread:n", forks.copied(started, "n", "z"), turn_id="z", opens=True),
            Append("thread:n", ev.ItemCompleted(item=tool("z")), turn_id="z", flow=True),
            Append("thread:n", ev.TurnFailed(turn=turn("z", TurnStatus.FAILED)), turn_id="z", closes=True),
            Append("workspace:w", changed, flow=True, workspace_id="w"),
            Append("workspace:w", placed, workspace_id="w"),
        ),
        records=(Put("blob_ref", {"sha256": "ab", "stream": "thread:n"}, {"size": 70_000}),),
        expected=(("thread:n", 0), ("workspace:w", 4)),
    )
    at_root = forks.batch(FORK, [], {}, ROOT, 2)
    assert (len(at_root.appends), at_root.records, at_root.expected) == (2, (), (("thread:n", 2),))
