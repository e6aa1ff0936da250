"""What of a conversation the model sees: estimated cheaply, oldest whole turns left out first (reference 8.8)."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import msgspec

from portico.gateway.agent.model import (
    AssistantMessage,
    ImagePart,
    Message,
    TextPart,
    ToolResultMessage,
    ToolSpec,
    UserMessage,
)

CHARS_PER_TOKEN = 4
IMAGE_TOKENS = 1_500
MESSAGE_TOKENS = 4
"""What a message costs beside its text."""
NO_ANSWER = "(no answer was given)"
NO_QUESTION = "(what was asked is not known)"
DROPPED_OUTPUT = "[the output of this call was left out to fit the model's context]"
CUT_OUTPUT = "[the rest of this output was left out to fit the model's context]"
KEPT_OUTPUT_CHARS = 4_000
"""What stays of a newest result when the model's context overflows."""


@dataclass(frozen=True, slots=True)
class PastTurn:
    """An ended turn as later ones see it: what was asked and answered, without its tool results."""

    turn_id: str
    messages: tuple[Message, ...]
    tokens: int
    size: int
    """Bytes in memory, roughly."""


def past_turn(turn_id: str, said: Iterable[Message]) -> PastTurn:
    """Roles alternate afterwards: texts of one speaker in a row are joined, a missing answer is said to miss."""
    joined: list[Message] = []
    for message in _spoken(said):
        last = joined[-1] if joined else None
        match last, message:
            case UserMessage(), UserMessage():
                joined[-1] = UserMessage(last.parts + message.parts)
            case AssistantMessage(), AssistantMessage():
                joined[-1] = AssistantMessage(text=f"{last.text}\n\n{message.text}")
            case _:
                joined.append(message)
    if joined and isinstance(joined[-1], UserMessage):
        joined.append(AssistantMessage(text=NO_ANSWER))
    return PastTurn(turn_id, tuple(joined), sum(map(tokens_of, joined)), sum(map(size_of, joined)))


def _spoken(said: Iterable[Message]) -> Iterator[Message]:
    for message in said:
        match message:
            case UserMessage():
                yield message
            case AssistantMessage(text=text) if text:
                yield AssistantMessage(text=text)
            case _:
                pass


def told_turns(messages: Sequence[Message]) -> tuple[PastTurn, ...]:
    """A conversation that a caller tells, as past turns: one begins where the user speaks after the assistant.

    What the user said last may have no answer in it: it belongs to what is asked now.
    """
    groups: list[list[Message]] = []
    last: Message | None = None
    for message in messages:
        is_user = isinstance(message, UserMessage)
        if last is None and not is_user:
            groups.append([UserMessage((TextPart(NO_QUESTION),))])
        elif last is None or (is_user and not isinstance(last, UserMessage)):
            groups.append([])
        groups[-1].append(message)
        last = message
    turns = [past_turn("", group) for group in groups]
    if turns and isinstance(last, UserMessage):
        asked = turns[-1].messages[:1]
        turns[-1] = PastTurn("", asked, sum(map(tokens_of, asked)), sum(map(size_of, asked)))
    return tuple(turns)


def choose(past: Sequence[PastTurn], room: int) -> tuple[Sequence[PastTurn], int, int]:
    """The newest turns that fit into `room` tokens, their tokens, and how many turns were left out."""
    total, first = sum(turn.tokens for turn in past), 0
    while first < len(past) and total > room:
        total -= past[first].tokens
        first += 1
    return past[first:], total, first


def shrink(messages: Sequence[Message], past: Sequence[int]) -> tuple[list[Message], int] | None:
    """A conversation that is too long, made smaller, and how many past turns went; None if nothing can go.

    The older half of the past turns goes, at least one; older results of this turn go, newest ones are cut.
    `past` counts the messages of each past turn; they stand first.
    """
    dropped, own = (len(past) + 1) // 2, sum(past)
    this_turn = [*messages[own:]]
    newest = max((n for n, message in enumerate(this_turn) if isinstance(message, AssistantMessage)), default=0)
    shortened = [_shortened(message, is_newest=n > newest) for n, message in enumerate(this_turn)]
    if not dropped and shortened == this_turn:
        return None
    return [*messages[sum(past[:dropped]) : own], *shortened], dropped


def _shortened(message: Message, *, is_newest: bool) -> Message:
    if not isinstance(message, ToolResultMessage):
        return message
    kept = f"{message.content[:KEPT_OUTPUT_CHARS]}\n{CUT_OUTPUT}" if is_newest else DROPPED_OUTPUT
    return replace(message, content=kept) if len(kept) < len(message.content) else message


@dataclass(frozen=True, slots=True)
class Compression:
    """What making room came to."""

    tokens_after: int
    dropped_turns: int


class Conversation:
    """The messages of a running turn. Above `limit` tokens the oldest tool results are left out.

    `past` counts the messages of each past turn; they stand first.
    """

    def __init__(self, messages: Sequence[Message], tokens: int, limit: int, past: Sequence[int] = ()) -> None:
        self._messages = list(messages)
        self._own = len(self._messages)
        self._tokens = tokens
        self._limit = limit
        self._past = past

    @property
    def tokens(self) -> int:
        """An estimate of what a call sends now."""
        return self._tokens

    def compress(self) -> Compression | None:
        """Make room after a provider found the request too long; None when there is nothing to leave out."""
        shrunk = shrink(self._messages, self._past)
        if shrunk is None:
            return None
        before, (kept, dropped) = self._tokens, shrunk
        self._tokens += sum(map(tokens_of, kept)) - sum(map(tokens_of, self._messages))
        self._own -= len(self._messages) - len(kept)
        self._messages, self._past = kept, self._past[dropped:]
        self._limit = min(self._limit, before * 3 // 4)  # the estimate was too low for this model
        return Compression(self._tokens, dropped)

    def add(self, *messages: Message) -> None:
        self._messages += messages
        self._tokens += sum(map(tokens_of, messages))

    def messages(self) -> tuple[Message, ...]:
        """What the next call sends; each call still has its one result."""
        if self._tokens > self._limit:
            self._shorten()
        return tuple(self._messages)

    def own(self) -> Sequence[Message]:
        """What this turn added."""
        return self._messages[self._own :]

    def _shorten(self) -> None:
        newest = len(self._messages) - 1
        for place in range(self._own, newest):
            message = self._messages[place]
            if self._tokens <= self._limit:
                return
            if isinstance(message, ToolResultMessage) and len(message.content) > len(DROPPED_OUTPUT):
                self._messages[place] = replace(message, content=DROPPED_OUTPUT)
                self._tokens += tokens_of(self._messages[place]) - tokens_of(message)


def tokens_of(message: Message) -> int:
    """A cheap estimate: four characters a token, a flat sum for an image."""
    match message:
        case UserMessage():
            parts = (
                IMAGE_TOKENS if isinstance(part, ImagePart) else len(part.text) // CHARS_PER_TOKEN
                for part in message.parts
            )
            return MESSAGE_TOKENS + sum(parts)
        case AssistantMessage():
            chars = len(message.text) + sum(len(call.arguments) + len(call.name) for call in message.tool_calls)
            chars += sum(len(block.text) + len(block.redacted or "") for block in message.thinking)
            chars += sum(len(block.data) for block in message.opaque)
            return MESSAGE_TOKENS + chars // CHARS_PER_TOKEN
        case ToolResultMessage():
            return MESSAGE_TOKENS + len(message.told) // CHARS_PER_TOKEN


def fixed_tokens(system: str, tools: Sequence[ToolSpec]) -> int:
    """What every call sends besides messages."""
    schemas = sum(len(spec.description) + len(msgspec.json.encode(spec.parameters)) for spec in tools)
    return (len(system) + schemas) // CHARS_PER_TOKEN


def size_of(message: Message) -> int:
    """Bytes that keeping the message costs, roughly."""
    if isinstance(message, UserMessage):
        return 200 + sum(len(part.text) if isinstance(part, TextPart) else len(part.data) for part in message.parts)
    return 200 + CHARS_PER_TOKEN * tokens_of(message)
