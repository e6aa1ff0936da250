"""The program's entry: loads the gateway or the command line by the first word, never more than it needs."""

import importlib
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
    raise SystemExit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """The exit code. `up` starts without the command line's libraries: a gateway should be there at once."""
    try:
        with lone_errors():
            words = up_words(arguments)
            if words is not None:
                return importlib.import_module("portico.gateway.admin.up").main(words)
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


def _local() -> Any:
    return importlib.import_module("portico.gateway.admin.local")


if __name__ == "__main__":
    main()
