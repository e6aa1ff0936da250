"""How a turn gets its model."""

from pathlib import Path

import pytest

from portico.gateway.features.turns.ports import Wish
from portico.gateway.kernel.errors import Invalid, Unavailable
from portico.gateway.main.models import TurnModels
from portico.protocol.types.thread import OriginKind, SidebarVisibility, Thread, ThreadMode, ThreadStatus
from tests.kit.providers import WORKSPACE, ProviderWorld

KEYS = {"OPENAI_API_KEY": "k", "ANTHROPIC_API_KEY": "k"}


def thread(provider: str = "", model: str = "") -> Thread:
    return Thread(
        workspace_id=WORKSPACE,
        id="t",
        preview="",
        mode=ThreadMode.AGENT,
        model=model,
        model_provider=provider,
        created_at=1,
        updated_at=1,
        status=ThreadStatus.IDLE,
        origin_kind=next(iter(OriginKind)),
        sidebar_visibility=SidebarVisibility.VISIBLE,
    )


@pytest.mark.parametrize(
    ("kept", "wish", "expected"),
    [
        pytest.param(thread(), Wish(), ("openai", "gpt-5.5", None), id="the default"),
        pytest.param(thread("anthropic", "c"), Wish(), ("anthropic", "c", None), id="the thread's"),
        pytest.param(
            thread("anthropic", "c"), Wish(provider="rehearsal"), ("rehearsal", "rehearsal", None), id="the turn's"
        ),
        pytest.param(thread(), Wish(effort="HIGH"), ("openai", "gpt-5.5", "high"), id="an effort in any spelling"),
    ],
)
async def test_choose(tmp_path: Path, kept: Thread, wish: Wish, expected: tuple[str, str, str | None]) -> None:
    async with ProviderWorld(tmp_path, environment=KEYS).start() as home:
        chosen = await TurnModels(home.providers).choose(kept, wish)
        assert (chosen.provider, chosen.model, chosen.effort) == expected


@pytest.mark.parametrize(
    ("wish", "kind", "code"),
    [
        pytest.param(Wish(provider="nobody"), Invalid, "unknown_provider", id="provider"),
        pytest.param(Wish(provider="groq"), Unavailable, "api_key_missing", id="key"),
        pytest.param(Wish(effort="heroic"), Invalid, "effort_not_listed", id="effort"),
        pytest.param(Wish(model="unheard-of", effort="high"), Invalid, "effort_not_listed", id="effort of a stranger"),
    ],
)
async def test_refusals(tmp_path: Path, wish: Wish, kind: type[Invalid | Unavailable], code: str) -> None:
    async with ProviderWorld(tmp_path, environment=KEYS).start() as home:
        with pytest.raises(kind) as refusal:
            await TurnModels(home.providers).choose(thread(), wish)
        assert refusal.value.code == code
