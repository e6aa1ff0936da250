"""Rows as text, a table of kinds; the golden logs as they are read."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from portico.client.state.types import Phase
from portico.client.timeline import Row, dressed
from portico.client.words import say
from portico.protocol.types.turn import Usage
from portico.shells.tui.phrases import Phrases
from portico.shells.tui.render.document import DocumentLines
from portico.shells.tui.render.lines import line_cells, plain
from portico.shells.tui.render.rows import Frame, can_open, row_lines
from tests.client.timeline.test_golden import GOLDEN, NAMES
from tests.shells.tui.rig import PEN, lines

DRAWN = Path(__file__).parent / "golden"
OUTPUT = "\n".join(str(number) for number in range(1, 21))
USAGE = Usage(input_tokens=1_200, output_tokens=80)
FIGURES: dict[str, Any] = {"model": "m", "model_provider": "p", "elapsed_ms": 7_000, "usage": USAGE}
KINDS = ("user", "assistant", "reasoning", "tool", "change", "task", "notice", "end", "queued", "x")


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (Row(key="k", kind="user", text="Hi\nthere"), "\n▌ Hi\n▌ there"),
        (Row(key="k", kind="assistant", text="Well"), "\nWell"),
        (
            Row(key="k", kind="assistant", text="Well", **FIGURES),
            "\nWell\np/m · 7 s · 1.2k tokens in, 80 out",
        ),
        (Row(key="k", kind="reasoning", text="so\nthat"), "▸ Thought  so that"),
        (Row(key="k", kind="tool", title="exec_command ls", text=OUTPUT), "✓ exec_command ls"),
        (
            Row(key="k", kind="tool", title="exec_command ls", text=OUTPUT, phase=Phase.FAILED, detail="exit 3"),
            "✗ exec_command ls · exit 3\n│ 15 earlier lines\n│ 16\n│ 17\n│ 18\n│ 19\n│ 20",
        ),
        (Row(key="k", kind="tool", title="read x", phase=Phase.RUNNING, started_at_ms=1_000), "◐ read x · 4 s"),
        (Row(key="k", kind="work", count=2, is_open=False, elapsed_ms=7_000), "\n▸ Worked · 2 steps · 7 s"),
        (Row(key="k", kind="work", is_open=True, phase=Phase.RUNNING), "\n▾ ◐ Working"),
        (Row(key="k", kind="coalesced", title="3 earlier steps", is_open=False), "▸ 3 earlier steps"),
        (Row(key="k", kind="notice", text="tried again", level="warning"), "! tried again"),
        (Row(key="k", kind="end", text="interrupted", level="warning"), "\n✗ interrupted"),
        (Row(key="k", kind="queued", text="and then?"), "\nwaiting  and then?"),
        (Row(key="k", kind="task", title="Look", text="running", phase=Phase.RUNNING), "◐ Look  running"),
        (Row(key="k", kind="hologram", title="Later", text="of a later version"), "Later\nof a later version"),
        (Row(key="k", kind="hologram"), "hologram"),
    ],
)
def test_a_row_is_drawn(row: Row, expected: str) -> None:
    assert lines(row, now_ms=5_000) == expected


@pytest.mark.parametrize(
    "kind", ["user", "assistant", "reasoning", "tool", "change", "task", "notice", "end", "queued", "x"]
)
def test_hostile_text_is_shown_and_not_obeyed(kind: str) -> None:
    evil = "\x1b[2J\x1b]0;owned\x07[red]x[/]\u202eoof\u200b\r" + "日" * 90
    row = Row(key="k", kind=kind, title=evil, detail=evil, text=evil, phase=Phase.FAILED)
    for is_open in (False, True):
        drawn = row_lines(row, Frame(PEN, Phrases(), 40, is_open=is_open), DocumentLines())
        assert all(line_cells(line) <= 40 for line in drawn)
        assert not set(plain(drawn)) & set("\x1b\x07\r\u202e\u200b")
        assert "[red]x[/]" in plain(drawn).replace("\n", "").replace("│ ", "") or kind == "task"


def test_an_opened_row_shows_more_and_says_what_it_leaves_out() -> None:
    row = Row(key="k", kind="tool", title="t", text="\n".join(map(str, range(1_000))))
    drawn = lines(row, is_open=True).splitlines()
    assert drawn[1] == "│ 600 earlier lines"
    assert drawn[-1] == "│ 999"
    assert lines(Row(key="k", kind="reasoning", text="a\n\nb"), is_open=True) == "▾ Thought\n│ a\n│\n│ b"


def test_words_of_ours_are_said_in_the_language() -> None:
    row = Row(key="k", kind="notice", text="New thread", text_words=say("thread.unnamed"))
    assert lines(row, phrases=Phrases("de")) == f"i {Phrases('de').say('thread.unnamed')}"


def test_what_stands_under_another_is_set_in_and_never_without_room() -> None:
    row = Row(key="k", kind="notice", text="x")
    assert lines(row, depth=2) == "    i x"
    assert lines(row, depth=400, width=20).endswith("i x")


def test_who_opens_a_row() -> None:
    assert can_open(Row(key="k", kind="tool"))
    assert not can_open(Row(key="k", kind="work", is_open=True))
    assert not can_open(Row(key="k", kind="user"))


@pytest.mark.parametrize("name", NAMES)
def test_golden_logs(name: str) -> None:
    """`golden/NAME.txt` is what a person reads; a difference is looked at, then the file is written anew."""
    rows = msgspec.convert(msgspec.json.decode((GOLDEN / f"{name}.rows.json").read_bytes())["opened"], list[Row])
    rows = dressed(rows)
    depths: dict[str | None, int] = {None: -1}
    drawn: list[str] = []
    for row in rows:
        depths[row.key] = depths.get(row.parent, -1) + 1
        drawn.append(lines(row, depth=depths[row.key], width=72, is_open=True, now_ms=200_000))
    path = DRAWN / f"{name}.txt"
    assert "\n".join(drawn) + "\n" == path.read_text()
