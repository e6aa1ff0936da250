"""`portico desktop`: a gateway's web page in a window of its own (extra `desktop`)."""

import importlib
from pathlib import Path

import click

from portico.client.errors import ClientError
from portico.shells.cli.commands import Cli

MISSING = "the desktop window needs the extra: pip install 'portico[desktop]'"


@click.command("desktop", help="Show a gateway in a window; without --gateway the one that was chosen last.")
@click.option("--gateway", default=None, metavar="ID|URL", help="one of the list, `local`, or an address")
@click.option("--home", type=click.Path(file_okay=False, path_type=Path), default=None, help="the runtime home")
@click.pass_obj
def desktop(cli: Cli, gateway: str | None, home: Path | None) -> None:
    # as it is before the window's library is imported, which changes it
    environ = dict(cli.environ)
    try:
        program = importlib.import_module("portico.shells.desktop.program")
    except ImportError as error:
        raise ClientError(MISSING) from error
    told = program.run(environ, home or cli.home, gateway)
    if told is not None:
        cli.err.print(told, markup=False)
