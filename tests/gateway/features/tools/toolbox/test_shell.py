"""exec_command and write_stdin, with real processes."""

import os
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import anyio
import msgspec
import pytest

from portico.gateway.agent.model import ToolCall
from portico.gateway.agent.ports import ToolOutcome
from portico.gateway.features.tools.rules.output import DELTA_CHUNK, DELTA_LIMIT, KEPT_LIMIT, MODEL_LIMIT
from portico.protocol.types.item import CommandExecution, ShellDisplay
from tests.kit.toolshop import ToolShop, tool_shop

SECRET = "hunter2-very-secret"


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncGenerator[ToolShop]:
    async with tool_shop(tmp_path, [SECRET]) as made:
        with anyio.fail_after(20):
            yield made


def told(outcome: ToolOutcome) -> dict[str, Any]:
    return msgspec.json.decode(outcome.content)


async def test_a_command_answers_with_its_output_and_its_code(shop: ToolShop) -> None:
    outcome = await shop.call("exec_command", {"command": ["sh", "-c", "echo out; echo err >&2; exit 3"]})
    answer = told(outcome)
    assert {key: answer[key] for key in ("command", "exit_code", "timed_out", "truncated", "stdout", "stderr")} == {
        "command": ["sh", "-c", "echo out; echo err >&2; exit 3"],
        "exit_code": 3,
        "timed_out": False,
        "truncated": False,
        "stdout": "out\n",
        "stderr": "err\n",
    }
    assert (outcome.is_error, outcome.error_class) == (True, "execution_failed")
    assert isinstance(outcome.item, CommandExecution)
    assert isinstance(outcome.item.display, ShellDisplay)
    assert (outcome.item.display.stdout, outcome.item.display.exit_code) == ("out\n", 3)
    assert outcome.item.cwd == str(shop.work)
    assert sorted(shop.deltas) == [("stderr", "err\n"), ("stdout", "out\n")]


async def test_success_is_no_error(shop: ToolShop) -> None:
    outcome = await shop.call("exec_command", {"command": ["true"]})
    assert (outcome.is_error, outcome.error_class, told(outcome)["exit_code"]) == (False, None, 0)


async def test_a_command_line_is_run_by_a_shell(shop: ToolShop) -> None:
    outcome = await shop.call("exec_command", {"command": "printf a | tr a b"})
    assert told(outcome)["stdout"] == "b"


async def test_it_runs_in_its_workdir(shop: ToolShop) -> None:
    (shop.work / "sub").mkdir()
    outcome = await shop.call("exec_command", {"command": ["pwd"], "workdir": "sub"})
    assert told(outcome)["stdout"] == f"{shop.work / 'sub'}\n"


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        pytest.param({"command": ["true"], "workdir": "nowhere"}, "not_found", id="no such folder"),
        pytest.param({"command": ["true"], "workdir": "file"}, "invalid_arguments", id="a file as folder"),
        pytest.param({"command": ["no-such-program-here"]}, "command_not_found", id="no such program"),
        pytest.param({"command": ["./file"]}, "permission_denied", id="not executable"),
        pytest.param({"command": ["sh", "-c", "no-such-program-here"]}, "command_not_found", id="none for the shell"),
        pytest.param({"command": []}, "invalid_arguments", id="no command"),
        pytest.param({"command": ["a\0b"]}, "invalid_arguments", id="a NUL"),
        pytest.param({"command": ["true"], "colour": 1}, "invalid_arguments", id="an unknown field"),
        pytest.param({"command": ["true", "x" * 200_000]}, "execution_failed", id="too long for the system"),
    ],
)
async def test_what_cannot_be_run_is_told(shop: ToolShop, arguments: dict[str, Any], error: str) -> None:
    (shop.work / "file").write_text("x")
    outcome = await shop.call("exec_command", arguments)
    assert (outcome.error_class, outcome.is_error) == (error, True)


async def test_a_command_that_is_too_slow_is_ended_and_its_output_is_kept(shop: ToolShop) -> None:
    outcome = await shop.call("exec_command", {"command": ["sh", "-c", "echo here; sleep 60"], "timeout_ms": 700})
    answer = told(outcome)
    assert (outcome.error_class, answer["timed_out"], answer["exit_code"], answer["stdout"]) == (
        "timeout",
        True,
        None,
        "here\n",
    )


async def test_a_secret_is_redacted_everywhere(shop: ToolShop) -> None:
    half = len(SECRET) // 2
    script = f"printf '{SECRET[:half]}'; printf '{SECRET[half:]} after'; echo {SECRET} >&2"
    outcome = await shop.call("exec_command", {"command": ["sh", "-c", script]})
    assert told(outcome)["stdout"] == "[redacted] after"
    assert told(outcome)["stderr"] == "[redacted]\n"
    everything = outcome.content + repr(outcome.item) + "".join(piece for _, piece in shop.deltas)
    assert SECRET not in everything


async def test_no_secret_is_inherited(shop: ToolShop, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GATEWAY_AUTH_TOKEN", "OPENAI_API_KEY", "PORTICO_HOME", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "x")
    outcome = await shop.call("exec_command", {"command": ["env"]})
    names = {line.partition("=")[0] for line in told(outcome)["stdout"].splitlines()}
    assert "PATH" in names
    assert not names & {"GATEWAY_AUTH_TOKEN", "OPENAI_API_KEY", "PORTICO_HOME", "AWS_SECRET_ACCESS_KEY"}


async def test_max_output_tokens_keeps_both_ends(shop: ToolShop) -> None:
    outcome = await shop.call(
        "exec_command",
        {"command": ["sh", "-c", "printf begin; head -c 9000 /dev/zero | tr '\\0' x; printf end"]}
        | {"max_output_tokens": 10},
    )
    answer = told(outcome)
    assert answer["truncated"]
    assert answer["stdout"].startswith("begin")
    assert answer["stdout"].endswith("end")
    assert "8968 bytes left out" in answer["stdout"]
    assert isinstance(outcome.item.display, ShellDisplay)
    assert len(outcome.item.display.stdout or "") == 9008


async def test_long_output_is_limited_everywhere_and_kept_in_a_blob(shop: ToolShop) -> None:
    outcome = await shop.call("exec_command", {"command": ["sh", "-c", "head -c 6000000 /dev/zero | tr '\\0' x"]})
    assert len(outcome.content) <= MODEL_LIMIT + 100
    assert outcome.item.blob is not None
    assert outcome.item.blob.size_bytes == len(shop.blobs.stored[outcome.item.blob.sha256]) <= KEPT_LIMIT + 1000
    assert len(msgspec.json.encode(outcome.item)) < 80_000
    sizes = [len(piece) for _, piece in shop.deltas]
    assert max(sizes) <= DELTA_CHUNK
    assert DELTA_LIMIT - DELTA_CHUNK <= sum(sizes) <= DELTA_LIMIT


async def test_what_a_command_leaves_running_ends_with_it(shop: ToolShop) -> None:
    os.mkfifo(shop.work / "held")
    async with anyio.create_task_group() as group:
        ended = anyio.Event()

        async def wait_for_the_writer() -> None:
            # The last writer's end closes the pipe: only then is this read over.
            assert await anyio.to_thread.run_sync((shop.work / "held").read_bytes) == b""
            ended.set()

        group.start_soon(wait_for_the_writer)
        outcome = await shop.call("exec_command", {"command": ["sh", "-c", "exec 5>held; sleep 60 & echo started"]})
        assert told(outcome)["stdout"] == "started\n"
        await ended.wait()


async def test_a_session_is_talked_to(shop: ToolShop) -> None:
    opened = told(await shop.call("exec_command", {"command": ["cat"], "tty": True, "yield_time_ms": 0}))
    assert (opened["is_running"], opened["exit_code"]) == (True, None)
    typed = await shop.call("write_stdin", {"session_id": opened["session_id"], "chars": "hello\n", "yield_time_ms": 0})
    text = told(typed)["stdout"]
    while text.count("hello") < 2:
        text += told(await shop.call("write_stdin", {"session_id": opened["session_id"], "yield_time_ms": 5}))["stdout"]
    assert isinstance(typed.item, CommandExecution)
    assert typed.item.command == ["cat"]
    ended = await shop.call(
        "write_stdin", {"session_id": opened["session_id"], "chars": "\u0004", "yield_time_ms": 10_000}
    )
    assert (told(ended)["is_running"], told(ended)["exit_code"], told(ended)["session_id"]) == (False, 0, None)
    gone = await shop.call("write_stdin", {"session_id": opened["session_id"]})
    assert (gone.error_class, "started again" in gone.content) == ("not_found", True)


async def test_a_session_belongs_to_its_thread(shop: ToolShop) -> None:
    opened = told(await shop.call("exec_command", {"command": ["cat"], "tty": True, "yield_time_ms": 0}))
    stranger = await shop.call(
        "write_stdin", {"session_id": opened["session_id"]}, shop.bind(thread_id="another thread")
    )
    assert stranger.error_class == "not_found"


async def test_a_secret_on_a_terminal_is_redacted_across_answers(shop: ToolShop) -> None:
    opened = told(
        await shop.call("exec_command", {"command": ["sh", "-c", "stty -echo; echo ready; cat"], "tty": True})
    )
    session, text = opened["session_id"], opened["stdout"]
    while "ready" not in text:
        text += told(await shop.call("write_stdin", {"session_id": session, "yield_time_ms": 5}))["stdout"]
    for chars in (SECRET[:6] + "\u0004", SECRET[6:] + "\n", "\u0004"):
        answer = told(await shop.call("write_stdin", {"session_id": session, "chars": chars, "yield_time_ms": 50}))
        text += answer["stdout"]
    while answer["is_running"]:
        answer = told(await shop.call("write_stdin", {"session_id": session, "yield_time_ms": 1000}))
        text += answer["stdout"]
    assert text == "ready\n[redacted]\n"


async def test_a_numeric_session_id_is_repaired(shop: ToolShop) -> None:
    outcome = await shop.call("write_stdin", {"sessionId": 7})
    assert (outcome.error_class, outcome.item.arguments) == ("not_found", {"session_id": "7"})


def test_commands_of_a_round_keep_their_order(tmp_path: Path) -> None:
    async def main() -> None:
        async with tool_shop(tmp_path) as shop:
            tools = shop.bind()
            first = tools.prepare(ToolCall("1", "exec_command", '{"command": ["true"]}'), "1")
            second = tools.prepare(ToolCall("2", "exec_command", '{"command": ["true"]}'), "2")
            typing = tools.prepare(ToolCall("3", "write_stdin", '{"session_id": "a"}'), "3")
            assert {first.execution_class, typing.execution_class} == {"session"}
            assert first.session == second.session != typing.session

    anyio.run(main)
