"""`portico boundary`: the JSON methods for shells that are not written in Python, on standard input and output."""

import sys
from contextlib import suppress

import anyio
import click

from portico.boundary.stdio import serve
from portico.shells.cli.commands import Cli


@click.command("boundary", help="Serve a shell of another language: one JSON object a line in and out.")
@click.pass_obj
def boundary(cli: Cli) -> None:
    async def work() -> None:
        await serve(cli.environ, cli.home, lambda: cli.host.embedded(cli.home), sys.stdin.buffer, sys.stdout.buffer)

    # whoever read has left: there is nobody to tell
    with suppress(BrokenPipeError):
        anyio.run(work)
