"""Changing settings."""

from typing import Any

import anyio
import anyio.lowlevel
import pytest
from msgspec.structs import replace

from portico.client.connection import Connection
from portico.client.errors import CallFailed
from portico.client.settings.changing import Planned, changed, place_of, save
from portico.client.words import Phrase, say
from portico.protocol.errors import ErrorData, ErrorKind
from portico.protocol.jsonrpc import ErrorObject
from portico.protocol.methods.settings import SettingsResponse
from portico.protocol.types.settings import (
    GatewaySettings,
    GeneralSettings,
    GeneralUpdate,
    MemorySettings,
    SettingsPatch,
)
from tests.kit.peer import FakeGateway, FakePeer

SETTINGS = GatewaySettings(general=GeneralSettings(default_model="m"))
ORDER = say("settings.order", smaller="Characters in a prompt, usually", larger="Characters in a prompt, at most")


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        pytest.param({}, None, id="nothing"),
        pytest.param({"general.default_model": " m "}, None, id="the same value"),
        pytest.param({"general.default_model_provider": ""}, None, id="nothing stays nothing"),
        pytest.param(
            {"general.default_model": "", "general.tools": "none"},
            SettingsPatch(general=GeneralUpdate(default_model="", tools="none")),
            id="only what changes",
        ),
        pytest.param(
            {"memory.enabled": False},
            SettingsPatch(memory=replace(MemorySettings(), enabled=False)),
            id="memory goes whole",
        ),
        pytest.param(
            {"thread_episodic.min_relevancy": 0.5, "thread_episodic.default_prompt_chars": 12_000},
            SettingsPatch(thread_episodic={"min_relevancy": 0.5, "default_prompt_chars": 12_000}),
            id="thread context goes in part",
        ),
    ],
)
def test_what_is_sent(changes: dict[str, Any], expected: SettingsPatch | None) -> None:
    assert changed(SETTINGS, changes) == Planned(expected)


@pytest.mark.parametrize(
    ("changes", "refusals"),
    [
        pytest.param({"general.hologram": 1}, [("general.hologram", say("settings.unknown"))], id="no such setting"),
        pytest.param(
            {"memory.enabled": "yes", "general.tools": "none"},
            [("memory.enabled", say("settings.not_a_switch", title="Remember across threads"))],
            id="one that does not fit stops all",
        ),
        pytest.param(
            {"thread_episodic.default_prompt_chars": 12_001},
            [("thread_episodic.default_prompt_chars", ORDER)],
            id="more than the most",
        ),
        pytest.param(
            {"thread_episodic.max_prompt_chars": 100},
            [("thread_episodic.max_prompt_chars", ORDER)],
            id="a most below the usual",
        ),
    ],
)
def test_what_is_refused(changes: dict[str, Any], refusals: list[tuple[str, Phrase]]) -> None:
    assert changed(SETTINGS, changes) == Planned(refusals=tuple(refusals))


def failed(path: str | None) -> CallFailed:
    data = ErrorData(code="invalid", kind=ErrorKind.INVALID, path=path)
    return CallFailed("settings/update", ErrorObject(code=-32602, message="no such provider", data=data))


@pytest.mark.parametrize(
    ("path", "row"),
    [
        ("$.update.general.default_model_provider", "general.default_model_provider"),
        ("$.update.general.hologram", None),
        (None, None),
    ],
)
def test_the_row_that_the_gateway_refuses(path: str | None, row: str | None) -> None:
    assert place_of(failed(path)) == (row, say("settings.refused", why="no such provider"))


async def no_wait(_: float) -> None:
    await anyio.lowlevel.checkpoint()


async def test_saving() -> None:
    peer, answers = FakePeer(), list[SettingsResponse]()
    connection = Connection(FakeGateway(peer).open, sleep=no_wait)

    async def run() -> None:
        answers.append(await save(connection, SettingsPatch(general=GeneralUpdate(default_model="n"))))

    async with connection.running(), anyio.create_task_group() as group:
        group.start_soon(run)
        frame = await peer.answer("settings/update", {"settings": {"general": {"default_model": "n"}}})
        assert frame["params"] == {"update": {"general": {"default_model": "n"}}}
    assert [answer.settings.general.default_model for answer in answers] == ["n"]
