"""Drafts are planned and sent."""

import base64
from pathlib import Path
from typing import Any

import pytest

from portico.protocol.base import Scope
from tests.boundary.shells import Shell, shell, started
from tests.gateway.main.rig import rehearsing
from tests.kit.gateways import gateway

PIXEL: dict[str, Any] = {"kind": "image", "key": "k", "name": "a.png", "media_type": "image/png"}


async def opened(one: Shell) -> str:
    id_ = (await one.ok("thread_create"))["id"]
    await one.ok("active_thread_open", thread_id=id_)
    return id_


def ids(refusals: list[Any]) -> list[str]:
    return [refusal["words"]["id"] for refusal in refusals]


@pytest.mark.parametrize(
    ("draft", "refusals"),
    [
        pytest.param({"text": "hello"}, [], id="well"),
        pytest.param({"text": " "}, ["composer.empty"], id="empty"),
        pytest.param({"text": "x", "provider": "anthropic"}, ["composer.provider_unusable"], id="no key"),
        pytest.param({"picked": [{**PIXEL, "data": ""}]}, ["composer.image_empty"], id="an empty picture"),
        pytest.param(
            {"text": "x", "picked": [{"kind": "mention", "key": "m", "name": "n", "path": ""}]},
            ["composer.bad_path"],
            id="a mention without a path",
        ),
    ],
)
async def test_a_plan_tells_what_would_be_refused(tmp_path: Path, draft: dict[str, Any], refusals: list[str]) -> None:
    async with started(tmp_path) as one:
        planned = await one.ok("composer_plan", thread_id=await opened(one), **draft)
        assert ids(planned["refusals"]) == refusals
        assert planned["action"] == "start"


async def test_a_picture_is_sent(tmp_path: Path) -> None:
    async with started(tmp_path) as one:
        id_ = await opened(one)
        picked = [{**PIXEL, "data": base64.b64encode(b"\x89PNG\r\n\x1a\n").decode()}]
        sent = await one.ok("composer_send", thread_id=id_, text="/say seen", picked=picked, turn_id="u1")
        assert sent["turn_id"] == "u1"
        await one.until(lambda: "seen" in one.texts(id_, "assistant"))
        assert [len(row.attachments) for row in one.rows[id_] if row.kind == "user"] == [1]


async def test_what_is_refused_is_not_sent(tmp_path: Path) -> None:
    async with started(tmp_path) as one:
        id_ = await opened(one)
        assert ids((await one.ok("composer_send", thread_id=id_))["refusals"]) == ["composer.empty"]
        sent = await one.ok("composer_send", thread_id=id_, text="x", turn_id="not an id")
        assert ids(sent["refusals"]) == ["composer.refused"]
        assert one.texts(id_, "user") == []


async def test_a_running_turn_is_steered(tmp_path: Path) -> None:
    async with started(tmp_path) as one:
        id_ = await opened(one)
        sleep = '/tool exec_command {"command": ["sleep", "30"]}'
        turn_id = (await one.ok("composer_send", thread_id=id_, text=sleep))["turn_id"]
        await one.until(lambda: "composer" in one.seen and one.seen["composer"]["running"] == turn_id)
        sent = await one.ok("composer_send", thread_id=id_, text="faster", busy="steer", steer_id="s1")
        assert (sent["action"], sent["outcome"], sent["turn_id"]) == ("steer", "steered", turn_id)
        await one.ok("active_thread_stop", thread_id=id_)


async def test_a_sign_in_that_may_not_is_told_before(tmp_path: Path) -> None:
    scopes = frozenset({Scope.READ, Scope.CHAT})
    async with gateway(tmp_path, rehearsing()) as site, shell(site, scopes=scopes) as one:
        await one.start()
        id_ = await opened(one)
        agent = await one.ok("composer_plan", thread_id=id_, text="x")
        chat = await one.ok("composer_plan", thread_id=id_, text="x", mode="Chat")
        assert (ids(agent["refusals"]), ids(chat["refusals"])) == (["composer.scope_missing"], [])


async def test_the_settings_choose_the_model(tmp_path: Path) -> None:
    async with started(tmp_path) as one:
        id_ = await opened(one)
        assert (await one.ok("composer_plan", thread_id=id_, text="x"))["provider"] == "rehearsal"
        await one.ok("settings_update", changes={"general.default_model_provider": "anthropic"})
        assert (await one.ok("composer_plan", thread_id=id_, text="x"))["provider"] == "anthropic"
