"""`portico doctor`, `backup`, `restore`, `schema`: the care of a home."""

from pathlib import Path

import click
from rich.text import Text

from portico.shells.cli.commands import Cli
from portico.shells.cli.host import Finding

MARKS = {"ok": ("✓", "green"), "warning": ("!", "yellow"), "error": ("✗", "red")}


@click.command("doctor", help="Check the home, the disk, the port, the database, the providers and the sandbox means.")
@click.pass_obj
def doctor(cli: Cli) -> None:
    async def work() -> list[Finding]:
        return [finding async for finding in cli.host.doctor(cli.home)]

    found = cli.busy(work, "checking")
    for finding in found:
        mark, style = MARKS[finding.status]
        cli.out.print(Text.assemble((mark, style), f" {finding.name}: {finding.message}"), soft_wrap=True)
        if finding.mend:
            cli.out.print(Text(f"  → {finding.mend}", style=style), soft_wrap=True)
    if any(finding.status == "error" for finding in found):
        raise SystemExit(1)


@click.command("backup", help="Write a consistent copy of the home into FILE; a running gateway goes on.")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--with-key", is_flag=True, help="the master key as well: whoever has the file can read the secrets")
@click.pass_obj
def backup(cli: Cli, file: Path, with_key: bool) -> None:
    cli.out.print(cli.busy(lambda: cli.host.backup(cli.home, file, with_key=with_key), f"writing {file}"))


@click.command("restore", help="Put what FILE holds in the place of the home; refused while a gateway runs on it.")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.pass_obj
def restore(cli: Cli, file: Path) -> None:
    cli.out.print(cli.busy(lambda: cli.host.restore(cli.home, file), f"reading {file}"))


@click.command("schema", help="The protocol as JSON Schema, or as TypeScript types.")
@click.option("--typescript", is_flag=True)
@click.pass_obj
def schema(cli: Cli, typescript: bool) -> None:
    click.echo(cli.host.schema(typescript=typescript))
