"""One thread for several shells: its queue, its end, and what each of them folds for itself."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from portico.client.state.fresh import Asked, Loaded
from portico.protocol import events as ev
from portico.protocol.methods.turn import QueuedTurn, TurnQueueListResponse
from portico.protocol.types.input import TextInput
from portico.protocol.types.item import AgentMessage
from portico.protocol.types.turn import Turn, TurnStatus
from tests.boundary.feeds import Feed, Reader, fresh
from tests.client.timeline.made import command


def test_what_waits_is_a_row_and_is_told_to_the_composer() -> None:
    feed = Feed()
    feed.begin()
    queued = QueuedTurn(turn_id="v", thread_id="t", position=1, input=[TextInput(text="later")], queued_at=1)
    feed.play(ev.TurnQueueChanged(queued_turn_id="v", change="queued", depth=1))
    feed.thread.told(Asked())
    feed.thread.told(Loaded(feed.thread.queue.fresh.asked, TurnQueueListResponse(items=[queued])))
    told = feed.thread.composer()
    assert (told.running, told.queued) == ("u", (queued,))
    assert [row.text for row in fresh(feed.thread) if row.kind == "queued"] == ["later"]


def test_watchers_are_told_until_they_leave() -> None:
    feed, rings = Feed(), list[int]()
    unwatch = feed.thread.watch(lambda: rings.append(1))
    feed.begin()
    heard = len(rings)
    unwatch()
    feed.say("x")
    assert heard == len(rings) > 0


def test_a_deleted_thread_says_so() -> None:
    feed = Feed()
    feed.begin()
    feed.play(ev.ThreadClosed(workspace_id="w", thread_id="t"))
    raws, _ = feed.thread.read(None, 5)
    assert [msgspec.json.decode(raw) for raw in raws] == [{"event": "thread_gone", "thread_id": "t"}]


def work_of(number: int) -> str:
    return f"u{number}:work"


def ended(feed: Feed, number: int) -> None:
    """A turn with a tool's row under its work, which is closed at its end."""
    turn = Turn(id=f"u{number}", status=TurnStatus.IN_PROGRESS)
    feed.turn_id = turn.id
    feed.play(ev.TurnStarted(workspace_id="w", thread_id="t", turn=turn, input=[]))
    feed.play(ev.ItemCompleted(item=command(id=f"c{number}")))
    answer = AgentMessage(id=f"a{number}", text="*done*", phase="final_answer")
    feed.play(ev.ItemCompleted(item=answer))
    over = msgspec.structs.replace(turn, status=TurnStatus.COMPLETED)
    feed.play(ev.TurnCompleted(turn=over))


def toggle(feed: Feed, reader: Reader, number: int, *, is_open: bool) -> None:
    reader.board = feed.thread.toggled(reader.board, {work_of(number): is_open})


def test_what_one_shell_opens_stays_closed_for_the_others() -> None:
    feed = Feed()
    ended(feed, 1)
    one, two = Reader(feed.thread), Reader(feed.thread)
    for reader in (one, two):
        reader.read()
    toggle(feed, one, 1, is_open=True)
    for reader in (one, two):
        reader.read()
    assert "c1" in {row.key for row in one.rows}
    assert "c1" not in {row.key for row in two.rows}
    assert (one.kinds, two.kinds) == (["timeline", "patches"], ["timeline"])
    assert two.board is feed.thread.board
    toggle(feed, one, 1, is_open=False)
    one.read()
    assert one.rows == two.rows


def test_shells_that_fold_nothing_share_every_encoding() -> None:
    feed = Feed()
    readers = [Reader(feed.thread) for _ in range(20)]
    ended(feed, 1)
    first = [feed.thread.read(reader.cursor, 9)[0][0] for reader in readers]
    assert all(raw is first[0] for raw in first)
    assert {reader.board for reader in readers} == {feed.thread.board}


@given(st.lists(st.sampled_from(["turn", "one", "two", "open", "close", "say"]), max_size=20))
@pytest.mark.promise("boundary.folded")
def test_whoever_folds_has_the_rows_of_whoever_loads_so(steps: list[str]) -> None:
    feed, number = Feed(), 1
    ended(feed, number)
    one, two = Reader(feed.thread), Reader(feed.thread)
    for step in steps:
        match step:
            case "turn":
                number += 1
                ended(feed, number)
            case "one" | "two":
                (one if step == "one" else two).read()
            case "open" | "close":
                toggle(feed, one, number, is_open=step == "open")
            case _:
                feed.play(ev.ItemDelta(item_id=f"a{number}", delta="more", stream="agent_message"))
    for reader in (one, two):
        reader.read()
    assert one.rows == fresh(feed.thread, one.board)
    assert two.rows == fresh(feed.thread)


def test_a_board_that_nobody_reads_any_more_is_not_kept() -> None:
    feed = Feed()
    ended(feed, 1)
    one = Reader(feed.thread)
    toggle(feed, one, 1, is_open=True)
    before = fresh(feed.thread, one.board)
    feed.thread.drop(one.board)
    feed.thread.drop(feed.thread.board)
    ended(feed, 2)
    assert fresh(feed.thread, one.board) == before
    assert "a2" in {row.key for row in fresh(feed.thread)}
