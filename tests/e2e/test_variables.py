"""Variables of the environment, each by what it does in a gateway that was started with it."""

import socket
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession

from tests.e2e.processes import Place, Up, place
from tests.kit.gateways import dialled

pytestmark = pytest.mark.promise("variables.effect")
TOKEN = "a-long-token-of-the-environment"
ORIGIN = "https://chat.example.org"
BEARER = {"authorization": f"Bearer {TOKEN}"}


@dataclass(frozen=True, slots=True)
class Answer:
    """`error` is what a refusal says, `origin` the page elsewhere that may read it."""

    status: int
    error: str | None
    origin: str | None


async def get(up: Up, path: str, **headers: str) -> Answer:
    async with ClientSession() as session, session.get(up.told["url"] + path, headers=headers) as answer:
        is_json = answer.content_type == "application/json"
        error = (await answer.json()).get("error") if is_json else None
        return Answer(answer.status, error, answer.headers.get("access-control-allow-origin"))


async def asked(here: Place, up: Up, text: str = "hello", **given: Any) -> Any:
    """What the vendor is asked by a turn."""
    async with dialled(up.told["ws"], additional_headers=BEARER) as peer:
        await peer.thread()
        turn = await peer.turn("u1", text, **given)
        assert turn["status"] == "Completed", turn
    return here.vendor.asked[-1].json


def tools_of(body: Any) -> set[str]:
    return {tool["function"]["name"] for tool in body.get("tools", ())}


async def test_where_it_listens_and_who_may_come(tmp_path: Path) -> None:
    async with place(tmp_path) as here:
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = str(free.getsockname()[1])
        here.more = {
            "GATEWAY_HOST": "127.0.0.2",
            "GATEWAY_PORT": port,
            "GATEWAY_CORS_ORIGIN": ORIGIN,
            "GATEWAY_AUTH_TOKEN": TOKEN,
            "GATEWAY_ENABLE_WEB_UI": "no",
        }
        here.flags = ()
        async with here.up() as up:
            assert up.told["url"] == f"http://127.0.0.2:{port}"
            assert await get(up, "/health") == Answer(401, "a credential is needed", ORIGIN)
            assert await get(up, "/health", origin=ORIGIN, **BEARER) == Answer(200, None, ORIGIN)
            foreign = await get(up, "/health", origin="https://elsewhere.example", **BEARER)
            assert foreign.origin != "https://elsewhere.example"
            assert await get(up, "/", **BEARER) == Answer(404, "Web UI disabled", ORIGIN)


async def test_the_page_is_served_unless_a_flag_says_no(tmp_path: Path) -> None:
    async with place(tmp_path) as here:
        async with here.up() as up:
            assert await get(up, "/") == Answer(200, None, None)
            assert (await get(up, "/health", origin=ORIGIN)).origin is None
            up.stop()
            await up.process.wait()
        async with here.up("--no-ui") as up:
            assert await get(up, "/") == Answer(404, "Web UI disabled", None)


async def test_what_a_turn_is_made_of(tmp_path: Path) -> None:
    async with place(tmp_path) as here:
        (tmp_path / "elsewhere").mkdir()
        (tmp_path / "elsewhere" / "found.txt").write_text("found")
        here.more = {
            "GATEWAY_AUTH_TOKEN": TOKEN,
            "MODEL": "m-of-the-environment",
            "CWD": str(tmp_path / "elsewhere"),
            "TOOLS": "list_dir, read_file",
            "SYSTEM_PROMPT": "You are a heron.",
            "APPEND_SYSTEM_PROMPT": "Stand still.",
        }
        here.vendor.script("look", here.vendor.calls(("list_dir", {"path": "."})), here.vendor.says("seen"))
        async with here.up() as up:
            body = await asked(here, up, "look")
        assert (body["model"], tools_of(body)) == ("m-of-the-environment", {"list_dir", "read_file"})
        system = body["messages"][0]
        assert (system["role"], system["content"].startswith("You are a heron.")) == ("system", True)
        assert system["content"].rstrip().endswith("Stand still.")
        assert "found.txt" in body["messages"][-1]["content"]


@pytest.mark.parametrize(("switch", "has_exec", "has_read"), [("none", False, False), ("readonly", False, True)])
async def test_the_tool_switch(tmp_path: Path, switch: str, has_exec: bool, has_read: bool) -> None:
    async with place(tmp_path) as here:
        here.more = {"GATEWAY_AUTH_TOKEN": TOKEN, "TOOLS": switch}
        async with here.up() as up:
            names = tools_of(await asked(here, up))
    assert ("exec_command" in names, "read_file" in names) == (has_exec, has_read)


@pytest.mark.promise("variables.ollama")
async def test_ollama(tmp_path: Path) -> None:
    """The context window goes to the server, and less of a conversation is sent than to a model with a usual one."""
    async with place(tmp_path) as here:
        here.more = {
            "GATEWAY_AUTH_TOKEN": TOKEN,
            "PROVIDER": "ollama",
            "MODEL": "",
            "OPENAI_BASE_URL": "",
            "OPENAI_API_KEY": "",
            "OLLAMA_BASE_URL": here.vendor.url,
            "OLLAMA_MODEL": "llama3.2",
            "OLLAMA_CONTEXT_WINDOW": "8192",
            "OLLAMA_MAX_TOKENS": "77",
            "TOOLS": "none",
        }
        async with here.up() as up:
            body = await asked(here, up, "long " * 5_000)
            assert (body["model"], body["max_tokens"], body["options"]) == ("llama3.2", 77, {"num_ctx": 8192})
            async with dialled(up.told["ws"], additional_headers=BEARER) as peer:
                await peer.turn("u2", "short")
        said = [message["content"] for message in here.vendor.asked[-1].json["messages"] if message["role"] == "user"]
        assert said == ["short"]


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("OLLAMA_CONTEXT_WINDOW", "32k"),
        ("OLLAMA_MAX_TOKENS", "0"),
        ("GATEWAY_PORT", "high"),
        ("RUN_MODE", "twice"),
        ("TOOLS", "read_file,frobnicate"),
        ("SESSION_PERSIST", "tape"),
        ("VERBOSE_TOOLS", "loud"),
    ],
)
async def test_a_value_that_does_not_fit_is_refused_at_the_start(tmp_path: Path, variable: str, value: str) -> None:
    async with place(tmp_path) as here:
        here.flags = ()
        line = here.refused(**{variable: value})
        assert variable.removeprefix("RUN_").lower() in line.lower()
