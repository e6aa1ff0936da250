"""The programs of the system that this shell asks for something, as argument lists. Pure; no text is ever a script."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from portico.shells.desktop.files import Open, Reveal

APP = "Portico"
SHOW = "show"
_APPLE = (
    "-e",
    "on run argv",
    "-e",
    "display notification (item 2 of argv) with title (item 1 of argv)",
    "-e",
    "end run",
)
_TOAST = """
$kind = [Windows.UI.Notifications.ToastNotificationManager, Windows.UI.Notifications, ContentType = WindowsRuntime]
$toast = $kind::GetTemplateContent([Windows.UI.Notifications.ToastTemplateType]::ToastText02)
$lines = $toast.GetElementsByTagName('text')
$null = $lines.Item(0).AppendChild($toast.CreateTextNode($env:PORTICO_TITLE))
$null = $lines.Item(1).AppendChild($toast.CreateTextNode($env:PORTICO_TEXT))
$kind::CreateToastNotifier('Portico').Show([Windows.UI.Notifications.ToastNotification]::new($toast))
"""


@dataclass(frozen=True, slots=True)
class Command:
    """`environ` is beside that of this program. `answers`: what it prints means that a person wants the window."""

    arguments: tuple[str, ...]
    environ: Mapping[str, str] = field(default_factory=dict[str, str])
    answers: str | None = None


def show_files(platform: str, what: Open | Reveal) -> Command:
    """`platform` as `sys.platform`. The path is one absolute argument, so that none is taken for an option."""
    path = str(what.path if isinstance(what, Open) else what.folder)
    match platform:
        case "darwin":
            # a folder may be a program there: it is shown in the one around it
            return Command(("open", path) if isinstance(what, Open) else ("open", "-R", path))
        case "win32":
            return Command(("explorer", path))
        case _:
            return Command(("xdg-open", path))


def notify(platform: str, title: str, text: str) -> tuple[Command, ...]:
    """The ways to tell a person something, the best first; the next is tried where one is not there or fails."""
    title, text = _line(title), _line(text)
    match platform:
        case "darwin":
            return (Command(("osascript", *_APPLE, title, text)),)
        case "win32":
            told = {"PORTICO_TITLE": title, "PORTICO_TEXT": text}
            return (Command(("powershell", "-NoProfile", "-NonInteractive", "-Command", _TOAST), told),)
        case _:
            said = ("--", title, _escaped(text))
            options = ("notify-send", f"--app-name={APP}", "--expire-time=15000")
            clickable = Command((*options, f"--action=default={SHOW}", *said), answers="default")
            return (clickable, Command((*options, *said)))


def gateway(python: str, home: Path, port: int | None) -> Command:
    """A gateway on the home; without a port the configured one."""
    chosen = () if port is None else ("--port", str(port))
    return Command((python, "-m", "portico", "up", "--json", "--home", str(home), *chosen))


def _line(text: str) -> str:
    """One line of printable signs: names of threads are what people and models wrote."""
    return "".join(sign for sign in " ".join(text.split()) if sign.isprintable())[:200]


def _escaped(text: str) -> str:
    """The body of a notification may hold markup."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
