"""A provider without a model and without a key: it obeys scripts, and does simple wishes with the real tools."""

import re
from collections.abc import AsyncGenerator, Iterable, Iterator
from dataclasses import dataclass

import anyio.lowlevel
import msgspec

from portico.gateway.adapters.models import rehearsal_answers as answers
from portico.gateway.adapters.models import rehearsal_script as script
from portico.gateway.adapters.models.rehearsal_script import Step
from portico.gateway.adapters.models.rehearsal_wishes import Wish, wish_of
from portico.gateway.agent.model import (
    AssistantMessage,
    Failed,
    FailureClass,
    Finished,
    FinishReason,
    Message,
    ModelEvent,
    ModelRequest,
    ProviderFailure,
    TextDelta,
    TextPart,
    ThinkingDelta,
    ToolCall,
    ToolResultMessage,
    UsageReport,
    UserMessage,
)
from portico.gateway.kernel.ids import Ids

README_LINES = 20
CHARACTERS_PER_TOKEN = 4
_WORD = re.compile(r"\s*\S+\s*|\s+")


@dataclass(frozen=True, slots=True)
class _Turn:
    """What happened since the user last spoke. `orders` is the text that may hold commands."""

    text: str
    orders: str
    calls: tuple[ToolCall, ...]
    results: tuple[ToolResultMessage, ...]
    rounds: int


class RehearsalModel:
    """The ModelPort of rehearsal. Its words come one by one, as fast as they are taken."""

    def __init__(self, provider: str, ids: Ids) -> None:
        self._provider = provider
        self._ids = ids

    @property
    def provider(self) -> str:
        return self._provider

    async def stream(self, request: ModelRequest) -> AsyncGenerator[ModelEvent]:
        """What the last message of the user asks for. Ends with Finished or Failed."""
        for words, event in enumerate(self._events(request)):
            await anyio.lowlevel.checkpoint()
            if isinstance(event, (Finished, Failed)):
                yield UsageReport(input_tokens=_size(request) // CHARACTERS_PER_TOKEN, output_tokens=words)
            yield event

    def _events(self, request: ModelRequest) -> Iterator[ModelEvent]:
        turn = _turn(request.messages)
        steps = script.parse(turn.orders)
        if steps:
            yield from self._obey(request, steps, turn)
        else:
            yield from self._help_out(request, turn)

    def _obey(self, request: ModelRequest, steps: tuple[Step, ...], turn: _Turn) -> Iterator[ModelEvent]:
        now, is_last = script.round_of(steps, turn.rounds)
        has_said = False
        for step in now:
            for _ in range(step.times):
                match step.verb:
                    case "say":
                        yield from _words(f"\n{step.text}" if has_said else step.text, TextDelta)
                        has_said = True
                    case "think":
                        yield from _words(step.text, ThinkingDelta)
                    case "tool":
                        yield ToolCall(self._new_id(), *step.tool)
                    case "fail":
                        yield Failed(_failure(self._provider, request.model, step.text))
                        return
        if is_last and not has_said and turn.results:
            yield from _words(_told(turn.results), TextDelta)
        yield _finished(request, is_last=is_last)

    def _help_out(self, request: ModelRequest, turn: _Turn) -> Iterator[ModelEvent]:
        wish = wish_of(turn.text)
        offered = {tool.name for tool in request.tools if request.may_call}
        call = None if wish is None else self._next_call(wish, turn, offered)
        if call is not None:
            yield call
            yield _finished(request, is_last=False)
            return
        if wish is None:
            said = f"{answers.HELP}\n\n{answers.NO_MODEL}"
        elif not turn.results:
            said = answers.without_tool(wish)
        else:
            said = _answer(wish, turn)
        yield from _words(said, TextDelta)
        yield _finished(request, is_last=True)

    def _next_call(self, wish: Wish, turn: _Turn, offered: set[str]) -> ToolCall | None:
        """First the tool for the wish; for a folder then its README, which knows best what it is."""
        if not turn.calls and wish.tool in offered:
            return self._call(wish.tool, wish.arguments)
        if wish.kind != "list" or len(turn.calls) != 1 or not turn.results or turn.results[0].is_error:
            return None
        readme = answers.readme_of(turn.results[0].content)
        if not readme or "read_file" not in offered:
            return None
        folder = wish.subject.rstrip("/")
        path = readme if folder == "." else f"{folder}/{readme}"
        return self._call("read_file", {"path": path, "end_line": README_LINES})

    def _call(self, name: str, arguments: dict[str, object]) -> ToolCall:
        return ToolCall(self._new_id(), name, msgspec.json.encode(arguments).decode())

    def _new_id(self) -> str:
        return "call_" + self._ids.new()


def _turn(messages: tuple[Message, ...]) -> _Turn:
    """Input that is given to a running turn starts the count anew: it is the wish now."""
    since: list[Message] = []
    texts: list[TextPart] = []
    for message in reversed(messages):
        if isinstance(message, UserMessage):
            texts = [part for part in message.parts if isinstance(part, TextPart)]
            break
        since.append(message)
    since.reverse()
    calls = [call for message in since if isinstance(message, AssistantMessage) for call in message.tool_calls]
    rounds = sum(1 for message in since if isinstance(message, AssistantMessage) and message.tool_calls)
    results = tuple(message for message in since if isinstance(message, ToolResultMessage))
    text, orders = _joined(texts), _joined(part for part in texts if not part.literal)
    return _Turn(text, orders, tuple(calls), results, rounds)


def _joined(parts: Iterable[TextPart]) -> str:
    return "\n".join(part.text for part in parts)


def _answer(wish: Wish, turn: _Turn) -> str:
    first, *more = turn.results
    heading = answers.heading_of(more[0].content) if more and not more[0].is_error else ""
    return answers.answer(wish, first.content, is_error=first.is_error, heading=heading)


def _told(results: tuple[ToolResultMessage, ...]) -> str:
    return "\n\n".join(f"{result.name} answered:\n\n{answers.quote(result.content)}" for result in results)


def _words(text: str, kind: type[TextDelta] | type[ThinkingDelta]) -> Iterator[TextDelta | ThinkingDelta]:
    return (kind(word) for word in _WORD.findall(text))


def _finished(request: ModelRequest, *, is_last: bool) -> Finished:
    reason = FinishReason.STOP if is_last else FinishReason.TOOL_CALLS
    return Finished(reason, "rehearsed", model=request.model)


def _failure(provider: str, model: str, wanted: str) -> ProviderFailure:
    known = {failure_class.value for failure_class in FailureClass}
    name = wanted.strip().lower()
    failure_class = FailureClass(name) if name in known else FailureClass.UNKNOWN
    message = f"rehearsed failure: {failure_class.value}"
    return ProviderFailure(provider, model, failure_class, stage="mid_stream", message=message)


def _size(request: ModelRequest) -> int:
    """Characters of the request, roughly."""
    size = len(request.system)
    for message in request.messages:
        match message:
            case UserMessage(parts=parts):
                size += sum(len(part.text) for part in parts if isinstance(part, TextPart))
            case AssistantMessage(text=text):
                size += len(text)
            case ToolResultMessage(content=content):
                size += len(content)
    return size
