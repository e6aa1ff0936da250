"""Turns that ended, from the events of the boundary."""

from typing import Any

import pytest

from portico.shells.desktop.watching import FOLLOWED, TurnEnded, Watch, elapsed, is_worth_telling, reduce


def thread(id_: str, updated_at: int, name: str = "Plan") -> dict[str, Any]:
    return {"kind": "thread", "id": id_, "name": name, "updated_at": updated_at, "children": []}


def composer(running: str | None, thread_id: str = "t1") -> dict[str, Any]:
    return {"event": "composer", "thread_id": thread_id, "running": running}


TREE: dict[str, Any] = {
    "event": "tree",
    "nodes": [
        {"kind": "folder", "id": "f", "name": "F", "children": [thread("t1", 5), thread("t2", 9, "Other")]},
        thread("t3", 7),
    ],
}
END: dict[str, Any] = {"kind": "end", "turn_id": "u1", "title": "failed"}
WORDED: dict[str, Any] = {
    "kind": "end",
    "turn_id": "u1",
    "title": "Gescheitert",
    "title_words": {"id": "row.ended_failed", "values": []},
}
ROWS: dict[str, Any] = {"event": "timeline", "thread_id": "t1", "rows": [{"kind": "user", "turn_id": "u1"}, END]}
PATCHES: dict[str, Any] = {
    "event": "patches",
    "thread_id": "t1",
    "patches": [{"op": "drop", "key": "k"}, {"op": "put", "row": END}],
}


def told(*events: tuple[float, dict[str, Any]]) -> tuple[Watch, list[TurnEnded]]:
    watch, found = Watch(), list[TurnEnded]()
    for at, event in events:
        watch, ended = reduce(watch, event, at)
        found += [] if ended is None else [ended]
    return watch, found


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        pytest.param(
            [(0, TREE), (1, composer("u1")), (20, composer(None))], [("Plan", "completed", 19)], id="it ran and ended"
        ),
        pytest.param(
            [(1, composer("u1")), (5, composer("u1")), (9, composer(None))], [("", "completed", 8)], id="told twice"
        ),
        pytest.param(
            [(1, composer("u1")), (9, composer("u2"))], [("", "completed", 8)], id="the next one follows at once"
        ),
        pytest.param([(1, composer("u1")), (2, ROWS), (9, composer(None))], [("", "failed", 8)], id="how it ended"),
        pytest.param(
            [(1, composer("u1")), (2, {**ROWS, "rows": [WORDED]}), (9, composer(None))],
            [("", "failed", 8)],
            id="in words",
        ),
        pytest.param([(1, composer("u1")), (2, PATCHES), (9, composer(None))], [("", "failed", 8)], id="by a patch"),
        pytest.param([(1, composer(None))], [], id="nothing ran"),
        pytest.param(
            [(1, composer("u1")), (2, {"event": "thread_gone", "thread_id": "t1"}), (3, composer(None))], [], id="gone"
        ),
        pytest.param([(1, {"event": "new kind", "turn_id": 4})], [], id="an unknown event"),
    ],
)
def test_the_end_of_a_turn(events: list[tuple[float, dict[str, Any]]], expected: list[tuple[str, str, float]]) -> None:
    _, found = told(*events)
    assert [(one.name, one.status, one.seconds) for one in found] == expected


def test_a_gateway_that_tells_ends_is_taken_by_its_word_once() -> None:
    ended = {
        "event": "turn_ended",
        "thread_id": "t1",
        "turn_id": "u1",
        "name": "N",
        "status": "Completed",
        "elapsed_ms": 61_000,
    }
    _, found = told((1, composer("u1")), (9, ended), (9, composer(None)), (9, ended))
    assert [(one.name, one.status, one.seconds, one.words) for one in found] == [
        ("N", "completed", 61.0, "Completed after 1 min 1 s")
    ]


def test_the_newest_threads_and_those_that_run_are_followed() -> None:
    many = {"event": "tree", "nodes": [thread(f"n{at}", at) for at in range(100)]}
    watch, _ = told((0, TREE), (1, composer("u1", "t1")), (2, many))
    assert watch.wanted == {"t1", *(f"n{at}" for at in range(100 - FOLLOWED, 100))}


def test_patches_change_the_tree() -> None:
    patches: list[dict[str, Any]] = [
        {"op": "put", "node": thread("t9", 99, "New")},
        {"op": "drop", "id": "t3"},
        {"op": "put", "node": {}},
    ]
    watch, _ = told((0, TREE), (1, {"event": "tree_patches", "patches": patches}))
    assert watch.threads == {"t1": (5, "Plan"), "t2": (9, "Other"), "t9": (99, "New")}


def test_a_tree_of_ten_thousand_nested_folders_is_read() -> None:
    node = thread("deep", 1)
    for at in range(10_000):
        node = {"kind": "folder", "id": str(at), "name": "f", "children": [node]}
    watch, _ = told((0, {"event": "tree", "nodes": [node]}))
    assert list(watch.threads) == ["deep"]


def test_what_is_remembered_stays_small() -> None:
    events = [(float(at), composer(f"u{at}" if at % 2 else None)) for at in range(1_000)]
    rows = [(0.0, {"event": "timeline", "rows": [{**END, "turn_id": str(at)} for at in range(1_000)]})]
    watch, _ = told(*rows, *events)
    assert len(watch.told) == len(watch.statuses) == 64


@pytest.mark.parametrize(
    ("seconds", "is_focused", "is_told"), [(10.0, False, False), (10.1, False, True), (60.0, True, False)]
)
def test_long_turns_are_told_to_who_does_not_look(seconds: float, is_focused: bool, is_told: bool) -> None:
    assert is_worth_telling(TurnEnded("t", "n", "completed", seconds), is_focused=is_focused) == is_told


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(-1, "0 s"), (59.4, "59 s"), (60, "1 min 0 s"), (3_599, "59 min 59 s"), (7_800, "2 h 10 min")],
)
def test_elapsed(seconds: float, words: str) -> None:
    assert elapsed(seconds) == words


@pytest.mark.parametrize("status", ["completed", "failed", "blocked", "interrupted", "something new", ""])
def test_every_status_has_words(status: str) -> None:
    assert TurnEnded("t", "n", status, 20).words.endswith("after 20 s")
