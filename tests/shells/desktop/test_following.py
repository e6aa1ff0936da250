"""Following a real gateway: its folders, its turns, its end."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import anyio
import pytest

from portico.shells.desktop import following
from portico.shells.desktop.following import Follower, Seat
from portico.shells.desktop.watching import TurnEnded
from tests.kit.gateways import Site, gateway, until
from tests.shells.desktop.rig import boundary


class Ears:
    def __init__(self) -> None:
        self.turns: list[TurnEnded] = []
        self.skews: list[str] = []
        self.came = anyio.Event()

    async def ended(self, turn: TurnEnded) -> None:
        self.turns.append(turn)
        self.came.set()

    async def skewed(self, words: str) -> None:
        self.skews.append(words)
        self.came.set()


@asynccontextmanager
async def following_(site: Site, folder: Path, ears: Ears) -> AsyncGenerator[Follower]:
    async with boundary(folder) as made, anyio.create_task_group() as group:
        follower = Follower(made, ears.ended, ears.skewed)
        group.start_soon(follower.follow, Seat("Test", site.url, site.token))
        yield follower
        group.cancel_scope.cancel()


async def test_a_turn_in_a_thread_that_is_made_later_is_told(tmp_path: Path) -> None:
    ears = Ears()
    async with gateway(tmp_path) as site, following_(site, tmp_path, ears) as follower, site.peer() as peer:
        held = anyio.Event()
        site.vendor.script("think", site.vendor.says("long ", held, "answer"))
        await until(lambda: follower.roots != ())
        await peer.thread("t1", name="Plan")
        await peer.start("u1", "think")
        await peer.shown("u1", "long")
        await until(lambda: "t1" in follower.watch.running)
        held.set()
        await peer.ended("u1")
        await ears.came.wait()
    assert [(one.thread_id, one.name, one.status) for one in ears.turns] == [("t1", "Plan", "completed")]


async def test_a_version_that_does_not_fit_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def too_new(_: str) -> str:
        return "gateway_too_new"

    monkeypatch.setattr(following, "state_of", too_new)
    ears = Ears()
    async with gateway(tmp_path) as site, following_(site, tmp_path, ears):
        await ears.came.wait()
    assert "newer than this client understands" in ears.skews[0]


async def test_a_credential_that_is_not_taken_ends_it(tmp_path: Path) -> None:
    ears = Ears()
    async with gateway(tmp_path) as site, boundary(tmp_path) as made:
        follower = Follower(made, ears.ended, ears.skewed)
        await follower.follow(Seat("Test", site.url, "wrong"))
        assert follower.roots == ()


async def test_a_gateway_that_is_not_there_is_tried_again(tmp_path: Path) -> None:
    ears, tries = Ears(), anyio.Event()

    async def sleep(_: float) -> None:
        tries.set()
        await anyio.sleep_forever()

    async with boundary(tmp_path) as made, anyio.create_task_group() as group:
        follower = Follower(made, ears.ended, ears.skewed, sleep=sleep)
        group.start_soon(follower.follow, Seat("Test", "http://127.0.0.1:1", "t"))
        with anyio.fail_after(5):
            await tries.wait()
        group.cancel_scope.cancel()


def test_a_seat_does_not_print_its_token() -> None:
    assert "secret" not in repr(Seat("a", "b", "secret"))
