"""`portico threads`: list, show, history, rename, delete."""

import sys

import click
from rich.text import Text

from portico.client.connection import Step
from portico.client.state import ThreadState
from portico.client.timeline import Row, rows, shorten
from portico.protocol.methods.thread import (
    THREAD_DELETE,
    THREAD_HISTORY,
    THREAD_TREE,
    THREAD_UPDATE,
    ThreadDeleteParams,
    ThreadHistoryParams,
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


def _told(row: Row) -> Text:
    if row.kind == "tool":
        return Text(f"● {row.title}" + (f" · {row.detail}" if row.detail else ""), style="dim")
    return Text(f"› {row.text}" if row.kind == "user" else row.text, style=STYLES.get(row.kind, ""))
