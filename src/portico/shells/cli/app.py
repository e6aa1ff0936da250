"""The command line: options, commands, and errors as one line."""

import os
import sys
from collections.abc import Callable, Sequence
from io import TextIOWrapper
from pathlib import Path
from typing import TextIO

import click
import msgspec
from rich.console import Console

from portico.client.errors import CallFailed, ClientError
from portico.shells.cli.chat import EXIT_FAILED, EXIT_INTERRUPTED, Terminal, run_chat
from portico.shells.cli.commands import Cli
from portico.shells.cli.commands.boundary import boundary
from portico.shells.cli.commands.desktop import desktop
from portico.shells.cli.commands.operations import backup, doctor, restore, schema
from portico.shells.cli.commands.providers import providers
from portico.shells.cli.commands.secrets import secrets
from portico.shells.cli.commands.threads import threads
from portico.shells.cli.commands.token import token
from portico.shells.cli.commands.tui import tui
from portico.shells.cli.conversation import ChatOptions
from portico.shells.cli.host import Host
from portico.shells.cli.screen import readable
from portico.shells.cli.single import single

WIDE = 10_000
SWITCHED_ON = {"1", "true", "yes", "on"}


@click.group(
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Portico: a gateway for AI assistants that is yours. `portico up` runs it, `portico chat` talks to it.",
)
@click.option("--home", type=click.Path(file_okay=False, path_type=Path), default=None, help="the runtime home")
@click.version_option(package_name="portico", prog_name="portico")
@click.pass_context
def portico(ctx: click.Context, home: Path | None) -> None:
    host = ctx.ensure_object(_Given).host
    ctx.obj = Cli(host, os.environ, console(sys.stdout), console(sys.stderr), home)


class _Given:
    """Carries the host from `run` into the group."""

    host: Host


@portico.command("up", help="Run the gateway (`portico up --help` tells its options).")
def up() -> None:
    """Answered before the command line is loaded; it stands here for the list of commands."""
    raise click.UsageError("`up` stands first: portico up --home DIR")


@portico.command("chat", help="Talk from the terminal; without PROMPT a conversation.")
@click.argument("prompt", required=False)
@click.option("--thread", default=None, help="go on with this thread")
@click.option("--chat", "is_chat", is_flag=True, help="plain conversation without tools")
@click.option("--cwd", type=click.Path(file_okay=False, resolve_path=True), default=None, help="where tools run")
@click.option("--provider", default=None, help="the model's provider")
@click.option("--model", default=None, help="the model")
@click.option("--json", "is_json", is_flag=True, help="print events, a JSON object a line")
@click.option("--home", type=click.Path(file_okay=False, path_type=Path), default=None, help="the runtime home")
@click.pass_obj
def chat(cli: Cli, cwd: str | None, home: Path | None, **given: str | bool | None) -> None:
    is_verbose = cli.environ.get("VERBOSE_TOOLS", "").strip().lower() in SWITCHED_ON
    options = ChatOptions(cwd=cwd, home=home or cli.home, is_verbose=is_verbose, **given)  # pyright: ignore[reportArgumentType]
    terminal = Terminal(sys.stdin, sys.stdout, cli.err)
    raise SystemExit(run_chat(cli.host, cli.environ, options, terminal))


for command in (token, secrets, providers, threads, doctor, backup, restore, schema, boundary, desktop, tui):
    portico.add_command(command)


def run(arguments: Sequence[str], host: Host) -> int:
    """The exit code: 0 ok, 1 failed, 2 usage, 130 interrupted."""
    given = _Given()
    given.host = host
    _forgive()
    words = [readable(word) for word in arguments]
    return _ended(lambda: portico.main(args=words, prog_name="portico", obj=given, standalone_mode=False))


def run_single(host: Host, home: Path | None, folder: Path, *, is_verbose: bool, is_json: bool) -> int:
    """Run the prompt of PROMPT or of standard input, with tools in `folder`; the exit code as that of `run`."""
    _forgive()
    options = ChatOptions(home=home, here=folder, is_verbose=is_verbose, is_quiet=not is_verbose, is_json=is_json)
    terminal = Terminal(sys.stdin, sys.stdout, console(sys.stderr))
    return _ended(lambda: single(host, os.environ, options, terminal))


def _ended(work: Callable[[], object]) -> int:
    """The exit code of `work`, which may end as a program does: by SystemExit."""
    try:
        work()
        sys.stdout.flush()
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo("interrupted", err=True)
        return EXIT_INTERRUPTED
    except BrokenPipeError:
        # whoever read has left; without this the interpreter complains when it flushes at its end
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return EXIT_FAILED
    except (ClientError, OSError, msgspec.ValidationError) as error:
        click.echo(f"portico: {told(error)}", err=True)
        return EXIT_FAILED
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 0
    return 0


def told(error: Exception) -> str:
    """One line for a person: what was refused, and where in the call if the gateway said it."""
    match error:
        case CallFailed(path=str(path)):
            return f"{error.message} (at {path})"
        case msgspec.ValidationError():
            return f"the gateway does not speak this version's protocol: {error}"
        case OSError(strerror=str(reason)):
            return f"{error.filename}: {reason}" if error.filename else reason
        case _:
            return str(error)


def console(stream: TextIO) -> Console:
    """Writes to `stream`; without a terminal nothing is wrapped or cut, since a program or a file takes it."""
    return Console(file=stream, highlight=False, width=None if stream.isatty() else WIDE)


def _forgive() -> None:
    """What the terminal's encoding lacks is shown as a question mark, what is no text comes in as one."""
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")
