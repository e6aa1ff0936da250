"""Draws the pictures of `docs/tui.md`: the terminal UI over answers laid ready, so that every run gives the same."""

import re
from pathlib import Path

import anyio
from tests.shells.tui.rig import Answer, Person, choice, seated

from portico.boundary.events import ConnectionTold
from portico.boundary.work.composer import ImagePick, MentionPick
from portico.client.markdown import parse
from portico.client.state.types import Phase
from portico.client.timeline import DiffLine, FileDiff, Hunk, Row
from portico.client.words import say
from portico.protocol.types.turn import Usage
from portico.shells.tui.drafts import Draft

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "pictures"
ANSWER = """Both trains leave at **21:45**. What differs is the price:

| class | minutes | price |
|:--|--:|--:|
| seat | 560 | 38 |
| berth | 560 | 62 |

```python
def cheapest(fares):
    return min(fares, key=lambda fare: fare.price)
```
"""
LINES = (
    DiffLine(sign=" ", text="Book the night train."),
    DiffLine(sign="-", text="Seat: 38"),
    DiffLine(sign="+", text="Berth: 62"),
)
DIFF = (FileDiff(path="lisbon.md", change="update", hunks=(Hunk(lines=LINES),)),)
OLD = (
    Row(key="q", kind="user", text="Which night train to Lisbon is cheaper? Note it in lisbon.md.", turn_id="t"),
    Row(key="w", kind="work", is_open=True, count=3, elapsed_ms=14_000, turn_id="t"),
    Row(key="r", kind="reasoning", text="The fares stand in the notes.", parent="w", turn_id="t"),
    Row(key="g", kind="tool", title="grep_files fare", parent="w", turn_id="t"),
    Row(key="c", kind="change", title="apply_patch lisbon.md", diff=DIFF, parent="w", turn_id="t"),
    Row(
        key="a",
        kind="assistant",
        text=ANSWER,
        markdown=parse(ANSWER),
        turn_id="t",
        model="large",
        model_provider="openai",
        elapsed_ms=14_000,
        usage=Usage(input_tokens=1_820, output_tokens=240),
    ),
)
NEW = (
    Row(key="q2", kind="user", text="Run the tests of the booking script.", turn_id="u"),
    Row(key="w2", kind="work", is_open=True, phase=Phase.RUNNING, turn_id="u", count=1),
    Row(
        key="x2",
        kind="tool",
        title="exec_command pytest -q",
        text="........ [ 40%]\n........ [ 80%]",
        phase=Phase.RUNNING,
        parent="w2",
        turn_id="u",
    ),
)
_FONT_FACES = re.compile(r"@font-face \{.*?\}\s*", re.DOTALL)
"""They name a server that pictures in a README are not allowed to ask."""
_NUMBER = re.compile(r"terminal-\d+")


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    anyio.run(_draw)


async def _draw() -> None:
    async with seated(size=(104, 38)) as person:
        await _opened(person)
        _save(person, "tui-thread")
        await person.press("ctrl+p")
        await person.sees("New thread")
        _save(person, "tui-palette")
    async with seated(size=(104, 24)) as person:
        await _opened(person)
        await _written(person)
        _save(person, "tui-writing")
    async with seated(size=(104, 38), theme="portico-light") as person:
        await _opened(person)
        _save(person, "tui-light")
    async with seated(size=(56, 30)) as person:
        await _opened(person)
        _save(person, "tui-narrow")


async def _opened(person: Person) -> None:
    await person.opens()
    person.backend.tell(ConnectionTold(state="online", words=say("connection.online", name="Portico")))
    person.backend.answers["composer_choice"] = _large
    person.backend.rows(*OLD, *NEW)
    await person.sees("80%", "openai/large", "Connected")


async def _written(person: Person) -> None:
    picks = (
        MentionPick(key="m", name="src/fares.py", path="/home/ann/src/fares.py"),
        ImagePick(key="i", name="timetable.png", media_type="image/png", data=b"picture"),
    )
    person.app.put_draft(Draft(text="Compare @src/fares.py with the picture, then look at @te", picks=picks))
    await person.settled()
    person.app.offer(["tests/", "templates/", "tests/test_fares.py"])
    await person.sees("tests/test_fares.py", "timetable.png")


def _large(given: Answer) -> Answer:
    return choice(given, provider="openai", model="large")


def _save(person: Person, name: str) -> None:
    picture = _NUMBER.sub("terminal", _FONT_FACES.sub("", person.app.export_screenshot()))
    (FOLDER / f"{name}.svg").write_text("\n".join(line.rstrip() for line in picture.splitlines()) + "\n")


if __name__ == "__main__":
    main()
