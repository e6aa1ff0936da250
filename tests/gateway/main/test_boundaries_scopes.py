"""Every method of the boundary by a tab that may only read: what it sees it may see, and nothing changes."""

from pathlib import Path
from typing import Any

from portico.boundary.table import METHODS
from portico.gateway.features.workspaces import DEFAULT_WORKSPACE_ID
from tests.gateway.main.rig import rehearsing
from tests.gateway.main.test_boundaries import Tab, tab
from tests.kit.gateways import Site, gateway

READS: dict[str, Any] = {
    "gateway_connect": {},
    "workspace_bootstrap": {},
    "gateway_next_events": {},
    "provider_list": {},
    "provider_list_models": {"provider": "rehearsal"},
    "provider_model_display": {"provider": "rehearsal", "model": "rehearsal"},
    "reasoning_effort_rows": {"provider": "rehearsal", "model": "rehearsal"},
    "composer_choice": {},
    "thread_tree_refresh": {},
    "active_thread_open": {"thread_id": "t"},
    "active_thread_toggle": {"thread_id": "t", "key": "k", "is_open": True},
    "active_thread_more": {"thread_id": "t", "before": "row"},
    "composer_plan": {"thread_id": "t", "text": "x"},
    "thread_search": {"workspace_id": DEFAULT_WORKSPACE_ID, "query": "first"},
    "thread_export": {"thread_id": "t"},
    "settings_get": {},
    "health": {},
    "diagnostics": {},
    "version": {},
    "words": {},
    "schema": {},
}
CHANGES: dict[str, Any] = {
    "workspace_switch": {"workspace_id": "other"},
    "workspace_create": {"name": "mine"},
    "workspace_rename": {"workspace_id": DEFAULT_WORKSPACE_ID, "name": "mine"},
    "provider_set_key": {"workspace_id": DEFAULT_WORKSPACE_ID, "provider": "openai", "api_key": "k"},
    "provider_delete_key": {"workspace_id": DEFAULT_WORKSPACE_ID, "provider": "openai"},
    "provider_configure": {
        "workspace_id": DEFAULT_WORKSPACE_ID,
        "provider": "openai",
        "base_url": "http://127.0.0.1:9",
    },
    "composer_edit": {"thread_id": "t", "turn_id": "turn", "text": "x"},
    "composer_send": {"thread_id": "t", "text": "x"},
    "thread_create": {"name": "mine"},
    "thread_rename": {"thread_id": "t", "name": "mine"},
    "thread_move": {"thread_id": "t", "folder_id": "f"},
    "thread_fork": {"thread_id": "t", "new_thread_id": "n"},
    "folder_create": {"name": "mine"},
    "folder_move": {"folder_id": "f"},
    "folder_rename": {"folder_id": "f", "name": "mine"},
    "folder_delete": {"folder_id": "f"},
    "active_thread_stop": {"thread_id": "t"},
    "active_thread_queue_remove": {"thread_id": "t", "turn_id": "turn"},
    "settings_update": {"changes": {"language": "de"}},
    "tokens_list": {},
    "tokens_issue": {"name": "mine"},
    "tokens_revoke": {"token_id": "x"},
    "thread_delete": {"thread_id": "t"},
    "active_thread_close": {"thread_id": "t"},
    "gateway_disconnect": {},
}
OWN = {"active_thread_close", "active_thread_stop", "gateway_disconnect"}
"""These change what the tab looks at, and nothing else; where nothing runs there is nothing to stop."""
ELSEWHERE = {"secrets_list", "secrets_set", "secrets_delete"} | {
    f"registry_{verb}" for verb in ("list", "add", "update", "remove", "select")
}


async def events(site: Site) -> list[Any]:
    return await site.it.gateway.log.read("select stream, version from event order by 1, 2")


async def prepared(owner: Tab) -> str:
    """A thread with a turn, and a folder; the secret of a token that may only read."""
    await owner.start()
    await owner.ok("folder_create", name="Folder", folder_id="f")
    await owner.ok("thread_create", thread_id="t", name="Plan")
    await owner.ok("active_thread_open", thread_id="t")
    await owner.ok("composer_send", thread_id="t", text="/say first", turn_id="turn")
    await owner.until(lambda: "first" in owner.texts("t", "assistant"))
    await owner.until(lambda: owner.seen.get("composer", {"running": ""})["running"] is None)
    return (await owner.ok("tokens_issue", scopes=["read"]))["secret"]


async def test_who_may_read_changes_nothing(tmp_path: Path) -> None:
    assert {*READS, *CHANGES, *ELSEWHERE} == {method.name for method in METHODS}
    async with gateway(tmp_path, rehearsing()) as site, tab(site) as owner:
        secret = await prepared(owner)
        async with tab(site, secret) as one:
            for method, params in READS.items():
                await one.ok(method, **params)
            assert (await one.ok("health")).get("findings") is None
            before = await events(site)
            for method, params in CHANGES.items():
                answer = await one.answer(method, **params)
                is_done = answer["status"] == "ok" and not answer["value"].get("refusals")
                assert is_done <= (method in OWN), (method, answer)
                assert answer["status"] == "ok" or answer["kind"] != "invalid", (method, answer)
            assert await events(site) == before
            for method in ELSEWHERE:
                assert (await one.answer(method))["code"] == "denied"
