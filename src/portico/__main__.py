"""The program's entry: loads the gateway or the command line by the first word, never more than it needs."""

import importlib
import os
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from portico.client.errors import lone_errors
from portico.gateway.kernel.errors import GatewayError
from portico.gateway.kernel.home import LockedHome

EXIT_FAILED = 1
EXIT_INTERRUPTED = 130


def main() -> None:
    """Run the command line and exit with its code."""
    _fill_streams()
    raise SystemExit(_flushed(run(sys.argv[1:])))


def run(arguments: list[str]) -> int:
    """The exit code. `up` starts without the command line's libraries: a gateway should be there at once."""
    try:
        with lone_errors():
            words = up_words(arguments)
            if words is not None:
                return importlib.import_module("portico.gateway.admin.up").main(words, _single)
            return importlib.import_module("portico.shells.cli.app").run(arguments, Local())
    except GatewayError as error:
        print(f"portico: {error.message}", file=sys.stderr)
        return EXIT_FAILED
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED


def up_words(arguments: list[str]) -> list[str] | None:
    """The options of `up`, a `--home` before it included; None for any other command."""
    place = 0
    while place < len(arguments) and (arguments[place] == "--home" or arguments[place].startswith("--home=")):
        place += 2 if arguments[place] == "--home" else 1
    return [*arguments[:place], *arguments[place + 1 :]] if arguments[place : place + 1] == ["up"] else None


class Local:
    """What the command line asks of this machine (`shells.cli.host.Host`), loaded when it is asked."""

    @asynccontextmanager
    async def embedded(self, home: Path | None) -> AsyncGenerator[Any]:
        """As the host promises: a home that another process holds is told in the shell's own words."""
        try:
            with lone_errors():
                async with _local().embedded(home) as ends:
                    yield ends
        except LockedHome as error:
            raise importlib.import_module("portico.shells.cli.host").HomeTaken(error.message) from error

    def __getattr__(self, name: str) -> Any:
        return getattr(_local(), name)


def _fill_streams() -> None:
    """What was closed by who started us is empty and takes everything: no socket of ours may get its number."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open(mode))  # noqa: SIM115 - it stays as long as the process


def _flushed(code: int) -> int:
    """The exit code, a failure if not all could be said; else the interpreter would complain at its end."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return code or EXIT_FAILED
    return code


def _single(home: Path | None, folder: Path, *, is_verbose: bool, is_json: bool) -> int:
    """RUN_MODE=single, which is the command line's to show (`admin.up.Single`)."""
    app = importlib.import_module("portico.shells.cli.app")
    return app.run_single(Local(), home, folder, is_verbose=is_verbose, is_json=is_json)


def _local() -> Any:
    return importlib.import_module("portico.gateway.admin.local")


if __name__ == "__main__":
    main()
