"""What a terminal shows of a thread: the answer as it streams, a line per tool call, how it ended."""

import time
from collections.abc import Callable
from enum import Enum
from typing import Protocol, TextIO

import msgspec
from rich.console import Console
from rich.status import Status
from rich.text import Text

from portico.client.connection import Step
from portico.client.state import ItemState, Phase, TurnState
from portico.client.timeline import Row, end_row, item_row, shorten
from portico.protocol import events as ev
from portico.protocol.types.item import AgentMessage, ReasoningItem, SystemEvent, ToolFields, UserMessage
from portico.protocol.types.turn import TurnStatus

FAILED_OUTPUT_LINES = 5
VERBOSE_OUTPUT_LINES = 10
ENDS = (ev.TurnCompleted, ev.TurnFailed, ev.TurnBlocked)
CONTROLS = {code: None for code in (*range(32), *range(127, 160)) if chr(code) not in "\n\t"}
Clock = Callable[[], float]


class About(Enum):
    """How much is told about an answer: how it failed, its tool calls and figures too, the output of every call too."""

    QUIET = 0
    USUAL = 1
    VERBOSE = 2


class Screen(Protocol):
    """Takes what happens on a thread. `mine` are the turns that this terminal started."""

    def show(self, step: Step) -> None: ...

    def started(self, turn_id: str) -> None:
        """A turn of this terminal begins."""
        ...

    def close(self) -> None: ...


class JsonScreen:
    """One JSON object per event, a line each: version, turn_id and the event."""

    def __init__(self, out: TextIO) -> None:
        self._out = out

    def show(self, step: Step) -> None:
        line = {"version": step.version, "turn_id": step.turn_id, "event": step.event}
        self._out.write(msgspec.json.encode(line).decode() + "\n")
        self._out.flush()

    def started(self, turn_id: str) -> None:
        del turn_id

    def close(self) -> None:
        self._out.flush()


class PlainScreen:
    """The answer on `out`, everything about it on the console (standard error), so that a pipe gets the answer."""

    def __init__(
        self, out: TextIO, console: Console, clock: Clock = time.monotonic, *, about: About = About.USUAL
    ) -> None:
        self._about = about
        self._out = out
        self._console = console
        self._clock = clock
        self._mine: set[str] = set()
        self._begun: dict[str, float] = {}
        self._printed: dict[str, int] = {}
        self._status: Status | None = None
        self._running: dict[str, str] = {}
        self._is_line_open = False
        self._is_thinking = False

    def started(self, turn_id: str) -> None:
        self._mine.add(turn_id)
        self._begun[turn_id] = self._clock()
        self._wait("thinking")

    def show(self, step: Step) -> None:
        turn = step.state.turn(step.turn_id or "")
        match step.event:
            case ev.ItemDelta(item_id=item_id, delta=delta, stream="agent_message"):
                self._text(item_id, delta)
            case ev.ItemDelta(delta=delta, stream="reasoning"):
                self._thought(delta)
            case ev.ItemStarted(item=item):
                self._item_started(turn, item.id)
            case ev.ItemCompleted(item=item):
                self._item_completed(step, turn, item.id)
            case ev.TurnCompleted() | ev.TurnFailed() | ev.TurnBlocked():
                self._ended(turn)
            case ev.ToolLoopBudgetExceeded(reason=reason):
                self._line(Text(f"  {reason}", style="yellow"))
            case _:
                pass

    def close(self) -> None:
        self._quiet()
        self._end_line()

    def _text(self, item_id: str, text: str) -> None:
        self._quiet()
        if self._is_thinking:
            self._end_line()
        self._out.write(printable(text) if self._out.isatty() else text)
        self._out.flush()
        self._printed[item_id] = self._printed.get(item_id, 0) + len(text)
        self._is_line_open = not text.endswith("\n")

    def _thought(self, text: str) -> None:
        if not self._console.is_terminal:
            return
        self._quiet()
        self._console.print(Text(printable(text), style="dim italic"), end="", soft_wrap=True)
        self._is_line_open = self._is_thinking = True

    def _item_started(self, turn: TurnState | None, item_id: str) -> None:
        state = _item(turn, item_id)
        if state is None or not isinstance(state.item, ToolFields):
            return
        self._begun[item_id] = self._clock()
        self._running[item_id] = item_row(state).title
        self._wait(", ".join(self._running.values()))

    def _item_completed(self, step: Step, turn: TurnState | None, item_id: str) -> None:
        state = _item(turn, item_id)
        if state is None:
            return
        row = item_row(state)
        match state.item:
            case UserMessage(text=text):
                if step.turn_id not in self._mine:
                    self._line(Text(f"› {text}", style="bold"))
            case AgentMessage(text=text):
                self._rest(item_id, text)
            case ReasoningItem():
                if self._is_thinking:
                    self._end_line()
            case SystemEvent():
                self._line(Text(f"  {row.text}", style=_style(row)))
            case ToolFields():
                self._tool(row)
            case _:
                pass

    def _rest(self, item_id: str, text: str) -> None:
        """What the deltas left out: a merged or restored message is shown whole."""
        rest = text[self._printed.pop(item_id, 0) :]
        if rest:
            self._text(item_id, rest)
        self._end_line()

    def _tool(self, row: Row) -> None:
        begun = self._begun.pop(row.key, None)
        self._running.pop(row.key, None)
        elapsed = row.elapsed_ms if row.elapsed_ms is not None else _ms(begun, self._clock())
        if self._about is About.QUIET:
            return
        parts = [row.title, *([row.detail] if row.detail else []), told_ms(elapsed)]
        self._line(Text(f"● {' · '.join(parts)}", style="red" if row.phase is Phase.FAILED else "dim"))
        for line in self._shown_output(row):
            self._line(Text(f"  {shorten(line, 200)}", style="dim"))
        self._wait(", ".join(self._running.values()) or "thinking")

    def _shown_output(self, row: Row) -> list[str]:
        """The last lines of a call that failed, or of any where a person wants to see more."""
        lines = row.text.rstrip().splitlines()
        if self._about is About.VERBOSE:
            return lines[-VERBOSE_OUTPUT_LINES:]
        return lines[-FAILED_OUTPUT_LINES:] if row.phase is Phase.FAILED else []

    def _ended(self, turn: TurnState | None) -> None:
        self._quiet()
        self._end_line()
        if turn is None:
            return
        row = end_row(turn)
        if row is not None:
            self._line(Text(row.text, style=_style(row)))
        begun = self._begun.pop(turn.id, None)
        if self._about is About.QUIET:
            return
        self._line(Text(f"  {footer(turn, _ms(begun, self._clock()))}", style="dim"))

    def _line(self, text: Text) -> None:
        self._quiet()
        self._end_line()
        text.plain = printable(text.plain)
        self._console.print(text, soft_wrap=True)

    def _end_line(self) -> None:
        if self._is_line_open:
            (self._console.file if self._is_thinking else self._out).write("\n")
            self._out.flush()
        self._is_line_open = self._is_thinking = False

    def _wait(self, what: str) -> None:
        """A progress display while nothing else is shown; only where a person looks on."""
        self._quiet()
        if self._console.is_terminal and not self._is_line_open:
            self._status = self._console.status(Text(printable(shorten(what)), style="dim"), spinner="dots")
            self._status.start()

    def _quiet(self) -> None:
        if self._status is not None:
            self._status.stop()
            self._status = None


def readable(word: str) -> str:
    """`word` of the command line or the environment as text that can be sent, whatever its bytes were."""
    return word.encode(errors="surrogateescape").decode(errors="replace")


def printable(text: str) -> str:
    """`text` without what would steer a terminal: a model or a file does not move our cursor."""
    return text.translate(CONTROLS)


def footer(turn: TurnState, elapsed_ms: int | None) -> str:
    """Model, tokens and time of a turn, as far as they are known."""
    parts = [f"{turn.turn.model_provider}/{turn.turn.model}"] if turn.turn.model else []
    if turn.turn.usage is not None:
        used = turn.turn.usage.input_tokens + turn.turn.usage.output_tokens
        parts += [f"{used:,} tokens"] if used else []
    if elapsed_ms is not None:
        parts.append(told_ms(elapsed_ms))
    if turn.turn.status is not TurnStatus.COMPLETED:
        parts.append(turn.turn.status.value.lower())
    return " · ".join(parts)


def told_ms(milliseconds: int | None) -> str:
    """A duration for people."""
    if milliseconds is None:
        return ""
    if milliseconds < 1_000:
        return f"{milliseconds} ms"
    seconds = milliseconds / 1_000
    return f"{seconds:.1f} s" if seconds < 60 else f"{int(seconds // 60)} min {int(seconds % 60)} s"


def _item(turn: TurnState | None, item_id: str) -> ItemState | None:
    return next((item for item in turn.items if item.id == item_id), None) if turn else None


def _ms(begun: float | None, now: float) -> int | None:
    return None if begun is None else int((now - begun) * 1_000)


def _style(row: Row) -> str:
    return {"error": "red", "warning": "yellow", "info": "dim"}[row.level]
