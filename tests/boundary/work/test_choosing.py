"""What a message goes to: how choices follow each other, and what they are called."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from portico.client.state.fresh import Missed
from tests.boundary.shells import Shell, shell
from tests.kit.gateways import Site, gateway

THINKER = {"provider": "openai", "model": "gpt-5.5"}
PLAIN = {"provider": "openai", "model": "plain"}


@asynccontextmanager
async def choosing(folder: Path) -> AsyncGenerator[tuple[Shell, Site]]:
    """A shell on a gateway whose vendor lists a model with efforts and one without."""
    async with gateway(folder) as site, shell(site) as one:
        site.vendor.models = ("gpt-5.5", "plain")
        await one.start()
        yield one, site


async def talked(one: Shell, **choice: Any) -> str:
    """A thread with a turn that ended."""
    id_ = (await one.ok("thread_create"))["id"]
    await one.ok("active_thread_open", thread_id=id_)
    await one.ok("composer_send", thread_id=id_, text="hello", **choice)
    await one.until(lambda: "ok" in one.texts(id_, "assistant"))
    return id_


def values(told: dict[str, Any]) -> list[str]:
    return [row["value"] for row in told["efforts"]]


async def test_nothing_chosen_is_the_default(tmp_path: Path) -> None:
    async with choosing(tmp_path) as (one, _):
        told = await one.ok("composer_choice")
        assert told["chosen"] == {}
        assert (told["provider"], told["provider_title"]) == ("openai", "OpenAI")
        assert told["model_title"]


async def test_another_model_leaves_the_effort(tmp_path: Path) -> None:
    async with choosing(tmp_path) as (one, _):
        chosen = {**THINKER, "is_manual": True}
        told = await one.ok("composer_choice", chosen=chosen, to={**THINKER, "effort": "High"})
        assert told["chosen"] == {**THINKER, "effort": "high", "is_manual": True}
        assert "high" in values(told)
        told = await one.ok("composer_choice", chosen=told["chosen"], to={**PLAIN})
        assert (told["chosen"], values(told)) == ({**PLAIN, "is_manual": True}, [])
        assert told["model_title"] == "Plain"


@pytest.mark.parametrize(
    ("chosen", "kept"),
    [
        pytest.param({**PLAIN, "effort": "high", "is_manual": True}, {**PLAIN, "is_manual": True}, id="not offered"),
        pytest.param(
            {**THINKER, "effort": "loud", "is_manual": True}, {**THINKER, "is_manual": True}, id="no such effort"
        ),
        pytest.param(
            {"provider": "anthropic", "model": "m", "effort": "high", "is_manual": True},
            {"provider": "anthropic", "model": "m", "effort": "high", "is_manual": True},
            id="a model that is not known refuses nothing",
        ),
    ],
)
async def test_a_stale_effort(tmp_path: Path, chosen: dict[str, Any], kept: dict[str, Any]) -> None:
    async with choosing(tmp_path) as (one, _):
        assert (await one.ok("composer_choice", chosen=chosen))["chosen"] == kept


@pytest.mark.promise("turn.effort")
async def test_a_threads_model_and_effort_are_carried_until_somebody_chooses(tmp_path: Path) -> None:
    async with choosing(tmp_path) as (one, site):
        id_ = await talked(one, **THINKER, effort="high")
        async with site.peer() as peer:
            workspace_id = (await peer.call("thread/get", thread_id=id_))["thread"]["workspace_id"]
            await peer.call(
                "thread/update", workspace_id=workspace_id, thread_id=id_, model="gpt-5.5", model_provider="openai"
            )
        await one.ok("active_thread_close", thread_id=id_)
        await one.ok("active_thread_open", thread_id=id_)
        told = await one.ok("composer_choice", thread_id=id_)
        assert told["chosen"] == {**THINKER, "effort": "high"}
        mine = {**PLAIN, "is_manual": True}
        assert (await one.ok("composer_choice", thread_id=id_, chosen=mine))["chosen"] == mine


async def test_the_effort_of_a_turn_with_another_model_stays_there(tmp_path: Path) -> None:
    async with choosing(tmp_path) as (one, _):
        id_ = await talked(one, **THINKER, effort="high")
        told = await one.ok("composer_choice", thread_id=id_)
        assert "effort" not in told["chosen"]


async def test_without_a_list_the_model_keeps_its_name(tmp_path: Path) -> None:
    async with gateway(tmp_path) as site, shell(site) as one:
        site.vendor.script("never")
        await one.start()
        told = await one.ok("composer_choice", to={"provider": "groq", "model": "some-model"})
        assert (told["model_title"], told["row"], told["efforts"]) == ("Some Model", None, [])


async def test_a_list_that_is_another_one_by_now_is_read_again(tmp_path: Path) -> None:
    async with choosing(tmp_path) as (one, _):
        await one.ok("composer_choice", to=THINKER)
        link = one.boundary.desk.link
        link.told(Missed())
        listed = link.providers.models("openai")
        assert listed is not None
        assert listed.is_outdated
        await one.ok("composer_choice", to=THINKER)
        listed = link.providers.models("openai")
        assert listed is not None
        assert not listed.is_outdated
