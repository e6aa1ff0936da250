"""The conversations of threads in memory, so that a long one costs a turn no more than a short one."""

from collections import OrderedDict
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path

import msgspec

from portico.gateway.agent.context import PastTurn, past_turn
from portico.gateway.agent.model import AssistantMessage, ImagePart, Message
from portico.gateway.features.threads import ConversationItem, ThreadService
from portico.gateway.features.turns.ports import Host
from portico.gateway.features.turns.rules import said
from portico.gateway.kernel.clock import Clock
from portico.gateway.kernel.errors import Invalid
from portico.protocol.types.input import LocalImageInput
from portico.protocol.types.item import AgentMessage, TurnItem, UserMessage

LIMIT_BYTES = 64 * 1024 * 1024
IDLE_SECONDS = 1_800.0
"""A conversation that no turn used for so long is read again when one does."""

_item: msgspec.json.Decoder[TurnItem] = msgspec.json.Decoder(TurnItem)


@dataclass(frozen=True, slots=True)
class _Entry:
    """`used_at` is monotonic."""

    turns: tuple[PastTurn, ...]
    size: int
    used_at: float = 0.0


class Conversations:
    """The ended turns of threads as messages: read once, then continued as turns end. Least used go first."""

    def __init__(self, threads: ThreadService, host: Host, clock: Clock, limit_bytes: int = LIMIT_BYTES) -> None:
        self._threads = threads
        self._host = host
        self._clock = clock
        self._limit = limit_bytes
        self._entries: OrderedDict[str, _Entry] = OrderedDict()
        self._size = 0

    @property
    def size(self) -> int:
        """Bytes in memory, roughly; never above the limit."""
        return self._size

    def __contains__(self, thread_id: object) -> bool:
        """Whether the conversation is in memory."""
        return thread_id in self._entries

    async def past(self, thread_id: str, turn_id: str, root: Path) -> tuple[PastTurn, ...]:
        """The turns of the thread that ended before `turn_id`, which runs; their pictures are read inside `root`."""
        entry = self._entries.get(thread_id)
        if entry is None:
            items = await self._threads.conversation(thread_id)
            turns = await self._read((item for item in items if item.turn_id != turn_id), root)
            entry = _Entry(turns, sum(turn.size for turn in turns))
        else:
            self.forget(thread_id)
        self._keep(thread_id, entry)
        return entry.turns

    def add(self, thread_id: str, turn: PastTurn) -> None:
        """Continue a conversation that is in memory; one that is not will be read with this turn in it."""
        entry = self._entries.get(thread_id)
        if entry is not None:
            self.forget(thread_id)
            self._keep(thread_id, _Entry((*entry.turns, turn), entry.size + turn.size))

    def forget(self, thread_id: str) -> None:
        """Read it again at the next turn, or never, if the thread is gone."""
        entry = self._entries.pop(thread_id, None)
        self._size -= entry.size if entry else 0

    def unload(self, is_running: Callable[[str], bool]) -> int:
        """Forget those that no turn used for half an hour and none uses now; how many there were."""
        limit = self._clock.monotonic() - IDLE_SECONDS
        idle = [thread_id for thread_id, entry in self._entries.items() if entry.used_at <= limit]
        unused = [thread_id for thread_id in idle if not is_running(thread_id)]
        for thread_id in unused:
            self.forget(thread_id)
        return len(unused)

    def _keep(self, thread_id: str, entry: _Entry) -> None:
        """As the one that was used last."""
        self._entries[thread_id] = replace(entry, used_at=self._clock.monotonic())
        self._size += entry.size
        while self._size > self._limit:
            self.forget(next(iter(self._entries)))

    async def _read(self, items: Iterable[ConversationItem], root: Path) -> tuple[PastTurn, ...]:
        turns: list[PastTurn] = []
        for turn_id, group in groupby(items, key=lambda item: item.turn_id):
            messages = [message for item in group for message in await self._messages(item, root)]
            turns.append(past_turn(turn_id, messages))
        return tuple(turns)

    async def _messages(self, item: ConversationItem, root: Path) -> list[Message]:
        match _item.decode(item.data):
            case UserMessage() as user:
                images: dict[str, ImagePart] = {}
                for attachment in user.attachments:
                    if isinstance(attachment, LocalImageInput):
                        images |= await self._image(attachment.path, root)
                return [said.message(user, images)]
            case AgentMessage(text=text):
                return [AssistantMessage(text=text)]
            case _:
                return []

    async def _image(self, path: str, root: Path) -> dict[str, ImagePart]:
        with suppress(Invalid):
            image = said.image_of(await self._host.read(path, root, said.MAX_IMAGE_BYTES))
            if image is not None:
                return {path: image}
        return {}
