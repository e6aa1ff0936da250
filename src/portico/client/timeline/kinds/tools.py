"""Tool calls: what was called, what it printed, how it failed."""

from typing import Any, cast

from portico.client.state.types import ItemState, Phase
from portico.client.timeline.row import Row, shorten
from portico.client.words import Phrase, catalogue, say
from portico.protocol.types.item import (
    CommandExecution,
    Download,
    FileChange,
    ShellDisplay,
    SummaryDisplay,
    ToolFields,
    WebFetch,
    WebSearch,
)

MAIN_ARGUMENTS = ("path", "pattern", "query", "url", "session_id", "cmd", "command", "input", "patch")
"""The argument that says most of a call, in this order."""


def tool_row(state: ItemState, fields: dict[str, Any], kind: str = "tool") -> Row:
    """`title` names the call, `text` is its output so far, `detail` why it failed."""
    tool = state.item
    if not isinstance(tool, ToolFields):
        return Row(kind="unknown", text=state.text or state.output, **fields)
    failure = _failure(tool)
    return Row(
        kind=kind,
        text=_output(state, tool),
        title=f"{tool.tool_name} {tool_subject(tool)}".rstrip(),
        detail=str(failure or ""),
        detail_words=failure if isinstance(failure, Phrase) else None,
        elapsed_ms=_elapsed(tool),
        started_at_ms=state.running_since_ms,
        exit_code=tool.display.exit_code if isinstance(tool.display, ShellDisplay) else None,
        level="error" if state.phase is Phase.FAILED else "info",
        **fields,
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


def printed(tool: ToolFields) -> str:
    """What the call's end told of its output."""
    match tool.display:
        case ShellDisplay() as shell:
            return shell.aggregated_output or "".join(part or "" for part in (shell.stdout, shell.stderr))
        case SummaryDisplay(lines=lines):
            return "\n".join(lines)
        case _:
            return ""


def shows_stream(state: ItemState) -> bool:
    """The row's text is what was streamed, not what the call's end told."""
    if not isinstance(state.item, ToolFields):
        return False
    match state.item.display:
        case ShellDisplay():
            return state.phase is Phase.RUNNING
        case SummaryDisplay():
            return False
        case _:
            return True


def _output(state: ItemState, tool: ToolFields) -> str:
    return state.output if shows_stream(state) else printed(tool)


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


def _failure(tool: ToolFields) -> Phrase | str | None:
    """Why the call failed; as text if it is of a class that this client does not know."""
    if tool.outcome is None or tool.outcome.status == "ok":
        return None
    if isinstance(tool.display, ShellDisplay) and tool.display.exit_code:
        return say("row.exit", code=tool.display.exit_code)
    failure = tool.outcome.error_class or tool.outcome.status
    id_ = f"failure.{failure}"
    return say(id_) if id_ in catalogue("en") else failure.replace("_", " ")


def _elapsed(tool: ToolFields) -> int | None:
    match tool:
        case WebSearch(took_ms=elapsed) | WebFetch(elapsed_ms=elapsed) | Download(elapsed_ms=elapsed):
            return elapsed
        case _:
            return tool.display.duration_ms if isinstance(tool.display, ShellDisplay) else None
