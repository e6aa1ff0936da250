"""What a flow may do with the screen: ask a person, tell a person, look at another thread."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from portico.boundary.calls import Calls
from portico.boundary.work.choosing import ChoiceTold, Chosen
from portico.protocol.types.thread import ThreadMode
from portico.shells.tui.dialogs import Search
from portico.shells.tui.drafts import Draft, Drafts
from portico.shells.tui.model import Model
from portico.shells.tui.phrases import Phrases
from portico.shells.tui.render.document import Pen
from portico.shells.tui.render.lines import Line
from portico.shells.tui.widgets.choices import Choice


@dataclass(slots=True)
class Picked:
    """What the next message of the shown thread goes to; `told` says what that comes to, once it is known."""

    chosen: Chosen = Chosen()
    told: ChoiceTold | None = None
    mode: ThreadMode = ThreadMode.AGENT
    is_steering: bool = False
    """What is written while a turn runs goes into it, instead of waiting for its end."""
    _by_hand: dict[str | None, Chosen] = field(default_factory=dict[str | None, Chosen])

    @property
    def params(self) -> dict[str, Any]:
        """As a draft says it to the boundary."""
        one = self.chosen
        return {"provider": one.provider, "model": one.model, "effort": one.effort, "mode": self.mode}

    def look_at(self, thread_id: str | None) -> None:
        """What a person chose for another thread holds there still."""
        self.chosen, self.told = self._by_hand.get(thread_id, Chosen()), None

    def take(self, thread_id: str | None, told: ChoiceTold) -> None:
        self.chosen, self.told = told.chosen, told
        if told.chosen.is_manual:
            self._by_hand[thread_id] = told.chosen

    def adopt(self, thread_id: str) -> None:
        """The thread that is made takes what was chosen for it."""
        if None in self._by_hand:
            self._by_hand[thread_id] = self._by_hand.pop(None)


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
    own: str
    """What drafts of the shell's own gateway are kept under."""

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

    def put_draft(self, draft: Draft) -> None:
        """Into the composer, in the place of what is there."""
        ...

    def show_picks(self, refused: frozenset[str]) -> None:
        """What is added to the draft; `refused` are the keys of those that stand against sending it."""
        ...

    def enter(self, gateway: str, *, is_persistent: bool) -> None:
        """Another gateway has other drafts and threads; of one that keeps nothing no draft is kept."""
        ...

    def copy(self, text: str) -> None:
        """Into the clipboard of the person's terminal."""
        ...

    def show_status(self) -> None:
        """What was picked changed, or what it comes to."""
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
