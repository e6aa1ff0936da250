"""The events of one turn as events of the chat face (chat-http A10.1): a pure fold, so that it can be done again."""

from dataclasses import dataclass
from typing import Any, Literal

import msgspec

from portico.protocol.events import (
    ContextCompressed,
    ContextCompressing,
    Event,
    ItemCompleted,
    ItemDelta,
    ItemRecoveryExhausted,
    ItemRecoverySucceeded,
    ItemRetryScheduled,
    ItemStarted,
    TurnBlocked,
    TurnCompleted,
    TurnFailed,
    TurnStarted,
)
from portico.protocol.types.item import (
    AgentMessage,
    HiddenDisplay,
    ProgressDisplay,
    ReasoningItem,
    ShellDisplay,
    SystemEvent,
    ToolFields,
    ToolStatus,
    TurnItem,
    UserMessage,
)
from portico.protocol.types.turn import Turn

PARTIAL_CHARS = 16_384
"""How much of a tool's output so far `tool_update` repeats: its end."""
CUTS = frozenset({"length", "content_filter", "refusal"})
"""Codes of the notices that say why an answer is not whole."""

SseEvent = tuple[str, bytes]
"""A name, and one line of JSON."""
_encode = msgspec.json.Encoder().encode


class Block:
    """A piece of an assistant's message, and how many characters of it were told."""

    __slots__ = ("framed", "index", "kind", "name", "opening", "told")

    def __init__(self, kind: Literal["text", "thinking"], index: int) -> None:
        self.kind = kind
        self.index = index
        self.told = 0
        self.name = f"assistant_{kind}_delta"
        self.opening = f'{{"contentIndex":{index},"delta":'.encode()
        self.framed = f"\nevent: {self.name}\ndata: ".encode() + self.opening
        """What stands in a frame between its id and the text."""

    def delta(self, text: str) -> bytes:
        """The data of an event of this name that tells `text`."""
        return self.opening + _encode(text) + b"}"


@dataclass(slots=True)
class _Tool:
    name: str
    args: msgspec.Raw
    output: str = ""
    is_cut: bool = False


class RunFold:
    """Folds a turn from its start. The same events give the same, whoever folds them and in whatever portions."""

    def __init__(self) -> None:
        self.turn: Turn | None = None
        """As the terminal event tells it: the run is over."""
        self.text = ""
        """Of the last message of the assistant so far that is complete."""
        self.cut: str | None = None
        self.users = 0
        """Messages of the user so far: the prompt, then what was steered."""
        self._blocks: dict[str, Block] = {}
        self._index = 0
        self._tools: dict[str, _Tool] = {}
        self._messages = 0
        self._calls = 0
        self._retries = 0
        self._retrying: int | None = None

    def take(self, event: Event) -> list[SseEvent]:
        """The next event of the turn that is no delta, as none, one or several."""
        match event:
            case ItemStarted(item=item):
                return self._began(item)
            case ItemCompleted(item=item):
                return self._completed(item)
            case TurnStarted():
                return [("agent_start", b"{}")]
            case TurnCompleted(turn=turn) | TurnFailed(turn=turn) | TurnBlocked(turn=turn):
                return self._ended(turn)
            case _:
                return self._aside(event)

    def spoken(self, event: ItemDelta) -> Block:
        """A delta of text or of thinking: the block that it goes on with (the hot path)."""
        block = self._blocks.get(event.item_id)
        if block is None:
            block = self._open(event.item_id, "thinking" if event.stream == "reasoning" else "text")
        block.told += len(event.delta)
        return block

    def printed(self, event: ItemDelta) -> None:
        """A delta of a tool's output; `update` tells what it came to."""
        tool = self._tools.get(event.item_id)
        if tool is None:
            return
        output = tool.output + event.delta
        tool.is_cut = tool.is_cut or len(output) > PARTIAL_CHARS
        tool.output = output[-PARTIAL_CHARS:]

    def update(self, item_id: str) -> SseEvent | None:
        """The output of a tool so far."""
        tool = self._tools.get(item_id)
        if tool is None:
            return None
        partial = {"content": [{"type": "text", "text": tool.output}], "details": {"truncated": tool.is_cut}}
        told = {"toolCallId": item_id, "toolName": tool.name, "args": tool.args, "partialResult": partial}
        return "tool_update", _encode({**told, "truncated": tool.is_cut})

    def _began(self, item: TurnItem) -> list[SseEvent]:
        match item:
            case AgentMessage(id=id_):
                return [_block_event("start", self._open(id_, "text"))]
            case ReasoningItem(id=id_):
                return [_block_event("start", self._open(id_, "thinking"))]
            case ToolFields():
                return [self._call(item)]
            case _:
                return []

    def _completed(self, item: TurnItem) -> list[SseEvent]:
        match item:
            case AgentMessage(id=id_, text=text):
                return self._said(id_, text)
            case ReasoningItem(id=id_, content=content):
                block = self._blocks.pop(id_, None) or self._open(id_, "thinking")
                return [_block_event("end", block, content="".join(content))]
            case ToolFields():
                return self._called(item)
            case SystemEvent(code=code) if code in CUTS:
                self.cut = code
            case UserMessage():
                self.users += 1
            case _:
                pass
        return []

    def _said(self, item_id: str, text: str) -> list[SseEvent]:
        """The whole message closes its block; what was not told by deltas (retention may fold them) is told first."""
        told: list[SseEvent] = []
        block = self._blocks.pop(item_id, None)
        if block is None:
            block = self._open(item_id, "text")
            told.append(_block_event("start", block))
        if len(text) > block.told:
            told.append((block.name, block.delta(text[block.told :])))
        self._blocks.clear()
        self._index = 0
        self._messages += 1
        self.text, self.cut = text, None
        return [*told, _block_event("end", block, content=text)]

    def _call(self, item: ToolFields) -> SseEvent:
        self._calls += 1
        tool = self._tools[item.id] = _Tool(item.tool_name, msgspec.Raw(_encode(item.arguments)))
        return "tool_start", _encode({"toolCallId": item.id, "toolName": tool.name, "args": tool.args})

    def _called(self, item: ToolFields) -> list[SseEvent]:
        told = [] if item.id in self._tools else [self._call(item)]
        self._tools.pop(item.id)
        self._index = 0
        is_error = item.status is ToolStatus.FAILED or item.success is False
        ended: dict[str, Any] = {
            "toolCallId": item.id,
            "toolName": item.tool_name,
            "result": {"content": [{"type": "text", "text": _output(item)}], "details": item.display},
            "isError": is_error,
        }
        if isinstance(item.display, ShellDisplay) and item.display.duration_ms is not None:
            ended["durationMs"] = item.display.duration_ms
        return [*told, ("tool_end", _encode(ended))]

    def _aside(self, event: Event) -> list[SseEvent]:
        """Retries, and compressions of the context."""
        match event:
            case ItemRetryScheduled():
                return [self._retry(event)]
            case ItemRecoverySucceeded(attempt_number=attempt):
                self._retrying = None
                return [("retry_end", _encode({"success": True, "attempt": attempt}))]
            case ItemRecoveryExhausted(attempt_number=attempt, error_message=error):
                self._retrying = None
                return [_gave_up(attempt, error)]
            case ContextCompressing(reason=reason, tokens_before=tokens):
                return [("compaction_start", _encode({"reason": reason, "tokensBefore": tokens}))]
            case ContextCompressed():
                return [_compressed(event)]
            case _:
                return []

    def _retry(self, event: ItemRetryScheduled) -> SseEvent:
        self._retrying = event.attempt_number
        self._retries += 1
        told = {
            "attempt": event.attempt_number,
            "maxAttempts": event.max_attempts,
            "delayMs": event.delay_ms,
            "errorMessage": event.reason,
        }
        return "retry_start", _encode(told)

    def _ended(self, turn: Turn) -> list[SseEvent]:
        self.turn = turn
        told = [] if self._retrying is None else [_gave_up(self._retrying, turn.error or "the run ended")]
        counts = {"assistantMessages": self._messages, "toolCalls": self._calls, "retries": self._retries}
        return [*told, ("agent_end", _encode(counts))]

    def _open(self, item_id: str, kind: Literal["text", "thinking"]) -> Block:
        block = self._blocks[item_id] = Block(kind, self._index)
        self._index += 1
        return block


def _block_event(moment: str, block: Block, content: str | None = None) -> SseEvent:
    told: dict[str, Any] = {"updateType": f"{block.kind}_{moment}", "contentIndex": block.index}
    if content is not None:
        told["content"] = content
    return "assistant_message_update", _encode(told)


def _compressed(event: ContextCompressed) -> SseEvent:
    """There is no summary: whole turns are left out (decision 0005)."""
    details = {"tokensAfter": event.tokens_after, "droppedTurns": event.dropped_turns}
    done = {"summary": "", "firstKeptEntryId": None, "tokensBefore": event.tokens_before, "details": details}
    told: dict[str, Any] = {
        "reason": event.reason,
        "result": done if event.error is None else None,
        "aborted": False,
        "willRetry": event.will_retry,
    }
    if event.error is not None:
        told["errorMessage"] = event.error
    return "compaction_end", _encode(told)


def _gave_up(attempt: int, error: str) -> SseEvent:
    return "retry_end", _encode({"success": False, "attempt": attempt, "finalError": error})


def _output(item: ToolFields) -> str:
    match item.display:
        case ShellDisplay(aggregated_output=str(output)):
            return output
        case ShellDisplay(stdout=stdout, stderr=stderr):
            return "".join(part for part in (stdout, stderr) if part)
        case ProgressDisplay(stage=stage):
            return stage
        case HiddenDisplay():
            return ""
        case summary:
            return "\n".join([summary.title, *summary.lines])
