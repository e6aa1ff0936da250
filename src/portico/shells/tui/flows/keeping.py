"""What a gateway keeps for a person: providers and keys, settings, tokens, workspaces."""

from typing import Any

from portico.boundary.events import SettingRow, SettingsPage
from portico.boundary.work.workspaces import Screen, SettingsSaved
from portico.client.selectors import ProviderRow
from portico.protocol.methods.access import TokenIssueResponse, TokenListResponse
from portico.shells.tui.flows.pages import paragraphs
from portico.shells.tui.safe import line
from portico.shells.tui.ui import Ui
from portico.shells.tui.widgets.choices import Choice

NEW = "\0new"


async def providers(ui: Ui) -> None:
    """The list; choosing one sets or forgets its key."""
    told = ui.model.providers
    if told is None:
        return
    choices = [_provider(ui, row) for row in told.providers]
    chosen = await ui.choose(ui.phrases.say("ui.tui.providers"), choices)
    row = next((row for row in told.providers if chosen is not None and row.name == chosen.id), None)
    if row is not None:
        await _provider_key(ui, row, told.workspace_id)


async def settings(ui: Ui) -> None:
    """Pages, their rows, and a new value for one; until a person leaves."""
    while ui.model.settings is not None:
        pages = ui.model.settings.pages
        choices = [Choice(page.id, ui.phrases.phrase(page.title)) for page in pages]
        chosen = await ui.choose(ui.phrases.say("ui.tui.settings"), choices)
        if chosen is None:
            return
        await _page(ui, chosen.id)


async def tokens(ui: Ui) -> None:
    """Issued tokens; choosing one makes it void after a question, the first line issues one."""
    answer = await ui.calls.ask("tokens_list", TokenListResponse)
    choices = [Choice(NEW, ui.phrases.say("ui.tui.token.new"))]
    for token in answer.tokens:
        scopes = " ".join(scope.value for scope in token.scopes)
        hint = ui.phrases.say("ui.tui.token.void") if token.revoked_at is not None else ""
        choices.append(Choice(token.id, token.name, scopes, hint, is_current=token.is_current))
    chosen = await ui.choose(ui.phrases.say("ui.tui.tokens"), choices)
    if chosen is None:
        return
    if chosen.id == NEW:
        await _issue(ui)
    elif await ui.confirm(ui.phrases.say("ui.tui.token.revoke", name=chosen.title)):
        await ui.calls.do("tokens_revoke", token_id=chosen.id)
        ui.tell(ui.phrases.say("ui.tui.token.revoked", name=chosen.title))


async def workspaces(ui: Ui) -> None:
    """Look at another workspace, or make one."""
    told = ui.model.workspaces
    if told is None:
        return
    choices = [Choice(one.id, one.name, is_current=one.id == told.opened) for one in told.workspaces]
    choices.append(Choice(NEW, ui.phrases.say("ui.tui.workspace.new")))
    chosen = await ui.choose(ui.phrases.say("ui.tui.workspace.switch"), choices)
    if chosen is None or chosen.id == told.opened:
        return
    if chosen.id == NEW:
        name = await ui.ask_line(ui.phrases.say("ui.tui.workspace.new"))
        if not name or not name.strip():
            return
        screen = await ui.calls.ask("workspace_create", Screen, name=name.strip())
    else:
        screen = await ui.calls.ask("workspace_switch", Screen, workspace_id=chosen.id)
    await take_screen(ui, screen)


async def rename_workspace(ui: Ui) -> None:
    told = ui.model.workspaces
    if told is None or told.opened is None:
        return
    name = await ui.ask_line(ui.phrases.say("ui.tui.workspace.rename"), line(ui.model.workspace_name))
    if name and name.strip():
        await ui.calls.do("workspace_rename", workspace_id=told.opened, name=name.strip())


async def take_screen(ui: Ui, screen: Screen, thread_id: str | None = None) -> None:
    """Everything that a workspace's first screen tells; then a thread is shown, or the empty page."""
    ui.model.workspaces, ui.model.tree, ui.model.providers = screen.workspaces, screen.tree, screen.providers
    ui.model.settings = screen.settings or ui.model.settings
    ui.model.gateway = screen.gateway
    await ui.look_at(thread_id)


def _provider(ui: Ui, row: ProviderRow) -> Choice:
    state = ui.phrases.say("ui.tui.provider.usable") if row.is_usable else ui.phrases.phrase(row.why_not)
    source = ui.phrases.phrase(row.key_source)
    return Choice(row.name, row.title, state, source, is_current=row.is_usable)


async def _provider_key(ui: Ui, row: ProviderRow, workspace_id: str) -> None:
    if row.has_key:
        choices = [
            Choice("set", ui.phrases.say("ui.tui.key.replace")),
            Choice("forget", ui.phrases.say("ui.tui.key.forget")),
        ]
        chosen = await ui.choose(row.title, choices)
        if chosen is None:
            return
        if chosen.id == "forget":
            await ui.calls.do("provider_delete_key", workspace_id=workspace_id, provider=row.name)
            ui.tell(ui.phrases.say("ui.tui.key.forgotten", name=row.title))
            return
    note = ui.phrases.say("ui.tui.key.note")
    key = await ui.ask_line(ui.phrases.say("ui.tui.key.set", name=row.title), note=note, is_secret=True)
    if key and key.strip():
        params = {"workspace_id": workspace_id, "provider": row.name, "api_key": key.strip()}
        await ui.calls.do("provider_set_key", **params)
        ui.tell(ui.phrases.say("ui.tui.key.stored", name=row.title))


async def _page(ui: Ui, page_id: str) -> None:
    while True:
        page = _page_of(ui, page_id)
        if page is None:
            return
        choices = [Choice(row.id, ui.phrases.phrase(row.title), hint=_value(ui, row)) for row in page.rows]
        chosen = await ui.choose(ui.phrases.phrase(page.title), choices)
        row = next((row for row in page.rows if chosen is not None and row.id == chosen.id), None)
        if row is None:
            return
        value = await _new_value(ui, row)
        if value is not None:
            await _save(ui, row, value)


def _page_of(ui: Ui, page_id: str) -> SettingsPage | None:
    pages = ui.model.settings.pages if ui.model.settings else ()
    return next((page for page in pages if page.id == page_id), None)


async def _new_value(ui: Ui, row: SettingRow) -> Any:
    """What a person gives, None to leave it."""
    title = ui.phrases.phrase(row.title)
    match row.kind:
        case "switch":
            return not row.value
        case "choice":
            choices = [Choice(one, one, is_current=one == row.value) for one in row.choices]
            chosen = await ui.choose(title, choices)
            return chosen.id if chosen else None
        case _:
            given = await ui.ask_line(title, "" if row.value is None else str(row.value))
            return _number(given) if row.kind == "number" and given is not None else given


def _number(given: str) -> int | float | str:
    """What is no number is left for the refusal to name."""
    for kind in (int, float):
        try:
            return kind(given)
        except ValueError:
            continue
    return given


async def _save(ui: Ui, row: SettingRow, value: Any) -> None:
    saved = await ui.calls.ask("settings_update", SettingsSaved, changes={row.id: value})
    for refusal in saved.refusals:
        ui.tell(ui.phrases.phrase(refusal.words), is_error=True)
    if saved.settings is not None:
        ui.model.settings = saved.settings


def _value(ui: Ui, row: SettingRow) -> str:
    if isinstance(row.value, bool):
        return ui.phrases.say("ui.tui.setting.on" if row.value else "ui.tui.setting.off")
    if isinstance(row.value, list):
        return ", ".join(row.value)
    return "" if row.value is None else str(row.value)


async def _issue(ui: Ui) -> None:
    name = await ui.ask_line(ui.phrases.say("ui.tui.token.name"))
    if not name or not name.strip():
        return
    issued = await ui.calls.ask("tokens_issue", TokenIssueResponse, name=name.strip())
    words = [ui.phrases.say("ui.tui.token.once"), "", issued.secret]
    ui.copy(issued.secret)
    await ui.read(issued.token.name, lambda width: paragraphs(words, ui.pen, width))
