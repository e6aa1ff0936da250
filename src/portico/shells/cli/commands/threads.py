"""`portico threads`: list, show, search, history, export, fork, rename, delete."""

import sys
from pathlib import Path

import click
from rich.text import Text

from portico.client.connection import Step
from portico.client.export import to_json, to_markdown
from portico.client.rpc import new_id
from portico.client.state import ThreadState
from portico.client.timeline import Row, rows, shorten
from portico.protocol.methods.thread import (
    THREAD_DELETE,
    THREAD_FORK,
    THREAD_HISTORY,
    THREAD_SEARCH,
    THREAD_TREE,
    THREAD_UPDATE,
    ThreadDeleteParams,
    ThreadForkParams,
    ThreadHistoryParams,
    ThreadSearchHit,
    ThreadSearchParams,
    ThreadSearchResponse,
    ThreadTreeParams,
    ThreadTreeResponse,
    ThreadUpdateParams,
)
from portico.protocol.types.thread import SidebarVisibility
from portico.shells.cli.commands import Cli, listing
from portico.shells.cli.commands.token import told_time
from portico.shells.cli.session import Session

PAGE = 1_000
STYLES = {"user": "bold", "reasoning": "dim italic", "tool": "dim", "notice": "yellow", "end": "yellow"}


@click.group("threads", help="Conversations of the workspace.")
def threads() -> None:
    """The group itself does nothing."""


@threads.command("list", help="Newest first.")
@click.option("--all", "is_all", is_flag=True, help="hidden ones too")
@click.pass_obj
def list_(cli: Cli, is_all: bool) -> None:
    async def work(session: Session) -> ThreadTreeResponse:
        return await session.connection.call(THREAD_TREE, ThreadTreeParams(workspace_id=session.workspace.id))

    tree = cli.ask(work)
    folders = {folder.id: folder.name for folder in tree.folders}
    places = {place.thread_id: folders.get(place.folder_id or "", "") for place in tree.placements}
    table = listing("id", "name", "folder", "status", "changed")
    shown = [one for one in tree.threads if is_all or one.sidebar_visibility is SidebarVisibility.VISIBLE]
    for one in sorted(shown, key=lambda thread: thread.updated_at, reverse=True):
        name = shorten(one.name or one.preview, 50)
        table.add_row(one.id, name, places.get(one.id, ""), one.status.value, told_time(one.updated_at))
    cli.out.print(table if shown else "no threads yet; `portico chat` starts one")


@threads.command("show", help="What was said and done on a thread.")
@click.argument("thread_id")
@click.pass_obj
def show(cli: Cli, thread_id: str) -> None:
    async def work(session: Session) -> ThreadState:
        return await session.connection.follow(thread_id, _ignore)

    for row in rows(cli.ask(work)):
        cli.out.print(_told(row), soft_wrap=True)


@threads.command("history", help="The thread's events, a JSON object a line.")
@click.argument("thread_id")
@click.option("--after", default=0, show_default=True, help="only what came after this version")
@click.pass_obj
def history(cli: Cli, thread_id: str, after: int) -> None:
    async def work(session: Session) -> None:
        reached = after
        while True:
            params = ThreadHistoryParams(thread_id=thread_id, after_version=reached, limit=PAGE)
            page = await session.connection.call(THREAD_HISTORY, params)
            for event in page.events:
                click.echo(bytes(event))
            reached = page.to_version
            if page.reset or reached >= page.head_version:
                return

    cli.ask(work)


@threads.command("search", help="Find words in names and in what was said.")
@click.argument("words", nargs=-1, required=True)
@click.option("--limit", default=20, show_default=True, help="at most so many, the newest")
@click.pass_obj
def search(cli: Cli, words: tuple[str, ...], limit: int) -> None:
    async def work(session: Session) -> ThreadSearchResponse:
        params = ThreadSearchParams(workspace_id=session.workspace.id, query=" ".join(words), limit=limit)
        return await session.connection.call(THREAD_SEARCH, params)

    found = cli.ask(work)
    for hit in found.items:
        cli.out.print(_found(hit), soft_wrap=True)
    if not found.items:
        cli.out.print("nothing found")
    if found.next_cursor is not None:
        cli.err.print("there is more: add words, or raise --limit (at most 100)")


@threads.command("export", help="A whole thread as a document.")
@click.argument("thread_id")
@click.option("--format", "form", type=click.Choice(["markdown", "json"]), default="markdown", show_default=True)
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), default=None, help="a file to write")
@click.pass_obj
def export(cli: Cli, thread_id: str, form: str, output: Path | None) -> None:
    async def work(session: Session) -> ThreadState:
        return await session.connection.follow(thread_id, _ignore)

    state = cli.ask(work)
    text = to_json(state) if form == "json" else to_markdown(state)
    if output is None:
        click.echo(text, nl=False)
        return
    output.write_bytes(text.encode())
    cli.err.print(f"{thread_id} is in {output}")


@threads.command("fork", help="A new thread with a copy of what was said so far.")
@click.argument("thread_id")
@click.option("--through", "turn_id", default=None, help="the last turn to copy")
@click.pass_obj
def fork(cli: Cli, thread_id: str, turn_id: str | None) -> None:
    async def work(session: Session) -> str:
        params = ThreadForkParams(thread_id=thread_id, new_thread_id=new_id(), through_turn_id=turn_id)
        return (await session.connection.call(THREAD_FORK, params)).thread.id

    click.echo(cli.ask(work))


@threads.command("rename", help="Give a thread a name; an empty one clears it.")
@click.argument("thread_id")
@click.argument("name")
@click.pass_obj
def rename(cli: Cli, thread_id: str, name: str) -> None:
    async def work(session: Session) -> str | None:
        params = ThreadUpdateParams(workspace_id=session.workspace.id, thread_id=thread_id, name=name)
        return (await session.connection.call(THREAD_UPDATE, params)).thread.name

    cli.out.print(f"{thread_id} is {cli.ask(work) or 'without a name'}")


@threads.command("delete", help="Erase a thread with everything in it.")
@click.argument("thread_id")
@click.option("--yes", is_flag=True, help="do not ask")
@click.pass_obj
def delete(cli: Cli, thread_id: str, yes: bool) -> None:
    if not yes and not sys.stdin.isatty():
        raise click.UsageError("nobody can be asked here: add --yes")
    if not yes:
        click.confirm(f"Erase {thread_id} for good?", abort=True)

    async def work(session: Session) -> bool:
        params = ThreadDeleteParams(workspace_id=session.workspace.id, thread_id=thread_id)
        return (await session.connection.call(THREAD_DELETE, params)).deleted

    cli.out.print(f"{thread_id} is erased" if cli.ask(work) else f"{thread_id} was erased already")


def _ignore(_: Step) -> None:
    """Only what is there already is shown."""


def _found(hit: ThreadSearchHit) -> Text:
    """Where it is, then what it says there."""
    shown = Text(hit.snippet)
    for first, last in hit.matches:
        shown.stylize("bold", first, last)
    return Text.assemble(
        (hit.thread_id, "cyan"), "  ", shown, ("" if hit.turn_id is None else f"  {told_time(hit.at)}", "dim")
    )


def _told(row: Row) -> Text:
    if row.kind in {"tool", "change", "task"}:
        return Text(f"● {row.title}" + (f" · {row.detail}" if row.detail else ""), style="dim")
    return Text(f"› {row.text}" if row.kind == "user" else row.text, style=STYLES.get(row.kind, ""))
