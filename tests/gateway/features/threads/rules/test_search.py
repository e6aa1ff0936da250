"""Words: what is indexed, what is asked for, what is shown."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portico.gateway.features.threads.rules import search
from portico.gateway.features.threads.rules.search import Found
from portico.gateway.features.threads.rules.state import FoundRow
from portico.gateway.kernel.errors import Invalid
from portico.gateway.log import Drop, Put, Term
from portico.protocol.base import SAFE_INT
from portico.protocol.methods.thread import ThreadSearchHit


def word(*words: str, is_prefix: bool = False) -> Term:
    return Term(words, is_prefix)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param("", "", id="nothing"),
        pytest.param(" \n…!-*\"'\0\ud800", "", id="no word"),
        pytest.param("Hello,  WORLD!", "hello world", id="case and signs"),
        pytest.param("Crème Brûlée", "creme brulee", id="marks"),
        pytest.param("e\u0301a", "ea", id="a mark of its own"),
        pytest.param("Straße İstanbul", "strasse istanbul", id="letters that fold into several"),
        pytest.param("snake_case a.b@c-d", "snake case a b c d", id="joined words"),
        pytest.param("ﬁne ½ ² ①", "fine 1 2 2 1", id="forms of letters and digits"),
        pytest.param("東京へ go", "東 京 へ go", id="without spaces"),
        pytest.param("soft\u00adhyphen zero\u200bwidth", "softhyphen zero width", id="signs nobody sees"),
        pytest.param("x" * 100, "x" * 64, id="a long word"),
        pytest.param("ПРИВЕТ Ёж", "привет еж", id="Cyrillic"),
        pytest.param("हिन्दी", "हिनदी", id="Devanagari keeps its spacing marks"),
    ],
)
def test_fold(text: str, words: str) -> None:
    assert search.fold(text) == words


@pytest.mark.parametrize(
    ("query", "terms"),
    [
        pytest.param("", [], id="empty"),
        pytest.param("  \t", [], id="blank"),
        pytest.param('* - " ( ) :^', [], id="operators alone"),
        pytest.param("trip", [word("trip", is_prefix=True)], id="the last word is a beginning"),
        pytest.param("trip to", [word("trip"), word("to", is_prefix=True)], id="the others are whole"),
        pytest.param('"trip to"', [word("trip", "to")], id="a phrase is whole"),
        pytest.param('"trip to', [word("trip", "to", is_prefix=True)], id="a phrase that is being typed"),
        pytest.param('a "b c" d', [word("a"), word("b", "c"), word("d", is_prefix=True)], id="a phrase between"),
        pytest.param('a "b c" ', [word("a"), word("b", "c")], id="a phrase at the end"),
        pytest.param('""a', [word("a", is_prefix=True)], id="an empty phrase"),
        pytest.param(
            "a AND b NOT c", [word("a"), word("and"), word("b"), word("not"), word("c", is_prefix=True)], id="AND"
        ),
        pytest.param(
            "-a b* NEAR(c)", [word("a"), word("b"), word("near", "c", is_prefix=True)], id="operators are signs"
        ),
        pytest.param("name:x' OR 1=1--", [word("name", "x"), word("or"), word("1", "1", is_prefix=True)], id="SQL"),
        pytest.param("東京", [word("東", "京", is_prefix=True)], id="a run of ideographs is a phrase"),
        pytest.param("a\0b \ud800", [word("a", "b", is_prefix=True)], id="what is no text"),
        pytest.param("a " * 400, [word("a")] * 31 + [word("a", is_prefix=True)], id="many words"),
    ],
)
def test_terms(query: str, terms: list[Term]) -> None:
    assert search.terms(query) == tuple(terms)


def test_a_query_that_is_too_long_is_refused() -> None:
    with pytest.raises(Invalid) as refusal:
        search.terms("x" * 10_000)
    assert (refusal.value.code, refusal.value.path) == ("query_too_long", "$.query")


@given(st.text())
def test_every_term_is_letters_digits_and_spacing_marks(query: str) -> None:
    for term in search.terms(query[: search.MAX_QUERY]):
        assert term.words
        assert not any(sign in word for word in term.words for sign in " \"'\\*:&|!()<>\0")


@pytest.mark.parametrize(
    ("text", "query", "shown", "matched"),
    [
        pytest.param("A trip to Lisbon", "tri", "A trip to Lisbon", ["trip"], id="a beginning"),
        pytest.param("Crème BRÛLÉE!", "brulee", "Crème BRÛLÉE!", ["BRÛLÉE"], id="marks and case"),
        pytest.param(
            "cre\u0300me here", "creme here", "cre\u0300me here", ["cre\u0300me", "here"], id="marks of their own"
        ),
        pytest.param("one\ntwo\tthree", '"two three"', "one two three", ["two three"], id="a phrase over lines"),
        pytest.param("trips strip trip", '"trip"', "trips strip trip", ["trip"], id="whole words alone"),
        pytest.param("私は東京に行く", "東京", "私は東京に行く", ["東京"], id="ideographs"),
        pytest.param("a.b a-b", "a.b", "a.b a-b", ["a.b", "a-b"], id="joined words"),
        pytest.param("ﬁne", "fine", "ﬁne", ["ﬁne"], id="one character for two"),
        pytest.param("nothing", "else", "nothing", [], id="no hit"),
        pytest.param("x" * 100, "x" * 100, "x" * 100, ["x" * 100], id="a long word"),
    ],
)
def test_snippet(text: str, query: str, shown: str, matched: list[str]) -> None:
    told, matches = search.snippet(text, search.terms(query))
    assert (told, [told[first:last] for first, last in matches]) == (shown, matched)


def test_a_long_text_is_shown_around_the_first_hit() -> None:
    text = "before " * 100 + "needle " + "after " * 100 + "needle"
    told, matches = search.snippet(text, search.terms("needle"))
    assert told.startswith("…before ")
    assert told.endswith("…")
    assert len(told) <= search.SNIPPET_CHARACTERS + 2
    assert [told[first:last] for first, last in matches] == ["needle"]
    told, matches = search.snippet(text[:-7], search.terms("nothing"))
    assert (told, matches) == (text[:200] + "…", [])


@given(st.text(max_size=300), st.text(max_size=20))
def test_hits_stand_in_the_snippet(text: str, query: str) -> None:
    told, matches = search.snippet(text, search.terms(query))
    assert "\n" not in told
    reached = 0
    for first, last in matches:
        assert reached <= first < last <= len(told)
        reached = last


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="empty"),
        pytest.param("a" * 16_000, id="one whole part"),
        pytest.param("a" * 40_000, id="no blank"),
        pytest.param("word " * 8_000, id="blanks"),
        pytest.param("line\n" * 8_000, id="lines"),
    ],
)
def test_parts_are_the_text(text: str) -> None:
    parts = list(search.parts(text))
    assert "".join(parts) == text
    assert all(len(part) <= search.PART_CHARACTERS for part in parts)
    if " " in text or "\n" in text:
        assert all(part[-1].isspace() for part in parts[:-1])


def test_a_message_of_megabytes_has_all_its_words() -> None:
    rows = list(search.said({"thread_id": "t", "position": 3}, {"at": 1}, "word " * 1_000_000 + "end"))
    assert [row.key["part"] for row in rows if isinstance(row, Put)] == list(range(len(rows)))
    assert sum(str(row.values["said"]).count("word") for row in rows if isinstance(row, Put)) == 1_000_000
    assert isinstance(rows[-1], Put)
    assert str(rows[-1].values["said"]).endswith("end")


def test_a_name_is_a_row_or_none() -> None:
    key = {"thread_id": "t", "position": 0, "part": 0}
    row = {"workspace_id": "w", "turn_id": "", "item_id": "", "at": 5, "shown": "Größe", "name": "große", "said": ""}
    assert search.named("t", "w", "Größe", 5) == Put(
        "search_text", key, {**row, "name": "große".replace("ß", "ss").replace("ö", "o")}
    )
    assert search.named("t", "w", None, 5) == Drop("search_text", {"thread_id": "t", "position": 0})


NAME = FoundRow(at=5, thread_id="t", position=0, turn_id="", item_id="", shown="A trip", name="A trip", preview="p")
SAID = FoundRow(at=6, thread_id="t", position=9, turn_id="a", item_id="i", shown="my trip", name=None, preview="p")


def test_hits_as_they_are_told() -> None:
    terms = search.terms("trip")
    assert [search.hit(NAME, terms), search.hit(SAID, terms)] == [
        ThreadSearchHit(thread_id="t", name="A trip", snippet="A trip", matches=[(2, 6)], at=5),
        ThreadSearchHit(thread_id="t", name="p", turn_id="a", item_id="i", snippet="my trip", matches=[(3, 7)], at=6),
    ]


def test_a_cursor_is_the_place_of_its_row() -> None:
    assert search.place(None) == Found(0, SAFE_INT, "", 0)
    assert search.place(search.cursor(NAME)) == Found(0, 5, "t", 0)
    assert search.place(search.cursor(SAID)) == Found(1, 6, "t", 9)


@pytest.mark.parametrize(
    "text",
    ["", "x", "!!", "é", "\ud800", "bnVsbA==", "WzEsMl0=", "WzAsMCwiXHVkODAwIiwwXQ==", "WzAsMCwiXHUwMDAwIiwwXQ=="],
)
def test_a_cursor_of_somebody_else_is_refused(text: str) -> None:
    with pytest.raises(Invalid) as refusal:
        search.place(text)
    assert refusal.value.code == "bad_cursor"


@pytest.mark.parametrize("limit", [0, 101])
def test_a_page_that_is_too_small_or_large_is_refused(limit: int) -> None:
    with pytest.raises(Invalid):
        search.check_limit(limit)


@pytest.mark.parametrize(
    ("lengths", "count"),
    [
        pytest.param([], 0, id="nothing"),
        pytest.param([20_000, 1], 1, id="one at least"),
        pytest.param([8_000, 8_000, 1], 2, id="a part's worth"),
        pytest.param([1] * 64, 64, id="short ones"),
    ],
)
def test_words_are_erased_bit_by_bit(lengths: list[int], count: int) -> None:
    rows = [(n, 0, length) for n, length in enumerate(lengths)]
    drops = [Drop("search_text", {"thread_id": "t", "position": n, "part": 0}) for n in range(count)]
    assert search.dropped("t", rows) == tuple(drops)
