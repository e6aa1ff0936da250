"""A row of the timeline: everything that a shell needs to draw it, and nothing that it would have to decide."""

from typing import Literal

import msgspec

from portico.client.markdown.model import Document
from portico.client.state.types import Level, Phase
from portico.client.words import Phrase
from portico.protocol.types.input import Attachment
from portico.protocol.types.turn import Usage

TITLE_LENGTH = 72

RowKind = Literal[
    "user",
    "assistant",
    "reasoning",
    "tool",
    "change",
    "task",
    "notice",
    "end",
    "work",
    "coalesced",
    "queued",
    "unknown",
]
"""The kinds so far. A shell draws one that it does not know by its title, detail and text."""


class DiffLine(msgspec.Struct, frozen=True, kw_only=True):
    """`sign` is a space, a plus or a minus."""

    sign: str
    text: str


class Hunk(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`header` says where: what stands behind the @@."""

    lines: tuple[DiffLine, ...]
    header: str = ""


class FileDiff(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a call does to one file; without hunks only that it is touched. `write` replaces the whole file."""

    path: str
    change: Literal["add", "delete", "update", "write"]
    hunks: tuple[Hunk, ...] = ()
    moved_to: str | None = None


class Row(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A line of the timeline. `key` is stable, so that a shell can update in place.

    `text` is what was said, told or printed, as it came: a shell shows it as text only. `markdown` is the parsed
    `text` of what an assistant said, where it was asked for. `parent` is the key of the row under which it stands.
    `is_open` belongs to rows that others stand under. While something runs, shells tick from `started_at_ms`, which is
    of the clock of the client that made the row: see `ticking`.

    `title`, `detail` and `text` are content, or English of ours. Then `title_words`, `detail_words` and `text_words`
    are the same as phrases, for shells that speak another language: rows are shared, so they cannot be in one's own.
    """

    key: str
    kind: str
    text: str = ""
    phase: Phase = Phase.DONE
    title: str = ""
    detail: str = ""
    level: Level = "info"
    turn_id: str = ""
    parent: str | None = None
    code: str | None = None
    markdown: Document | None = None
    attachments: tuple[Attachment, ...] = ()
    diff: tuple[FileDiff, ...] = ()
    exit_code: int | None = None
    elapsed_ms: int | None = None
    started_at_ms: int | None = None
    count: int | None = None
    is_open: bool | None = None
    model: str | None = None
    model_provider: str | None = None
    usage: Usage | None = None
    title_words: Phrase | None = None
    detail_words: Phrase | None = None
    text_words: Phrase | None = None


def ticking(row: Row, now_ms: int) -> int | None:
    """Milliseconds that the row has been running at `now_ms` of the clock that its times are of; None if it does not.

    Never negative, whatever the clock does.
    """
    begun = row.started_at_ms
    return None if begun is None or row.phase is not Phase.RUNNING else max(0, now_ms - begun)


def shorten(text: str, length: int = TITLE_LENGTH) -> str:
    """`text` on one line of at most `length` characters."""
    line = " ".join(text.split())
    return line if len(line) <= length else line[: length - 1] + "…"
