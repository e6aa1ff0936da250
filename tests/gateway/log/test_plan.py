"""Planning a commit: guards, versions, merging, projections."""

import msgspec
import pytest

from portico.gateway.kernel.errors import Conflict, GatewayError, Internal
from portico.gateway.log import Append, Batch, Drop, EventContext, Put, Written
from portico.gateway.log.plan import MERGE_LIMIT, Plan, StreamState
from portico.gateway.store.changes import Change
from portico.protocol.events import Event, ItemCompleted, ItemDelta, ThreadTreeChanged, TurnCompleted
from portico.protocol.types.item import AgentMessage
from portico.protocol.types.turn import Turn, TurnStatus

NOW = 1_800_000_000
S = "thread:t"
TREE = ThreadTreeChanged(workspace_id="w", thread_id="t", reason="thread_updated")
ENDED = TurnCompleted(turn=Turn(id="u", status=TurnStatus.COMPLETED))


def delta(text: str, item: str = "i", fence: int | None = 1) -> Batch:
    append = Append(S, ItemDelta(item_id=item, delta=text), turn_id="u", fence=fence, flow=True)
    return Batch(appends=(append,), fact=False)


def fact(event: Event = TREE, **more: object) -> Batch:
    return Batch(appends=(Append(S, event, **more),))  # pyright: ignore[reportArgumentType]


def plan(**states: StreamState) -> Plan:
    return Plan({f"thread:{name}": state for name, state in states.items()}, (), NOW)


def code(outcome: Written | GatewayError) -> str:
    assert isinstance(outcome, GatewayError)
    return outcome.code


def test_versions_have_no_holes_and_only_facts_move_decided() -> None:
    it = plan(t=StreamState(head=4, decided=4, fence=1, open_turn="u"))
    assert it.add(fact()) == Written({S: 5}, {})
    assert it.add(delta("a")) == Written({}, {})
    assert it.states[S].head == 6
    rows = it.group()
    assert [(e.version, e.flow, e.type) for e in rows.events] == [(5, 0, "threadTreeChanged"), (6, 1, "itemDelta")]
    (stream,) = rows.streams
    assert (stream.expected_head, stream.head, stream.decided) == (4, 6, 5)
    assert rows.fact


def test_flow_alone_is_no_fact() -> None:
    it = plan(t=StreamState(fence=1, open_turn="u"))
    it.add(delta("a"))
    assert not it.group().fact


@pytest.mark.parametrize(
    ("state", "batch", "expected"),
    [
        pytest.param(
            StreamState(head=9, decided=7),
            Batch(appends=(Append(S, TREE),), expected=((S, 6),)),
            "stale_decision",
            id="a fact came since the decision",
        ),
        pytest.param(StreamState(fence=2), delta("x"), "fenced_off", id="an older run writes"),
        pytest.param(StreamState(erased_at=1), fact(), "stream_erased", id="the stream is gone"),
        pytest.param(StreamState(erased_at=1, fence=1), delta("x"), "fenced_off", id="a run writes to a gone stream"),
        pytest.param(
            StreamState(open_turn="v", fence=1),
            fact(turn_id="u", opens=True),
            "turn_already_running",
            id="another turn is open",
        ),
        pytest.param(StreamState(fence=1), fact(ENDED, turn_id="u", closes=True), "turn_not_open", id="ended before"),
    ],
)
def test_a_guard_refuses_the_whole_batch(state: StreamState, batch: Batch, expected: str) -> None:
    it = plan(t=state)
    assert code(it.add(batch)) == expected
    assert it.group().events == ()
    assert it.states == {}


def test_an_expectation_ignores_flow() -> None:
    it = plan(t=StreamState(head=9, decided=7))
    assert it.add(Batch(appends=(Append(S, TREE),), expected=((S, 7),))) == Written({S: 10}, {})


def test_a_refused_batch_leaves_the_batches_beside_it_alone() -> None:
    it = plan(t=StreamState(head=1, decided=1))
    assert isinstance(it.add(Batch(appends=(Append(S, TREE),), expected=((S, 0),))), Conflict)
    assert it.add(fact()) == Written({S: 2}, {})
    assert len(it.group().events) == 1


def test_opening_gives_the_run_its_fence_and_counts_sequences_from_one() -> None:
    it = plan(t=StreamState(head=3, fence=4, sequence=17, sequence_turn="before"))
    assert it.add(fact(turn_id="u", opens=True)) == Written({S: 4}, {S: 5})
    it.add(fact(turn_id="u", fence=5))
    assert [(e.version, e.sequence) for e in it.group().events] == [(4, 1), (5, 2)]
    assert it.states[S].open_turn == "u"
    it.add(fact(ENDED, turn_id="u", fence=5, closes=True))
    assert it.states[S].open_turn is None


def test_neighbouring_deltas_of_one_item_are_merged() -> None:
    it = plan(t=StreamState(fence=1, open_turn="u"))
    for text in "abc":
        it.add(delta(text))
    it.add(delta("x", item="j"))
    it.add(delta("d"))
    rows = it.group().events
    assert [msgspec.json.decode(row.data)["payload"]["delta"] for row in rows] == ["abc", "x", "d"]
    assert [row.version for row in rows] == [1, 2, 3]


def test_a_fact_between_deltas_keeps_them_apart() -> None:
    it = plan(t=StreamState(fence=1, open_turn="u"))
    it.add(delta("a"))
    it.add(fact(ItemCompleted(item=AgentMessage(id="z", text="")), turn_id="u", fence=1))
    it.add(delta("b"))
    assert [row.type for row in it.group().events] == ["itemDelta", "itemCompleted", "itemDelta"]


def test_merging_stops_at_its_limit() -> None:
    it = plan(t=StreamState(fence=1, open_turn="u"))
    for _ in range(3):
        it.add(delta("x" * (MERGE_LIMIT // 2)))
    assert len(it.group().events) == 2


def test_a_row_is_the_history_event_itself() -> None:
    it = plan(t=StreamState(fence=1, open_turn="u"))
    it.add(delta("a"))
    (row,) = it.group().events
    assert msgspec.json.decode(row.data) == {
        "sequence": 1,
        "created_at": NOW,
        "turn_id": "u",
        "version": 1,
        "payload": {"type": "itemDelta", "itemId": "i", "delta": "a"},
    }


def test_projections_and_records_keep_their_order() -> None:
    def project(event: Event, where: EventContext) -> tuple[Change, ...]:
        return (Put("p", {"v": where.version}, {"w": where.workspace_id, "t": where.thread_id}),)

    it = Plan({}, (project,), NOW)
    it.add(Batch(appends=(Append(S, TREE, workspace_id="w"),), records=(Drop("q", {"id": 1}),)))
    assert it.group().changes == (Put("p", {"v": 1}, {"w": "w", "t": "t"}), Drop("q", {"id": 1}))


def test_a_projection_that_raises_fails_its_batch_only() -> None:
    def project(event: Event, where: EventContext) -> tuple[Change, ...]:
        if where.version == 1 and where.stream == S:
            raise KeyError("missing")
        return ()

    it = Plan({}, (project,), NOW)
    assert isinstance(it.add(fact()), Internal)
    assert it.add(Batch(appends=(Append("thread:other", TREE),))) == Written({"thread:other": 1}, {})


def test_erasing_raises_the_fence_and_drops_what_the_same_commit_appended() -> None:
    it = plan(t=StreamState(head=2, fence=1, open_turn="u"))
    it.add(delta("a"))
    it.add(Batch(erase=(S,)))
    assert code(it.add(delta("b"))) == "fenced_off"
    group = it.group()
    assert group.events == ()
    assert group.erase == (S,)
    (row,) = group.streams
    assert (row.head, row.fence, row.open_turn, row.erased_at) == (3, 2, None, NOW)
