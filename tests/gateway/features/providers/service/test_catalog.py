"""Model lists: never worse by a failed refresh, never waited for when there is one."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import anyio
import pytest

from portico.gateway.features.providers import Authority
from portico.gateway.features.providers.service import catalog as module
from portico.gateway.features.providers.service.catalog import FRESH_SECONDS, RETRY_SECONDS, TOO_SLOW, Catalog, Listed
from portico.gateway.kernel.errors import Denied, Unavailable
from portico.gateway.log import Batch, Written
from portico.gateway.log.writer import LogWriter
from tests.kit.providers import FakeLists, ProviderHome, ProviderWorld

OPENAI = Authority("openai", "chat_completions", "https://a", "definition", "k")


def ids(listed: Listed) -> list[str]:
    return [model.id for model in listed.models]


def entries(*names: str) -> list[Any]:
    return [{"id": name} for name in names]


def catalog(home: ProviderHome) -> Catalog:
    return Catalog(home.needs, home.providers.refresher)


async def test_the_first_reader_waits_and_the_next_does_not_ask(tmp_path: Path) -> None:
    async with ProviderWorld(tmp_path, FakeLists(openai=entries("a", "b"))).start() as home:
        known = catalog(home)
        assert known.peek(("w", "openai"), "print") is None
        assert ids(await known.read("w", OPENAI, "print")) == ["a", "b"]
        assert ids(await known.read("w", OPENAI, "print")) == ["a", "b"]
        assert len(home.lists.asked) == 1


async def test_readers_at_once_ask_once(tmp_path: Path) -> None:
    async with ProviderWorld(tmp_path, FakeLists(openai=entries("a"))).start() as home:
        known, found = catalog(home), list[list[str]]()
        home.lists.gate = anyio.Event()

        async def read() -> None:
            found.append(ids(await known.read("w", OPENAI, "print")))

        async with anyio.create_task_group() as group:
            group.start_soon(read)
            group.start_soon(read)
            await anyio.wait_all_tasks_blocked()
            home.lists.gate.set()
        assert found == [["a"], ["a"]]
        assert len(home.lists.asked) == 1


async def test_an_old_list_is_answered_at_once_and_refreshed_behind(tmp_path: Path) -> None:
    async with ProviderWorld(tmp_path, FakeLists(openai=entries("a"))).start() as home:
        known = catalog(home)
        await known.read("w", OPENAI, "print")
        home.clock.advance(FRESH_SECONDS)
        home.lists.answers["openai"] = entries("new")
        home.lists.gate = anyio.Event()
        assert ids(await known.read("w", OPENAI, "print")) == ["a"]
        home.lists.gate.set()
        await anyio.wait_all_tasks_blocked()
        assert await settled(known) == ["new"]


async def settled(known: Catalog) -> list[str]:
    """The list once the refresh that runs has been stored."""
    with anyio.fail_after(5):
        while True:
            listed = await known.read("w", OPENAI, "print")
            if ids(listed) != ["a"]:
                return ids(listed)
            await anyio.wait_all_tasks_blocked()


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (Unavailable("the provider cannot be reached"), "the provider cannot be reached"),
        (Denied("the provider refuses the key"), "the provider refuses the key"),
        ([], "the provider's list of models is empty"),
        ([None, {"x": 1}], "the provider's list of models is empty"),
    ],
)
async def test_a_failed_or_empty_refresh_keeps_the_good_list(
    tmp_path: Path, answer: list[Any] | Unavailable, error: str
) -> None:
    async with ProviderWorld(tmp_path, FakeLists(openai=entries("a"))).start() as home:
        known = catalog(home)
        await known.read("w", OPENAI, "print")
        home.clock.advance(FRESH_SECONDS)
        home.lists.answers["openai"] = answer
        await known.read("w", OPENAI, "print")
        await anyio.wait_all_tasks_blocked()
        assert (await known.read("w", OPENAI, "print")).error == error
        assert ids(await known.read("w", OPENAI, "print")) == ["a"]
        assert len(home.lists.asked) == 2
        home.clock.advance(RETRY_SECONDS)
        home.lists.answers["openai"] = entries("b")
        await known.read("w", OPENAI, "print")
        assert await settled(known) == ["b"]
        assert (await known.read("w", OPENAI, "print")).error is None


async def test_without_a_good_list_the_error_is_told_and_not_asked_again_at_once(tmp_path: Path) -> None:
    async with ProviderWorld(tmp_path, FakeLists(openai=Denied("the provider refuses the key"))).start() as home:
        known = catalog(home)
        for _ in range(3):
            assert await known.read("w", OPENAI, "print") == Listed([], "the provider refuses the key")
        assert len(home.lists.asked) == 1


async def test_another_authority_never_sees_the_list(tmp_path: Path) -> None:
    async with ProviderWorld(tmp_path, FakeLists(openai=entries("a"))).start() as home:
        known = catalog(home)
        await known.read("w", OPENAI, "print")
        home.lists.answers["openai"] = entries("b")
        assert known.peek(("w", "openai"), "other") is None
        assert ids(await known.read("w", OPENAI, "other")) == ["b"]
        assert ids(await known.read("v", OPENAI, "print")) == ["b"]


async def test_the_list_survives_a_restart_and_is_not_asked_for(tmp_path: Path) -> None:
    world = ProviderWorld(tmp_path, FakeLists(openai=entries("a")))
    async with world.start() as home:
        await catalog(home).read("w", OPENAI, "print")
        await home.log.flush()
    async with world.start() as home:
        assert ids(await catalog(home).read("w", OPENAI, "print")) == ["a"]
        assert ids(await catalog(home).read("w", OPENAI, "other")) == ["a"]
    assert len(world.lists.asked) == 2


async def test_a_vendor_that_hangs_is_waited_for_only_so_long(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "FIRST_LIST_SECONDS", 0.0)
    async with ProviderWorld(tmp_path).start() as home:
        home.lists.gate = anyio.Event()
        assert await catalog(home).read("w", OPENAI, "print") == Listed([], TOO_SLOW)


async def test_a_list_that_cannot_be_stored_is_answered_all_the_same(tmp_path: Path) -> None:
    async with ProviderWorld(tmp_path, FakeLists(openai=entries("a"))).start() as home:
        needs = replace(home.needs, log=FullLog(home.log))
        known = Catalog(needs, home.providers.refresher)
        assert ids(await known.read("w", OPENAI, "print")) == ["a"]


class FullLog:
    """A log on a disk that is full: what is there can be read."""

    def __init__(self, log: LogWriter) -> None:
        self.epoch = log.epoch
        self.post, self.room, self.read, self.snapshot = log.post, log.room, log.read, log.snapshot

    async def write(self, batch: Batch) -> Written:
        del batch
        raise Unavailable("the disk is full", code="disk_full")


async def test_at_most_64_lists_are_in_memory(tmp_path: Path) -> None:
    async with ProviderWorld(tmp_path, FakeLists(openai=entries("a"))).start() as home:
        known = catalog(home)
        for number in range(module.KEPT_LISTS + 1):
            await known.read(f"w{number}", OPENAI, "print")
        assert known.peek(("w0", "openai"), "print") is None
        assert known.peek(("w1", "openai"), "print") is not None
        assert ids(await known.read("w0", OPENAI, "print")) == ["a"]
        assert len(home.lists.asked) == module.KEPT_LISTS + 1


async def test_a_cached_list_is_answered_without_waiting_and_refreshed_behind(tmp_path: Path) -> None:
    async with ProviderWorld(tmp_path, FakeLists(openai=entries("a"))).start() as home:
        known = catalog(home)
        home.lists.gate = anyio.Event()
        assert await known.cached("w", OPENAI, "print") == []
        await anyio.wait_all_tasks_blocked()
        assert len(home.lists.asked) == 1
        home.lists.gate.set()
        assert ids(await known.read("w", OPENAI, "print")) == ["a"]
        home.clock.advance(FRESH_SECONDS)
        assert [model.id for model in await known.cached("w", OPENAI, "print")] == ["a"]
        await anyio.wait_all_tasks_blocked()
        assert len(home.lists.asked) == 2
