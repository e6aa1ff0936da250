"""From Markdown (CommonMark, tables, strikethrough) to the document model, within bounds. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

from portico.client.markdown.clean import clean, clean_code, safe_href
from portico.client.markdown.model import (
    Align,
    Block,
    Break,
    Code,
    CodeSpan,
    Document,
    Emphasis,
    Heading,
    Inline,
    Link,
    ListBlock,
    Notice,
    Paragraph,
    Quote,
    Rule,
    Strike,
    Strong,
    Table,
    Text,
)

MAX_CHARS = 128 * 1024
"""Longer messages are shown as they are."""
MAX_LINES = 10_000
MAX_RUN = 32 * 1024
"""So are paragraphs: the inline parser is not linear in them."""
MAX_OPEN = 256
"""Brackets of one paragraph that nothing closes: each is looked for to the paragraph's end."""
MAX_DEPTH = 32
MAX_NODES = 40_000
MAX_PREFIX = 2 * MAX_DEPTH
"""Quote and list marks at the begin of one line; more than this nest too deep, and cost too much to find out."""
_NESTING = 100
_MARKS = " \t>-*+"


class TooMuch(Exception):
    """A bound was met."""

    def __init__(self, notice: Notice) -> None:
        super().__init__(notice)
        self.notice: Notice = notice


def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "linkify": False, "typographer": False, "maxNesting": _NESTING})
    parser.enable(["table", "strikethrough"])
    parser.core.ruler.at("inline", _inline)
    # Definitions would let the end of a message change its begin: a link's address stands where the link is.
    return parser.disable(["html_block", "html_inline", "reference"])


def _inline(state: StateCore) -> None:
    """The parser's own step, within our bounds."""
    for token in state.tokens:
        if token.type == "inline":
            run = token.content
            if len(run) > MAX_RUN:
                raise TooMuch("too_large")
            if run.count("[") - run.count("]") > MAX_OPEN:
                raise TooMuch("too_many")
            token.children = token.children or []
            state.md.inline.parse(run, state.md, state.env, token.children)


_markdown = _parser()


@dataclass(frozen=True, slots=True)
class Parsed:
    """Blocks; of each the line on which it begins, and how many nodes there were before it."""

    blocks: tuple[Block, ...]
    lines: tuple[int, ...]
    nodes: tuple[int, ...]


def parse(text: str) -> Document:
    """The document of a message; what is too large or nests too deep is one paragraph of plain text, with a notice."""
    try:
        check_size(text)
        return Document(blocks=parse_blocks(text).blocks)
    except TooMuch as bound:
        return plain(text, bound.notice)


def plain(text: str, notice: Notice) -> Document:
    """The text as it is."""
    return Document(blocks=(Paragraph(inlines=(Text(text=clean(text)),)),), notice=notice)


def parse_blocks(text: str, nodes: int = 0) -> Parsed:
    """The blocks of `text`, which follows others of so many nodes. Raises TooMuch."""
    _check_depth(text)
    try:
        tokens = _markdown.parse(clean(text))
    except RecursionError as error:
        raise TooMuch("too_deep") from error
    builder = _Builder(tokens, nodes=nodes)
    blocks = builder.blocks(None)
    return Parsed(blocks, tuple(builder.lines), tuple(builder.counts))


def check_size(text: str) -> None:
    """Raises TooMuch for a message that shall not even be tried."""
    if len(text) > MAX_CHARS:
        raise TooMuch("too_large")
    if text.count("\n") > MAX_LINES:
        raise TooMuch("too_many")


def _check_depth(text: str) -> None:
    for line in text.split("\n"):
        begin = line[: len(line) - len(line.lstrip(_MARKS))] if len(line) > MAX_PREFIX else ""
        if len(begin) - begin.count(" ") - begin.count("\t") > MAX_PREFIX and len(set(line) - {" "}) > 1:
            raise TooMuch("too_deep")


@dataclass
class _Builder:
    """Reads the flat tokens once; counts what it makes."""

    tokens: Sequence[Token]
    position: int = 0
    depth: int = 0
    nodes: int = 0
    lines: list[int] = field(default_factory=list[int])
    counts: list[int] = field(default_factory=list[int])

    def blocks(self, closing: str | None) -> tuple[Block, ...]:
        """Blocks up to the token `closing`, which is taken too."""
        made: list[Block] = []
        self._deeper()
        while self.position < len(self.tokens):
            before = self.nodes
            token = self._next()
            if token.type == closing:
                break
            if self.depth == 1:
                self.lines.append(token.map[0] if token.map else 0)
                self.counts.append(before)
            made.append(self._block(token))
        self.depth -= 1
        return tuple(made)

    def _block(self, token: Token) -> Block:
        match token.type:
            case "paragraph_open":
                return Paragraph(inlines=self._inlines("paragraph_close"))
            case "heading_open":
                return Heading(level=int(token.tag[1:]), inlines=self._inlines("heading_close"))
            case "fence" | "code_block":
                words = clean_code(token.info).split()
                return Code(text=clean_code(token.content).removesuffix("\n"), language=words[0][:40] if words else "")
            case "bullet_list_open" | "ordered_list_open":
                return self._list(token)
            case "blockquote_open":
                return Quote(blocks=self.blocks("blockquote_close"))
            case "table_open":
                return self._table()
            case _:
                return Rule()

    def _list(self, token: Token) -> ListBlock:
        is_ordered = token.type == "ordered_list_open"
        closing = token.type.replace("open", "close")
        items: list[tuple[Block, ...]] = []
        is_tight = True
        self._deeper()
        while (item := self._next()).type != closing:
            begin = self.position
            items.append(self.blocks("list_item_close"))
            is_tight = is_tight and not self._is_loose(begin, item.level + 1)
        self.depth -= 1
        start = token.attrs.get("start", 1)
        return ListBlock(ordered=is_ordered, items=tuple(items), start=int(start), tight=is_tight)

    def _is_loose(self, begin: int, level: int) -> bool:
        paragraphs = (token for token in self.tokens[begin : self.position] if token.type == "paragraph_open")
        return any(token.level == level and not token.hidden for token in paragraphs)

    def _table(self) -> Table:
        rows: list[tuple[tuple[Inline, ...], ...]] = []
        cells: list[tuple[Inline, ...]] = []
        align: list[Align] = []
        while (token := self._next()).type != "table_close":
            match token.type:
                case "th_open" | "td_open":
                    if token.type == "th_open":
                        align.append(_align(token))
                    cells.append(self._inlines(token.type.replace("open", "close")))
                case "tr_close":
                    rows.append(tuple(cells))
                    cells = []
                case _:
                    pass
        return Table(align=tuple(align), head=rows[0], rows=tuple(rows[1:]))

    def _inlines(self, closing: str) -> tuple[Inline, ...]:
        made: tuple[Inline, ...] = ()
        while (token := self._next()).type != closing:
            made = self._spans(_Spans(token.children or []), None)
        return made

    def _spans(self, spans: "_Spans", closing: str | None) -> tuple[Inline, ...]:
        made: list[Inline] = []
        self._deeper()
        while (token := spans.next()) is not None and token.type != closing:
            self._count()
            for inline in self._span(spans, token):
                _add(made, inline)
        self.depth -= 1
        return tuple(made)

    def _span(self, spans: "_Spans", token: Token) -> tuple[Inline, ...]:
        match token.type:
            case "strong_open":
                return (Strong(inlines=self._spans(spans, "strong_close")),)
            case "em_open":
                return (Emphasis(inlines=self._spans(spans, "em_close")),)
            case "s_open":
                return (Strike(inlines=self._spans(spans, "s_close")),)
            case "link_open":
                return _link(str(token.attrs.get("href", "")), self._spans(spans, "link_close"), is_image=False)
            case "image":
                alt = self._spans(_Spans(token.children or []), None)
                return _link(str(token.attrs.get("src", "")), alt or (Text(text="image"),), is_image=True)
            case "code_inline":
                return (CodeSpan(text=clean_code(token.content)),)
            case "hardbreak":
                return (Break(),)
            case "softbreak":
                return (Text(text="\n"),)
            case _:
                return (Text(text=clean(token.content)),)

    def _next(self) -> Token:
        token = self.tokens[self.position]
        self.position += 1
        self._count()
        return token

    def _count(self) -> None:
        self.nodes += 1
        if self.nodes > MAX_NODES:
            raise TooMuch("too_many")

    def _deeper(self) -> None:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise TooMuch("too_deep")


@dataclass
class _Spans:
    """The tokens of one run of text, and how far they were read."""

    tokens: Sequence[Token]
    position: int = 0

    def next(self) -> Token | None:
        if self.position >= len(self.tokens):
            return None
        self.position += 1
        return self.tokens[self.position - 1]


def _add(made: list[Inline], inline: Inline) -> None:
    """`inline` behind the others; texts that meet become one, and empty ones nothing."""
    if isinstance(inline, Text):
        if not inline.text:
            return
        if made and isinstance(made[-1], Text):
            made[-1] = Text(text=made[-1].text + inline.text)
            return
    made.append(inline)


def _link(href: str, inlines: tuple[Inline, ...], *, is_image: bool) -> tuple[Inline, ...]:
    """A link, or only its text when its address is none that we follow; links do not nest."""
    address = safe_href(href)
    if address is None or any(isinstance(inline, Link) for inline in inlines):
        return inlines
    return (Link(href=address, inlines=inlines, is_image=is_image),)


def _align(token: Token) -> Align:
    style = str(token.attrs.get("style", ""))
    return cast("Any", style.removeprefix("text-align:")) if style.startswith("text-align:") else ""
