"""A thread as a document to keep: Markdown to read, JSON to compute with. Pure."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import msgspec

from portico.client.state import ThreadState, TurnState
from portico.client.timeline.fold import heading
from portico.client.timeline.kinds.tasks import status_words
from portico.client.timeline.kinds.tools import printed
from portico.client.words import Phrase, say, sentence
from portico.protocol.base import Wire
from portico.protocol.types.input import (
    ArtifactInput,
    Attachment,
    LocalAudioInput,
    LocalFileInput,
    LocalImageInput,
    LocalVideoInput,
    MentionInput,
    SkillInput,
)
from portico.protocol.types.item import (
    AgentMessage,
    CommandExecution,
    FileChange,
    SystemEvent,
    TaskItem,
    ToolFields,
    TurnItem,
    UserMessage,
)
from portico.protocol.types.thread import Thread
from portico.protocol.types.turn import Turn, TurnStatus

VERSION = 1
"""Of the JSON shape: a reader refuses a higher one."""

Said = Callable[[Phrase], str]
"""A phrase in the language of the document."""

_UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_FENCES = re.compile(r"`{3,}")


class ExportedTurn(Wire, frozen=True, kw_only=True):
    """A turn and its items, oldest first, as the protocol has them."""

    turn: Turn
    items: list[TurnItem]


class ExportedThread(Wire, frozen=True, kw_only=True):
    """The whole document; `thread.turns` is empty, since `turns` says more."""

    format: str
    version: int
    thread: Thread
    turns: list[ExportedTurn]


def to_json(state: ThreadState) -> str:
    """`state` as an `ExportedThread`, indented. Raises ValueError for a thread that was not loaded."""
    shown = [
        ExportedTurn(turn=turn.turn, items=[item.item for item in turn.items if item.item is not None])
        for turn in state.turns
    ]
    thread = msgspec.structs.replace(_loaded(state), turns=[])
    document = ExportedThread(format="portico.thread", version=VERSION, thread=thread, turns=shown)
    return msgspec.json.format(msgspec.json.encode(document), indent=2).decode() + "\n"


def to_markdown(state: ThreadState, language: str = "en") -> str:
    """What was said and done, in order; thinking is left out.

    Raises ValueError for a thread that was not loaded, KeyError for a language that there is not.
    """
    thread = _loaded(state)

    def said(phrase: Phrase) -> str:
        return sentence(phrase, language)

    blocks = [f"# {_line(thread.name or thread.preview) or thread.id}", _about(thread, said)]
    for turn in state.turns:
        blocks += _turn(turn, said)
    return _UNSEEN.sub("", "\n\n".join(block for block in blocks if block)) + "\n"


def _loaded(state: ThreadState) -> Thread:
    if state.thread is None:
        raise ValueError("the thread was not loaded")
    return state.thread


def _about(thread: Thread, said: Said) -> str:
    parts = [
        say("export.thread", id=f"`{thread.id}`"),
        say("export.begun", date=_date(thread.created_at)),
        say("export.changed", date=_date(thread.updated_at)),
    ]
    if thread.forked_from is not None:
        parts.append(say("export.forked", id=f"`{thread.forked_from.thread_id}`"))
    return f"*{', '.join(said(part) for part in parts)}*"


def _turn(state: TurnState, said: Said) -> Iterator[str]:
    for item in state.items:
        match item.item:
            case UserMessage(text=text, attachments=attachments):
                yield f"## {said(say('export.you'))}{_when(state.turn.created_at)}"
                yield text.strip()
                yield "\n".join(f"- {_attached(one, said)}" for one in attachments)
            case AgentMessage(phase=phase, text=text):
                yield f"## {state.turn.model or said(say('export.assistant'))}" if phase == "final_answer" else ""
                yield (item.text or text).strip()
            case ToolFields() as tool:
                yield _tool(tool)
            case SystemEvent(message=message):
                yield f"*{_line(message)}*"
            case TaskItem(title=title, status=status):
                yield f"*{said(say('export.task', title=_line(title), status=_status(status, said)))}*"
            case _:
                pass
    yield _end(state.turn, said)


def _tool(tool: ToolFields) -> str:
    """The call as a line and its output in a fence that nothing in it closes."""
    title = f"**{_line(tool.tool_name)}** {_code(_subject(tool))}".rstrip()
    output = printed(tool).rstrip()
    if not output:
        return title
    fence = "`" * max([3, *(len(found) + 1 for found in _FENCES.findall(output))])
    return f"{title}\n\n{fence}text\n{output}\n{fence}"


def _subject(tool: ToolFields) -> str:
    match tool:
        case CommandExecution(command=command):
            return _line(" ".join(command))
        case FileChange(changed_files=files) if files:
            return _line(", ".join(files))
        case _:
            return _line(msgspec.json.encode(tool.arguments).decode()) if tool.arguments else ""


def _attached(attachment: Attachment, said: Said) -> str:
    match attachment:
        case (
            LocalImageInput(path=path)
            | LocalFileInput(path=path)
            | LocalAudioInput(path=path)
            | LocalVideoInput(path=path)
            | MentionInput(path=path)
            | SkillInput(path=path)
        ):
            return _code(_line(path))
        case ArtifactInput(artifact_id=artifact_id):
            return said(say("export.artifact", id=_code(artifact_id)))
        case _:
            # the bytes of a picture are no reading matter
            url = attachment.url
            return f"({url[5:].partition(';')[0].partition(',')[0]})" if url.startswith("data:") else _code(_line(url))


def _status(status: str, said: Said) -> str:
    words = status_words(status)
    return _line(status) if words is None else said(words)


def _end(turn: Turn, said: Said) -> str:
    match turn.status:
        case TurnStatus.COMPLETED:
            return ""
        case TurnStatus.IN_PROGRESS:
            return f"*{said(say('export.running'))}*"
        case TurnStatus.FAILED | TurnStatus.INTERRUPTED | TurnStatus.BLOCKED:
            return f"*{said(heading(turn.status))}{': ' + _line(turn.error) if turn.error else ''}*"


def _code(text: str) -> str:
    """`text` as code, whatever ticks are in it."""
    if not text:
        return ""
    ticks = "`" * (max((len(run) for run in re.findall("`+", text)), default=0) + 1)
    return f"{ticks} {text} {ticks}" if len(ticks) > 1 else f"`{text}`"


def _line(text: str) -> str:
    return " ".join(text.split())


def _when(at: int | None) -> str:
    return "" if at is None else f", {_date(at)}"


def _date(at: int) -> str:
    try:
        return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M UTC")
    except (OverflowError, OSError, ValueError):
        # a clock that is wrong
        return str(at)
