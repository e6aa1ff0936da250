"""What a turn will be: its folder, tools, model, prompt, pictures; refused before anything is written."""

import base64
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from portico.gateway.agent.model import AssistantMessage, ImagePart, TextPart, UserMessage
from portico.gateway.features.turns import Wish
from portico.gateway.kernel.errors import GatewayError
from portico.protocol.base import Scope
from portico.protocol.errors import ErrorKind
from portico.protocol.methods.turn import ContextMessage, TurnSteerParams
from portico.protocol.types.input import (
    ApiProviderBackend,
    ImageInput,
    LocalImageInput,
    Reasoning,
    TextInput,
    UserInput,
)
from portico.protocol.types.thread import ThreadMode
from portico.protocol.types.workspace import ToolAccess
from tests.gateway.agent.dialogue import user
from tests.gateway.features.turns.home import CHAT, Home, Setup, caller, params, working_home
from tests.gateway.features.turns.standing import Standing
from tests.kit.models import ScriptedModel, call
from tests.kit.tools import FakeTool, FakeTools, echo

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(200))
AGENT = (Scope.READ, Scope.CHAT, Scope.AGENT)


def two_tools() -> Setup:
    return Setup(tools=FakeTools({"look": FakeTool(echo), "act": FakeTool(echo, "exclusive")}))


async def offered(made: Home, **given: Any) -> list[str]:
    """The names of the tools that the model was offered."""
    await made.start(**given)
    await made.ended(given.get("turn_id", "u1"))
    model = made.models.port
    assert isinstance(model, ScriptedModel)
    return [spec.name for spec in model.requests[-1].tools]


@pytest.mark.parametrize(
    ("workspace", "thread", "turn", "expected"),
    [
        pytest.param(None, None, None, ["look", "act"], id="the gateway's default"),
        pytest.param("readonly", None, None, ["look"], id="workspace"),
        pytest.param("readonly", "all", None, ["look", "act"], id="thread"),
        pytest.param("readonly", "all", ["act"], ["act"], id="turn"),
        pytest.param("all", "all", "none", [], id="none"),
    ],
)
async def test_the_switch(
    tmp_path: Path,
    workspace: ToolAccess | None,
    thread: ToolAccess | None,
    turn: ToolAccess | None,
    expected: list[str],
) -> None:
    setup = two_tools()
    setup.workspace_tools = workspace
    async with working_home(tmp_path, setup) as made:
        await made.thread(tools=thread)
        assert await offered(made, tools=turn) == expected


async def test_the_operators_switch_and_a_public_address(tmp_path: Path) -> None:
    setup = two_tools()
    setup.config = {"tools": ["act"], "host": "0.0.0.0"}
    async with working_home(tmp_path, setup) as made:
        await made.thread()
        assert await offered(made) == []
        assert await offered(made, turn_id="u2", tools="all") == ["look"]
    allowed = two_tools()
    allowed.config = setup.config | {"allow_exec": True}
    async with working_home(tmp_path, allowed) as made:
        assert await offered(made, turn_id="u3") == ["act"]


async def test_a_caller_without_the_scope_agent_gets_no_tools(tmp_path: Path) -> None:
    async with working_home(tmp_path, two_tools()) as made:
        await made.thread()
        assert await offered(made, ctx=caller(Scope.CHAT)) == []
        assert await offered(made, turn_id="u2", ctx=caller(*AGENT)) == ["look", "act"]


async def test_the_mode_of_the_turn_beats_the_threads(tmp_path: Path) -> None:
    async with working_home(tmp_path, two_tools()) as made:
        await made.thread(mode=CHAT)
        assert await offered(made) == []
        assert await offered(made, turn_id="u2", mode=ThreadMode.AGENT) == ["look", "act"]


async def test_tools_run_in_the_turns_folder_else_the_threads_else_the_root(tmp_path: Path) -> None:
    async with working_home(tmp_path, two_tools()) as made:
        one, two = made.root / "one", made.root / "two"
        one.mkdir()
        two.mkdir()
        await made.thread("t1")
        await made.thread("t2", cwd=str(one))
        await made.start("u1")
        await made.start("u2", thread_id="t2")
        await made.ended("u2", "t2")
        await made.start("u3", thread_id="t2", cwd=str(two))
        assert [place.cwd for place, _, _ in made.boxes.bound] == [made.root, one, two]
        assert {place.root for place, _, _ in made.boxes.bound} == {made.root}


@pytest.mark.parametrize(
    ("given", "kind", "path"),
    [
        pytest.param({"cwd": "{root}/missing"}, ErrorKind.INVALID, "$.cwd", id="missing folder"),
        pytest.param({"cwd": "relative"}, ErrorKind.INVALID, "$.cwd", id="relative folder"),
        pytest.param({"cwd": "/"}, ErrorKind.DENIED, None, id="outside the root"),
        pytest.param({"tools": ["nothing"]}, ErrorKind.INVALID, "$.tools", id="unknown tool"),
        pytest.param({"model_provider": "nobody"}, ErrorKind.INVALID, "$.model_provider", id="unknown provider"),
        pytest.param({"permission_profile": {}}, ErrorKind.UNAVAILABLE, "$.permission_profile", id="later surface"),
        pytest.param({"input": [TextInput(text=" ")]}, ErrorKind.INVALID, "$.input", id="blank input"),
        pytest.param(
            {"input": [LocalImageInput(path="no.png")]}, ErrorKind.INVALID, "$.input[0].path", id="no picture"
        ),
        pytest.param({"input": [LocalImageInput(path="a.txt")]}, ErrorKind.INVALID, "$.input[0].path", id="a text"),
        pytest.param({"input": [LocalImageInput(path="../b")]}, ErrorKind.INVALID, "$.input[0].path", id="outside"),
    ],
)
async def test_bad_starts_write_nothing(tmp_path: Path, given: dict[str, Any], kind: ErrorKind, path: str) -> None:
    async with working_home(tmp_path, two_tools()) as made:
        (made.root / "a.txt").write_text("no picture")
        await made.thread()
        if "cwd" in given:
            given = given | {"cwd": given["cwd"].format(root=made.root)}
        with pytest.raises(GatewayError) as refused:
            await made.turns.start(caller(*AGENT), params(**given))
        assert (refused.value.kind, refused.value.path) == (kind, path)
        assert len(await made.events()) == 1


async def test_an_admin_may_leave_the_root(tmp_path: Path) -> None:
    async with working_home(tmp_path, two_tools()) as made:
        await made.thread()
        await made.start(cwd=str(tmp_path))
        assert made.boxes.bound[0][0].cwd == tmp_path


async def test_a_root_that_is_gone_matters_only_to_tools(tmp_path: Path) -> None:
    async with working_home(tmp_path, two_tools()) as made:
        await made.thread()
        made.root.rmdir()
        with pytest.raises(GatewayError) as refused:
            await made.start()
        assert (refused.value.code, refused.value.path) == ("cwd_missing", "$.cwd")
        await made.start(tools="none")
        await made.ended()


async def test_the_turns_wishes_go_to_the_models_and_the_choice_to_the_provider(tmp_path: Path) -> None:
    model = ScriptedModel()
    async with working_home(tmp_path, Setup(model=model)) as made:
        await made.thread(model="thinker", model_provider="anthropic")
        answer = await made.start(reasoning=Reasoning(effort="high"))
        assert (answer.turn.model, answer.turn.model_provider) == ("thinker", "anthropic")
        await made.ended()
        backend = ApiProviderBackend(provider="openai")
        answer = await made.start("u2", execution_backend=backend, model="m")
        assert (answer.turn.model, answer.turn.model_provider) == ("m", "openai")
        await made.ended("u2")
        assert made.models.wishes == [Wish(effort="high"), Wish("openai", "m")]
    assert [(request.model, request.effort) for request in model.requests] == [("thinker", "high"), ("m", None)]


async def test_pictures_reach_the_model_byte_for_byte_in_this_turn_and_later_ones(tmp_path: Path) -> None:
    given: list[UserInput] = [
        TextInput(text="what is it?"),
        ImageInput(url=f"data:image/png;base64,{base64.b64encode(PNG).decode()}"),
        LocalImageInput(path="local.png"),
    ]
    seen = UserMessage((ImagePart("image/png", PNG), ImagePart("image/png", PNG + b"!"), TextPart("what is it?")))
    model = ScriptedModel()
    async with working_home(tmp_path, Setup(model=model)) as made:
        (made.root / "local.png").write_bytes(PNG + b"!")
        await made.thread()
        await made.start(input=given)
        await made.ended()
    async with working_home(tmp_path, Setup(model=model)) as made:
        await made.start("u2", "and now?")
        await made.ended("u2")
        (made.root / "local.png").unlink()
    async with working_home(tmp_path, Setup(model=model)) as made:
        await made.start("u3", "still?")
        await made.ended("u3")
    assert model.requests[0].messages == (seen,)
    assert model.requests[1].messages[0] == seen
    gone = TextPart("[the image local.png, no longer there]")
    assert model.requests[2].messages[0] == UserMessage((seen.parts[0], gone, seen.parts[2]))


async def test_the_prompt_has_the_homes_documents_and_the_operators_words(tmp_path: Path) -> None:
    model = ScriptedModel()
    (tmp_path / "SOUL.md").write_text("calm as a lake")
    async with working_home(tmp_path, Setup(model=model, config={"append_system_prompt": "be brief"})) as made:
        await made.thread()
        answer = await made.start()
        await made.ended()
        manifest = answer.turn.prompt_manifest
    assert "calm as a lake" in model.requests[0].system
    assert model.requests[0].system.endswith("be brief")
    assert manifest is not None
    assert {"soul_core", "environment", "extra_system"} <= set(manifest.section_ids)
    async with working_home(tmp_path, Setup(model=model, config={"system_prompt": "you are a cat"})) as made:
        await made.start("u2")
        await made.ended("u2")
    assert model.requests[1].system == "you are a cat"


async def test_a_reloaded_configuration_counts_from_the_next_turn_on(tmp_path: Path) -> None:
    async with working_home(tmp_path, two_tools()) as made:
        await made.thread()
        assert await offered(made) == ["look", "act"]
        live = made.ports.config
        live.take(replace(live.current, tools="readonly", system_prompt="You are terse.", append_system_prompt="Bye."))
        assert await offered(made, turn_id="u2") == ["look"]
        assert isinstance(made.models.port, ScriptedModel)
        before, after = [request.system for request in made.models.port.requests]
        assert ("terse" in before, "terse" in after, "Bye." in after) == (False, True, True)


def asked(*content: UserInput) -> ContextMessage:
    return ContextMessage(role="user", content=list(content))


def answered(text: str) -> ContextMessage:
    return ContextMessage(role="assistant", content=[TextInput(text=text)])


INLINE = ImageInput(url=f"data:image/png;base64,{base64.b64encode(PNG).decode()}")


async def test_a_callers_instructions_are_for_one_turn_and_the_operator_has_the_last_word(tmp_path: Path) -> None:
    model = ScriptedModel()
    async with working_home(tmp_path, Setup(model=model, config={"append_system_prompt": "be brief"})) as made:
        await made.thread()
        answer = await made.start(instructions="be a pirate")
        await made.ended()
        await made.start("u2")
        await made.ended("u2")
        assert answer.turn.prompt_manifest is not None
        assert answer.turn.prompt_manifest.section_ids[-2:] == ["turn_instructions", "extra_system"]
    first, second = [request.system for request in model.requests]
    assert "be a pirate" in first
    assert first.endswith("be brief")
    assert "be a pirate" not in second


async def test_context_stands_in_place_of_the_threads_own_past_for_one_turn(tmp_path: Path) -> None:
    model = ScriptedModel()
    async with working_home(tmp_path, Setup(model=model)) as made:
        (made.root / "local.png").write_bytes(PNG)
        await made.thread()
        await made.start(text="own")
        await made.ended()
        context = [asked(TextInput(text="told"), LocalImageInput(path="local.png")), answered("yes"), answered("!")]
        await made.start("u2", "and?", context=context)
        await made.ended("u2")
        await made.start("u3", "alone", context=[])
        await made.ended("u3")
        await made.start("u4", "after")
        await made.ended("u4")
    assert model.requests[1].messages == (
        UserMessage((ImagePart("image/png", PNG), TextPart("told"))),
        AssistantMessage("yes\n\n!"),
        user("and?"),
    )
    assert model.requests[2].messages == (user("alone"),)
    ok = AssistantMessage("ok")
    assert model.requests[3].messages == (user("own"), ok, user("and?"), ok, user("alone"), ok, user("after"))


async def test_context_that_does_not_fit_is_left_out_like_the_past(tmp_path: Path) -> None:
    model, long = ScriptedModel(), "x" * 400_000
    async with working_home(tmp_path, Setup(model=model)) as made:
        await made.thread()
        context = [asked(TextInput(text=long)), answered("a"), asked(TextInput(text=long[:99])), answered("b")]
        await made.start(context=[*context[:1], answered(long), *context[2:]])
        turn = await made.ended()
        events = [type(event).__name__ for event in await made.events(turn_id="u1")]
        assert turn.prompt_manifest is not None
        assert [told.code for told in turn.prompt_manifest.diagnostics] == ["total_budget_truncated"]
    assert [len(request.messages) for request in model.requests] == [3]
    assert events[2:4] == ["ContextCompressing", "ContextCompressed"]


async def test_a_queued_start_keeps_its_context_and_instructions(tmp_path: Path) -> None:
    standing = Standing()
    async with working_home(tmp_path, standing.setup) as made:
        await made.thread()
        await made.start()
        await standing.wait()
        await made.start("u2", "and?", when_busy="queue", context=[asked(TextInput(text="told"))], instructions="hm hm")
        with pytest.raises(GatewayError) as refused:
            await made.start("u3", when_busy="queue", context=[asked()])
        assert refused.value.path == "$.context[0].content"
        standing.go()
        await made.ended("u2")
    assert standing.model.requests[1].messages == (user("told"), user("and?"))
    assert "hm hm" in standing.model.requests[1].system


@pytest.mark.parametrize(
    ("context", "path"),
    [
        pytest.param([asked(LocalImageInput(path="no.png"))], "$.context[0].content[0].path", id="no picture"),
        pytest.param([asked(TextInput(text=" "))], "$.context[0].content", id="an empty question"),
        pytest.param(
            [answered("a"), ContextMessage(role="assistant", content=[TextInput(text="a"), INLINE])],
            "$.context[1].content[1]",
            id="an answer with a picture",
        ),
    ],
)
async def test_bad_context_writes_nothing(tmp_path: Path, context: list[ContextMessage], path: str) -> None:
    async with working_home(tmp_path) as made:
        await made.thread()
        with pytest.raises(GatewayError) as refused:
            await made.start(context=context)
        assert (refused.value.kind, refused.value.path) == (ErrorKind.INVALID, path)
        assert len(await made.events()) == 1


@pytest.mark.parametrize("takes", [True, None, False])
async def test_pictures_for_a_model_that_is_known_to_take_none_are_refused(tmp_path: Path, takes: bool | None) -> None:
    standing = Standing()
    async with working_home(tmp_path, standing.setup) as made:
        made.models.takes_images = takes
        await made.thread()
        given: list[tuple[str, dict[str, Any]]] = [
            ("$.input[1]", {"input": [TextInput(text="see"), INLINE]}),
            ("$.context[0].content[0]", {"context": [asked(INLINE)]}),
        ]
        for path, wish in given if takes is False else []:
            with pytest.raises(GatewayError) as refused:
                await made.start(**wish)
            assert (refused.value.kind, refused.value.code) == (ErrorKind.INVALID, "images_not_supported")
            assert refused.value.path == path
        assert [wish.has_images for wish in made.models.wishes] == ([True, True] if takes is False else [])
        assert len(await made.events()) == 1
        await made.start()
        await standing.wait()
        steer = TurnSteerParams(thread_id="t1", expected_turn_id="u1", steer_id="s1", input=[INLINE])
        if takes is False:
            with pytest.raises(GatewayError) as refused:
                await made.turns.steer(caller(), steer)
            assert (refused.value.code, refused.value.path) == ("images_not_supported", "$.input[0]")
            with pytest.raises(GatewayError):
                await made.start("u2", input=[INLINE], when_busy="queue")
        else:
            await made.turns.steer(caller(), steer)
        standing.go()
        await made.ended()


@pytest.mark.parametrize("is_verbose", [True, False])
async def test_verbose_tools_are_a_switch(tmp_path: Path, caplog: pytest.LogCaptureFixture, is_verbose: bool) -> None:
    caplog.set_level("INFO")
    setup = Setup(
        model=ScriptedModel([call("look", {"at": "secret"})], ["ok"]),
        tools=FakeTools({"look": FakeTool(echo)}),
        config={"verbose_tools": is_verbose},
    )
    async with working_home(tmp_path, setup) as made:
        await made.thread()
        await made.start()
        await made.ended()
    lines = [record.getMessage() for record in caplog.records if "tool call" in record.getMessage()]
    assert lines == (["tool call started", "tool call ended"] if is_verbose else [])
    assert "secret" not in caplog.text
