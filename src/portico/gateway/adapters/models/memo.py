"""Conversations in a vendor's spelling, kept so that a long one is not spelled again at every call."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from portico.gateway.agent.model import Message

MEMO_BYTES = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Spelled:
    """A message as JSON: `body` is what stands in the list that `role` belongs to."""

    role: str
    body: bytes


@dataclass(frozen=True, slots=True)
class _Known:
    messages: tuple[Message, ...]
    spelled: list[Spelled]
    size: int


class Memo:
    """The last spelling of each conversation, the least used forgotten beyond MEMO_BYTES."""

    def __init__(self, spell: Callable[[Message], Spelled], limit: int = MEMO_BYTES) -> None:
        self._spell = spell
        self._limit = limit
        self._known: OrderedDict[str, _Known] = OrderedDict()
        self._size = 0

    def spelled(self, conversation: str, messages: tuple[Message, ...]) -> list[Spelled]:
        """One Spelled per message; only what differs from the last call of `conversation` is made anew."""
        known = self._known.pop(conversation, None)
        kept: list[Spelled] = []
        if known is not None:
            self._size -= known.size
            kept = known.spelled[: _common(known.messages, messages)]
        spelled = kept + [self._spell(message) for message in messages[len(kept) :]]
        if conversation:
            self._keep(conversation, _Known(messages, spelled, sum(len(s.body) for s in spelled)))
        return spelled

    def _keep(self, conversation: str, known: _Known) -> None:
        self._known[conversation] = known
        self._size += known.size
        while self._size > self._limit:
            _, dropped = self._known.popitem(last=False)
            self._size -= dropped.size


def _common(old: tuple[Message, ...], new: tuple[Message, ...]) -> int:
    """How many messages are the same from the start on."""
    count = 0
    for known, message in zip(old, new, strict=False):
        if known is not message and known != message:
            break
        count += 1
    return count
