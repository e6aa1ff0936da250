"""One run from any place of it: portions, cuts, ids."""

import random

import pytest

from portico.gateway.edge.chat.feed import ALL_PARTS, EVERYTHING, Place, RunFeed, place_of
from portico.gateway.edge.chat.outcomes import Done, Failure
from portico.protocol.events import TurnCompleted, TurnQueueChanged
from tests.gateway.edge.chat import recorded as it
from tests.interaction.chat.reading import Sent, parse, text_of

FRAMES = it.frames(it.rich_turn())
HEAD = FRAMES[-1].version
BEFORE = Place(9)


def whole(seen: Place = BEFORE, dice: random.Random | None = None) -> bytes:
    """The events behind `seen`, taken at once or in random portions."""
    feed, sent, rest = RunFeed(it.EPOCH, it.NAME, seen), list[bytes](), list(FRAMES)
    while rest and feed.ended is None:
        count = dice.randint(1, 9) if dice else len(rest)
        sent += feed.take(rest[:count])
        rest = rest[count:]
    assert feed.ended is not None
    return b"".join(sent)


def steady(events: list[Sent]) -> list[Sent]:
    """Without outputs so far: how many of them are told depends on the portions."""
    return [event for event in events if event.name != "tool_update"]


UNCUT = parse(whole())[0]


def test_a_run_ends_with_done_and_nothing_of_others_is_told() -> None:
    assert UNCUT[0].name == "agent_start"
    assert [event.name for event in UNCUT[-2:]] == ["agent_end", "done"]
    assert UNCUT[-1].data["assistantText"].startswith("word0 word1 ")
    assert "another's" not in text_of(UNCUT)
    assert [event.name for event in UNCUT].count("tool_update") == 1


def test_ids_are_unique_and_in_order() -> None:
    places = [place_of(it.EPOCH, HEAD, event.id or "") for event in UNCUT]
    keys = [(place.version, place.part) for place in places if place is not None]
    assert len(keys) == len(UNCUT)
    assert keys == sorted(set(keys))


@pytest.mark.promise("chat.resume-exact")
@pytest.mark.parametrize("seed", range(10))
def test_a_stream_that_is_cut_at_any_byte_and_resumed_is_the_uncut_one(seed: int) -> None:
    dice = random.Random(seed)
    for _ in range(50):
        raw = whole(dice=dice)
        cut = dice.randint(0, len(raw))
        had, _ = parse(raw[:cut])
        last = next((event.id for event in reversed(had) if event.id), None)
        seen = BEFORE if last is None else place_of(it.EPOCH, HEAD, last)
        assert seen is not None
        rest, _ = parse(whole(seen, dice)) if had and had[-1].name != "done" or not had else ([], b"")
        assert text_of([*had, *rest]) == text_of(UNCUT)
        assert steady([*had, *rest]) == steady(UNCUT)


def test_the_last_event_is_told_whatever_was_seen() -> None:
    (done,) = parse(whole(EVERYTHING))[0]
    assert done == UNCUT[-1]


def test_deltas_are_made_once_for_all_watchers() -> None:
    frames = it.frames(it.rich_turn())
    one, other = (RunFeed(it.EPOCH, it.NAME, BEFORE).take(frames) for _ in range(2))
    shared = [a for a, b in zip(one, other, strict=True) if a is b]
    assert len(shared) == sum(event.name.endswith("_delta") for event in UNCUT) - 1  # the folded one is made anew


def test_outputs_of_two_tools_that_come_together_are_told_apart() -> None:
    events = [it.began(), it.begins(it.command("x")), it.begins(it.command("y"))]
    events += [it.delta("x", "1", "stdout"), it.delta("x", "2", "stdout"), it.delta("y", "3", "stdout")]
    feed = RunFeed(it.EPOCH, it.NAME, BEFORE)
    told, _ = parse(b"".join(feed.take([it.one(e, 10 + n, "u") for n, e in enumerate(events)])))
    updates = [(e.data["toolCallId"], e.data["partialResult"]["content"][0]["text"], e.id) for e in told[3:]]
    assert updates == [("x", "12", "E:14"), ("y", "3", "E:15")]


def test_a_prompt_that_is_taken_out_of_the_queue_ends_its_stream() -> None:
    feed = RunFeed(it.EPOCH, it.NAME, BEFORE)
    taken_out = TurnQueueChanged(depth=0, change="removed", queued_turn_id="u")
    (event,), _ = parse(b"".join(feed.take([it.one(taken_out, 10, None)])))
    assert (event.name, event.data["code"], event.id) == ("error", "removed", "E:10")
    assert isinstance(feed.ended, Failure)


def test_news_of_the_queue_are_noticed() -> None:
    feed = RunFeed(it.EPOCH, it.NAME, BEFORE)
    feed.take([it.one(it.began(), 10, "u"), it.one(it.said("p", "m"), 11, "u")])
    assert not feed.has_queue_news
    feed.take([it.one(it.said("s", "steered"), 12, "u")])
    assert feed.has_queue_news
    feed.has_queue_news = False
    feed.take([it.one(TurnQueueChanged(depth=1, change="queued", queued_turn_id="v"), 13, None)])
    assert feed.has_queue_news


def test_nothing_is_taken_behind_the_end() -> None:
    feed = RunFeed(it.EPOCH, it.NAME, BEFORE)
    feed.take([it.one(it.began(), 10, "u"), it.one(TurnCompleted(turn=it.DONE), 11, "u"), it.one(it.began(), 12, "u")])
    assert isinstance(feed.ended, Done)


@pytest.mark.parametrize(
    ("told", "place"),
    [
        ("E:5", Place(5)),
        ("E:5.2", Place(5, 2)),
        ("E:0", Place(0)),
        (f"E:{HEAD}", Place(HEAD)),
        (f"E:{HEAD + 1}", None),
        ("F:5", None),
        ("E:", None),
        ("5", None),
        ("", None),
        ("E:5.", None),
        ("E:5.x", None),
        ("E:5.12345", None),
        ("E:5.²", None),
        ("E:-1", None),
        ("E:9" * 1000, None),
    ],
)
def test_places_are_read_strictly(told: str, place: Place | None) -> None:
    assert place_of("E", HEAD, told) == place
    if place is not None:
        assert place.id_of("E") == told


def test_a_place_knows_what_it_has() -> None:
    assert Place(5).has(5, ALL_PARTS)
    assert Place(5, 1).has(5, 1)
    assert not Place(5, 1).has(5, 2)
    assert not Place(5).has(6, 1)
