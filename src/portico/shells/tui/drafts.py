"""What was written and not sent, by gateway and thread, in memory and in a file that outlives the program."""

import os
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
from msgspec.structs import replace

from portico.boundary.work.composer import ImagePick, MentionPick

MOST = 200
MOST_BYTES = 1_048_576
"""Of the file; of more drafts than fit the oldest are left out."""

Pick = ImagePick | MentionPick


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """A message. With ids it may have arrived: sent again under the same ids it arrives once."""

    text: str = ""
    picks: tuple[Pick, ...] = ()
    turn_id: str | None = None
    steer_id: str | None = None

    @property
    def is_empty(self) -> bool:
        return not self.text and not self.picks

    def says(self, other: "Draft") -> bool:
        """It is the same message, whatever its ids are."""
        return (self.text, self.picks) == (other.text, other.picks)


class _Kept(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A draft in the file. Pictures are not kept: they may be large, and may be private."""

    gateway: str
    thread: str
    text: str = ""
    mentions: tuple[MentionPick, ...] = ()
    turn_id: str | None = None
    steer_id: str | None = None


class _File(msgspec.Struct, frozen=True, kw_only=True):
    drafts: tuple[_Kept, ...] = ()


Place = tuple[str, str]
"""A gateway and a thread; a thread that is not there yet is the empty text."""


@dataclass(slots=True)
class Drafts:
    """The drafts of the gateway that is looked at. Without a path nothing outlives the program."""

    path: Path | None = None
    gateway: str = ""
    _drafts: dict[Place, Draft] = field(default_factory=dict[Place, Draft])
    _on_their_way: dict[Place, Draft] = field(default_factory=dict[Place, Draft])
    _changed: dict[Place, None] = field(default_factory=dict[Place, None])
    """Where the file does not say yet what is said here, the newest change last."""
    _persistent: dict[str, bool] = field(default_factory=dict[str, bool])
    """Of each gateway that was connected to: whether it keeps conversations on a disk."""
    _is_swept: bool = True

    def load(self) -> None:
        """What an earlier run left; a file that cannot be read is nothing."""
        for place, draft in _read(self.path).items():
            self._drafts.setdefault(place, draft)

    def heed(self, *, is_persistent: bool) -> None:
        """What the gateway that is looked at says of itself. Of one that keeps nothing the file keeps nothing.

        Until it is known nothing is written either: what a person writes before the first connection waits for it.
        """
        self._persistent[self.gateway] = is_persistent
        self._is_swept = self._is_swept and is_persistent

    def of(self, thread_id: str | None) -> Draft:
        return self._drafts.get(self._place(thread_id), Draft())

    def put(self, thread_id: str | None, draft: Draft) -> None:
        """An empty one is none. The ids of the one before stay as long as it says the same."""
        place = self._place(thread_id)
        before = self._drafts.pop(place, Draft())
        if before.says(draft) and draft.turn_id is None:
            draft = before
        if not draft.is_empty:
            self._drafts[place] = draft
        if draft != before:
            self._touch(place)

    def sending(self, thread_id: str, draft: Draft) -> None:
        """It is on its way: kept beside what is written next, until it arrived or came back."""
        self._on_their_way[self._place(thread_id)] = draft
        self._touch(self._place(thread_id))

    def sent(self, thread_id: str) -> None:
        """It arrived, or was refused: nobody needs to send it again."""
        self._on_their_way.pop(self._place(thread_id), None)
        self._touch(self._place(thread_id))

    def save(self) -> None:
        """Write what changed. Another program on the same home keeps what it wrote; a disk that refuses is no harm."""
        changed = [place for place in self._changed if place[0] in self._persistent]
        if self.path is None or (self._is_swept and not changed):
            return
        self._is_swept = True
        before = _read(self.path)
        kept = {place: draft for place, draft in before.items() if self._may_keep(place)}
        for place in changed:
            del self._changed[place]
            kept.pop(place, None)
            draft = self._drafts.get(place) or self._on_their_way.get(place)
            if draft is not None and self._may_keep(place):
                kept[place] = draft
        with suppress(OSError):
            if not kept:
                # also where it cannot be read: it may hold what is not to be kept
                self.path.unlink(missing_ok=True)
            elif kept != before:
                _write(self.path, kept)

    def _may_keep(self, place: Place) -> bool:
        return self._persistent.get(place[0], True)

    def _touch(self, place: Place) -> None:
        self._changed.pop(place, None)
        self._changed[place] = None

    def _place(self, thread_id: str | None) -> Place:
        return (self.gateway, thread_id or "")


def _read(path: Path | None) -> dict[Place, Draft]:
    if path is None:
        return {}
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
        told = msgspec.json.decode(content, type=_File) if len(content) <= MOST_BYTES else _File()
    except (OSError, ValueError, RecursionError):
        return {}
    return {(one.gateway, one.thread): _draft(one) for one in told.drafts[:MOST]}


def _write(path: Path, drafts: dict[Place, Draft]) -> None:
    """Raises OSError. The file is the owner's only, and whole at every moment."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = path.with_suffix(f".{os.getpid()}")
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600), "wb") as file:
            file.write(_bounded(drafts))
        part.replace(path)
    except OSError:
        part.unlink(missing_ok=True)
        raise


def _bounded(drafts: dict[Place, Draft]) -> bytes:
    """The newest that fit."""
    kept: list[bytes] = []
    left = MOST_BYTES - 64
    for (gateway, thread), draft in reversed(drafts.items()):
        one = msgspec.json.encode(_kept(gateway, thread, draft))
        if len(kept) < MOST and len(one) < left:
            kept.append(one)
            left -= len(one) + 1
    return b'{"drafts":[' + b",".join(reversed(kept)) + b"]}"


def _kept(gateway: str, thread: str, draft: Draft) -> _Kept:
    mentions = tuple(pick for pick in draft.picks if isinstance(pick, MentionPick))
    is_whole = len(mentions) == len(draft.picks)
    ids = {"turn_id": draft.turn_id, "steer_id": draft.steer_id} if is_whole else {}
    return _Kept(gateway=gateway, thread=thread, text=draft.text, mentions=mentions, **ids)


def _draft(kept: _Kept) -> Draft:
    return Draft(text=kept.text, picks=kept.mentions, turn_id=kept.turn_id, steer_id=kept.steer_id)


def with_ids(draft: Draft, turn_id: str, steer_id: str) -> Draft:
    """The draft under these ids; those that it has already stay, for it may have arrived."""
    return draft if draft.turn_id else replace(draft, turn_id=turn_id, steer_id=steer_id)
