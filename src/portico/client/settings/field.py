"""What a setting is for a person: a row with a title, a kind and its bounds."""

from dataclasses import dataclass
from typing import Any, Literal

from portico.client.words import Phrase, say
from portico.protocol.types.settings import GatewaySettings

Kind = Literal["switch", "text", "choice", "number"]


@dataclass(frozen=True, slots=True)
class Field:
    """`id` is its place in the gateway's snapshot, e.g. `general.default_model`.

    `most` bounds a number, and the length of a text. `at_most` names the field that it must not exceed.
    """

    id: str
    title: str
    kind: Kind
    choices: tuple[str, ...] = ()
    least: float = 0
    most: float = 0
    is_whole: bool = True
    at_most: str | None = None

    @property
    def part(self) -> str:
        return self.id.partition(".")[0]

    @property
    def name(self) -> str:
        return self.id.partition(".")[2]

    def value_in(self, settings: GatewaySettings) -> Any:
        return getattr(getattr(settings, self.part), self.name)

    def refusal(self, value: Any) -> Phrase | None:
        """Why it cannot have the value; None when it can."""
        title = str(say(self.title))
        match self.kind:
            case "switch":
                return None if isinstance(value, bool) else say("settings.not_a_switch", title=title)
            case "choice":
                choices = ", ".join(self.choices)
                return None if value in self.choices else say("settings.not_a_choice", title=title, choices=choices)
            case "text":
                return self._text(value, title)
            case "number":
                return self._number(value, title)

    def _text(self, value: Any, title: str) -> Phrase | None:
        if not isinstance(value, str):
            return say("settings.not_text", title=title)
        is_long = len(value.strip()) > self.most
        return say("settings.text_too_long", title=title, limit=int(self.most)) if is_long else None

    def _number(self, value: Any, title: str) -> Phrase | None:
        is_number = isinstance(value, int) or (isinstance(value, float) and not self.is_whole)
        if not is_number or isinstance(value, bool):
            return say("settings.not_a_number", title=title)
        if self.least <= value <= self.most:
            return None
        return say("settings.out_of_range", title=title, least=f"{self.least:g}", most=f"{self.most:,g}")


@dataclass(frozen=True, slots=True)
class Page:
    """A page of settings: a file of its own and a line in the table."""

    id: str
    title: str
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a page."""

    id: str
    kind: Kind
    title: Phrase
    value: Any
    choices: tuple[str, ...] = ()
