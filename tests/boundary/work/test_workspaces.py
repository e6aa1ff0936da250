"""Workspaces, providers, settings and credentials by name."""

from pathlib import Path

import msgspec

from portico.protocol.base import Scope
from tests.boundary.shells import shell, started
from tests.gateway.main.rig import rehearsing
from tests.kit.gateways import gateway


async def test_the_first_screen_says_what_may_be_done(tmp_path: Path) -> None:
    async with gateway(tmp_path, rehearsing()) as site, shell(site) as one:
        screen = await one.start()
        assert screen["scopes"] == ["read", "chat", "agent", "admin"]
        assert screen["epoch"] == screen["gateway"]["epoch"]
        desk = one.boundary.desk
        known = desk.link.gateway
        assert known is not None
        for told, expected in ((("read", "later"), frozenset({Scope.READ})), (None, None)):
            desk.link.gateway = msgspec.structs.replace(known, scopes=told)
            assert desk.scopes == expected


async def test_workspaces_are_made_named_and_switched(tmp_path: Path) -> None:
    async with started(tmp_path) as one:
        first = (await one.ok("workspace_bootstrap"))["workspaces"]["opened"]
        await one.ok("thread_create", name="Here")
        second = await one.ok("workspace_create", name="Second")
        assert second["tree"]["nodes"] == []
        await one.ok("workspace_rename", workspace_id=second["workspaces"]["opened"], name="Other")
        back = await one.ok("workspace_switch", workspace_id=first)
        assert (back["workspaces"]["opened"], [node["name"] for node in back["tree"]["nodes"]]) == (first, ["Here"])
        assert {it["name"] for it in back["workspaces"]["workspaces"]} > {"Other"}


async def test_providers_and_models_are_rows(tmp_path: Path) -> None:
    async with started(tmp_path) as one:
        rows = (await one.ok("provider_list"))["providers"]
        assert next(row["is_usable"] for row in rows if row["name"] == "rehearsal")
        shown = await one.ok("provider_model_display", provider="rehearsal", model="rehearsal")
        assert "model" not in shown
        assert (await one.ok("reasoning_effort_rows", provider="rehearsal", model="rehearsal"))["efforts"] == []
        models = (await one.ok("provider_list_models", provider="rehearsal"))["models"]
        shown = await one.ok("provider_model_display", provider="rehearsal", model=models[0]["id"])
        assert shown["model"] == models[0]


async def test_keys_are_set_and_forgotten(tmp_path: Path) -> None:
    async with started(tmp_path) as one:
        ids = {"workspace_id": one.boundary.desk.workspace_id, "provider": "anthropic"}

        def has_key() -> bool:
            rows = one.seen["providers"]["providers"]
            return next(row["has_key"] for row in rows if row["name"] == "anthropic")

        await one.ok("provider_set_key", **ids, api_key="sk-something-long-enough")
        await one.until(lambda: "providers" in one.seen and has_key())
        await one.ok("provider_delete_key", **ids)
        await one.until(lambda: not has_key())


async def test_settings_are_saved_or_refused_by_row(tmp_path: Path) -> None:
    async with started(tmp_path) as one:
        saved = await one.ok("settings_update", changes={"memory.enabled": False})
        assert saved == await one.ok("settings_get")
        refused = await one.ok("settings_update", changes={"memory.enabled": "yes", "none": 1})
        assert {it["id"] for it in refused["refusals"]} == {"memory.enabled", "none"}
        assert refused["settings"] == saved["settings"]


async def test_tokens_and_secrets_are_the_gateways(tmp_path: Path) -> None:
    async with started(tmp_path) as one:
        issued = (await one.ok("tokens_issue", name="phone"))["token"]
        assert [token["name"] for token in (await one.ok("tokens_list"))["tokens"]] == ["phone"]
        assert (await one.ok("tokens_revoke", token_id=issued["id"]))["revoked"]
        await one.ok("secrets_set", ref="mine/a", value="hidden")
        assert "hidden" not in str(await one.ok("secrets_list"))
        assert (await one.ok("secrets_delete", ref="mine/a"))["deleted"]
