"""The soft limit of open files is raised to the hard one."""

import resource

import pytest

from portico.gateway.kernel.limits import raise_file_limit


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

    def refuse(_: int, wanted: tuple[int, int]) -> None:
        raise ValueError(wanted)

    monkeypatch.setattr(resource, "getrlimit", limits)
    monkeypatch.setattr(resource, "setrlimit", refuse)
    raise_file_limit()
