"""A gateway that keeps no conversations: nothing that was said reaches its home, what was set outlives it."""

from pathlib import Path
from typing import Any

import anyio
import pytest
from aiohttp import ClientSession

from portico.shells.cli.prompt import PROMPT
from tests.e2e.processes import Place, Up, place
from tests.e2e.terminal import CTRL_D, desk
from tests.kit.gateways import Peer, dialled

MARKER = "the-heron-stands-in-the-reeds"
SAYS = {"type": "text", "text": f"repeat {MARKER}"}
BIG = f"for n in $(seq 20000); do echo {MARKER} $n; done"
"""More than a model reads: the whole output goes where big outputs go."""


def files_with(marker: str, *folders: Path) -> list[str]:
    """Files below `folders` that hold `marker`, or are named by it."""
    found = [path for folder in folders for path in folder.rglob("*")]
    named = [str(path) for path in found if marker in path.name]
    return named + [str(path) for path in found if path.is_file() and marker.encode() in path.read_bytes()]


def forgetful(here: Place) -> Path:
    """Variables of a gateway that keeps nothing; the folder for its temporary files."""
    temporary = here.folder / "temporary"
    temporary.mkdir()
    here.more = {"SESSION_PERSIST": "false", "TMPDIR": str(temporary), "SQLITE_TMPDIR": str(temporary)}
    return temporary


async def talk(here: Place, peer: Peer) -> None:
    """The marker in a thread's name, a prompt, a tool's arguments and output, an answer, a queued prompt, a folder."""
    call = ("exec_command", {"command": ["sh", "-c", BIG]})
    here.vendor.script("repeat", here.vendor.calls(call), here.vendor.says(MARKER, " indeed"))
    await peer.thread(name=MARKER)
    turn = await peer.turn("u1", "", input=[SAYS])
    assert turn["status"] == "Completed", turn
    assert peer.text("u1") == f"{MARKER} indeed"
    assert MARKER in str(peer.items("u1", "command_execution") or peer.items("u1"))
    here.vendor.script("wait", here.vendor.says("so far", anyio.Event()))
    await peer.start("u2", "wait")
    await peer.shown("u2", "so far")
    await peer.start("u3", MARKER, when_busy="queue")
    workspace_id = (await peer.call("workspace/default"))["workspace"]["id"]
    await peer.call("thread/folder/create", folder_id="f1", workspace_id=workspace_id, name=MARKER)
    await peer.call("workspace/create", workspace_id="w-new", name=MARKER)


async def chat(here: Place, up: Up, conversation_id: str, message: str) -> Any:
    """What `/v1/chat` answers."""
    body = {"conversationId": conversation_id, "message": message}
    headers = {"authorization": f"Bearer {here.home.token()}"}
    async with (
        ClientSession(up.told["url"], headers=headers) as session,
        session.post("/v1/chat", json=body) as answer,
    ):
        assert answer.status == 200, await answer.text()
        return await answer.json()


async def conversations(here: Place, up: Up) -> list[Any]:
    headers = {"authorization": f"Bearer {here.home.token()}"}
    async with ClientSession(up.told["url"], headers=headers) as session, session.get("/v1/conversations") as answer:
        return (await answer.json())["conversations"]


async def change(peer: Peer) -> str:
    """A setting, a provider's address and a token; the token."""
    await peer.call("settings/update", update={"general": {"default_model": "m-kept"}})
    workspace_id = (await peer.call("workspace/default"))["workspace"]["id"]
    await peer.call("provider/configure", workspace_id=workspace_id, provider="vllm", base_url="http://127.0.0.1:1/v1")
    return (await peer.call("token/issue", name="phone", scopes=["read", "chat"]))["secret"]


async def check_kept(up: Up, secret: str) -> None:
    """What `change` did holds; with the token of it."""
    async with dialled(up.told["ws"], additional_headers={"authorization": f"Bearer {secret}"}) as peer:
        await peer.call("gateway/info")
    async with up.peer() as peer:
        settings = (await peer.call("settings/get"))["settings"]
        assert settings["general"]["default_model"] == "m-kept"
        assert [token["name"] for token in (await peer.call("token/list"))["tokens"]] == ["phone"]
        workspace_id = (await peer.call("workspace/default"))["workspace"]["id"]
        providers = (await peer.call("provider/list", workspace_id=workspace_id))["providers"]
        assert [p["base_url"] for p in providers if p["name"] == "vllm"] == ["http://127.0.0.1:1/v1"]


async def threads(peer: Peer) -> list[str]:
    workspace_id = (await peer.call("workspace/default"))["workspace"]["id"]
    return [thread["id"] for thread in (await peer.call("thread/tree", workspace_id=workspace_id))["threads"]]


def test_a_terminal_keeps_no_history_then(tmp_path: Path) -> None:
    with desk(tmp_path) as it:
        it.environ["SESSION_PERSIST"] = "0"
        terminal = it.open("chat")
        terminal.wait_for(PROMPT)
        terminal.type(f"/say {MARKER}\n")
        terminal.wait_for("rehearsal/rehearsal")
        terminal.wait_for(PROMPT)
        terminal.type(CTRL_D)
        assert terminal.leave() == 0
    assert files_with(MARKER, tmp_path) == []


async def one_run(here: Place, turn_id: str) -> tuple[bool, str, list[str]]:
    """A gateway with a turn, stopped well: whether it keeps threads, its epoch, and the threads that it found."""
    async with here.up() as up:
        async with up.peer() as peer:
            info = (await peer.call("gateway/info"))["gateway"]
            found = await threads(peer)
            await peer.thread()
            await peer.turn(turn_id, "hello")
        up.stop()
        assert await up.process.wait() == 0
    return info.get("is_persistent", True), info["epoch"], found


@pytest.mark.promise("memory.forgets")
async def test_nothing_that_was_said_reaches_the_home_and_what_was_set_stays(tmp_path: Path) -> None:
    async with place(tmp_path) as here:
        temporary = forgetful(here)
        async with here.up() as up, up.peer() as peer:
            await talk(here, peer)
            secret = await change(peer)
            told = await chat(here, up, f"slack:{MARKER}", f"said {MARKER}")
            assert (told["assistantText"], told.get("sessionFile")) == ("ok", None)
            assert [one.get("sessionFile") for one in await conversations(here, up)] == [None]
            assert files_with(MARKER, here.home.path, temporary) == []
            assert not here.home.blobs.exists()
            up.kill()
            await up.process.wait()
        assert files_with(MARKER, here.home.path, temporary) == []
        async with here.up() as up:
            await check_kept(up, secret)
            assert await conversations(here, up) == []
            async with up.peer() as peer:
                assert await threads(peer) == []
                workspaces = (await peer.call("workspace/list"))["workspaces"]
                assert [workspace["id"] for workspace in workspaces if workspace["name"] == MARKER] == []
                await peer.call("settings/update", update={"general": {"default_model": "m-1"}})
            up.stop()
            assert await up.process.wait() == 0
        here.more = {}
        async with here.up() as up, up.peer() as peer:
            assert (await peer.call("settings/get"))["settings"]["general"]["default_model"] == "m-1"
            assert await threads(peer) == []


async def test_what_was_kept_before_waits_for_a_gateway_that_keeps(tmp_path: Path) -> None:
    async with place(tmp_path) as here:
        kept = await one_run(here, "u1")
        assert kept == (True, kept[1], [])
        forgetful(here)
        first, second = await one_run(here, "u2"), await one_run(here, "u2")
        assert [run[0::2] for run in (first, second)] == [(False, []), (False, [])]
        assert len({run[1] for run in (kept, first, second)}) == 3
        here.more = {}
        async with here.up() as up, up.peer() as peer:
            assert (await peer.call("gateway/info"))["gateway"]["epoch"] == kept[1]
            assert await threads(peer) == ["t1"]
            turns = {event.get("turn_id") for event in await peer.history()}
            assert turns - {None} == {"u1"}


async def test_with_postgresql_it_does_not_start(tmp_path: Path) -> None:
    async with place(tmp_path) as here:
        here.home.create()
        here.home.config_file.write_text('[store]\nurl = "postgresql://127.0.0.1:1/portico"\n')
        line = here.refused(SESSION_PERSIST="false")
        assert "PostgreSQL" in line
