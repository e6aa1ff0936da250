"""Which gateway: the own one, one of the list, or any address with a token."""

from portico.boundary.calls import BoundaryRefused
from portico.boundary.work.gateway import Connected
from portico.boundary.work.workspaces import Screen
from portico.client.registry_plan import Registry
from portico.shells.tui.flows.keeping import take_screen
from portico.shells.tui.ui import Target, Ui
from portico.shells.tui.widgets.choices import Choice

OWN = "\0own"
OTHER = "\0other"


async def connect(ui: Ui, target: Target | None, *, is_same: bool) -> None:
    """To the own gateway, or to a URL with a token, and show its first screen. Raises BoundaryRefused.

    `is_same`: it was connected before, so the workspace and the thread that were looked at are shown again.
    """
    params = {} if target is None else {"url": target.url, "token": target.token or None}
    gateway = (await ui.calls.ask("gateway_connect", Connected, **params)).gateway
    ui.enter(target.url if target is not None else ui.own, is_persistent=gateway.is_persistent)
    told = ui.model.workspaces if is_same else None
    thread_id = ui.model.thread_id if is_same else None
    opened = {"workspace_id": told.opened} if told is not None and told.opened is not None else {}
    try:
        screen = await ui.calls.ask("workspace_bootstrap", Screen, **opened)
    except BoundaryRefused as refused:
        if refused.code != "not_found" or not opened:
            raise
        thread_id, screen = None, await ui.calls.ask("workspace_bootstrap", Screen)
    await take_screen(ui, screen, thread_id)


async def change(ui: Ui) -> None:
    """Another gateway: the own one, one of the list, or an address."""
    known = await ui.calls.ask("registry_list", Registry)
    choices = [Choice(OWN, ui.phrases.say("ui.tui.gateway.own"))]
    choices += [Choice(one.id, one.name, one.url) for one in known.gateways]
    choices.append(Choice(OTHER, ui.phrases.say("ui.tui.gateway.other")))
    chosen = await ui.choose(ui.phrases.say("ui.tui.gateway.pick"), choices)
    if chosen is None:
        return
    if chosen.id == OWN:
        ui.connect_to(None)
        return
    url = next((one.url for one in known.gateways if one.id == chosen.id), "")
    if not url:
        url = (await ui.ask_line(ui.phrases.say("ui.tui.gateway.address"), "https://") or "").strip()
    if url:
        ui.connect_to(Target(url, await _token(ui, url)))


async def again(ui: Ui) -> None:
    """Connect again; where the sign-in is not taken any more a token is asked for."""
    told = ui.model.connection
    if ui.target is not None and told is not None and told.action == "sign_in":
        ui.connect_to(Target(ui.target.url, await _token(ui, ui.target.url)))
    else:
        ui.connect_to(ui.target)


async def _token(ui: Ui, name: str) -> str:
    """It is kept as long as the program runs."""
    title = ui.phrases.say("ui.tui.gateway.token", name=name)
    return (await ui.ask_line(title, is_secret=True) or "").strip()
