"""Threads and folders: new, rename, move, delete, search, fork, edit and send again, export."""

from collections.abc import Sequence

import anyio

from portico.boundary.calls import BoundaryRefused
from portico.boundary.work.threads import Created, Exported, Rows
from portico.client.rpc import new_id
from portico.client.timeline import Row
from portico.client.tree import Node
from portico.protocol.methods.thread import ThreadForkResponse, ThreadSearchResponse
from portico.shells.tui.drafts import Draft
from portico.shells.tui.model import walk
from portico.shells.tui.safe import line
from portico.shells.tui.ui import Ui
from portico.shells.tui.widgets.choices import Choice

ROOT = "\0root"
MOST_PAGES = 50
FOUND = 30
NAME_LENGTH = 60


async def new_folder(ui: Ui, node: Node | None) -> None:
    """Inside the chosen folder, else at the root."""
    name = await ui.ask_line(ui.phrases.say("ui.tui.folder.new"))
    if name and name.strip():
        parent = node.id if node is not None and node.kind == "folder" else None
        await ui.calls.ask("folder_create", Created, name=name.strip(), parent_folder_id=parent)


async def rename(ui: Ui, node: Node | None) -> None:
    """A thread or a folder."""
    if node is None:
        return
    is_folder = node.kind == "folder"
    title = ui.phrases.say("ui.tui.folder.new" if is_folder else "ui.tui.thread.rename")
    before = line(node.name)
    name = (await ui.ask_line(title, before) or "").strip()
    if not name or name == before:
        return
    if is_folder:
        await ui.calls.do("folder_rename", folder_id=node.id, name=name)
    else:
        await ui.calls.do("thread_rename", thread_id=node.id, name=name)


async def move(ui: Ui, node: Node | None) -> None:
    """Into a folder or to the root."""
    if node is None or ui.model.tree is None:
        return
    barred = {one.id for one in walk((node,))}
    folders = [one for one in walk(ui.model.tree.nodes) if one.kind == "folder" and one.id not in barred]
    choices = [Choice(ROOT, ui.phrases.say("ui.tui.folder.root")), *(Choice(one.id, one.name) for one in folders)]
    chosen = await ui.choose(ui.phrases.say("ui.tui.thread.move", name=line(node.name)), choices)
    if chosen is None:
        return
    target = None if chosen.id == ROOT else chosen.id
    if node.kind == "folder":
        await ui.calls.do("folder_move", folder_id=node.id, parent_folder_id=target)
    else:
        await ui.calls.do("thread_move", thread_id=node.id, folder_id=target)


async def delete(ui: Ui, node: Node | None) -> None:
    """After a question. What is in a folder stays."""
    if node is None:
        return
    words = "ui.tui.folder.delete" if node.kind == "folder" else "ui.tui.thread.delete"
    if not await ui.confirm(ui.phrases.say(words, name=line(node.name))):
        return
    if node.kind == "folder":
        await ui.calls.do("folder_delete", folder_id=node.id)
        return
    await ui.calls.do("thread_delete", thread_id=node.id)
    if ui.model.thread_id == node.id:
        await ui.look_at(None)


async def search(ui: Ui) -> None:
    """Full text, as words are typed; the chosen hit is shown in its thread."""

    async def look_up(words: str) -> Sequence[Choice]:
        tree = ui.model.tree
        if not words.strip() or tree is None:
            return ()
        params = {"workspace_id": tree.workspace_id, "query": words, "limit": FOUND}
        try:
            answer = await ui.calls.ask("thread_search", ThreadSearchResponse, **params)
        except BoundaryRefused as told:
            ui.tell(str(told), is_error=True)
            return ()
        return [
            Choice(f"{hit.thread_id}\0{hit.item_id or ''}", hit.name, hit.snippet, matches=tuple(hit.matches))
            for hit in answer.items
        ]

    chosen = await ui.choose(ui.phrases.say("ui.tui.search"), (), look_up)
    if chosen is not None:
        thread_id, _, item_id = chosen.id.partition("\0")
        await ui.look_at(thread_id, row=item_id or None)


async def fork(ui: Ui, row: Row | None) -> None:
    """Copy the thread into a new one, through the row's turn; without a row all ended turns."""
    source = ui.model.thread_id
    if source is None:
        return
    new = new_id()
    through = row.turn_id if row is not None and row.turn_id else None
    await ui.calls.ask("thread_fork", ThreadForkResponse, thread_id=source, new_thread_id=new, through_turn_id=through)
    await ui.look_at(new)
    ui.tell(ui.phrases.say("ui.tui.thread.forked"))


async def edit_and_resend(ui: Ui, row: Row | None) -> None:
    """A new thread that ends before the message, with its text as the draft; the old thread stays."""
    source = ui.model.thread_id
    said = _said(ui, row)
    if source is None or said is None:
        return
    before = await _turn_before(ui, said)
    new = new_id()
    if before is None:
        await ui.calls.ask("thread_create", Created, thread_id=new)
    else:
        params = {"thread_id": source, "new_thread_id": new, "through_turn_id": before}
        await ui.calls.ask("thread_fork", ThreadForkResponse, **params)
    await ui.look_at(new)
    ui.drafts.put(new, Draft(text=said.text))
    ui.put_draft(ui.drafts.of(new))
    ui.tell(ui.phrases.say("ui.tui.thread.edited"))


async def export(ui: Ui) -> None:
    """Write the thread into a file, Markdown or JSON by its ending."""
    thread_id = ui.model.thread_id
    if thread_id is None:
        return
    node = ui.model.node(thread_id)
    note = ui.phrases.say("ui.tui.export.note")
    given = await ui.ask_line(ui.phrases.say("ui.tui.export"), f"{_file_name(node)}.md", note=note)
    if not given or not given.strip():
        return
    path = await anyio.Path(given.strip()).expanduser()
    if await path.exists() and not await ui.confirm(ui.phrases.say("ui.tui.export.exists", path=str(path))):
        return
    form = "json" if path.suffix == ".json" else "markdown"
    text = (await ui.calls.ask("thread_export", Exported, thread_id=thread_id, format=form)).text
    try:
        await path.write_text(text, encoding="utf-8")
    except OSError as error:
        ui.tell(ui.phrases.say("ui.tui.export.failed", why=error.strerror or str(error)), is_error=True)
        return
    ui.tell(ui.phrases.say("ui.tui.export.done", path=str(path)))


async def older(ui: Ui) -> None:
    """The page of rows before those that are here."""
    opened = ui.model.opened
    if opened is None or not opened.rows or not opened.has_more:
        return
    answer = await ui.calls.ask("active_thread_more", Rows, thread_id=opened.thread_id, before=opened.rows[0].key)
    if ui.model.opened is opened:
        ui.model.older(answer.rows, has_more=answer.has_more and bool(answer.rows))


def _said(ui: Ui, row: Row | None) -> Row | None:
    """The user's message of the row's turn, else the last one."""
    rows = ui.model.opened.rows if ui.model.opened else []
    if row is not None and row.kind == "user":
        return row
    of_turn = [one for one in rows if one.kind == "user" and (row is None or one.turn_id == row.turn_id)]
    return of_turn[-1] if of_turn else None


async def _turn_before(ui: Ui, said: Row) -> str | None:
    """The turn before that of the message; older rows are read until it is known."""
    for _ in range(MOST_PAGES):
        rows = ui.model.opened.rows if ui.model.opened else []
        turns = list(dict.fromkeys(row.turn_id for row in rows if row.turn_id))
        place = turns.index(said.turn_id) if said.turn_id in turns else 0
        if place:
            return turns[place - 1]
        if ui.model.opened is None or not ui.model.opened.has_more:
            return None
        await older(ui)
    return None


def _file_name(node: Node | None) -> str:
    """Of a thread's name what any file system takes."""
    name = line(node.name) if node is not None else ""
    kept = "".join(sign if sign.isalnum() or sign in " -_" else " " for sign in name)
    return " ".join(kept.split())[:NAME_LENGTH].replace(" ", "-") or "thread"
