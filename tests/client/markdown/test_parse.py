"""Markdown becomes a document in which nothing can do harm, whatever the text was."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portico.client.markdown import parse
from portico.client.markdown.clean import clean, clean_code, safe_href
from portico.client.markdown.model import (
    Block,
    Break,
    Code,
    CodeSpan,
    Emphasis,
    Heading,
    Inline,
    Link,
    ListBlock,
    Paragraph,
    Quote,
    Rule,
    Strike,
    Strong,
    Table,
    Text,
)
from portico.client.markdown.parse import MAX_CHARS, MAX_DEPTH, MAX_OPEN, MAX_RUN


def t(text: str) -> Text:
    return Text(text=text)


def p(*inlines: Inline | str) -> Paragraph:
    return Paragraph(inlines=tuple(t(one) if isinstance(one, str) else one for one in inlines))


@pytest.mark.parametrize(
    ("text", "blocks"),
    [
        pytest.param("", [], id="nothing"),
        pytest.param("a\nb", [p("a\nb")], id="a soft break is a line end"),
        pytest.param("a  \nb\\\nc", [p("a", Break(), "b", Break(), "c")], id="hard breaks"),
        pytest.param("## a *b*", [Heading(level=2, inlines=(t("a "), Emphasis(inlines=(t("b"),))))], id="heading"),
        pytest.param("a\n=", [Heading(level=1, inlines=(t("a"),))], id="underlined heading"),
        pytest.param("**a ~~b~~**", [p(Strong(inlines=(t("a "), Strike(inlines=(t("b"),)))))], id="marks nest"),
        pytest.param("`a*b*`", [p(CodeSpan(text="a*b*"))], id="code span"),
        pytest.param("```py x\na\n\n```", [Code(text="a\n", language="py")], id="fence"),
        pytest.param("```\nopen", [Code(text="open")], id="an open fence"),
        pytest.param("    a", [Code(text="a")], id="indented code"),
        pytest.param("---", [Rule()], id="rule"),
        pytest.param("> a\n> > b", [Quote(blocks=(p("a"), Quote(blocks=(p("b"),))))], id="quotes"),
        pytest.param(
            "- a\n- b\n  1. c",
            [
                ListBlock(
                    ordered=False,
                    tight=True,
                    items=((p("a"),), (p("b"), ListBlock(ordered=True, tight=True, items=((p("c"),),)))),
                )
            ],
            id="lists",
        ),
        pytest.param(
            "3) a\n\n4) b", [ListBlock(ordered=True, start=3, items=((p("a"),), (p("b"),)))], id="a loose list"
        ),
        pytest.param(
            "|a|b|c|\n|:-|-:|-|\n|1|*2*|",
            [
                Table(
                    align=("left", "right", ""),
                    head=((t("a"),), (t("b"),), (t("c"),)),
                    rows=(((t("1"),), (Emphasis(inlines=(t("2"),)),), ()),),
                )
            ],
            id="table",
        ),
        pytest.param("[a](http://x.y/z)", [p(Link(href="http://x.y/z", inlines=(t("a"),)))], id="link"),
        pytest.param("<mailto:a@b.c>", [p(Link(href="mailto:a@b.c", inlines=(t("mailto:a@b.c"),)))], id="autolink"),
        pytest.param("see http://x.y", [p("see http://x.y")], id="bare addresses are text"),
        pytest.param(
            "![a](http://x.y/z.png)",
            [p(Link(href="http://x.y/z.png", inlines=(t("a"),), is_image=True))],
            id="an image is a link",
        ),
        pytest.param(
            "![](http://x.y/)", [p(Link(href="http://x.y/", inlines=(t("image"),), is_image=True))], id="unnamed image"
        ),
        pytest.param("![a](data:image/png;base64,x)", [p("a")], id="nor is one inside"),
        pytest.param("![a](local.png)", [p("a")], id="nor one of here"),
        pytest.param(
            "[![a](http://x.y/z)](http://u.v)",
            [p(Link(href="http://x.y/z", inlines=(t("a"),), is_image=True))],
            id="links do not nest",
        ),
        pytest.param("[a](javascript:x)", [p("[a](javascript:x)")], id="script link"),
        pytest.param("[a](JAVA&#x73;CRIPT:x)", [p("[a](JAVA&#x73;CRIPT:x)".replace("&#x73;", "s"))], id="entities"),
        pytest.param("[a](/x)", [p("a")], id="a link to here"),
        pytest.param("[a](http://good@evil/)", [p("a")], id="a deceiving link"),
        pytest.param("<b>x</b><script>y</script>", [p("<b>x</b><script>y</script>")], id="HTML is text"),
        pytest.param("<div>\nx", [p("<div>\nx")], id="HTML blocks too"),
        pytest.param("[a]: http://x.y\n\n[a]", [p("[a]: http://x.y"), p("[a]")], id="definitions are text"),
        pytest.param("a&#x202e;b&#0;", [p("ab\ufffd")], id="entities cannot bring back what is taken out"),
        pytest.param("`a\u200bb\u202ec`", [p(CodeSpan(text="abc"))], id="invisible in code"),
        pytest.param("\x1b[1ma\x1b[0m\x00", [p("a")], id="terminal escapes, NUL"),
    ],
)
def test_parse(text: str, blocks: list[Block]) -> None:
    document = parse(text)
    assert (list(document.blocks), document.notice, document.version) == (blocks, None, 1)


@pytest.mark.parametrize(
    ("text", "notice"),
    [
        pytest.param("word " * 1_000_000, "too_large", id="5 MB"),
        pytest.param("a\n\n" * (MAX_CHARS // 3 + 1), "too_large", id="just too long"),
        pytest.param("a" * (MAX_RUN + 1), "too_large", id="a paragraph without end"),
        pytest.param("|a|b|\n|-|-|\n" + "|1|2|\n" * 10_000, "too_many", id="10,000 rows"),
        pytest.param("|a|b|\n|-|-|\n" + "|1|2|\n" * 9_000, "too_many", id="9,000 rows"),
        pytest.param(">" * 10_000 + "a", "too_deep", id="10,000 quotes"),
        pytest.param("> " * 10_000 + "a", "too_deep", id="10,000 quotes with spaces"),
        pytest.param(">" * (MAX_DEPTH + 1) + "a", "too_deep", id="just too deep"),
        pytest.param("- " * 5_000 + "a", "too_deep", id="lists in lists"),
        pytest.param("1. " * 5_000 + "a", "too_deep", id="numbered lists in lists"),
        pytest.param("*a **a " * 500 + "a** a*" * 500, "too_deep", id="marks in marks"),
        pytest.param("[" * (MAX_OPEN + 1), "too_many", id="open brackets"),
        pytest.param("![[]" * 5_000, "too_many", id="open images"),
    ],
)
def test_what_is_too_much_is_plain_text(text: str, notice: str) -> None:
    document = parse(text)
    assert document.notice == notice
    assert document.blocks == (p(text),)


@pytest.mark.parametrize("piece", ["*a ", "**", "*a **b ", "[a](", "`", "` a", "_a__", "<a", "\\", "&a", "a[](", "~~a"])
def test_pieces_that_open_again_and_again_are_read(piece: str) -> None:
    assert parse(piece * 500).notice in {None, "too_deep"}


def test_a_line_of_marks_is_a_rule() -> None:
    assert parse("-" * 500).blocks == (Rule(),)
    assert parse("* " * 500).blocks == (Rule(),)


PIECES = st.sampled_from(
    [
        "[a](javascript:alert(1))",
        "[a](JaVa\tScRiPt:x)",
        "[x](data:text/html;base64,PHM+)",
        "![x](//evil)",
        "<script>",
        "<img src=x onerror=y>",
        "[a](http://x.y)",
        "<javascript:x>",
        "[a](<vbscript:x>)",
        "[a](&#106;avascript:x)",
        "\u202e",
        "\u200b",
        "\x00",
        "\x1b[2J",
        "\x1b]8;;javascript:x\x07",
        "&#x202e;",
        "`",
        "```\n",
        "> ",
        "- ",
        "|a|b|\n|-|-|\n",
        "\n\n",
        "\n",
        "**",
        "~~",
        "[",
        "](",
        ")",
    ]
)


@given(st.lists(st.one_of(PIECES, st.text(max_size=5)), max_size=30).map("".join))
def test_nothing_in_a_document_can_do_harm(text: str) -> None:
    for node in nodes(parse(text).blocks):
        match node:
            case Link(href=href):
                assert safe_href(href) is not None
                assert href.startswith(("http://", "https://", "mailto:"))
                assert href.isascii()
            case Text(text=shown):
                assert clean(shown) == shown
            case CodeSpan(text=shown) | Code(text=shown):
                assert clean_code(shown) == shown
            case _:
                pass


def nodes(these: tuple[Block | Inline, ...]) -> Iterator[Block | Inline]:
    for node in these:
        yield node
        match node:
            case Paragraph() | Heading() | Strong() | Emphasis() | Strike() | Link():
                yield from nodes(node.inlines)
            case Quote(blocks=blocks):
                yield from nodes(blocks)
            case ListBlock(items=items):
                yield from (inner for item in items for inner in nodes(item))
            case Table(head=head, rows=rows):
                yield from (inner for cells in (head, *rows) for cell in cells for inner in nodes(cell))
            case _:
                pass
