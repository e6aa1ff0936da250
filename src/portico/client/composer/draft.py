"""What a person is about to send, and what is known around it. Values only."""

from dataclasses import dataclass, replace
from typing import Literal

from portico.client.selectors import Choice, ModelRow, ProviderRow
from portico.protocol.base import Scope
from portico.protocol.types.thread import ThreadMode

MAX_FRAME_BYTES = 1_048_576
"""What a gateway takes as one text frame (design 6)."""

Busy = Literal["queue", "steer", "follow_up"]
"""What a message does while a turn runs: wait for its end, change it now, or go on where it would end."""


@dataclass(frozen=True, slots=True)
class Picked:
    """Base of what a pick adds to a draft; `key` is unique in it."""

    key: str


@dataclass(frozen=True, slots=True)
class Draft:
    """One thread's unsent message. Everything but text and picks stays for the next one."""

    text: str = ""
    picked: tuple[Picked, ...] = ()
    choice: Choice = Choice()
    mode: ThreadMode = ThreadMode.AGENT
    busy: Busy = "queue"

    def add(self, picked: Picked) -> "Draft":
        """With it at the end; what has its key makes room."""
        return replace(self, picked=(*(one for one in self.picked if one.key != picked.key), picked))

    def remove(self, key: str) -> "Draft":
        return replace(self, picked=tuple(one for one in self.picked if one.key != key))

    def sent(self) -> "Draft":
        """The empty draft after it."""
        return replace(self, text="", picked=())


@dataclass(frozen=True, slots=True)
class Scene:
    """What is known of the thread and the gateway; None is not known and refuses nothing.

    `provider` and `model` are what the draft's choice comes to. `running` is the id of the turn that runs.
    """

    thread_id: str
    running: str | None = None
    queued: int = 0
    scopes: frozenset[Scope] | None = None
    provider: ProviderRow | None = None
    model: ModelRow | None = None
    has_provider: bool = True
    max_frame_bytes: int | None = MAX_FRAME_BYTES
