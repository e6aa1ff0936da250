"""Help, health, themes."""

from portico.protocol.types.health import HealthFinding
from portico.shells.tui.flows.pages import finding_lines
from portico.shells.tui.render.lines import plain
from tests.shells.tui.rig import GATEWAY, PEN, FakeBackend, seated

HEALTH = {
    "connection": {
        "event": "connection",
        "state": "online",
        "words": {"id": "connection.online", "values": [["name", "Portico"]]},
    },
    "gateway": GATEWAY,
}
FINDINGS = [
    {"name": "home", "status": "ok", "message": "/home/ann"},
    {"name": "search", "status": "warning", "message": "no rip\x1b[1mgrep", "mend": "install it"},
    {"name": "port", "status": "error", "message": "taken"},
]
PROBLEM = {"number": 3, "method": "thread_rename", "code": "name_taken", "kind": "conflict"}


async def test_help_names_the_keys() -> None:
    async with seated(size=(100, 60)) as person:
        await person.press("f1")
        await person.sees("ctrl+p", "all commands", "In the list of threads", "copy, edit and send again, fork")
        await person.press("f1")
        await person.until(lambda: len(person.app.screen_stack) == 1)


async def test_health_tells_of_gateway_and_problems() -> None:
    async with seated(FakeBackend(health=HEALTH, diagnostics={"problems": [PROBLEM]})) as person:
        person.app.action_run("health")
        await person.sees("Connected to Portico", "Version 0.1.0", "3. thread_rename: name_taken")
        await person.sees("What the gateway finds")
        await person.press("escape")
        person.backend.answers["diagnostics"] = {"problems": []}
        person.backend.answers["health"] = {**HEALTH, "findings": FINDINGS}
        person.app.action_run("health")
        await person.sees(
            "No problems were noted", "✓ home  /home/ann", "! search  no rip␛[1mgrep", "install it", "✗ port"
        )
        assert "What the gateway finds" not in person.shown


def test_findings_are_wrapped_under_their_sign() -> None:
    found = [HealthFinding(name="disk", status="warning", message="word " * 10, mend="free some")]
    assert plain(finding_lines(found, PEN, 30)).split("\n") == [
        "! disk  word word word word",
        "  word word word word word",
        "  word",
        "  free some",
        "",
    ]
    assert finding_lines([], PEN, 30) == []


async def test_a_theme_is_worn() -> None:
    async with seated() as person:
        await person.press("ctrl+t")
        assert person.app.theme == "portico-light"
        await person.press("ctrl+t")
        person.app.action_run("theme")
        await person.sees("✓ portico-dark", "nord")
        await person.press(*"nord", "enter")
        await person.until(lambda: person.app.theme == "nord")
