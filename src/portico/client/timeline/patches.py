"""Patches: what changed between two lists of rows, and how a shell takes it. Pure."""

from collections.abc import Iterable, Sequence
from typing import Literal

import msgspec

from portico.client.markdown.model import Block, Document
from portico.client.markdown.model import Notice as DocumentNotice
from portico.client.timeline.row import Row


class Patch(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="op"):
    """A change of the rows, by key."""

    key: str


class Put(Patch, frozen=True, kw_only=True, tag="put"):
    """The row as it is now, new or changed; it stands behind the row `after`, without one it is the first.

    A row without a document keeps the one that a shell has of it: a `mark` follows if the document changed.
    """

    row: Row
    after: str | None = None


class Drop(Patch, frozen=True, kw_only=True, tag="drop"):
    """The row is gone."""


class Append(Patch, frozen=True, kw_only=True, tag="append"):
    """The field grew by `text`."""

    text: str
    field: Literal["text"] = "text"


class Mark(Patch, frozen=True, kw_only=True, tag="mark"):
    """The row's document: from place `keep` on it consists of `blocks`."""

    keep: int
    blocks: tuple[Block, ...]
    notice: DocumentNotice | None = None


AnyPatch = Put | Drop | Append | Mark


def diff(before: Sequence[Row], after: Sequence[Row], anchor: str | None = None) -> list[AnyPatch]:
    """The patches that make `after` of `before`; both stand behind the row `anchor`. Documents are left alone.

    A row that became one of another kind is dropped and put: nothing of it stays.
    """
    kinds = {row.key: row.kind for row in after}
    old = {row.key: row for row in before if kinds.get(row.key) == row.kind}
    patches: list[AnyPatch] = [Drop(key=row.key) for row in before if row.key not in old]
    kept = list(old)
    stay = _in_order(kept, [row.key for row in after if row.key in old])
    for row in after:
        known = old.get(row.key)
        if known is None or row.key not in stay:
            patches.append(Put(key=row.key, row=row, after=anchor))
        elif known is not row and known != row:
            patches.append(_changed(known, row, anchor))
        anchor = row.key
    return patches


def apply(rows: Iterable[Row], patches: Iterable[AnyPatch]) -> list[Row]:
    """The rows after the patches. A patch of a row that is not there changes nothing."""
    shown = {row.key: row for row in rows}
    order = list(shown)
    for patch in patches:
        match patch:
            case Put(key=key, row=row, after=after):
                if key in shown:
                    order.remove(key)
                order.insert(order.index(after) + 1 if after in shown else 0, key)
                kept = row.markdown or (shown[key].markdown if key in shown else None)
                shown[key] = msgspec.structs.replace(row, markdown=kept)
            case Drop(key=key) if key in shown:
                order.remove(key)
                del shown[key]
            case Append(key=key, text=text) if key in shown:
                shown[key] = msgspec.structs.replace(shown[key], text=shown[key].text + text)
            case Mark(key=key) if key in shown:
                shown[key] = msgspec.structs.replace(shown[key], markdown=_marked(shown[key].markdown, patch))
            case _:
                pass
    return [shown[key] for key in order]


def _marked(known: Document | None, patch: Mark) -> Document:
    kept = known.blocks[: patch.keep] if known is not None else ()
    return Document(blocks=(*kept, *patch.blocks), notice=patch.notice)


def _in_order(before: list[str], after: list[str]) -> set[str]:
    """Keys that need not move: those up to the first that stands elsewhere."""
    if before == after:
        return set(after)
    first = next(index for index, (old, new) in enumerate(zip(before, after, strict=True)) if old != new)
    return set(after[:first])


def _changed(known: Row, row: Row, anchor: str | None) -> AnyPatch:
    grown = len(row.text) - len(known.text)
    if grown > 0 and row.text.startswith(known.text) and msgspec.structs.replace(known, text=row.text) == row:
        return Append(key=row.key, text=row.text[-grown:])
    return Put(key=row.key, row=row, after=anchor)
