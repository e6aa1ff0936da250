"""Decisions about a start: later surfaces, retries, scopes, the switch, the queue's end."""

from typing import Any

import pytest

from portico.gateway.features.threads import QueuedRow, TurnRow
from portico.gateway.features.turns.rules import starting
from portico.gateway.kernel.context import Principal
from portico.gateway.kernel.errors import Conflict, Denied, GatewayError, Invalid
from portico.protocol.base import Scope
from portico.protocol.errors import ErrorKind
from portico.protocol.events import TurnStarted
from portico.protocol.methods.turn import TurnStartParams
from portico.protocol.types.input import (
    AcpRuntimeBackend,
    ApiProviderBackend,
    CliRuntimeBackend,
    CliRuntimeOptions,
    SkillCapability,
    TextInput,
    TurnCapability,
    UserInput,
)
from portico.protocol.types.item import UserMessage as UserItem
from portico.protocol.types.thread import SandboxPolicy
from portico.protocol.types.turn import Turn, TurnStatus
from portico.protocol.types.workspace import ToolAccess

HI: list[UserInput] = [TextInput(text="hi")]
KEPT = TurnRow(
    Turn(id="u", status=TurnStatus.COMPLETED, model="m", model_provider="openai"),
    5,
    TurnStarted(workspace_id="w", thread_id="t", turn=Turn(id="u", status=TurnStatus.IN_PROGRESS), input=HI),
)


def wish(**given: Any) -> TurnStartParams:
    values: dict[str, Any] = {"input": HI, **given}
    return TurnStartParams(thread_id="t", turn_id="u", **values)


def principal(*scopes: Scope) -> Principal:
    return Principal(id="p", name="p", scopes=frozenset(scopes), kind="token")


@pytest.mark.parametrize(
    ("given", "path"),
    [
        pytest.param({"cli_runtime_options": CliRuntimeOptions()}, "$.cli_runtime_options", id="runtime options"),
        pytest.param({"permission_profile": {"mode": "supervised"}}, "$.permission_profile", id="profile"),
        pytest.param({"agent_launch": {}}, "$.agent_launch", id="launch"),
        pytest.param(
            {"capabilities": [TurnCapability(id="c", kind=SkillCapability(slug="s", source_kind="user"))]},
            "$.capabilities",
            id="capabilities",
        ),
        pytest.param(
            {"execution_backend": CliRuntimeBackend(runtime_id="r", runtime_kind="codex")}, "$.execution_backend"
        ),
        pytest.param({"execution_backend": AcpRuntimeBackend(runtime_id="r")}, "$.execution_backend", id="acp"),
    ],
)
def test_what_cannot_be_kept_yet_is_unavailable(given: dict[str, Any], path: str) -> None:
    with pytest.raises(GatewayError) as refused:
        starting.refuse_later(wish(**given))
    assert (refused.value.kind, refused.value.path) == (ErrorKind.UNAVAILABLE, path)


@pytest.mark.parametrize(
    "given",
    [
        pytest.param({}, id="nothing"),
        pytest.param({"execution_backend": ApiProviderBackend(provider="openai")}, id="a provider"),
        pytest.param({"reply_to_turn_id": "x", "mentioned_principal_ids": ["y"]}, id="read and ignored"),
        pytest.param({"sandbox_policy": SandboxPolicy()}, id="full access"),
    ],
)
def test_the_rest_is_taken(given: dict[str, Any]) -> None:
    starting.refuse_later(wish(**given))


def test_the_provider_may_stand_in_either_place() -> None:
    backend = ApiProviderBackend(provider="openai")
    assert starting.provider_of(wish()) is None
    assert starting.provider_of(wish(model_provider="openai")) == "openai"
    assert starting.provider_of(wish(execution_backend=backend)) == "openai"
    assert starting.provider_of(wish(execution_backend=backend, model_provider="openai")) == "openai"
    with pytest.raises(Invalid) as refused:
        starting.provider_of(wish(execution_backend=backend, model_provider="anthropic"))
    assert refused.value.path == "$.execution_backend.provider"


@pytest.mark.parametrize(
    "given",
    [
        pytest.param({}, id="the same"),
        pytest.param({"model": "m", "model_provider": "OpenAI"}, id="the same model, the provider spelt otherwise"),
        pytest.param({"when_busy": "queue"}, id="another wish for when it is busy"),
    ],
)
def test_the_same_start_again_is_harmless(given: dict[str, Any]) -> None:
    starting.check_retry(KEPT, wish(**given))


@pytest.mark.parametrize(
    "given",
    [
        pytest.param({"input": [TextInput(text="other")]}, id="text"),
        pytest.param({"input": [*HI, *HI]}, id="more text"),
        pytest.param({"model": "n"}, id="model"),
        pytest.param({"model_provider": "anthropic"}, id="provider"),
    ],
)
def test_the_same_id_with_other_content_conflicts(given: dict[str, Any]) -> None:
    with pytest.raises(Conflict) as refused:
        starting.check_retry(KEPT, wish(**given))
    assert refused.value.code == "turn_exists"


def test_a_start_that_waits_must_be_the_same() -> None:
    starting.check_queued_retry(wish(model="m"), wish(model="m"))
    with pytest.raises(Conflict):
        starting.check_queued_retry(wish(model="m"), wish())


def test_the_same_steer_again_is_harmless() -> None:
    item = UserItem(id="s", text="x")
    starting.check_steer_retry(item, UserItem(id="s", text="x"))
    with pytest.raises(Conflict) as refused:
        starting.check_steer_retry(item, UserItem(id="s", text="y"))
    assert refused.value.code == "steer_exists"


@pytest.mark.parametrize(
    ("levels", "expected"),
    [
        pytest.param((None, None, None, "all"), "all", id="the gateway"),
        pytest.param((None, None, "none", "all"), "none", id="the workspace"),
        pytest.param((None, "readonly", "none", "all"), "readonly", id="the thread"),
        pytest.param((["a"], "readonly", "none", "all"), ["a"], id="the turn"),
        pytest.param((list[str](), None, None, "all"), [], id="an empty list says something"),
        pytest.param((None, None, None, None), "all", id="nobody"),
    ],
)
def test_the_nearest_switch_holds(levels: tuple[ToolAccess | None, ...], expected: ToolAccess) -> None:
    assert starting.tool_access(levels) == expected


@pytest.mark.parametrize(
    ("scopes", "asked", "access", "expected"),
    [
        pytest.param((Scope.CHAT, Scope.AGENT), None, "all", "all", id="agent"),
        pytest.param((Scope.CHAT,), None, "all", "none", id="chat only runs without tools"),
        pytest.param((Scope.CHAT,), "none", "none", "none", id="chat only, asking for none"),
        pytest.param((Scope.CHAT, Scope.AGENT), ["a"], ["a"], ["a"], id="some tools"),
    ],
)
def test_tools_need_the_scope_agent(
    scopes: tuple[Scope, ...], asked: ToolAccess | None, access: ToolAccess, expected: ToolAccess
) -> None:
    assert starting.allowed_access(asked, access, principal(*scopes)) == expected


@pytest.mark.parametrize("asked", ["all", "readonly", ["a"]])
def test_asking_for_tools_without_the_scope_is_denied(asked: ToolAccess) -> None:
    with pytest.raises(Denied) as refused:
        starting.allowed_access(asked, asked, principal(Scope.CHAT, Scope.ADMIN))
    assert refused.value.path == "$.tools"


def test_steering_needs_what_starting_needed() -> None:
    starting.check_steer(False, principal(Scope.CHAT))
    starting.check_steer(True, principal(Scope.CHAT, Scope.AGENT))
    with pytest.raises(Denied):
        starting.check_steer(True, principal(Scope.CHAT))


def test_the_queue_grows_at_its_end_and_has_one() -> None:
    rows = [QueuedRow(f"u{n}", n + 3, "", b"", 0) for n in range(31)]
    assert starting.queue_position([]) == 1
    assert starting.queue_position(rows) == 34
    with pytest.raises(Conflict) as refused:
        starting.queue_position([*rows, QueuedRow("u", 40, "", b"", 0)])
    assert refused.value.code == "turn_queue_full"


def test_refusals_name_the_turn() -> None:
    assert starting.already_running("u").code == "turn_already_running"
    assert starting.not_running("u").code == "turn_not_running"
    assert starting.waiting("u", 7) == Turn(id="u", status=TurnStatus.IN_PROGRESS, created_at=7)
