"""Records a real terminal session with rehearsal as `docs/session.svg`; this machine's paths are shown as `~`."""

import os
import pty
import re
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from io import StringIO
from pathlib import Path

from rich.console import Console
from rich.text import Text

ROOT = Path(__file__).resolve().parent.parent
FILE = ROOT / "docs" / "session.svg"
COLUMNS = 96
FILES = {
    "lisbon.md": "# Trip to Lisbon\n\nBook the night train. Pack light.\n",
    "reading.md": "# To read\n\n- The Peregrine\n- Seeing Like a State\n",
    "shopping.txt": "milk\nbread\ncoffee\n",
}
COMMANDS = (
    ("portico", "chat", "list this folder and tell me what it is"),
    ("portico", "chat", "search for coffee"),
    ("portico", "threads", "list"),
)
_CONTROL = re.compile(r"\x1b\[([0-?]*)([A-Za-z])|([\r\n])")
_FONT_FACES = re.compile(r"@font-face \{.*?\}\s*", re.DOTALL)
"""They name a server that pictures in a README are not allowed to ask."""


def session(home: Path) -> list[tuple[str, list[str]]]:
    """Each command line of COMMANDS with the lines it left on the screen, run in `home`/notes."""
    notes = home / "notes"
    notes.mkdir()
    for name, content in FILES.items():
        (notes / name).write_text(content)
    program = str(Path(sys.executable).with_name("portico"))
    environment = {
        "HOME": str(home),
        "PATH": os.environ["PATH"],
        "TERM": "xterm-256color",
        "COLUMNS": str(COLUMNS),
        "LANG": "C.UTF-8",
        "GATEWAY_PORT": "0",
    }
    found: list[tuple[str, list[str]]] = []
    for command in COMMANDS:
        output = _run([program, *command[1:]], notes, environment)
        found.append((typed(command), [sanitised(line, home) for line in screen(output)]))
    return found


def typed(command: Sequence[str]) -> str:
    """The command as a person types it."""
    return " ".join(f'"{word}"' if " " in word else word for word in command)


def screen(output: str) -> list[str]:
    """What a terminal shows after `output`, colours kept: progress that was erased is gone."""
    lines, row, place, is_at_start = [""], 0, 0, False
    for found in _CONTROL.finditer(output + "\n"):
        text = output[place : found.start()]
        place = found.end()
        if text:
            lines[row] = text if is_at_start else lines[row] + text
            is_at_start = False
        match found[3] or found[2]:
            case "\n":
                row += 1
                lines += [""] * (row + 1 - len(lines))
                is_at_start = False
            case "\r":
                is_at_start = True
            case "A":
                row = max(0, row - int(found[1] or 1))
            case "K":
                lines[row] = ""
            case "m":
                lines[row] = ("" if is_at_start else lines[row]) + found[0]
                is_at_start = False
            case _:
                pass
    while lines and not lines[-1].strip():
        lines.pop()
    return lines


def sanitised(line: str, home: Path) -> str:
    """The line as it would be for somebody whose home is `home`."""
    return line.replace(str(home.resolve()), "~").replace(str(home), "~")


def drawn(recorded: Sequence[tuple[str, list[str]]]) -> str:
    """The session as SVG."""
    console = Console(record=True, width=COLUMNS, file=StringIO(), force_terminal=True, color_system="truecolor")
    for number, (command, lines) in enumerate(recorded):
        if number:
            console.print()
        console.print(Text.assemble(("~/notes $ ", "bold green"), (command, "bold")), soft_wrap=True)
        for line in lines:
            console.print(Text.from_ansi(line))
    return _FONT_FACES.sub("", console.export_svg(title="portico", unique_id="portico"))


def _run(command: list[str], folder: Path, environment: dict[str, str]) -> str:
    """What the command wrote to a terminal."""
    leader, follower = pty.openpty()
    with subprocess.Popen(
        command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=follower, stderr=follower
    ) as child:
        os.close(follower)
        output = _read(leader)
        os.close(leader)
        if child.wait():
            raise SystemExit(f"{command} ended with {child.returncode}: {output}")
    return output


def _read(leader: int) -> str:
    parts: list[bytes] = []
    while True:
        try:
            data = os.read(leader, 65_536)
        except OSError:
            # Linux says so when the last writer has closed
            data = b""
        if not data:
            return b"".join(parts).decode()
        parts.append(data)


def main(file: Path = FILE) -> int:
    with tempfile.TemporaryDirectory() as folder:
        svg = drawn(session(Path(folder)))
    file.write_text("".join(f"{line.rstrip()}\n" for line in svg.splitlines()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
