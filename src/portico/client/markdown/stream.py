"""Markdown that grows: blocks that are closed are parsed once, only the open end is parsed again."""

from portico.client.markdown.model import Block, Blocks, Document
from portico.client.markdown.parse import TooMuch, check_size, parse_blocks, plain

SHORT = 8 * 1024
"""Characters of an open end that is parsed at every look."""
Tail = Blocks
"""What changed since the last look."""


class MarkdownStream:
    """The document of a text that is only appended to.

    A block is closed once a complete line after it began another one: what follows cannot change it any more.
    """

    def __init__(self) -> None:
        self._text: str = ""
        self._cut = 0
        self._closed: list[Block] = []
        self._nodes = 0
        self._due = 0
        self._is_first = True
        self._document = Document(blocks=())

    @property
    def document(self) -> Document:
        """The document as `update` left it; equal to `parse` of the whole text."""
        return self._document

    @property
    def text(self) -> str:
        """What was taken last."""
        return self._text

    def update(self, text: str, *, is_final: bool = True) -> Tail | None:
        """Take the whole text as it is now; answers what changed, None if nothing did. The first answer is the whole.

        A text that does not begin with the one before (the message was corrected) is parsed afresh. While it is not
        final, a long open end waits until it has grown by an eighth, so that all parsing together stays cheap.
        """
        is_first, self._is_first = self._is_first, False
        if (text == self._text and not is_first) or (not is_final and self._cut + SHORT < len(text) < self._due):
            return None
        is_longer: bool = text.startswith(self._text)
        if not is_longer:
            self._cut, self._closed, self._nodes = 0, [], 0
        self._text = text
        before = self._document
        self._document = self._parsed()
        self._due = len(text) + (len(text) - self._cut) // 8
        if is_first:
            return Tail(keep=0, blocks=self._document.blocks, notice=self._document.notice)
        return _tail(before, self._document)

    def _parsed(self) -> Document:
        try:
            check_size(self._text)
            self._close()
            opened = parse_blocks(self._text[self._cut :], self._nodes)
        except TooMuch as bound:
            return plain(self._text, bound.notice)
        return Document(blocks=(*self._closed, *opened.blocks))

    def _close(self) -> None:
        """Keep what complete lines have closed. Raises TooMuch."""
        end = self._text.rfind("\n") + 1
        complete = self._text[self._cut : end]
        if complete.count("\n") < 2:
            return
        parsed = parse_blocks(complete, self._nodes)
        if len(parsed.blocks) < 2:
            return
        self._closed += parsed.blocks[:-1]
        self._nodes = parsed.nodes[-1]
        self._cut += _offset(complete, parsed.lines[-1])


def _offset(text: str, line: int) -> int:
    """Where line number `line` begins."""
    offset = 0
    for _ in range(line):
        offset = text.index("\n", offset) + 1
    return offset


def _tail(before: Document, after: Document) -> Tail | None:
    if before == after:
        return None
    keep = 0
    for old, new in zip(before.blocks, after.blocks, strict=False):
        if old is not new and old != new:
            break
        keep += 1
    return Tail(keep=keep, blocks=after.blocks[keep:], notice=after.notice)
