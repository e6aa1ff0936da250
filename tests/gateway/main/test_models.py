"""How a turn gets its model."""

from pathlib import Path

import pytest

from portico.gateway.features.turns.ports import Wish
from portico.gateway.kernel.errors import Invalid, Unavailable
from portico.gateway.main.models import TurnModels
from portico.protocol.methods.provider import ProviderParams
from portico.protocol.types.thread import OriginKind, SidebarVisibility, Thread, ThreadMode, ThreadStatus
from tests.kit.calls import caller
from tests.kit.providers import WORKSPACE, FakeLists, ProviderWorld

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


@pytest.mark.parametrize(("provider", "context_tokens"), [("ollama", 8_192), ("openai", None)])
async def test_a_context_window_that_somebody_set_goes_with_the_model(
    tmp_path: Path, provider: str, context_tokens: int | None
) -> None:
    async with ProviderWorld(tmp_path, environment=KEYS, ollama=(8_192, None)).start() as home:
        chosen = await TurnModels(home.providers).choose(thread(), Wish(provider=provider, model="m"))
        assert chosen.context_tokens == context_tokens


def listed(name: str, **said: object) -> dict[str, object]:
    return {"id": name, "capabilities": said} if said else {"id": name}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        pytest.param("blind", False, id="none"),
        pytest.param("seeing", True, id="some"),
        pytest.param("silent", None, id="it does not say"),
        pytest.param("stranger", None, id="not listed"),
    ],
)
async def test_what_the_vendors_list_says_of_images(tmp_path: Path, name: str, expected: bool | None) -> None:
    models = [listed("blind", vision=False), listed("seeing", vision=True), listed("silent")]
    world = ProviderWorld(tmp_path, FakeLists(openai=models), environment=KEYS)
    async with world.start() as home:
        chosen = await TurnModels(home.providers).choose(thread("openai", name), Wish(has_images=True))
        assert chosen.takes_images is None  # nobody has read the list yet, and no turn asks for it
        assert world.lists.asked == []
        await home.providers.list_models(caller(), ProviderParams(workspace_id=WORKSPACE, provider="openai"))
        for wish in (Wish(), Wish(has_images=True)):
            assert (await TurnModels(home.providers).choose(thread("openai", name), wish)).takes_images is expected
        await home.log.flush()
    async with world.start() as home:  # the stored list counts, but is only read where there are images
        assert (await TurnModels(home.providers).choose(thread("openai", name), Wish())).takes_images is None
        chosen = await TurnModels(home.providers).choose(thread("openai", name), Wish(has_images=True))
        assert chosen.takes_images is expected
    assert len(world.lists.asked) == 1
