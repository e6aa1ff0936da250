"""Documents of rows: parsed when a carrier draws, not at every delta."""

from collections import OrderedDict
from collections.abc import Collection, Iterable, Mapping

import msgspec

from portico.client.markdown import MarkdownStream, parse
from portico.client.state.types import Phase
from portico.client.timeline.patches import AnyPatch, Append, Drop, Mark, Put
from portico.client.timeline.row import Row

WRITTEN = {"assistant", "reasoning"}
"""Kinds of rows whose text is Markdown."""
MAX_STREAMS = 64
"""Documents that are kept to grow; one that is not is parsed and sent whole when it changes."""


def dressed(rows: Iterable[Row]) -> list[Row]:
    """The rows of a page with their documents."""
    return [
        msgspec.structs.replace(row, markdown=parse(row.text)) if row.kind in WRITTEN and row.text else row
        for row in rows
    ]


class Documents:
    """Remembers which documents are out of date, and what a shell has of them."""

    def __init__(self) -> None:
        self._due: set[str] = set()
        self._streams: OrderedDict[str, MarkdownStream] = OrderedDict()

    @property
    def due(self) -> Collection[str]:
        """Keys of rows whose documents are out of date."""
        return self._due

    def grew(self, key: str) -> None:
        """The row became longer; of what kind it is, `marks` asks."""
        self._due.add(key)

    def changed(self, patches: Iterable[AnyPatch]) -> None:
        for patch in patches:
            match patch:
                case Put(key=key, row=Row(kind=kind)) if kind in WRITTEN:
                    self._due.add(key)
                case Append(key=key):
                    self._due.add(key)
                case Drop(key=key):
                    self._due.discard(key)
                    self._streams.pop(key, None)
                case _:
                    pass

    def forget(self) -> None:
        """A shell has nothing yet and will take pages."""
        self._due.clear()

    def marks(self, shown: Mapping[str, Row]) -> list[Mark]:
        """The patches of all documents that are due; a long one that grows is taken up again at the next call."""
        waiting: set[str] = set()
        marks: list[Mark] = []
        for key in sorted(self._due):
            row = shown.get(key)
            if row is None or row.kind not in WRITTEN:
                continue
            stream = self._stream(key)
            tail = stream.update(row.text, is_final=row.phase is not Phase.RUNNING)
            if tail is not None:
                marks.append(Mark(key=key, keep=tail.keep, blocks=tail.blocks, notice=tail.notice))
            if stream.text != row.text:
                waiting.add(key)
        self._due = waiting
        return marks

    def _stream(self, key: str) -> MarkdownStream:
        stream = self._streams.setdefault(key, MarkdownStream())
        self._streams.move_to_end(key)
        if len(self._streams) > MAX_STREAMS:
            self._streams.popitem(last=False)
        return stream
