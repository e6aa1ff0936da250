"""What a kind of pick is: one file that says how it is checked and sent, and one line in the table of picks."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from portico.client.composer.draft import Picked, Scene
from portico.client.words import Phrase
from portico.protocol.types.input import TurnCapability, UserInput


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why the draft cannot be sent; `about` is the key of the pick that is meant."""

    words: Phrase
    about: str | None = None


def _no_input(_: Any) -> UserInput | None:
    return None


def _no_capability(_: Any) -> TurnCapability | None:
    return None


@dataclass(frozen=True, slots=True)
class Pick:
    """A kind of pick. Each function is given what was picked of `type`.

    `check` yields what stands against it; `input_of` and `capability_of` are what it adds to the turn.
    `is_attachment`: it counts against the gateway's limit of attachments.
    """

    kind: str
    type: type[Picked]
    check: Callable[[Any, Scene], Iterator[Refusal]]
    input_of: Callable[[Any], UserInput | None] = _no_input
    capability_of: Callable[[Any], TurnCapability | None] = _no_capability
    is_attachment: bool = True
