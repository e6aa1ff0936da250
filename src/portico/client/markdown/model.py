"""The document model: blocks and inlines, tagged by `type` (version 1).

Everything in it is safe to draw: text is text and never markup, links are http, https or mailto, nothing is loaded
from outside. Line ends inside a text are soft breaks.
"""

from typing import Literal

import msgspec

VERSION = 1
Notice = Literal["too_large", "too_deep", "too_many"]
Align = Literal["left", "center", "right", ""]


class Node(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="type"):
    """A block or an inline."""


class Text(Node, frozen=True, kw_only=True, tag="text"):
    text: str


class CodeSpan(Node, frozen=True, kw_only=True, tag="code_span"):
    text: str


class Break(Node, frozen=True, kw_only=True, tag="break"):
    """A hard line break."""


class Strong(Node, frozen=True, kw_only=True, tag="strong"):
    inlines: tuple["Inline", ...]


class Emphasis(Node, frozen=True, kw_only=True, tag="emphasis"):
    inlines: tuple["Inline", ...]


class Strike(Node, frozen=True, kw_only=True, tag="strike"):
    inlines: tuple["Inline", ...]


class Link(Node, frozen=True, kw_only=True, tag="link"):
    """`href` is http, https or mailto, in ASCII. `is_image`: an image stood here; it is not loaded."""

    href: str
    inlines: tuple["Inline", ...]
    is_image: bool = False


Inline = Text | CodeSpan | Break | Strong | Emphasis | Strike | Link


class Paragraph(Node, frozen=True, kw_only=True, tag="paragraph"):
    inlines: tuple[Inline, ...]


class Heading(Node, frozen=True, kw_only=True, tag="heading"):
    """`level` is 1 to 6."""

    level: int
    inlines: tuple[Inline, ...]


class Code(Node, frozen=True, kw_only=True, tag="code"):
    """`language` is the first word of the fence, empty if there is none."""

    text: str
    language: str = ""


class ListBlock(Node, frozen=True, kw_only=True, tag="list"):
    """`items` are blocks each; `start` is the first number of an ordered one; `tight`: no blank lines between."""

    ordered: bool
    items: tuple[tuple["Block", ...], ...]
    start: int = 1
    tight: bool = False


class Quote(Node, frozen=True, kw_only=True, tag="quote"):
    blocks: tuple["Block", ...]


class Table(Node, frozen=True, kw_only=True, tag="table"):
    """`align` has one entry per column; every row has as many cells."""

    align: tuple[Align, ...]
    head: tuple[tuple[Inline, ...], ...]
    rows: tuple[tuple[tuple[Inline, ...], ...], ...]


class Rule(Node, frozen=True, kw_only=True, tag="rule"):
    """A thematic break."""


Block = Paragraph | Heading | Code | ListBlock | Quote | Table | Rule


def _version() -> int:
    return VERSION  # made, so that it is always sent


class Document(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A parsed message. With a `notice` the bounds were met and `blocks` hold the text as it is, in one paragraph."""

    blocks: tuple[Block, ...]
    notice: Notice | None = None
    version: int = msgspec.field(default_factory=_version)


class Blocks(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What changed in a document: `blocks` stand from place `keep` on."""

    keep: int
    blocks: tuple[Block, ...]
    notice: Notice | None = None
