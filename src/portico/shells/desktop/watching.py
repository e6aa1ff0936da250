"""What the events of a gateway say to somebody who does not look: that a long turn ended. Pure.

A gateway whose client core tells `turn_ended` is taken by its word. Of one that does not, the threads with the newest
activity are followed, and a turn that ran in one of them and does not any more has ended.
"""

import heapq
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from portico.shells.desktop.words import say

LONG_SECONDS = 10.0
FOLLOWED = 6
REMEMBERED = 64


@dataclass(frozen=True, slots=True)
class Run:
    """A turn that runs, seen first at `since` (of a clock that never goes back)."""

    turn_id: str
    since: float


@dataclass(frozen=True, slots=True)
class Watch:
    """`threads` by id, with the time of their newest activity and their name; `told` are turns whose end is known."""

    threads: Mapping[str, tuple[int, str]] = field(default_factory=dict[str, tuple[int, str]])
    running: Mapping[str, Run] = field(default_factory=dict[str, Run])
    statuses: Mapping[str, str] = field(default_factory=dict[str, str])
    told: tuple[str, ...] = ()

    @property
    def wanted(self) -> frozenset[str]:
        """Threads to be followed: the newest, and whatever runs."""
        newest = heapq.nlargest(FOLLOWED, self.threads, key=lambda id_: self.threads[id_][0])
        return frozenset((*newest, *self.running))


@dataclass(frozen=True, slots=True)
class TurnEnded:
    """A turn that took `seconds`; of it a notification says no more than this."""

    thread_id: str
    name: str
    status: str
    seconds: float

    @property
    def words(self) -> str:
        known = self.status if self.status in {"completed", "failed", "blocked", "interrupted"} else "ended"
        return say(f"ui.desktop.turn.{known}", elapsed=elapsed(self.seconds))


Event = Mapping[str, Any]


def reduce(watch: Watch, event: Event, now: float) -> tuple[Watch, TurnEnded | None]:
    """The state after an event of the boundary, and the turn that ended by it."""
    match event:
        case {"event": "turn_ended", "turn_id": str(turn_id), "thread_id": str(thread_id)}:
            seconds = float(event.get("elapsed_ms") or 0) / 1_000
            return _ended(watch, Run(turn_id, now - seconds), thread_id, event, now)
        case {"event": "tree"}:
            return replace(watch, threads=_threads(_list(event, "nodes"))), None
        case {"event": "tree_patches"}:
            return replace(watch, threads=_patched(watch, _list(event, "patches"))), None
        case {"event": "timeline"}:
            return replace(watch, statuses=_statuses(watch, _list(event, "rows"))), None
        case {"event": "patches"}:
            rows = [patch.get("row") for patch in _list(event, "patches")]
            return replace(watch, statuses=_statuses(watch, rows)), None
        case {"event": "composer", "thread_id": str(thread_id), "running": str() | None as running}:
            return _composer(watch, thread_id, running, now)
        case {"event": "thread_gone", "thread_id": str(thread_id)}:
            gone = {key: run for key, run in watch.running.items() if key != thread_id}
            return replace(watch, running=gone), None
        case _:
            return watch, None


def is_worth_telling(ended: TurnEnded, *, is_focused: bool) -> bool:
    return ended.seconds > LONG_SECONDS and not is_focused


def elapsed(seconds: float) -> str:
    """`12 s`, `3 min 5 s`, `2 h 10 min`."""
    whole = max(round(seconds), 0)
    if whole < 60:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    return f"{minutes} min {rest} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"


def _composer(watch: Watch, thread_id: str, running: str | None, now: float) -> tuple[Watch, TurnEnded | None]:
    before = watch.running.get(thread_id)
    if before is not None and before.turn_id == running:
        return watch, None
    ended = None
    if before is not None:
        watch, ended = _ended(watch, before, thread_id, {}, now)
    if running is not None:
        watch = replace(watch, running={**watch.running, thread_id: Run(running, now)})
    return watch, ended


def _ended(watch: Watch, run: Run, thread_id: str, event: Event, now: float) -> tuple[Watch, TurnEnded | None]:
    running = {key: one for key, one in watch.running.items() if one.turn_id != run.turn_id}
    if run.turn_id in watch.told:
        return replace(watch, running=running), None
    name = str(event.get("name") or watch.threads.get(thread_id, (0, ""))[1])
    status = str(event.get("status") or watch.statuses.get(run.turn_id, "completed")).lower()
    left = {key: one for key, one in watch.statuses.items() if key != run.turn_id}
    told = (*watch.told, run.turn_id)[-REMEMBERED:]
    return replace(watch, running=running, told=told, statuses=left), TurnEnded(
        thread_id, name, status, now - run.since
    )


def _statuses(watch: Watch, rows: list[Any]) -> dict[str, str]:
    """How turns ended, by the rows that close them; one that was completed has none."""
    found = dict(watch.statuses)
    for row in rows:
        if row is not None and row.get("kind") == "end":
            words: dict[str, Any] = row.get("title_words") or {}
            found[str(row.get("turn_id"))] = str(words.get("id") or row.get("title")).removeprefix("row.ended_")
    return dict(list(found.items())[-REMEMBERED:])


def _list(event: Event, name: str) -> list[Any]:
    return event.get(name) or []


def _patched(watch: Watch, patches: list[Any]) -> dict[str, tuple[int, str]]:
    found = dict(watch.threads)
    for patch in patches:
        if patch.get("op") == "put":
            found |= _threads([patch["node"]])
        elif patch.get("op") == "drop":
            found.pop(str(patch.get("id")), None)
    return found


def _threads(nodes: list[Any]) -> dict[str, tuple[int, str]]:
    """All threads below; without recursion, since folders may be nested deeply."""
    found: dict[str, tuple[int, str]] = {}
    left = list(nodes)
    while left:
        node = left.pop()
        if node.get("kind") == "thread":
            found[str(node["id"])] = (int(node.get("updated_at") or 0), str(node["name"]))
        left.extend(_list(node, "children"))
    return found
