"""The table of commands: what the palette lists and keys call. A new command is a line here."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from portico.client.tree import Node
from portico.shells.tui.flows import copying, gateways, keeping, models, pages, picking, sending, threads
from portico.shells.tui.ui import Ui


@dataclass(frozen=True, slots=True)
class Command:
    """`words` is the id of its name; `needs_thread`: it is about the thread that is shown."""

    id: str
    words: str
    run: Callable[[Ui], Awaitable[None]]
    key: str = ""
    needs_thread: bool = False


async def _new_thread(ui: Ui) -> None:
    await ui.look_at(None)


async def _mode(ui: Ui) -> None:
    models.turn_mode(ui)


async def _steering(ui: Ui) -> None:
    models.turn_steering(ui)


async def _copy_answer(ui: Ui) -> None:
    copying.copy_answer(ui)


async def _copy_code(ui: Ui) -> None:
    copying.copy_code(ui)


COMMANDS: tuple[Command, ...] = (
    Command("new", "ui.tui.command.new", _new_thread, "ctrl+n"),
    Command("search", "ui.tui.command.search", threads.search, "ctrl+f"),
    Command("model", "ui.tui.command.model", models.pick_model, "ctrl+o"),
    Command("effort", "ui.tui.command.effort", models.pick_effort),
    Command("mode", "ui.tui.command.mode", _mode, "shift+tab"),
    Command("steer", "ui.tui.command.steer", _steering, "ctrl+s"),
    Command("picture", "ui.tui.command.picture", picking.picture),
    Command("remove-added", "ui.tui.command.remove_added", picking.remove),
    Command("stop", "ui.tui.command.stop", sending.stop, "esc", needs_thread=True),
    Command("queue", "ui.tui.command.queue", sending.queue, needs_thread=True),
    Command("rename", "ui.tui.command.rename", lambda ui: threads.rename(ui, _node(ui)), needs_thread=True),
    Command("move", "ui.tui.command.move", lambda ui: threads.move(ui, _node(ui)), needs_thread=True),
    Command("delete", "ui.tui.command.delete", lambda ui: threads.delete(ui, _node(ui)), needs_thread=True),
    Command("fork", "ui.tui.command.fork", lambda ui: threads.fork(ui, None), needs_thread=True),
    Command("edit", "ui.tui.command.edit", lambda ui: threads.edit_and_resend(ui, None), needs_thread=True),
    Command("export", "ui.tui.command.export", threads.export, needs_thread=True),
    Command("copy-answer", "ui.tui.command.copy_answer", _copy_answer, needs_thread=True),
    Command("copy-code", "ui.tui.command.copy_code", _copy_code, needs_thread=True),
    Command("folder", "ui.tui.command.folder", lambda ui: threads.new_folder(ui, None)),
    Command("providers", "ui.tui.command.providers", keeping.providers),
    Command("settings", "ui.tui.command.settings", keeping.settings),
    Command("tokens", "ui.tui.command.tokens", keeping.tokens),
    Command("workspace", "ui.tui.command.workspace", keeping.workspaces),
    Command("workspace-rename", "ui.tui.command.workspace_rename", keeping.rename_workspace),
    Command("gateway", "ui.tui.command.gateway", gateways.change),
    Command("reconnect", "ui.tui.command.reconnect", gateways.again, "ctrl+r"),
    Command("theme", "ui.tui.command.theme", pages.themes, "ctrl+t"),
    Command("health", "ui.tui.command.health", pages.health),
    Command("help", "ui.tui.command.help", pages.show_help, "F1"),
)


def command(id_: str) -> Command:
    return _BY_ID[id_]


_BY_ID = {one.id: one for one in COMMANDS}


def _node(ui: Ui) -> Node | None:
    return ui.model.node(ui.model.thread_id or "")
