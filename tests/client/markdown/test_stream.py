"""A document that grows is at any moment the document of its text, and what is closed is not sent again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portico.client.markdown import Document, MarkdownStream, Tail, parse
from portico.client.markdown.model import Block, Paragraph, Text
from portico.client.markdown.stream import SHORT

PIECES = st.sampled_from(
    [
        "a",
        "b c",
        " ",
        "\n",
        "\n\n",
        "- ",
        "+",
        "1",
        "1. ",
        "2) ",
        "> ",
        "# ",
        "```",
        "~~~",
        "    ",
        "\t",
        "|",
        "|a|b|\n",
    ]
    + ["|-|-|\n", "---", "-", "=", "===\n", "*", "**", "`", "[x](http://y.z)", "\r\n", "\r", "\x1b[1m", "\x1b]x", "\\"]
    + ["<div>\n", "[a]: http://x.y\n", "\u202e", "  - ", "> > ", "* * *\n"]
)


def shown(known: tuple[Block, ...], tail: Tail | None) -> tuple[Block, ...]:
    return known if tail is None else (*known[: tail.keep], *tail.blocks)


@given(st.lists(PIECES, max_size=40))
def test_at_every_moment_it_is_the_document_of_the_text(pieces: list[str]) -> None:
    stream, text = MarkdownStream(), ""
    blocks: tuple[Block, ...] = ()
    for piece in pieces:
        text += piece
        blocks = shown(blocks, stream.update(text))
        assert stream.document == parse(text)
        assert stream.document == Document(blocks=blocks)


def test_closed_blocks_are_kept() -> None:
    stream = MarkdownStream()
    stream.update("# a\n\nb\n\nc")
    first = stream.document.blocks
    tail = stream.update("# a\n\nb\n\nc d")
    assert tail == Tail(keep=2, blocks=(Paragraph(inlines=(Text(text="c d"),)),))
    assert stream.document.blocks[0] is first[0]


def test_the_same_text_changes_nothing() -> None:
    stream = MarkdownStream()
    stream.update("a")
    assert stream.update("a") is None
    assert stream.update("a\n") is None
    assert stream.text == "a\n"


def test_a_corrected_text_is_parsed_afresh() -> None:
    stream = MarkdownStream()
    stream.update("a\n\nb\n\nc")
    assert stream.update("x\n\nb") == Tail(keep=0, blocks=parse("x\n\nb").blocks)


def test_a_long_open_end_waits_until_it_has_grown() -> None:
    stream = MarkdownStream()
    stream.update("a" * SHORT, is_final=False)
    assert stream.update("a" * (SHORT + 9), is_final=False) is None
    assert stream.update("a" * (2 * SHORT), is_final=False) is not None
    assert stream.update("a" * (2 * SHORT + 1)) is not None
    assert stream.document == parse("a" * (2 * SHORT + 1))


@pytest.mark.parametrize("grown", ["word " * 100_000, ">" * 5_000 + "a", "|a|\n|-|\n" + "|b|\n" * 30_000])
def test_what_becomes_too_much_becomes_plain_text(grown: str) -> None:
    stream = MarkdownStream()
    stream.update("# a\n\n")
    tail = stream.update("# a\n\n" + grown)
    assert tail is not None
    assert (tail.keep, tail.notice) == (0, parse("# a\n\n" + grown).notice)
    assert stream.document == parse("# a\n\n" + grown)


def test_nodes_of_closed_blocks_count() -> None:
    text = "*a* *b* *c*\n\n" * 4_000
    stream = MarkdownStream()
    for end in range(0, len(text) + 1, len(text) // 4):
        stream.update(text[:end])
    assert stream.document == parse(text)
    assert stream.document.notice == "too_many"
