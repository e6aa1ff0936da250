"""Rehearsal as a model: dialogues."""

import json
from typing import Any

import pytest

from portico.gateway.adapters.models.rehearsal import RehearsalModel
from portico.gateway.adapters.models.rehearsal_answers import NO_MODEL
from portico.gateway.agent.model import (
    AssistantMessage,
    Failed,
    FailureClass,
    Finished,
    FinishReason,
    Message,
    ModelEvent,
    ModelRequest,
    TextDelta,
    TextPart,
    ThinkingDelta,
    ToolCall,
    ToolResultMessage,
    ToolSpec,
    UsageReport,
    UserMessage,
)
from tests.kit import FakeIds
from tests.kit.wire import Told, told

TOOLS = tuple(ToolSpec(name, "", {}) for name in ("list_dir", "read_file", "grep_files", "exec_command"))


def user(text: str) -> UserMessage:
    return UserMessage((TextPart(text),))


def result(call: ToolCall, content: str, *, is_error: bool = False) -> ToolResultMessage:
    return ToolResultMessage(call.id, call.name, content, is_error)


async def heard(*messages: Message, tools: tuple[ToolSpec, ...] = TOOLS, may_call: bool = True) -> list[ModelEvent]:
    request = ModelRequest(model="rehearsal", messages=messages, tools=tools, system="be kind", may_call=may_call)
    return [event async for event in RehearsalModel("rehearsal", FakeIds()).stream(request)]


async def answer(*messages: Message, tools: tuple[ToolSpec, ...] = TOOLS) -> Told:
    events = await heard(*messages, tools=tools)
    assert sum(isinstance(e, (Finished, Failed)) for e in events) == 1
    assert isinstance(events[-1], (Finished, Failed))
    assert isinstance(events[-2], UsageReport)
    return told(events)


def reason(said: Told) -> FinishReason:
    assert isinstance(said.end, Finished)
    return said.end.reason


async def test_words_come_one_by_one_and_whole() -> None:
    events = await heard(user("/say two  words\n/say and more\n/think hm hm"))
    assert [e.text for e in events if isinstance(e, TextDelta)] == ["two  ", "words", "\nand ", "more"]
    assert [e.text for e in events if isinstance(e, ThinkingDelta)] == ["hm ", "hm"]
    assert events[-2] == UsageReport(input_tokens=12, output_tokens=6)


async def test_repeated_lines() -> None:
    assert (await answer(user("/repeat 3\n/say a"))).text == "a\na\na"
    assert len((await answer(user("/repeat 40\n/tool list_dir"))).calls) == 40


async def test_a_script_with_tools_goes_on_after_their_results() -> None:
    script = user('/say first\n/tool list_dir {"path": "x"}\n/tool read_file {"path": "y"}\n/say done')
    first = await answer(script)
    assert (first.text, reason(first)) == ("first", FinishReason.TOOL_CALLS)
    assert [(c.name, c.arguments) for c in first.calls] == [
        ("list_dir", '{"path": "x"}'),
        ("read_file", '{"path": "y"}'),
    ]
    assert len({c.id for c in first.calls}) == 2
    results = [result(call, "ok") for call in first.calls]
    last = await answer(script, AssistantMessage("first", tool_calls=first.calls), *results)
    assert (last.text, reason(last)) == ("done", FinishReason.STOP)


async def test_a_script_that_ends_with_a_tool_tells_its_result() -> None:
    script = user("/tool list_dir")
    call = (await answer(script)).calls[0]
    last = await answer(script, AssistantMessage(tool_calls=(call,)), result(call, "a\nb"))
    assert (last.text, reason(last)) == ("list_dir answered:\n\n    a\n    b", FinishReason.STOP)


@pytest.mark.parametrize(
    ("line", "failure_class"),
    [(f"/fail {c.value}", c) for c in FailureClass] + [("/fail nonsense", FailureClass.UNKNOWN)],
)
async def test_failures(line: str, failure_class: FailureClass) -> None:
    said = await answer(user(f"/say before\n{line}\n/say after"))
    assert said.text == "before"
    assert isinstance(said.end, Failed)
    assert said.end.failure.failure_class is failure_class


async def test_a_folder_is_listed_its_readme_read_and_both_told() -> None:
    wish = user("list this folder and tell me what it is")
    first = await answer(wish)
    listing = first.calls[0]
    assert (listing.name, json.loads(listing.arguments)) == ("list_dir", {"path": "."})
    one = (AssistantMessage(tool_calls=first.calls), result(listing, "src/\nREADME.md\npyproject.toml"))
    second = await answer(wish, *one)
    readme = second.calls[0]
    assert (readme.name, json.loads(readme.arguments)) == ("read_file", {"path": "README.md", "end_line": 20})
    two = (AssistantMessage(tool_calls=second.calls), result(readme, "     1\t# Portico"))
    last = await answer(wish, *one, *two)
    assert "a Python project" in last.text
    assert "Its README begins: Portico" in last.text
    assert last.text.endswith(NO_MODEL)
    assert reason(last) is FinishReason.STOP


async def test_a_readme_of_another_folder_is_read_there() -> None:
    wish = user("list src")
    call = (await answer(wish)).calls[0]
    second = await answer(wish, AssistantMessage(tool_calls=(call,)), result(call, "README"))
    assert json.loads(second.calls[0].arguments)["path"] == "src/README"


@pytest.mark.parametrize(
    ("text", "content", "part"),
    [
        ("read x.md", "     1\thello", "hello"),
        ("search for foo", "a:1:foo", "a:1:foo"),
        ("run ls -la", '{"exit_code":0,"stdout":"total"}', "ran well"),
        ("list src", "a.py", "1 file"),
    ],
)
async def test_a_wish_is_done_in_two_calls(text: str, content: str, part: str) -> None:
    call = (await answer(user(text))).calls[0]
    last = await answer(user(text), AssistantMessage(tool_calls=(call,)), result(call, content))
    assert part in last.text
    assert last.calls == ()


async def test_a_failed_tool_is_told() -> None:
    wish = user("list nowhere")
    call = (await answer(wish)).calls[0]
    last = await answer(wish, AssistantMessage(tool_calls=(call,)), result(call, "not found", is_error=True))
    assert "could not do that" in last.text


async def test_it_calls_nothing_where_it_may_not() -> None:
    assert not told(await heard(user("list this folder"), may_call=False)).calls


async def test_without_tools_it_says_what_it_would_do() -> None:
    said = await answer(user("list this folder"), tools=())
    assert "I would use list_dir" in said.text
    assert said.calls == ()


@pytest.mark.parametrize("messages", [(user("hello"),), (UserMessage(()),), ()])
async def test_anything_else_gets_help(messages: tuple[Any, ...]) -> None:
    said = await answer(*messages)
    assert "rehearsal" in said.text
    assert "OPENAI_API_KEY" in said.text
    assert reason(said) is FinishReason.STOP


async def test_only_the_last_message_counts() -> None:
    old = (user("/tool list_dir"), AssistantMessage("x", tool_calls=(ToolCall("1", "list_dir", "{}"),)))
    said = await answer(*old, ToolResultMessage("1", "list_dir", "a"), user("/say new"))
    assert said.text == "new"


def test_the_provider_is_named() -> None:
    assert RehearsalModel("rehearsal", FakeIds()).provider == "rehearsal"


@pytest.mark.parametrize(
    "line", ["/say secret", "/tool list_dir", "/fail rate_limit", "/think hm", "/repeat 3\n/say x"]
)
async def test_literal_text_is_never_a_command(line: str) -> None:
    said = await answer(UserMessage((TextPart(line, literal=True),)))
    assert (reason(said), said.calls) == (FinishReason.STOP, ())
    assert NO_MODEL in said.text
    assert "secret" not in said.text


async def test_literal_text_is_still_a_wish_and_other_parts_are_still_commands() -> None:
    said = await answer(UserMessage((TextPart("list this folder", literal=True),)))
    assert [call.name for call in said.calls] == ["list_dir"]
    mixed = UserMessage((TextPart("/say no", literal=True), TextPart("/say yes")))
    assert (await answer(mixed)).text == "yes"
