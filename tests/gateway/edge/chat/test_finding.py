"""Runs by their ids: their states, and streams that go on (chat-http H8)."""

from pathlib import Path

import anyio
import pytest

from tests.interaction.chat.client import Chat, Stream, chat_gateway
from tests.interaction.chat.reading import Sent
from tests.kit.vendors import MODEL

RUNNING = ["queued", "running", "done"]


async def told(chat: Chat, run: str, last: str | None = None) -> list[Sent]:
    async with chat.resumed(run, last) as stream:
        await stream.end()
        return stream.events


async def over(chat: Chat, message: str = "hello", conversation: str = "c") -> Stream:
    """The stream of a run that has ended."""
    async with chat.stream(message, conversation) as stream:
        await stream.end()
        return stream


@pytest.mark.promise("chat.runs")
async def test_a_run_says_what_it_is_doing(tmp_path: Path) -> None:
    async with chat_gateway(tmp_path) as chat:
        gate, states = anyio.Event(), list[str]()
        chat.site.vendor.script("first", chat.site.vendor.says("one", gate))
        async with chat.stream("first") as first, chat.stream("second") as second:
            run = (await second.first("ready")).data["runId"]
            queued = await chat.state(run)
            states.append(queued["state"])
            assert queued["queued"] == 1
            async with chat.resumed(run) as waiting:
                assert (await waiting.first("ready")).data["queued"] == 1
                states.append((await chat.state((await first.first("ready")).data["runId"]))["state"])
                gate.set()
                await first.end()
                assert await waiting.end() == await second.end()
        ended = await chat.state(run)
        states.append(ended["state"])
        assert ended["done"] == second.events[-1].data
    assert states == RUNNING


@pytest.mark.promise("chat.runs")
async def test_a_run_that_failed_says_so(tmp_path: Path) -> None:
    async with chat_gateway(tmp_path) as chat:
        chat.site.vendor.script("hello", chat.site.vendor.breaks("part", ending="close"))
        stream = await over(chat)
        assert stream.events[-1].name == "error"
        state = await chat.state(stream.events[0].data["runId"])
        assert (state.status, state["state"], state["error"]) == (200, "error", stream.events[-1].data)


@pytest.mark.promise("chat.resume")
async def test_a_stream_goes_on_behind_every_event(tmp_path: Path) -> None:
    async with chat_gateway(tmp_path) as chat:
        (chat.site.root / "a").write_text("alpha")
        vendor = chat.site.vendor
        vendor.script("hello", vendor.calls(("read_file", {"path": "a"}), text="I look."), vendor.says("It is ", "a."))
        uncut = (await over(chat)).events
        await over(chat, "another run of the thread")
        run = uncut[0].data["runId"]
        for place, event in enumerate(uncut[:-1]):
            rest = await told(chat, run, event.id)
            assert (rest[0].name, rest[0].id) == ("ready", event.id)
            assert rest[1:] == uncut[place + 1 :]
        async with chat.resumed(run, uncut[-1].id) as nothing:
            assert (nothing.response.status, await nothing.response.read()) == (204, b"")


@pytest.mark.promise("chat.resume")
async def test_a_running_stream_goes_on(tmp_path: Path) -> None:
    async with chat_gateway(tmp_path) as chat:
        gate = anyio.Event()
        chat.site.vendor.script("hello", chat.site.vendor.says("one ", gate, "two"))
        async with chat.stream("hello", onDisconnect="continue") as stream:
            await stream.shown("one ")
            stream.leave()
        had = stream.events
        async with chat.resumed(had[0].data["runId"], had[-1].id) as rest:
            await rest.first("ready")
            gate.set()
            assert (await rest.end()).data["assistantText"] == "one two"
        assert (stream.text, rest.text) == ("one ", "two")


@pytest.mark.promise("chat.resume")
@pytest.mark.parametrize("last", ["x", "nobody:5", "{epoch}:999999", "{epoch}:-1", "{epoch}:1.x"])
async def test_an_id_that_is_not_known_begins_anew(tmp_path: Path, last: str) -> None:
    async with chat_gateway(tmp_path) as chat:
        uncut = (await over(chat)).events
        run, epoch = uncut[0].data["runId"], (uncut[0].id or "").partition(":")[0]
        again = await told(chat, run, last.format(epoch=epoch))
        assert (again[0].name, again[0].data) == ("reset", {"runId": run})
        assert again[1].id == uncut[0].id
        assert again[2:] == uncut[1:]


async def test_an_id_from_before_the_run_gets_the_whole_of_it(tmp_path: Path) -> None:
    async with chat_gateway(tmp_path) as chat:
        earlier = (await over(chat)).events
        uncut = (await over(chat, "again")).events
        again = await told(chat, uncut[0].data["runId"], earlier[2].id)
        assert again[1:] == uncut[1:]


async def test_the_place_may_stand_in_the_query(tmp_path: Path) -> None:
    async with chat_gateway(tmp_path) as chat:
        uncut = (await over(chat)).events
        path = f"/v1/chat/runs/{uncut[0].data['runId']}/stream?last_event_id={uncut[2].id}"
        async with chat.open("GET", path) as stream:
            await stream.end()
        assert stream.events[1:] == uncut[3:]


@pytest.mark.parametrize("run", ["x", "x.y", "{thread}.nothing", "{thread}.", "a%2Fb.c", "x.%00"])
async def test_runs_that_are_not_there(tmp_path: Path, run: str) -> None:
    async with chat_gateway(tmp_path) as chat:
        thread = (await over(chat)).events[0].data["sessionId"]
        for path in ("", "/stream"):
            answer = await chat.get(f"/v1/chat/runs/{run.format(thread=thread)}{path}")
            assert (answer.status, answer["code"]) == (404, "run_not_found")


async def test_the_turns_of_a_thread_that_is_no_conversation_are_no_runs(tmp_path: Path) -> None:
    async with chat_gateway(tmp_path) as chat, chat.site.peer() as peer:
        await peer.thread()
        await peer.turn("u1", f"hello {MODEL}")
        assert (await chat.state("t1.u1")).status == 404


async def test_a_turn_that_another_client_started_is_a_run(tmp_path: Path) -> None:
    async with chat_gateway(tmp_path) as chat, chat.site.peer() as peer:
        thread = (await chat.post("/v1/conversations", {"conversationId": "c"}))["sessionId"]
        await peer.start("u1", "from the terminal", thread)
        state = await chat.state(f"{thread}.u1")
        assert state["conversationId"] == "c"
        events = await told(chat, f"{thread}.u1")
        assert events[-1].data["assistantText"] == "ok"


async def test_a_deleted_run_is_gone(tmp_path: Path) -> None:
    async with chat_gateway(tmp_path) as chat:
        run = (await over(chat)).events[0].data["runId"]
        await chat.call("DELETE", "/v1/conversations/c")
        assert (await chat.state(run)).status == 404
