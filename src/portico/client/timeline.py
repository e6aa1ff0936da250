"""From state to rows: what any shell shows of a thread (reference 19.3). Pure."""

from dataclasses import dataclass
from typing import Any, Literal, cast

from portico.client.state import ItemState, Phase, ThreadState, TurnState
from portico.protocol.types.item import (
    AgentMessage,
    CommandExecution,
    FileChange,
    ReasoningItem,
    ShellDisplay,
    SummaryDisplay,
    SystemEvent,
    TaskItem,
    ToolFields,
    UserMessage,
)
from portico.protocol.types.turn import TurnStatus

TITLE_LENGTH = 72
MAIN_ARGUMENTS = ("path", "pattern", "query", "url", "session_id", "cmd", "command", "input", "patch")
"""The argument that says most of a call, in this order."""

RowKind = Literal["user", "assistant", "reasoning", "tool", "notice", "end", "unknown"]


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the timeline. `key` is stable, so that a shell can update in place."""

    key: str
    kind: RowKind
    text: str
    phase: Phase = Phase.DONE
    title: str = ""
    detail: str = ""
    elapsed_ms: int | None = None
    level: Literal["info", "warning", "error"] = "info"


def rows(state: ThreadState) -> list[Row]:
    """Every turn's rows, oldest first."""
    return [row for turn in state.turns for row in turn_rows(turn)]


def turn_rows(turn: TurnState) -> list[Row]:
    """A turn's rows in order, closed by how it ended unless it ended well."""
    shown = [item_row(item) for item in turn.items]
    shown += [Row(f"{turn.id}:notice{n}", "notice", text) for n, text in enumerate(turn.notices)]
    ended = end_row(turn)
    return [*shown, ended] if ended else shown


def item_row(state: ItemState) -> Row:
    """One item as a row; an item of a later protocol is unknown, not gone."""
    match state.item:
        case UserMessage():
            return Row(state.id, "user", state.text, state.phase)
        case AgentMessage(phase=phase):
            return Row(state.id, "assistant", state.text, state.phase, title=phase)
        case ReasoningItem():
            return Row(state.id, "reasoning", state.text, state.phase)
        case SystemEvent(level=level):
            return Row(state.id, "notice", state.text, state.phase, level=level)
        case TaskItem(title=title, status=status):
            return Row(state.id, "tool", status, state.phase, title=title)
        case ToolFields() as tool:
            return tool_row(state, tool)
        case _:
            return Row(state.id, "unknown", state.text or state.output, state.phase)


def tool_row(state: ItemState, tool: ToolFields) -> Row:
    """A tool call: `title` names it, `text` is its output so far, `detail` why it failed."""
    return Row(
        state.id,
        "tool",
        _output(state, tool),
        state.phase,
        title=f"{tool.tool_name} {tool_subject(tool)}".rstrip(),
        detail=_failure(tool),
        elapsed_ms=_elapsed(tool),
        level="error" if state.phase is Phase.FAILED else "info",
    )


def tool_subject(tool: ToolFields) -> str:
    """What the call is about, on one line."""
    match tool:
        case CommandExecution(command=command):
            return shorten(" ".join(command))
        case FileChange(changed_files=files) if files:
            return shorten(", ".join(files))
        case _:
            return shorten(_main_argument(tool.arguments))


def shorten(text: str, length: int = TITLE_LENGTH) -> str:
    """`text` on one line of at most `length` characters."""
    line = " ".join(text.split())
    return line if len(line) <= length else line[: length - 1] + "…"


def end_row(turn: TurnState) -> Row | None:
    """How a turn ended, if a person should be told."""
    match turn.turn.status:
        case TurnStatus.FAILED:
            return Row(f"{turn.id}:end", "end", turn.turn.error or "the turn failed", level="error")
        case TurnStatus.INTERRUPTED:
            return Row(f"{turn.id}:end", "end", turn.turn.error or "interrupted", level="warning")
        case TurnStatus.BLOCKED:
            return Row(f"{turn.id}:end", "end", turn.turn.error or "blocked", level="warning")
        case TurnStatus.COMPLETED | TurnStatus.IN_PROGRESS:
            return None


def _main_argument(arguments: Any) -> str:
    if not isinstance(arguments, dict):
        return ""
    known = cast(dict[str, Any], arguments)
    for name in MAIN_ARGUMENTS:
        value = known.get(name)
        if isinstance(value, list):
            return " ".join(str(part) for part in cast(list[Any], value))
        if value is not None:
            return str(value)
    return ""


def _output(state: ItemState, tool: ToolFields) -> str:
    match tool.display:
        case ShellDisplay() as shell if state.phase is not Phase.RUNNING:
            return shell.aggregated_output or "".join(part or "" for part in (shell.stdout, shell.stderr))
        case SummaryDisplay(lines=lines):
            return "\n".join(lines)
        case _:
            return state.output


def _failure(tool: ToolFields) -> str:
    if tool.outcome is None or tool.outcome.status == "ok":
        return ""
    if isinstance(tool.display, ShellDisplay) and tool.display.exit_code:
        return f"exit {tool.display.exit_code}"
    return (tool.outcome.error_class or tool.outcome.status).replace("_", " ")


def _elapsed(tool: ToolFields) -> int | None:
    if isinstance(tool.display, ShellDisplay):
        return tool.display.duration_ms
    return None
