"""Code blocks of the pages parse, and those that talk to a gateway are run against one."""

import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import click
import pytest

from portico.gateway.admin import up
from portico.gateway.kernel.config import load
from portico.gateway.kernel.config_file import read_config_file
from portico.gateway.main import Running, Stop, attach, running
from portico.protocol.methods import METHODS
from portico.protocol.schema import notification_types
from portico.shells.cli.app import portico
from tests.docs.pages import ROOT, page, pages

SHELL = [pytest.param(code, id=f"{one.name}:{n}") for one in pages() for n, code in enumerate(one.blocks("sh"))]
JSON = [pytest.param(code, id=f"{one.name}:{n}") for one in pages() for n, code in enumerate(one.blocks("json"))]
CURL = [
    pytest.param(code, id=f"{one.name}:{n}")
    for one in pages()
    for n, code in enumerate(one.blocks("sh"))
    if "curl " in code
]
PROTOCOL = page("docs/protocol.md")


@pytest.mark.parametrize("code", SHELL)
def test_shell_blocks_parse(code: str) -> None:
    subprocess.run(["sh", "-n"], input=code, text=True, check=True)


@pytest.mark.parametrize("code", SHELL)
def test_commands_in_shell_blocks_exist(code: str) -> None:
    targets = set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    for words in _commands(code):
        match words:
            case ["make", target, *_]:
                assert target in targets
            case [program, *arguments] if Path(program).name == "portico":
                _check(arguments)
            case _:
                assert words[0] in {"export", "git", "curl"} or words[0].startswith("TOKEN="), words


@pytest.mark.parametrize("code", JSON)
def test_json_blocks_are_json(code: str) -> None:
    message: dict[str, Any] = json.loads(code)
    names = {method.name for method in METHODS} | notification_types().keys()
    assert message["jsonrpc"] == "2.0"
    assert message.get("method", "workspace/list") in names


def test_the_configuration_is_read(tmp_path: Path) -> None:
    (block,) = page("docs/operations.md").blocks("toml")
    file = tmp_path / "config.toml"
    file.write_text(block)
    assert read_config_file(file)["port"] == 17878


async def test_the_conversation_goes_as_it_is_told(tmp_path: Path) -> None:
    told: list[dict[str, Any]] = [json.loads(code) for code in PROTOCOL.blocks("json")]
    asked = [message for message in told if "id" in message and "method" in message]
    answers = {message["id"]: message["result"] for message in told if "result" in message}
    seen: list[str] = []
    with anyio.fail_after(30):
        async with _gateway(tmp_path) as it, attach(it) as (send, receive):
            results = {call["id"]: await _called(send, receive, call, seen) for call in asked}
    assert {id_: set(result) for id_, result in results.items()} == {id_: set(told) for id_, told in answers.items()}
    assert [name for name in seen if name.startswith(("item", "turn"))] == [
        "turn/started",
        "item/completed",
        "item/started",
        "item/agent_message/delta",
        "item/completed",
        "turn/completed",
    ]
    assert answers[4]["head_version"] == results[4]["head_version"]
    (shown,) = answers[4]["events"]
    event = next(event for event in results[4]["events"] if event["version"] == shown["version"])
    assert (event["sequence"], event["payload"]["item"]["text"]) == (shown["sequence"], "Morning")
    assert len(results[4]["events"]) == 6


async def test_the_smallest_client_works(tmp_path: Path) -> None:
    (code,) = PROTOCOL.blocks("python")
    with anyio.fail_after(60):
        async with _gateway(tmp_path) as it:
            environment = {
                **os.environ,
                "PORTICO_URL": it.listening.url,
                "PORTICO_TOKEN": (tmp_path / "home" / "token").read_text().strip(),
            }
            done = await anyio.run_process([sys.executable, "-c", code], env=environment)
    assert done.stdout.decode() == "hello\n"


@pytest.mark.parametrize("code", CURL)
async def test_curl_examples_work_as_printed(tmp_path: Path, code: str) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "user").mkdir()
    with anyio.fail_after(60):
        async with _gateway(tmp_path) as it:
            (tmp_path / "user/.portico").symlink_to(tmp_path / "home")
            environment = {**os.environ, "HOME": str(tmp_path / "user")}
            printed = code.replace("http://127.0.0.1:17878", it.listening.url).replace("curl ", "curl --fail ")
            done = await anyio.run_process(["sh", "-euc", printed], env=environment)
    assert done.stdout
    assert b"event: error" not in done.stdout


@asynccontextmanager
async def _gateway(folder: Path) -> AsyncGenerator[Running]:
    config = load({"port": 0}, {"HOME": str(folder), "PATH": os.environ["PATH"]}, folder / "home")
    async with running(config, Stop()) as it:
        yield it


async def _called(send: Any, receive: Any, call: dict[str, Any], seen: list[str]) -> dict[str, Any]:
    """The result of a call, after the end of the turn that it started; notifications on the way go to `seen`."""
    await send(json.dumps(call))
    result: dict[str, Any] | None = None
    while result is None or (call["method"] == "turn/start" and "turn/completed" not in seen):
        message: dict[str, Any] = json.loads(await receive())
        if message.get("id") == call["id"]:
            result = message["result"]
        else:
            seen.append(message["method"])
    return result


def _commands(code: str) -> list[list[str]]:
    """The words of each command of a block."""
    joined = code.replace("\\\n", " ")
    lines = [part for line in joined.splitlines() for part in line.split(" | ")]
    split = [shlex.split(line, comments=True) for line in lines]
    return [words for words in split if words]


def _check(arguments: list[str]) -> None:
    """Raises when there is no such command or option."""
    if arguments[:1] == ["up"]:
        up.parse(arguments[1:])
        return
    command: click.Command = portico
    while isinstance(command, click.Group):
        name, *arguments = arguments
        command = command.commands[name]
    # as the program does it: a command asked without its group would keep other help options for good
    group = click.Context(portico, **portico.context_settings)
    command.make_context("portico", arguments, parent=group, resilient_parsing=True)
