"""A thread's events over HTTP: where they begin, what they say, how they end."""

from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import anyio
import msgspec
import pytest

from tests.kit.events import Event, EventReader, events
from tests.kit.gateways import Peer, Site, gateway

pytestmark = pytest.mark.promise("http.thread-events")


@asynccontextmanager
async def spoken(folder: Path) -> AsyncGenerator[tuple[Site, Peer]]:
    """A gateway with a thread of one whole turn."""
    async with gateway(folder) as site, site.peer() as peer:
        await peer.thread()
        site.vendor.script("hello", site.vendor.says("one ", "two ", "ünïcode\n"))
        await peer.turn("u1", "hello")
        yield site, peer


def following(
    site: Site, query: str = "", last: str | None = None, *, thread: str = "t1", token: str | None = None
) -> AbstractAsyncContextManager[EventReader]:
    headers = site.bearer(token)
    if last is not None:
        headers["last-event-id"] = last
    return events(f"{site.url}/v1/threads/{thread}/events{query}", headers)


def epoch(site: Site) -> str:
    return site.it.gateway.log.epoch


def ready(site: Site, version: int) -> Event:
    told = {"threadId": "t1", "epoch": epoch(site), "version": version}
    return Event("ready", f"{epoch(site)}:{version}", msgspec.json.encode(told).decode())


async def test_a_stream_begins_at_the_head_and_says_what_is_stored(tmp_path: Path) -> None:
    async with spoken(tmp_path) as (site, peer):
        before = await peer.history()
        async with following(site) as reader:
            assert reader.headers["content-type"] == "text/event-stream; charset=utf-8"
            assert (reader.headers["cache-control"], reader.headers["x-accel-buffering"]) == ("no-store", "no")
            assert await reader.next() == ready(site, len(before))
            await peer.turn("u2", "hello")
            rest = (await peer.history())[len(before) :]
            told = await reader.take(len(rest))
        assert [event.json for event in told] == rest
        assert {event.name for event in told} == {""}
        assert [event.id for event in told] == [f"{epoch(site)}:{event['version']}" for event in rest]


async def test_a_client_that_was_cut_anywhere_misses_nothing_and_gets_nothing_twice(tmp_path: Path) -> None:
    async with spoken(tmp_path) as (site, peer):
        history = await peer.history()
        for version in range(len(history)):
            async with following(site, last=f"{epoch(site)}:{version}") as reader:
                assert await reader.next() == ready(site, version)
                assert [event.json for event in await reader.take(len(history) - version)] == history[version:]
        head = len(history)
        for query in ("?after=3", f"?last_event_id={epoch(site)}:3"):
            async with following(site, query) as reader:
                assert await reader.next() == ready(site, 3)
                assert len(await reader.take(head - 3)) == head - 3
            # an address that is kept does not count when the browser knows better
            async with following(site, query, last=f"{epoch(site)}:{head}") as reader:
                assert await reader.next() == ready(site, head)


@pytest.mark.parametrize("bad", ["another:1", "{epoch}:99999", "{epoch}:-1", "{epoch}:", "1", "", "?after=99999"])
async def test_a_place_that_is_none_of_ours_begins_anew_at_the_head(tmp_path: Path, bad: str) -> None:
    async with spoken(tmp_path) as (site, peer):
        head = len(await peer.history())
        is_query = bad.startswith("?")
        last = None if is_query else bad.format(epoch=epoch(site))
        async with following(site, bad if is_query else "", last=last) as reader:
            first, second = await reader.take(2)
            assert first == ready(site, head)
            assert (second.name, second.json) == ("reset", {"epoch": epoch(site), "version": head})
            await peer.turn("u2", "hello")
            assert [event.json["version"] for event in await reader.take(1)] == [head + 1]


@pytest.mark.parametrize(
    ("thread", "query", "token", "expected"),
    [
        ("t2", "", None, (404, "thread_not_found")),
        ("a%2Fb", "", None, (404, "thread_not_found")),
        ("a" * 65, "", None, (404, "thread_not_found")),
        ("%00", "", None, (404, "thread_not_found")),
        ("%ff", "", None, (400, "invalid")),
        ("t1", "?after=x", None, (400, "invalid")),
        ("t1", "?after=-1", None, (400, "invalid")),
        ("t1", "?after=1.5", None, (400, "invalid")),
        ("t1", "?after=99999999999999999999", None, (400, "invalid")),
        ("t1", "?after=1&after=2", None, (400, "invalid")),
        ("t1", "?last_event_id=%ff", None, (400, "invalid")),
        ("t1", "", "wrong", (401, "invalid_credential")),
    ],
)
async def test_refusals(tmp_path: Path, thread: str, query: str, token: str | None, expected: tuple[int, str]) -> None:
    async with spoken(tmp_path) as (site, _), following(site, query, thread=thread, token=token) as reader:
        assert (reader.status, (await reader.body())["code"]) == expected


async def test_reading_needs_its_scope(tmp_path: Path) -> None:
    async with spoken(tmp_path) as (site, peer):
        made = await peer.call("token/issue", scopes=["chat", "agent", "admin"])
        async with following(site, token=made["secret"]) as reader:
            assert (reader.status, (await reader.body())["code"]) == (403, "denied")


async def test_a_deleted_thread_says_so_and_ends(tmp_path: Path) -> None:
    async with spoken(tmp_path) as (site, peer), following(site) as reader:
        await reader.next()
        workspace = (await peer.call("workspace/default"))["workspace"]["id"]
        await peer.call("thread/delete", workspace_id=workspace, thread_id="t1")
        assert await reader.rest() == [Event("closed", "", '{"threadId":"t1"}')]
    assert site.it.gateway.app.streams.count == 0


async def test_a_revoked_token_ends_its_streams(tmp_path: Path) -> None:
    async with spoken(tmp_path) as (site, peer):
        made = await peer.call("token/issue", scopes=["read"])
        async with following(site, token=made["secret"]) as mine, following(site) as other:
            await mine.next()
            await other.next()
            await peer.call("token/revoke", token_id=made["token"]["id"])
            last = await mine.rest()
            assert [(event.name, event.json["code"], event.json["retryable"]) for event in last] == [
                ("error", "invalid_credential", False)
            ]
            await peer.turn("u2", "hello")
            assert len(await other.take(1)) == 1


async def test_watchers_of_one_thread_get_the_same_bytes(tmp_path: Path) -> None:
    seen: list[list[Event]] = []

    async def watch(site: Site, group_ready: anyio.Semaphore) -> None:
        async with following(site) as reader:
            first = await reader.take(1)
            group_ready.release()
            seen.append([*first, *await reader.take(5)])

    async with spoken(tmp_path) as (site, peer), anyio.create_task_group() as group:
        watching = anyio.Semaphore(0)
        for _ in range(10):
            group.start_soon(watch, site, watching)
        for _ in range(10):
            await watching.acquire()
        await peer.turn("u2", "hello")
    assert len(seen) == 10
    assert all(told == seen[0] for told in seen)
