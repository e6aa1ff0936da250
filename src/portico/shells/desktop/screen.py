"""What this shell needs of windows, and what windows tell it. Everything but `window` is written against this."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal, Protocol

from portico.shells.desktop.kept import Frame
from portico.shells.desktop.links import Browse, Files
from portico.shells.desktop.listing import Intent, View

Which = Literal["gateway", "list"]
Pick = Literal["list", "reload", "quit"]


@dataclass(frozen=True, slots=True)
class Page:
    """The page of a gateway: `url` signs it in, and it may go nowhere but within `root`.

    `stored` names the folder of what it keeps (`stored`), None where it keeps nothing; `is_home`: of this home.
    """

    url: str = field(repr=False)
    root: str
    name: str
    stored: str | None = None
    is_home: bool = False


@dataclass(frozen=True, slots=True)
class Notice:
    """A page of this shell's own in the window of the gateway; `is_busy`: something is under way."""

    title: str
    text: str = ""
    is_busy: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """The list has something to say."""

    intents: tuple[Intent, ...]


@dataclass(frozen=True, slots=True)
class Picked:
    """An entry of the menu."""

    what: Pick


@dataclass(frozen=True, slots=True)
class Closed:
    """A person closes a window; it stays until the shell says so."""

    which: Which


@dataclass(frozen=True, slots=True)
class Loaded:
    """The page of a gateway was loaded, or could not be."""

    is_ok: bool


Signal = Asked | Picked | Closed | Loaded | Browse | Files
Hear = Callable[[Signal], None]
"""Called on the thread of the windows; returns at once."""


class Screen(Protocol):
    """Two windows: one shows a gateway's page, the other the list. Callable from any thread; nothing waits."""

    @property
    def is_focused(self) -> bool: ...

    def show_page(self, page: Page) -> None:
        """Load it in the window of the gateway."""
        ...

    def show_notice(self, notice: Notice) -> None:
        """In the place of the page."""
        ...

    def reload(self) -> None: ...

    def show_list(self, view: View) -> None:
        """Bring the list to the front."""
        ...

    def tell_list(self, view: View) -> None:
        """What it shows from now on, wherever it is."""
        ...

    def hide_list(self) -> None: ...

    def focus(self) -> None:
        """Bring the window of the gateway to the front."""
        ...

    def browse(self, url: str) -> None:
        """The system's own program for an address goes there."""
        ...

    def frame(self) -> Frame: ...

    def close(self) -> None:
        """Both windows, for good."""
        ...
