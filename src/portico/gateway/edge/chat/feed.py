"""One run as server-sent events, from any place of it: what was told before is folded again and not sent."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import msgspec

from portico.gateway.edge.chat.events import Block, RunFold, SseEvent
from portico.gateway.edge.chat.outcomes import Done, Failure, Named, outcome, removed
from portico.gateway.edge.follow import event_id, resume_after
from portico.gateway.edge.streams import frame
from portico.gateway.log.feed import Frame
from portico.protocol.events import Event, ItemDelta, TurnQueueChanged

ALL_PARTS = 1_000_000
_SPOKEN = frozenset({"agent_message", "reasoning"})
_VIEW = "chat"
_encode = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True)
class Place:
    """What a client has: everything up to `version`, of whose own events the first `part`.

    An event of the log may be several here. Their ids are `epoch:version.1`, `epoch:version.2`, ..., the last of them
    `epoch:version`: a cut between any two loses and repeats nothing.
    """

    version: int
    part: int = ALL_PARTS

    def has(self, version: int, part: int) -> bool:
        return version < self.version or (version == self.version and part <= self.part)

    def id_of(self, epoch: str) -> str:
        """As an `id:`."""
        id_ = event_id(epoch, self.version)
        return id_ if self.part == ALL_PARTS else f"{id_}.{self.part}"


EVERYTHING = Place(2**62)


def place_of(epoch: str, head: int, told: str) -> Place | None:
    """The place that a `Last-Event-ID` names; None when it is none of this log's."""
    whole, dot, part = told.partition(".")
    version = resume_after(epoch, head, whole)
    if version is None or not dot:
        return None if version is None else Place(version)
    fits = part.isascii() and part.isdecimal() and len(part) <= 4
    return Place(version, int(part)) if fits else None


def ended_event(ended: Done | Failure, id_: str | None = None) -> bytes:
    """The last event of a stream."""
    return frame("done" if isinstance(ended, Done) else "error", msgspec.json.encode(ended), id_)


class RunFeed:
    """Takes the frames of the thread from before the run's start, in order and in any portions."""

    def __init__(self, epoch: str, name: Named, seen: Place) -> None:
        self._epoch = epoch
        self._id = f"id: {epoch}:".encode()
        self._name = name
        self._seen = seen
        self._fold = RunFold()
        self._printing: str | None = None
        self._printed_at = 0
        self.ended: Done | Failure | None = None
        self.has_queue_news = False
        """What waits for the thread or for the run changed since this was last put back."""

    def take(self, frames: Sequence[Frame]) -> list[bytes]:
        """The events that follow from `frames`. Outputs of a tool that come together are told once."""
        sent: list[bytes] = []
        turn_id = self._name.turn_id
        for one in frames:
            event = one.event
            if one.turn_id != turn_id:
                if type(event) is TurnQueueChanged:
                    self._queue(event, one.version, sent)
            elif type(event) is ItemDelta and event.stream not in _SPOKEN:
                self._print(event, one.version, sent)
            else:
                if self._printing is not None:
                    self._flush(sent)
                if type(event) is ItemDelta:
                    self._speak(one, event, sent)
                else:
                    self._take(event, one.version, sent)
            if self.ended is not None:
                break
        self._flush(sent)
        return sent

    def _take(self, event: Event, version: int, sent: list[bytes]) -> None:
        users = self._fold.users
        told = self._fold.take(event)
        if self._fold.users > max(users, 1):
            self.has_queue_news = True
        turn = self._fold.turn
        if turn is not None:
            self.ended = outcome(self._name, turn, self._fold.text, self._fold.cut)
        count = len(told) + (turn is not None)
        for part, one in enumerate(told, start=1):
            if not self._seen.has(version, ALL_PARTS if part == count else part):
                sent.append(self._framed(one, version, part if part < count else 0))
        if self.ended is not None:
            sent.append(ended_event(self.ended, event_id(self._epoch, version)))

    def _queue(self, event: TurnQueueChanged, version: int, sent: list[bytes]) -> None:
        self.has_queue_news = True
        if event.change == "removed" and event.queued_turn_id == self._name.turn_id:
            self.ended = removed(self._name)
            sent.append(ended_event(self.ended, event_id(self._epoch, version)))

    def _speak(self, one: Frame, event: ItemDelta, sent: list[bytes]) -> None:
        block = self._fold.spoken(event)
        if one.version > self._seen.version:
            sent.append(one.view(_VIEW, partial(self._delta, block, one.version, event.delta)))

    def _delta(self, block: Block, version: int, text: str) -> bytes:
        """As `frame` writes it, with less work: there are many of these."""
        return b"%b%d%b%b}\n\n" % (self._id, version, block.framed, _encode(text))

    def _print(self, event: ItemDelta, version: int, sent: list[bytes]) -> None:
        if event.item_id != self._printing:
            self._flush(sent)
        self._fold.printed(event)
        self._printing, self._printed_at = event.item_id, version

    def _flush(self, sent: list[bytes]) -> None:
        """Tell the output that came, under the id of its last piece."""
        if self._printing is None:
            return
        item_id, self._printing = self._printing, None
        if self._printed_at > self._seen.version:
            told = self._fold.update(item_id)
            if told is not None:
                sent.append(self._framed(told, self._printed_at))

    def _framed(self, told: SseEvent, version: int, part: int = 0) -> bytes:
        return frame(told[0], told[1], Place(version, part or ALL_PARTS).id_of(self._epoch))
