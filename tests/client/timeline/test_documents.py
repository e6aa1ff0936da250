"""Documents are parsed when asked for, and told by what changed."""

from portico.client.markdown import Paragraph, Text, parse
from portico.client.markdown.stream import SHORT
from portico.client.state import Phase
from portico.client.timeline import Append, Drop, Mark, Put, Row, dressed
from portico.client.timeline.documents import MAX_STREAMS, Documents


def said(text: str, key: str = "a", phase: Phase = Phase.RUNNING) -> Row:
    return Row(key=key, kind="assistant", text=text, phase=phase)


def put(row: Row) -> Put:
    return Put(key=row.key, row=row)


def paragraph(text: str) -> Paragraph:
    return Paragraph(inlines=(Text(text=text),))


def test_a_page_is_dressed() -> None:
    rows = [Row(key="u", kind="user", text="*u*"), said("*a*"), said("")]
    assert [row.markdown for row in dressed(rows)] == [None, parse("*a*"), None]


def test_only_what_changed_is_told() -> None:
    documents = Documents()
    documents.changed([put(said("a\n\nb")), put(Row(key="u", kind="user", text="x"))])
    assert documents.marks({"a": said("a\n\nb")}) == [Mark(key="a", keep=0, blocks=(paragraph("a"), paragraph("b")))]
    assert not documents.due
    documents.changed([Append(key="a", text="c"), Append(key="u", text="c")])
    rows = {"a": said("a\n\nbc"), "u": Row(key="u", kind="user", text="xc")}
    assert documents.marks(rows) == [Mark(key="a", keep=1, blocks=(paragraph("bc"),))]
    documents.grew("a")
    assert documents.marks(rows) == []


def test_a_row_that_came_back_is_told_whole() -> None:
    documents = Documents()
    documents.changed([put(said("a"))])
    documents.marks({"a": said("a")})
    documents.changed([Drop(key="a"), put(said("a"))])
    assert documents.marks({"a": said("a")}) == [Mark(key="a", keep=0, blocks=(paragraph("a"),))]


def test_what_is_hidden_or_forgotten_is_not_told() -> None:
    documents = Documents()
    documents.changed([put(said("a"))])
    documents.forget()
    assert documents.marks({"a": said("a")}) == []
    documents.grew("b")
    assert documents.marks({"a": said("a")}) == []


def test_a_long_one_is_told_late_but_at_its_end() -> None:
    long = "x" * 2 * SHORT
    documents = Documents()
    documents.grew("a")
    documents.marks({"a": said(long)})
    documents.grew("a")
    assert documents.marks({"a": said(long + "x")}) == []
    assert list(documents.due) == ["a"]
    whole = said(long + "x", phase=Phase.DONE)
    assert documents.marks({"a": whole}) == [Mark(key="a", keep=0, blocks=(paragraph(whole.text),))]


def test_few_are_kept() -> None:
    documents = Documents()
    rows = {str(number): said("a\n\nb", str(number)) for number in range(MAX_STREAMS + 1)}
    documents.changed(put(row) for row in rows.values())
    assert len(documents.marks(rows)) == len(rows)
    for key, keep in (("0", 0), ("9", 1)):
        documents.grew(key)
        assert [mark.keep for mark in documents.marks({key: said("a\n\nbc", key)})] == [keep]
