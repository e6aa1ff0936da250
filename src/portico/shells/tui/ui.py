"""What a flow may do with the screen: ask a person, tell a person, look at another thread."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from portico.protocol.types.thread import ThreadMode
from portico.shells.tui.calls import Calls
from portico.shells.tui.dialogs import Search
from portico.shells.tui.model import Model
from portico.shells.tui.phrases import Phrases
from portico.shells.tui.render.document import Pen
from portico.shells.tui.render.lines import Line
from portico.shells.tui.widgets.choices import Choice


@dataclass(slots=True)
class Picked:
    """What a person chose for the next messages; what is None is the gateway's default."""

    provider: str | None = None
    model: str | None = None
    effort: str | None = None
    mode: ThreadMode = ThreadMode.AGENT
    is_steering: bool = False
    """What is written while a turn runs goes into it, instead of waiting for its end."""


@dataclass(slots=True)
class Unsent:
    """A message that may have arrived or not: sent again under the same ids it arrives once."""

    text: str
    turn_id: str
    steer_id: str


@dataclass(slots=True)
class Drafts:
    """What was written and not sent, by thread; `None` is the one of a thread that is not there yet."""

    texts: dict[str | None, str] = field(default_factory=dict[str | None, str])
    unsent: dict[str, Unsent] = field(default_factory=dict[str, Unsent])


@dataclass(frozen=True, slots=True)
class Target:
    """A gateway that is not the own one."""

    url: str
    token: str


class Ui(Protocol):
    """The application, as flows see it."""

    calls: Calls
    model: Model
    phrases: Phrases
    picked: Picked
    drafts: Drafts
    target: Target | None

    @property
    def pen(self) -> Pen: ...

    async def choose(self, title: str, choices: Sequence[Choice], search: Search | None = None) -> Choice | None: ...

    async def ask_line(self, title: str, value: str = "", *, note: str = "", is_secret: bool = False) -> str | None: ...

    async def confirm(self, question: str) -> bool: ...

    async def read(self, title: str, make: Callable[[int], list[Line]]) -> None: ...

    def tell(self, words: str, *, is_error: bool = False) -> None:
        """A sentence that goes away by itself."""
        ...

    async def look_at(self, thread_id: str | None, *, row: str | None = None) -> None:
        """Show a thread, its row `row` if it is there; None is the empty page."""
        ...

    def put_draft(self, text: str) -> None: ...

    def copy(self, text: str) -> None:
        """Into the clipboard of the person's terminal."""
        ...

    def show_status(self) -> None:
        """What was picked changed."""
        ...

    def connect_to(self, target: Target | None) -> None:
        """Connect to it, now; None is the own gateway."""
        ...

    def themes(self) -> Sequence[str]: ...

    def wear(self, theme: str) -> None:
        """Draw everything in another theme."""
        ...

    @property
    def worn(self) -> str: ...
