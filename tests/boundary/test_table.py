"""The table names what the seed names, and keeps a browser from what is a person's own program's."""

from portico.boundary.table import METHODS

NAMES = [method.name for method in METHODS]


def test_names_are_unique_and_those_of_the_seed_are_there() -> None:
    assert len(NAMES) == len(set(NAMES))
    wanted = {
        "gateway_connect",
        "gateway_next_events",
        "gateway_disconnect",
        "workspace_bootstrap",
        "workspace_switch",
        "workspace_create",
        "workspace_rename",
        "provider_list",
        "provider_list_models",
        "provider_model_display",
        "reasoning_effort_rows",
        "composer_plan",
        "composer_send",
        "thread_tree_refresh",
        "active_thread_open",
        "active_thread_close",
        "active_thread_toggle",
    }
    assert wanted - set(NAMES) == set()


def test_a_browser_has_neither_registry_nor_secrets() -> None:
    kept = {method.name for method in METHODS if "websocket" not in method.carriers}
    assert kept == {name for name in NAMES if name.startswith(("registry_", "secrets_"))}
