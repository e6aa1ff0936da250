"""What a shell has open, and what it is told."""

from pathlib import Path

import anyio
import msgspec
import pytest

from portico.boundary import desk as module
from portico.boundary.answers import Refused
from tests.boundary.shells import shell, started
from tests.gateway.main.rig import rehearsing
from tests.kit.gateways import gateway


async def test_a_cursor_leads_on_after_the_thread_was_closed_and_opened(tmp_path: Path) -> None:
    async with started(tmp_path) as one:
        id_ = (await one.ok("thread_create"))["id"]
        await one.ok("active_thread_open", thread_id=id_)
        await one.poll()
        await one.ok("active_thread_close", thread_id=id_)
        await one.ok("active_thread_close", thread_id=id_)
        await one.ok("active_thread_open", thread_id=id_, cursor=one.cursors[id_])
        await one.ok("composer_send", thread_id=id_, text="/say back")
        await one.until(lambda: "back" in one.texts(id_, "assistant"))
        assert one.count["timeline"] == 1
        await one.ok("active_thread_open", thread_id=id_)
        await one.poll()
        assert one.count["timeline"] == 2


async def test_events_come_no_more_than_asked_for_and_the_rest_later(tmp_path: Path) -> None:
    async with started(tmp_path) as one:
        ids = [(await one.ok("thread_create"))["id"] for _ in range(3)]
        for id_ in ids:
            await one.ok("active_thread_open", thread_id=id_)
        await one.until(lambda: len(one.rows) == 3)
        assert set(one.rows) == set(ids)


async def test_a_deleted_thread_is_told_once(tmp_path: Path) -> None:
    async with started(tmp_path) as one:
        id_ = (await one.ok("thread_create"))["id"]
        await one.ok("active_thread_open", thread_id=id_)
        await one.poll()
        await one.ok("thread_delete", thread_id=id_)
        await one.until(lambda: "thread_gone" in one.seen)
        await one.poll()
        assert one.count["thread_gone"] == 1
        await one.ok("active_thread_close", thread_id=id_)


async def test_waiting_for_events_ends_with_the_time(tmp_path: Path) -> None:
    async with started(tmp_path) as one:
        await one.poll()
        assert await one.boundary.desk.next_events(10, 0.001) == []


async def test_leaving_closes_everything(tmp_path: Path) -> None:
    async with started(tmp_path) as one:
        id_ = (await one.ok("thread_create"))["id"]
        await one.ok("active_thread_open", thread_id=id_)
        await one.ok("gateway_disconnect")
        await one.ok("gateway_disconnect")
        assert one.boundary.desk.events(10) == []
        with pytest.raises(Refused):
            _ = one.boundary.desk.link


async def test_a_workspace_is_needed_first(tmp_path: Path) -> None:
    async with gateway(tmp_path, rehearsing()) as site, shell(site) as one:
        await one.ok("gateway_connect")
        assert (await one.failed("thread_create"))["code"] == "not_bootstrapped"


async def test_a_thread_that_is_opened_twice_at_once_is_open_once(tmp_path: Path) -> None:
    async with started(tmp_path) as one:
        id_ = (await one.ok("thread_create"))["id"]
        async with anyio.create_task_group() as group:
            for _ in range(3):
                group.start_soon(one.boundary.desk.open, id_, None)
        assert one.boundary.desk.opened[id_].thread.users == 1


async def test_a_shell_has_so_many_threads_open_and_no_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_OPENED", 1)
    async with started(tmp_path) as one:
        first, second = [(await one.ok("thread_create"))["id"] for _ in range(2)]
        await one.ok("active_thread_open", thread_id=first)
        await one.ok("active_thread_open", thread_id=first)
        assert (await one.failed("active_thread_open", thread_id=second))["code"] == "too_many_open"
        await one.ok("active_thread_close", thread_id=first)
        await one.ok("active_thread_open", thread_id=second)


async def test_a_thread_with_much_to_tell_lets_the_others_tell(tmp_path: Path) -> None:
    async with started(tmp_path) as one:
        ids = [(await one.ok("thread_create"))["id"] for _ in range(2)]
        for id_ in ids:
            await one.ok("active_thread_open", thread_id=id_)
        desk = one.boundary.desk
        desk.events(1_000)
        told: list[set[str]] = []
        for _ in range(2):
            # both have something to tell at each turn
            for opened in desk.opened.values():
                opened.cursor = None
            told.append({str(msgspec.json.decode(msgspec.json.encode(it))["thread_id"]) for it in desk.events(1)})
        assert [len(each) for each in told] == [1, 1]
        assert told[0] | told[1] == set(ids)
