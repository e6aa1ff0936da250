"""Rows by cursor: whoever reads has the rows of whoever loads afresh."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portico.boundary import board as module
from portico.boundary.answers import Refused
from portico.boundary.board import RING, merged
from portico.client.timeline import AnyPatch, Append, Drop
from portico.protocol import events as ev
from portico.protocol.types.item import AgentMessage
from tests.boundary.feeds import Feed, Reader, fresh


@given(st.lists(st.sampled_from(["say", "one", "two", "both"]), max_size=30))
@pytest.mark.promise("boundary.resumed")
def test_shells_that_read_at_different_times_come_to_the_same_rows(steps: list[str]) -> None:
    feed = Feed()
    one, two = Reader(feed.thread), Reader(feed.thread)
    feed.begin()
    for place, step in enumerate(steps):
        if step == "say":
            feed.say(f"*word* {place}\n\n")
        for name, reader in (("one", one), ("two", two)):
            if step in {name, "both"}:
                reader.read()
    feed.play(ev.ItemCompleted(item=AgentMessage(id="i", text=feed.state.turns[0].items[0].text)))
    for reader in (one, two):
        reader.read()
        reader.read()
    assert one.rows == two.rows == fresh(feed.thread)


def test_patches_are_published_once_for_all() -> None:
    feed = Feed()
    feed.begin()
    one, two = Reader(feed.thread), Reader(feed.thread)
    for reader in (one, two):
        reader.read()
    for _ in range(50):
        feed.say("x")
    one.read()
    two.read()
    assert one.kinds == two.kinds == ["timeline", "patches"]
    assert one.cursor == two.cursor


def test_a_limit_leaves_the_rest_for_the_next_reading() -> None:
    feed = Feed()
    feed.begin()
    slow, quick = Reader(feed.thread), Reader(feed.thread)
    slow.read()
    for _ in range(3):
        feed.say("x")
        quick.read()
    slow.read(limit=2)
    assert slow.kinds == ["timeline", "patches", "patches"]
    slow.read(limit=2)
    assert slow.rows == quick.rows


@pytest.mark.parametrize(
    "cursor",
    [None, "", "elsewhere:1", "{epoch}:99", "{epoch}:-1", "{epoch}:x", "{epoch}:", "{epoch}:٣", "{epoch}:" + "9" * 99],
)
def test_a_cursor_that_leads_nowhere_gives_a_snapshot(cursor: str | None) -> None:
    feed = Feed()
    feed.begin()
    reader = Reader(feed.thread)
    reader.cursor = cursor and cursor.format(epoch=feed.thread.board.cursor.partition(":")[0])
    reader.read()
    assert reader.kinds == ["timeline"]
    assert reader.rows == fresh(feed.thread)


def test_a_cursor_that_lies_too_far_behind_gives_a_snapshot() -> None:
    feed = Feed()
    feed.begin()
    asleep, awake = Reader(feed.thread), Reader(feed.thread)
    asleep.read()
    for _ in range(RING + 1):
        feed.say("x")
        awake.read()
    asleep.read()
    assert asleep.kinds == ["timeline", "timeline"]
    assert asleep.rows == awake.rows


def test_what_nobody_reads_does_not_grow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_PENDING", 5)
    feed = Feed()
    feed.begin()
    reader = Reader(feed.thread)
    reader.read()
    for _ in range(20):
        feed.say("x")
    reader.read()
    assert reader.kinds == ["timeline", "timeline"]
    assert reader.rows == fresh(feed.thread)


def test_loading_again_makes_cursors_void() -> None:
    feed = Feed()
    feed.begin()
    reader = Reader(feed.thread)
    reader.read()
    feed.thread.load(feed.state)
    reader.read()
    assert reader.kinds == ["timeline", "timeline"]


def test_older_rows_are_read_by_pages() -> None:
    feed = Feed()
    feed.begin()
    feed.say("one")
    keys = [row.key for row in fresh(feed.thread)]
    rows, has_more = feed.thread.board.older(keys[-1], 1)
    assert [row.key for row in rows] == keys[-2:-1]
    assert has_more == (len(keys) > 2)
    assert feed.thread.board.older(keys[0], 5) == ([], False)
    assert feed.thread.board.older("none", 5) == ([], False)


def test_appends_that_follow_each_other_become_one() -> None:
    patches: list[AnyPatch] = [
        Append(key="a", text="1"),
        Append(key="a", text="2"),
        Append(key="b", text="3"),
        Drop(key="c"),
        Append(key="b", text="4"),
        Append(key="b", text="5"),
    ]
    assert merged(patches) == [
        Append(key="a", text="12"),
        Append(key="b", text="3"),
        Drop(key="c"),
        Append(key="b", text="45"),
    ]
    assert merged([]) == []


def test_the_text_that_waits_for_readers_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_PENDING_SIGNS", 100)
    feed = Feed()
    feed.begin()
    one = Reader(feed.thread)
    one.read()
    feed.say("x" * 101)
    one.read()
    assert one.kinds == ["timeline", "timeline"]
    assert one.rows == fresh(feed.thread)
    feed.say("y" * 100)
    one.read()
    assert one.kinds == ["timeline", "timeline", "patches"]
    assert one.rows == fresh(feed.thread)


def test_who_is_too_many_bytes_behind_gets_a_snapshot(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "RING_BYTES", 2_000)
    feed = Feed()
    feed.begin()
    slow, quick = Reader(feed.thread), Reader(feed.thread)
    slow.read()
    for _ in range(4):
        feed.say("x" * 900)
        quick.read()
    slow.read()
    assert slow.kinds == ["timeline", "timeline"]
    assert quick.kinds == ["timeline", *["patches"] * 3]
    assert slow.rows == quick.rows == fresh(feed.thread)


def test_toggles_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_TOGGLES", 1)
    feed = Feed()
    board = feed.thread.toggled(feed.thread.board, {"a": True})
    board.toggle("a", is_open=False)
    with pytest.raises(Refused) as refused:
        board.toggle("b", is_open=True)
    assert refused.value.failed.code == "too_many_toggles"
