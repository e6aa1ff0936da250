"""The whole screen: wide, narrow, plain, and as committed pictures of text."""

from pathlib import Path

import pytest
from rich.cells import cell_len

from portico.boundary.work.composer import MentionPick
from portico.client.state.types import Phase
from portico.client.timeline import Row
from portico.client.tree import Node
from portico.shells.tui.drafts import Draft, Pick
from portico.shells.tui.glyphs import ASCII, UNICODE, Glyphs
from tests.shells.tui.rig import FakeBackend, Person, screen, seated

GOLDEN = Path(__file__).parent / "golden"
ROWS = (
    Row(key="q", kind="user", text="What is in this folder?", turn_id="t"),
    Row(key="w", kind="work", is_open=True, count=1, turn_id="t", elapsed_ms=2_000),
    Row(key="x", kind="tool", title="list_dir .", parent="w", turn_id="t"),
    Row(key="a", kind="assistant", text="Two files.", turn_id="t", model="large", model_provider="openai"),
)


async def shown(person: Person) -> str:
    await person.opens()
    person.backend.rows(*ROWS)
    await person.sees("Two files.")
    return person.shown


@pytest.mark.parametrize(
    ("name", "size", "glyphs", "language"),
    [
        ("wide", (100, 24), UNICODE, "en"),
        ("narrow", (60, 20), UNICODE, "de"),
        ("plain", (100, 24), ASCII, "en"),
    ],
)
async def test_the_screen_is_as_committed(name: str, size: tuple[int, int], glyphs: Glyphs, language: str) -> None:
    async with seated(size=size, glyphs=glyphs, language=language) as person:
        text = await shown(person)
        assert text.rstrip() + "\n" == (GOLDEN / f"{name}.txt").read_text()
        assert glyphs is UNICODE or text.isascii()


async def test_where_there_is_no_room_the_tree_lies_over_the_thread() -> None:
    async with seated(size=(60, 20)) as person:
        await shown(person)
        assert "Shopping" not in person.shown
        await person.press("ctrl+b")
        await person.sees("Shopping")
        await person.press("escape")
        await person.until(lambda: "Shopping" not in person.shown)


async def test_the_tree_is_closed_and_opened() -> None:
    async with seated() as person:
        await person.sees("Shopping")
        await person.press("ctrl+b")
        await person.until(lambda: "Shopping" not in person.shown)
        await person.press("ctrl+b")
        await person.sees("Shopping")


async def test_without_colours_nothing_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with seated(FakeBackend(), theme="portico-light") as person:
        assert "Two files." in await shown(person)


@pytest.mark.parametrize(
    ("text", "shown_as"),
    [
        ("[bold red]x[/] [link=file:///etc]y", "[bold red]x[/]"),
        ("\x1b[2J\x1b[31mred\x1b]0;title\x07", "␛[2J␛[31mred␛]0;title␇"),
        ("\u202eevil\u202c right \u05d0\u05d1 left", "evil right"),
        ("zero\u200bwidth\u2060 joined", "zerowidth joined"),
        ("W" * 4_000, "W" * 20),
        ("x" * 25 + "👩\u200d🚀" * 40, "x" * 25),
        ("漢" * 400, "漢" * 12),
        ("e" + "\u0301" * 90, "e\u0301"),
    ],
    ids=["markup", "escapes", "turned", "zero width", "long word", "emoji at the edge", "wide", "tower of marks"],
)
async def test_hostile_text_is_text_wherever_it_is_shown(text: str, shown_as: str) -> None:
    rows = [
        Row(key=kind, kind=kind, text=text, title=f"tool {text}", detail=text, turn_id="t", phase=Phase.FAILED)
        for kind in ("user", "assistant", "tool", "notice", "later")
    ]
    size = (81, 40)
    async with seated(FakeBackend(workspace_bootstrap=screen([Node("plan", "thread", text)])), size=size) as person:
        await person.opens()
        for row in rows:
            person.backend.rows(row)
            await person.until(lambda row=row: [one.key for one in person.app.timeline.rows] == [row.key])
            await person.sees(shown_as)
            lines = person.shown.split("\n")
            assert all(cell_len(line) <= size[0] for line in lines)
            assert not any(sign < " " or "\x7f" <= sign <= "\x9f" for line in lines for sign in line)
        assert shown_as[:8] in person.app.tree_view.render_line(0).text
        person.app.tell(text)
        picks: tuple[Pick, ...] = (MentionPick(key="m", name=text, path=text),)
        person.app.put_draft(Draft(text=text, picks=picks))
        await person.until(lambda: shown_as[:8] in person.app.chips.render_line(0).text)
        assert not any(sign in "\x1b\x07\u202e\u202c" for sign in person.shown)
        assert person.app.composer.text == text
