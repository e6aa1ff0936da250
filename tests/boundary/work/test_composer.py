"""Drafts are planned and sent."""

import base64
from dataclasses import replace
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


async def test_more_picks_than_a_message_has_room_for_are_refused(tmp_path: Path) -> None:
    async with started(tmp_path) as one:
        id_ = await opened(one)
        picked = [{"kind": "mention", "key": str(number), "name": "n", "path": "/n"} for number in range(65)]
        for method in ("composer_plan", "composer_send"):
            refused = await one.answer(method, thread_id=id_, text="x", picked=picked)
            assert (refused["status"], refused["code"]) == ("error", "invalid")
        planned = await one.ok("composer_plan", thread_id=id_, text="x", picked=picked[:64])
        assert ids(planned["refusals"]) == ["composer.too_many_attachments"]


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


async def ended(one: Shell, id_: str, text: str) -> str:
    """Send and wait for the end of the turn; its id."""
    turn = (await one.ok("composer_send", thread_id=id_, text=text))["turn_id"]
    await one.until(lambda: len(one.texts(id_, "assistant")) > 0 and one.seen["composer"]["running"] is None)
    return turn


@pytest.mark.promise("boundary.edited")
async def test_an_edited_message_goes_on_in_a_thread_of_its_own(tmp_path: Path) -> None:
    async with started(tmp_path) as one:
        id_ = await opened(one)
        await ended(one, id_, "/say first")
        second = await ended(one, id_, "/say second")
        ids = {"new_thread_id": "edited", "new_turn_id": "again"}
        for _ in range(2):
            done = await one.ok("composer_edit", thread_id=id_, turn_id=second, text="/say other", **ids)
            assert done == {"thread_id": "edited", "turn_id": "again"}
        await one.ok("active_thread_open", thread_id="edited")
        await one.until(lambda: "other" in one.texts("edited", "assistant"))
        assert one.texts("edited", "user") == ["/say first", "/say other"]
        assert one.texts(id_, "user") == ["/say first", "/say second"]
        await one.until(lambda: one.seen["composer"]["running"] is None)


async def test_the_first_message_is_edited_in_a_thread_that_begins_anew(tmp_path: Path) -> None:
    async with started(tmp_path) as one:
        folder = (await one.ok("folder_create", name="Folder"))["id"]
        id_ = (await one.ok("thread_create", name="Plan", folder_id=folder))["id"]
        await one.ok("active_thread_open", thread_id=id_)
        picture = {**PIXEL, "data": base64.b64encode(b"a picture").decode()}
        sent = await one.ok("composer_send", thread_id=id_, text="/say first", picked=[picture])
        await one.until(lambda: one.texts(id_, "assistant") == ["first"])
        await one.ok("active_thread_close", thread_id=id_)
        done = await one.ok("composer_edit", thread_id=id_, turn_id=sent["turn_id"], text="/say anew")
        await one.ok("active_thread_open", thread_id=done["thread_id"])
        await one.until(lambda: "anew" in one.texts(done["thread_id"], "assistant"))
        user = next(row for row in one.rows[done["thread_id"]] if row.kind == "user")
        assert (user.text, len(user.attachments)) == ("/say anew", 1)
        await one.ok("thread_tree_refresh")
        await one.poll()
        (shown,) = one.seen["tree"]["nodes"]
        assert {node["name"] for node in shown["children"]} == {"Plan"}
        assert len(shown["children"]) == 2


async def test_an_edited_message_whose_folder_is_gone_goes_on_without_it(tmp_path: Path) -> None:
    async with started(tmp_path) as one:
        id_ = await opened(one)
        turn = await ended(one, id_, "/say first")
        tree = one.boundary.desk.link.tree
        assert tree is not None
        known = tree.state.told
        tree.state = replace(tree.state, told=replace(known, places={**known.places, id_: "gone"}))
        done = await one.ok("composer_edit", thread_id=id_, turn_id=turn, text="/say anew", new_turn_id="again")
        assert done["turn_id"] == "again"


@pytest.mark.parametrize(
    ("edit", "code"),
    [({"turn_id": "none", "text": "x"}, "turn_not_found"), ({"turn_id": "u", "thread_id": "none"}, "thread_not_found")],
)
async def test_what_is_not_there_is_not_edited(tmp_path: Path, edit: dict[str, Any], code: str) -> None:
    async with started(tmp_path) as one:
        id_ = await opened(one)
        assert (await one.failed("composer_edit", **{"thread_id": id_, **edit}))["code"] == code


async def test_an_edit_that_is_refused_makes_no_thread(tmp_path: Path) -> None:
    async with started(tmp_path) as one:
        id_ = await opened(one)
        turn = await ended(one, id_, "/say first")
        for text, refusal in ((" ", "composer.empty"), ("x" * 2_000_000, "composer.text_too_long")):
            done = await one.ok("composer_edit", thread_id=id_, turn_id=turn, text=text)
            assert (ids(done["refusals"]), done.get("thread_id")) == ([refusal], None)
        await one.poll()
        assert len(one.seen["tree"]["nodes"]) == 1


@pytest.mark.parametrize(
    ("draft", "refusals"),
    [
        pytest.param({"text": "x" * 5_000_000}, ["composer.text_too_long"], id="text"),
        pytest.param(
            {"picked": [{**PIXEL, "data": base64.b64encode(b"x" * 5_000_000).decode()}]},
            ["composer.request_too_large"],
            id="a picture",
        ),
    ],
)
async def test_five_megabytes_are_refused_in_words(tmp_path: Path, draft: dict[str, Any], refusals: list[str]) -> None:
    async with started(tmp_path) as one:
        id_ = await opened(one)
        for method in ("composer_plan", "composer_send"):
            assert ids((await one.ok(method, thread_id=id_, **draft))["refusals"]) == refusals
