"""What a terminal shows of a thread."""

from io import StringIO
from typing import Any

import msgspec
import pytest
from rich.console import Console

from portico.client.connection import Step
from portico.client.state import ThreadState, TurnState, reduce
from portico.protocol.events import Event, ItemCompleted, ItemDelta, ItemStarted, TurnCompleted, TurnFailed, TurnStarted
from portico.protocol.events.turn import ToolLoopBudgetExceeded
from portico.protocol.types.item import (
    AgentMessage,
    CommandExecution,
    HiddenDisplay,
    NoStorage,
    Outcome,
    OutputPolicy,
    ReasoningItem,
    ShellDisplay,
    SystemEvent,
    ToolStatus,
    UserMessage,
)
from portico.protocol.types.turn import Turn, TurnStatus, Usage
from portico.shells.cli.screen import About, JsonScreen, PlainScreen, Screen, footer, printable, readable, told_ms
from tests.shells.cli.rig import Keyboard

POLICY = OutputPolicy(llm="full", timeline="full", storage="none", recovery="none", deltas="disabled")
WELL = ItemCompleted(item=AgentMessage(id="i", text="Hello"))


class Time:
    """Moves a quarter of a second per look."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        self.now += 0.25
        return self.now


def turn(status: TurnStatus, *, error: str | None = None, used: int = 0) -> Turn:
    usage = Usage(input_tokens=used) if used else None
    return Turn(id="u", status=status, model="m", model_provider="p", error=error, usage=usage)


def done(status: TurnStatus = TurnStatus.COMPLETED, error: str | None = None) -> Event:
    kind = TurnFailed if status is TurnStatus.FAILED else TurnCompleted
    return kind(turn=turn(status, error=error))


def command(exit_code: int | None = None, output: str = "", words: tuple[str, ...] = ("make",)) -> CommandExecution:
    fields: dict[str, Any] = {"status": ToolStatus.IN_PROGRESS, "display": HiddenDisplay()}
    if exit_code is not None:
        fields["status"] = ToolStatus.FAILED if exit_code else ToolStatus.COMPLETED
        fields["display"] = ShellDisplay(exit_code=exit_code, aggregated_output=output, duration_ms=1_500)
        fields["outcome"] = Outcome(status="recoverable_error" if exit_code else "ok")
    given: dict[str, Any] = {"arguments": {}, "output_policy": POLICY, "storage": NoStorage(), **fields}
    return CommandExecution(id="c", tool_name="exec_command", command=list(words), **given)


def play(screen: Screen, *events: Event, is_mine: bool = True) -> None:
    """Show `events` of one turn."""
    state = ThreadState("t")
    if is_mine:
        screen.started("u")
    begun = TurnStarted(workspace_id="w", thread_id="t", turn=turn(TurnStatus.IN_PROGRESS), input=[])
    for version, event in enumerate((begun, *events), start=1):
        state = reduce(state, event, version=version, turn_id="u", at_ms=0)
        screen.show(Step(event, version, "u", state))
    screen.close()


def delta(text: str, **more: Any) -> ItemDelta:
    return ItemDelta(item_id="i", delta=text, **more)


@pytest.mark.parametrize(
    ("events", "is_mine", "out", "err"),
    [
        pytest.param(
            [delta("Hel"), delta("lo"), WELL, done()], True, "Hello\n", ["  p/m · 250 ms"], id="an answer streams"
        ),
        pytest.param([WELL, done()], True, "Hello\n", ["  p/m · 250 ms"], id="one without deltas is shown whole"),
        pytest.param([delta("Hel"), WELL, done()], True, "Hello\n", ["  p/m · 250 ms"], id="and what they left out"),
        pytest.param(
            [delta("Hel"), done(TurnStatus.INTERRUPTED)],
            True,
            "Hel\n",
            ["interrupted", "  p/m · 250 ms · interrupted"],
            id="an interrupted turn",
        ),
        pytest.param(
            [done(TurnStatus.FAILED, "the key is void")],
            True,
            "",
            ["the key is void", "  p/m · 250 ms · failed"],
            id="a failed turn says why",
        ),
        pytest.param(
            [ItemCompleted(item=UserMessage(id="x", text="hi")), WELL, done()],
            True,
            "Hello\n",
            ["  p/m · 250 ms"],
            id="what I said is not repeated",
        ),
        pytest.param(
            [ItemCompleted(item=UserMessage(id="x", text="hi")), WELL, done()],
            False,
            "Hello\n",
            ["› hi", "  p/m"],
            id="what another said is shown",
        ),
        pytest.param(
            [ItemStarted(item=command()), ItemCompleted(item=command(0)), done()],
            True,
            "",
            ["● exec_command make · 1.5 s", "  p/m · 500 ms"],
            id="a tool with its time",
        ),
        pytest.param(
            [ItemStarted(item=command()), ItemCompleted(item=command(2, "1\n2\n3\n4\n5\n6\n")), done()],
            True,
            "",
            ["● exec_command make · exit 2 · 1.5 s", "  2", "  3", "  4", "  5", "  6", "  p/m · 500 ms"],
            id="one that failed with its last lines",
        ),
        pytest.param(
            [ItemCompleted(item=command(0, words=("echo", "\x1b[2J"))), done()],
            True,
            "",
            ["● exec_command echo [2J · 1.5 s", "  p/m · 250 ms"],
            id="what would steer the terminal is taken out",
        ),
        pytest.param(
            [
                ItemCompleted(item=SystemEvent(id="s", level="warning", message="retrying")),
                ToolLoopBudgetExceeded(limit_kind="tool_calls", limit=1, observed=2, action="stop", reason="too many"),
                done(),
            ],
            True,
            "",
            ["  retrying", "  too many", "  p/m · 250 ms"],
            id="notices",
        ),
    ],
)
def test_plain(events: list[Event], is_mine: bool, out: str, err: list[str]) -> None:
    answer, about = StringIO(), StringIO()
    play(PlainScreen(answer, Console(file=about, width=200), Time()), *events, is_mine=is_mine)
    assert answer.getvalue() == out
    assert about.getvalue().splitlines() == err


@pytest.mark.parametrize(
    ("amount", "exit_code", "shown"),
    [
        pytest.param(About.USUAL, 0, [], id="well"),
        pytest.param(About.USUAL, 1, range(7, 12), id="failed"),
        pytest.param(About.VERBOSE, 0, range(2, 12), id="well, but more is wanted"),
        pytest.param(About.VERBOSE, 1, range(2, 12), id="failed, and more is wanted"),
    ],
)
def test_output_of_tools(amount: About, exit_code: int, shown: list[int]) -> None:
    output = "".join(f"{number}\n" for number in range(12))
    about = StringIO()
    screen = PlainScreen(StringIO(), Console(file=about, width=200), Time(), about=amount)
    play(screen, ItemCompleted(item=command(exit_code, output)), done())
    assert about.getvalue().splitlines()[1:-1] == [f"  {number}" for number in shown]


@pytest.mark.parametrize(
    ("end", "told"), [(TurnStatus.COMPLETED, ""), (TurnStatus.FAILED, "failed")], ids=["well", "failed"]
)
def test_in_quiet_only_a_failure_is_told(end: TurnStatus, told: str) -> None:
    out, about = StringIO(), StringIO()
    screen = PlainScreen(out, Console(file=about, width=200), Time(), about=About.QUIET)
    play(screen, ItemCompleted(item=command(1, "lines\n")), delta("Hi"), done(end))
    assert out.getvalue() == "Hi\n"
    assert told in about.getvalue()
    assert ("lines" in about.getvalue(), bool(about.getvalue())) == (False, bool(told))


@pytest.mark.parametrize(("word", "text"), [("naïve", "naïve"), ("a\udcffb", "a?b")])
def test_bytes_that_are_no_text_are_question_marks(word: str, text: str) -> None:
    assert readable(word).replace("\ufffd", "?") == text


def test_thoughts_and_progress_are_for_people_only() -> None:
    thinking = ItemCompleted(item=ReasoningItem(id="r", summary=[], content=[]))
    events = (ItemDelta(item_id="r", delta="hm", stream="reasoning"), thinking, delta("Hi"), done())
    for is_terminal in (True, False):
        about = StringIO()
        console = Console(file=about, force_terminal=is_terminal, width=80)
        play(PlainScreen(StringIO(), console, Time()), *events)
        assert ("hm" in about.getvalue()) is is_terminal
        assert ("thinking" in about.getvalue()) is is_terminal


@pytest.mark.parametrize(("is_terminal", "shown"), [(True, "[31mred\n"), (False, "\x1b[31mred\n")])
def test_an_answer_steers_no_terminal_and_reaches_a_pipe_as_it_is(is_terminal: bool, shown: str) -> None:
    out = Keyboard(is_terminal=is_terminal)
    play(PlainScreen(out, Console(file=StringIO()), Time()), delta("\x1b[31mred"))
    assert out.getvalue() == shown


def test_no_color(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    about = StringIO()
    play(PlainScreen(StringIO(), Console(file=about, force_terminal=True, width=80), Time()), done(TurnStatus.FAILED))
    assert "\x1b[31m" not in about.getvalue()


def test_json_has_an_event_a_line() -> None:
    out = StringIO()
    play(JsonScreen(out), delta("Hel"), WELL, done())
    lines = [msgspec.json.decode(line) for line in out.getvalue().splitlines()]
    assert [(line["version"], line["turn_id"], line["event"]["type"]) for line in lines] == [
        (1, "u", "turnStarted"),
        (2, "u", "itemDelta"),
        (3, "u", "itemCompleted"),
        (4, "u", "turnCompleted"),
    ]


@pytest.mark.parametrize(
    ("shown", "elapsed", "expected"),
    [
        pytest.param(turn(TurnStatus.COMPLETED, used=1_234), 2_000, "p/m · 1,234 tokens · 2.0 s", id="all of it"),
        pytest.param(Turn(id="u", status=TurnStatus.BLOCKED), None, "blocked", id="hardly anything"),
    ],
)
def test_footer(shown: Turn, elapsed: int | None, expected: str) -> None:
    assert footer(TurnState(shown), elapsed) == expected


@pytest.mark.parametrize(
    ("milliseconds", "expected"),
    [(None, ""), (0, "0 ms"), (999, "999 ms"), (1_000, "1.0 s"), (59_940, "59.9 s"), (61_000, "1 min 1 s")],
)
def test_told_ms(milliseconds: int | None, expected: str) -> None:
    assert told_ms(milliseconds) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("größe 計 🙂\n\tx", "größe 計 🙂\n\tx"), ("a\x07\x08\r\x1b]0;x\x9b\x7fb", "a]0;xb")],
)
def test_printable(text: str, expected: str) -> None:
    assert printable(text) == expected
