"""Notifications as facts and hints."""

from typing import Any

import msgspec
import pytest

from portico.client.state.notices import TreeHint, fact_of, thread_of
from portico.protocol import events as ev
from portico.protocol.frames import Where, encode_frame
from portico.protocol.types.settings import GatewaySettings
from portico.protocol.types.thread import ThreadFolder

WHERE = Where(workspace_id="w", thread_id="t", version=4)
FOLDER = ThreadFolder(id="f", workspace_id="w", name="F", created_at=1, updated_at=1)


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        pytest.param(ev.FolderCreated(folder=FOLDER), TreeHint("w"), id="what changed in the tree is not told"),
        pytest.param(ev.FolderRenamed(folder=FOLDER), TreeHint("w"), id="nor a folder's new name"),
        pytest.param(
            ev.ThreadClosed(workspace_id="w", thread_id="t"),
            ev.ThreadClosed(workspace_id="w", thread_id="t"),
            id="a deleted thread",
        ),
        pytest.param(
            ev.ProviderChanged(workspace_id="w", provider="openai", change="key_set"),
            ev.ProviderChanged(workspace_id="w", provider="openai", change="key_set"),
            id="a provider",
        ),
        pytest.param(
            ev.SettingsChanged(settings=GatewaySettings()),
            ev.SettingsChanged(settings=GatewaySettings()),
            id="the settings",
        ),
        pytest.param(
            ev.TokensChanged(change="revoked", token_id="k"),
            ev.TokensChanged(change="revoked", token_id="k"),
            id="a token",
        ),
    ],
)
def test_what_the_gateway_announces(event: ev.Event, expected: ev.Event | TreeHint) -> None:
    frame: dict[str, Any] = msgspec.json.decode(encode_frame(event, WHERE))
    assert fact_of(frame["method"], frame["params"]) == expected


@pytest.mark.parametrize(
    ("method", "params"),
    [
        pytest.param("thread/hologram", {"thread_id": "t"}, id="a later protocol"),
        pytest.param("thread/tree/changed", {}, id="a hint without its workspace"),
        pytest.param("thread/tree/changed", {"workspace_id": 4}, id="a workspace that is no id"),
        pytest.param("thread/closed", {"threadId": "t"}, id="closed in no workspace"),
        pytest.param("settings/changed", {"settings": 7}, id="settings that are none"),
    ],
)
def test_what_is_not_understood_is_nothing(method: str, params: dict[str, Any]) -> None:
    assert fact_of(method, params) is None


@pytest.mark.parametrize(
    ("params", "thread_id"),
    [
        pytest.param({"thread_id": "t"}, "t", id="of a turn or an item"),
        pytest.param({"threadId": "t"}, "t", id="of a deletion"),
        pytest.param({"thread": {"id": "t"}}, "t", id="of a thread"),
        pytest.param({}, "", id="of none"),
        pytest.param({"thread": "t"}, "", id="a thread that is no object"),
        pytest.param({"thread_id": ["t"]}, "", id="an id that is a list"),
    ],
)
def test_whose_notification_it_is(params: dict[str, Any], thread_id: str) -> None:
    assert thread_of(params) == thread_id
