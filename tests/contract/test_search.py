"""What search promises, on every store alike."""

from collections.abc import AsyncGenerator, Sequence
from pathlib import Path

import pytest

from portico.gateway.kernel.errors import Invalid, NotFound
from portico.protocol.events import Event, ItemCompleted
from portico.protocol.methods.thread import (
    ThreadDeleteParams,
    ThreadSearchHit,
    ThreadSearchParams,
    ThreadSearchResponse,
    ThreadUpdateParams,
)
from portico.protocol.types.item import AgentMessage, UserMessage
from tests.gateway.features.threads.desk import Desk, desk
from tests.kit.stores import STORES

WORDS = "select thread_id, position, part, workspace_id, turn_id, item_id, at, shown, name, said from search_text"


@pytest.fixture(params=STORES)
async def at(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncGenerator[Desk]:
    async with desk(tmp_path, request.param) as opened:
        yield opened


async def say(at: Desk, thread_id: str, *texts: str) -> None:
    """A turn with these texts, each a second after the other: the user's first, then the agent's."""
    turn_id = f"u{at.clock.now()}"
    await at.turn_start(turn_id, texts[0], thread_id)
    for number, text in enumerate(texts[1:]):
        at.clock.advance(1)
        await at.turn_flow(turn_id, answered(f"{turn_id}-{number}", text), thread_id=thread_id)
    await at.turn_end(turn_id, thread_id)
    at.clock.advance(1)


def answered(item_id: str, text: str) -> Event:
    return ItemCompleted(item=AgentMessage(id=item_id, text=text))


async def page(
    at: Desk, query: str, cursor: str | None = None, limit: int = 20, workspace_id: str = "w1"
) -> ThreadSearchResponse:
    p = ThreadSearchParams(workspace_id=workspace_id, query=query, cursor=cursor, limit=limit)
    return await at.search.search(at.ctx(), p)


async def found(at: Desk, query: str, workspace_id: str = "w1") -> list[str]:
    """The snippets, in order."""
    return [hit.snippet for hit in (await page(at, query, workspace_id=workspace_id)).items]


@pytest.mark.promise("search.words")
@pytest.mark.parametrize(
    ("query", "texts"),
    [
        pytest.param("lisbon", ["A trip to Lisbon"], id="case"),
        pytest.param("lis", ["A trip to Lisbon"], id="a beginning"),
        pytest.param("isbon", [], id="no middle"),
        pytest.param("lis trip", [], id="the first words are whole"),
        pytest.param("lisbon tri", ["A trip to Lisbon"], id="any order"),
        pytest.param('"trip to"', ["A trip to Lisbon"], id="a phrase"),
        pytest.param('"to trip"', [], id="no phrase in another order"),
        pytest.param("creme brulee", ["Crème BRÛLÉE, 2½ cups"], id="marks of the text"),
        pytest.param("crêmé", ["Crème BRÛLÉE, 2½ cups"], id="marks of the query"),
        pytest.param("strasse", ["Die Straße, 1e5 mal"], id="sharp s"),
        pytest.param("1e", ["Die Straße, 1e5 mal"], id="the beginning of a number"),
        pytest.param("1e5", ["Die Straße, 1e5 mal"], id="a number"),
        pytest.param("東京", ["私は東京に行く"], id="ideographs"),
        pytest.param("京東", [], id="ideographs in another order"),
        pytest.param("example.com/a-b", ["see http://example.com/a-b?c=1"], id="an address"),
        pytest.param("someone@example.com", [], id="not there"),
        pytest.param("हिन्दी", ["यह हिन्दी है"], id="Devanagari"),
        pytest.param("привет", ["ПРИВЕТ мир"], id="Cyrillic"),
        pytest.param("x" * 100, ["x" * 100], id="a long word"),
        pytest.param("and or not near", ["this AND that OR not near"], id="operators are words"),
        pytest.param("that near", ["this AND that OR not near"], id="and no operators"),
        pytest.param("-this", ["this AND that OR not near"], id="a minus is no operator"),
        pytest.param("thi* *", ["this AND that OR not near"], id="a star is none"),
        pytest.param("name:this", [], id="a colon is none"),
    ],
)
async def test_words_and_beginnings(at: Desk, query: str, texts: Sequence[str]) -> None:
    await at.start()
    await say(at, "t1", "A trip to Lisbon", "Crème BRÛLÉE, 2½ cups", "Die Straße, 1e5 mal", "私は東京に行く")
    await say(at, "t1", "see http://example.com/a-b?c=1", "यह हिन्दी है", "ПРИВЕТ мир", "x" * 100)
    await say(at, "t1", "this AND that OR not near")
    assert await found(at, query) == list(texts)


@pytest.mark.parametrize(
    "query",
    [
        "",
        " \t\n",
        '"',
        '""',
        "*",
        "-",
        "()",
        "a AND",
        "NOT",
        "NEAR(",
        "^a",
        "{a b} : c",
        "a'); drop table thread; --",
        "' <-> '",
        "a:* & !b | (c",
        "\\",
        "a\0b",
        "\ud800",
        "\U0001e900",
        "\U0001e900 a",
        "\u0940",
        "a " * 499,
        "東" * 999,
        "½" * 999,
    ],
)
async def test_nothing_in_a_query_is_an_error(at: Desk, query: str) -> None:
    await at.start(name="a thread")
    await say(at, "t1", "nothing of this")
    for hit in (await page(at, query)).items:
        assert hit.snippet in {"a thread", "nothing of this"}


async def test_bad_calls_are_refused(at: Desk) -> None:
    for fields in ({"query": "x" * 10_000}, {"query": "x", "cursor": "x"}, {"query": "x", "limit": 0}):
        with pytest.raises(Invalid):
            await at.search.search(at.ctx(), ThreadSearchParams(workspace_id="w1", **fields))  # pyright: ignore[reportArgumentType]
    with pytest.raises(NotFound):
        await page(at, "x", workspace_id="w3")


@pytest.mark.promise("search.order")
async def test_names_stand_first_and_each_kind_newest_first(at: Desk) -> None:
    for thread_id, name in (("t1", "plan"), ("t2", None), ("t3", "the plan")):
        await at.start(thread_id, name=name)
        at.clock.advance(1)
    await say(at, "t2", "my plan", "a plan of mine")
    await say(at, "t1", "one more plan")
    whole = (await page(at, "plan")).items
    assert [(hit.thread_id, hit.snippet) for hit in whole] == [
        ("t3", "the plan"),
        ("t1", "plan"),
        ("t1", "one more plan"),
        ("t2", "a plan of mine"),
        ("t2", "my plan"),
    ]
    assert [(hit.name, hit.turn_id is None, hit.item_id is None) for hit in whole] == [
        ("the plan", True, True),
        ("plan", True, True),
        ("plan", False, False),
        ("my plan", False, False),
        ("my plan", False, False),
    ]
    assert [hit.snippet[first:last] for hit in whole for first, last in hit.matches] == ["plan"] * 5


@pytest.mark.promise("search.pages")
@pytest.mark.parametrize("size", [1, 2, 3, 7, 50])
async def test_pages_leave_nothing_out(at: Desk, size: int) -> None:
    for number in range(4):
        await at.start(f"t{number}", name="a word" if number % 2 else None)
        await at.turn_start("a", "word of mine", f"t{number}")
        await at.turn_flow("a", *(answered(f"i{n}", f"word {n}") for n in range(3)), thread_id=f"t{number}")
        await at.turn_end("a", f"t{number}")
    hits: list[ThreadSearchHit] = []
    cursor: str | None = None
    while True:
        answer = await page(at, "word", cursor, size)
        hits += answer.items
        cursor = answer.next_cursor
        if cursor is None:
            break
        assert len(answer.items) == size
    assert len(hits) == 2 + 4 * 4
    assert hits == (await page(at, "word", limit=100)).items
    assert len({(hit.thread_id, hit.item_id) for hit in hits}) == len(hits)


async def test_a_long_message_is_found_once_and_wherever_the_word_is(at: Desk) -> None:
    await at.start()
    await say(at, "t1", "word " * 10_000 + "needle " + "word " * 10_000)
    assert len((await page(at, "word")).items) == 1
    hit = (await page(at, "needle")).items[0]
    assert [hit.snippet[first:last] for first, last in hit.matches] == ["needle"]


async def test_other_workspaces_are_apart(at: Desk) -> None:
    await at.start("t1", name="mine")
    await at.start("t2", "w2", name="mine too")
    assert await found(at, "mine") == ["mine"]
    assert await found(at, "mine", workspace_id="w2") == ["mine too"]


async def test_only_what_was_said_is_found(at: Desk) -> None:
    await at.start()
    await at.whole_turn("a", "hello")
    assert await found(at, "xx") == ["xx"]
    assert await found(at, "read_file") == []


async def test_a_new_name_takes_the_place_of_the_old_one(at: Desk) -> None:
    await at.start(name="first")
    for name, hits in (("second", ["second"]), ("", [])):
        p = ThreadUpdateParams(workspace_id="w1", thread_id="t1", name=name)
        await at.threads.update(at.ctx(), p)
        assert (await found(at, "first"), await found(at, "second")) == ([], hits)


@pytest.mark.promise("search.erased")
async def test_a_deleted_thread_is_not_found(at: Desk) -> None:
    for thread_id in ("t1", "t2"):
        await at.start(thread_id, name="marker")
        await say(at, thread_id, "marker")
    await at.threads.delete(at.ctx(), ThreadDeleteParams(workspace_id="w1", thread_id="t1"))
    assert {hit.thread_id for hit in (await page(at, "marker")).items} == {"t2"}
    assert {row[0] for row in await at.log.read(WORDS)} == {"t2"}


async def test_an_ephemeral_thread_is_never_kept(at: Desk) -> None:
    await at.start("t1", name="passing", ephemeral=True)
    await at.start("t2", name="staying")
    both = ItemCompleted(item=UserMessage(id="i", text="spoken"))
    for thread_id in ("t1", "t2"):
        await at.turn_flow("a", both, thread_id=thread_id)
    assert {row[0] for row in await at.log.read(WORDS)} == {"t2"}
    assert await found(at, "passing") == []
    assert await found(at, "spoken") == ["spoken"]
    await at.threads.erase_ephemeral()
    assert await found(at, "staying") == ["staying"]
