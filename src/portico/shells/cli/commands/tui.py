"""`portico tui`: the terminal UI, whose library is loaded only here."""

import importlib
from typing import Any

import click

from portico.client.words import LANGUAGES
from portico.shells.cli.commands import Cli

MISSING = "the terminal UI needs textual: pip install 'portico[tui]'"


@click.command("tui", help="Threads, timeline and composer on the whole terminal.")
@click.option("--lang", type=click.Choice(LANGUAGES), default=None, help="the language; else that of LANG")
@click.option("--theme", type=click.Choice(("dark", "light")), default=None, help="the colours to begin with")
@click.option("--ascii", "is_ascii", is_flag=True, help="draw with plain signs only")
@click.pass_obj
def tui(cli: Cli, **given: str | bool | None) -> None:
    main = _main()
    options = main.Options(language=given["lang"], theme=given["theme"], is_ascii=given["is_ascii"])
    if not cli.out.is_terminal:
        raise click.ClickException("the terminal UI needs a terminal")
    main.run(cli.environ, cli.home, lambda: cli.host.embedded(cli.home), options)


def _main() -> Any:
    """Raises ClickException with what to install."""
    try:
        return importlib.import_module("portico.shells.tui.main")
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] != "textual":
            raise
        raise click.ClickException(MISSING) from error
