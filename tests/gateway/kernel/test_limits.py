"""Limits of the process: open files, how long a thread waits for the interpreter, when garbage is looked for."""

import gc
import resource
import sys

import pytest

from portico.gateway.kernel.limits import (
    COLLECT_AFTER,
    SWITCH_SECONDS,
    raise_file_limit,
    shorten_thread_switches,
    spare_collections,
)


def test_the_limit_is_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = list[tuple[int, int]]()

    def limits(_: int) -> tuple[int, int]:
        return 256, 4096

    def take(_: int, wanted: tuple[int, int]) -> None:
        asked.append(wanted)

    monkeypatch.setattr(resource, "getrlimit", limits)
    monkeypatch.setattr(resource, "setrlimit", take)
    raise_file_limit()
    assert asked == [(4096, 4096)]


def test_a_system_that_refuses_is_no_crash(monkeypatch: pytest.MonkeyPatch) -> None:
    def limits(_: int) -> tuple[int, int]:
        return 256, -1

    asked = list[tuple[int, int]]()

    def refuse(_: int, wanted: tuple[int, int]) -> None:
        asked.append(wanted)
        raise ValueError(wanted)

    monkeypatch.setattr(resource, "getrlimit", limits)
    monkeypatch.setattr(resource, "setrlimit", refuse)
    raise_file_limit()
    assert asked == [(-1, -1)]


def test_threads_wait_less_for_the_interpreter() -> None:
    before = sys.getswitchinterval()
    try:
        shorten_thread_switches()
        assert sys.getswitchinterval() == pytest.approx(SWITCH_SECONDS)  # pyright: ignore[reportUnknownMemberType]
    finally:
        sys.setswitchinterval(before)


def test_what_a_start_made_is_not_looked_at_again() -> None:
    before = gc.get_threshold()
    try:
        spare_collections()
        assert gc.get_threshold() == COLLECT_AFTER
        assert gc.get_freeze_count() > 0
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()
