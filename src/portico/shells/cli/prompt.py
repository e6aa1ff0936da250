"""Reading a line at the terminal, with a history that is kept."""

import readline
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

HISTORY_LINES = 1_000
PROMPT = "› "
MORE = "… "


class Prompt:
    """Asks for input while the block runs. Ctrl-C drops the line; on an empty one, or Ctrl-D, it is the end.

    `history` is the file that outlives it; None where nothing that was said may.
    """

    def __init__(self, history: Path | None) -> None:
        self._history = history

    def __enter__(self) -> Self:
        if self._history is not None:
            with suppress(OSError):
                readline.read_history_file(self._history)
        readline.set_history_length(HISTORY_LINES)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._history is None:
            return
        with suppress(OSError):
            self._history.touch(mode=0o600)
            readline.write_history_file(self._history)

    def ask(self) -> str | None:
        """The input, stripped; None at the end."""
        lines: list[str] = []
        while True:
            try:
                line = input(MORE if lines else PROMPT)
            except EOFError:
                print()
                return None
            except KeyboardInterrupt:
                print()
                if not lines and not readline.get_line_buffer():
                    return None
                lines.clear()
                continue
            lines.append(line.removesuffix("\\"))
            if not line.endswith("\\"):
                return "\n".join(lines).strip()
