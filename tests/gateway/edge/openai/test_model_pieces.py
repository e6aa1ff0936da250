"""A model's events as pieces, read beside the caller's connection."""

from typing import Any

import anyio
import pytest

from portico.gateway.agent.model import (
    FailureClass,
    Finished,
    FinishReason,
    ModelEvent,
    ModelRequest,
    TextDelta,
    ThinkingDelta,
    ToolCall,
    ToolCallPiece,
    UsageReport,
)
from portico.gateway.edge.openai import model_pieces
from portico.gateway.edge.openai.answers import Call, CallPart, Ended, Piece, Text, Thought
from portico.gateway.edge.openai.model_pieces import WAITING, ModelFold, listening
from portico.gateway.edge.streams import Outlet, PeerGone
from portico.gateway.kernel.errors import Unavailable
from portico.gateway.kernel.redact import Redactor
from tests.kit import FakeClock, FakeIds
from tests.kit.models import Cut, Reach, ScriptedModel, Step, Wait, fail

REQUEST = ModelRequest(model="m", messages=())
SECRET = "sk-a-long-secret"


async def no_send(message: dict[str, Any]) -> None:
    del message


def outlet() -> Outlet:
    return Outlet(no_send, None, FakeClock())


def fold() -> ModelFold:
    return ModelFold(FakeIds(), Redactor([SECRET]))


def folded(*events: ModelEvent) -> list[Piece]:
    made = fold()
    return [piece for event in events for piece in made.feed(event)]


async def heard(*steps: Step) -> list[Piece]:
    pieces: list[Piece] = []
    with anyio.fail_after(5):
        async with listening(ScriptedModel(steps), REQUEST, outlet(), fold()) as source:
            while not pieces or not isinstance(pieces[-1], Ended):
                pieces += await source.next()
    return pieces


def joined(pieces: list[Piece], kind: type[Text] | type[Thought]) -> str:
    return "".join(piece.text for piece in pieces if isinstance(piece, kind))


async def test_an_answer() -> None:
    call = ToolCall("c", "weather", "{}")
    pieces = await heard(ThinkingDelta("hm"), "a", "b", ToolCallPiece("c", "weather", "{"), call, UsageReport(1, 2))
    assert (joined(pieces, Thought), joined(pieces, Text)) == ("hm", "ab")
    parts = [piece for piece in pieces if isinstance(piece, CallPart)]
    [whole] = [piece for piece in pieces if isinstance(piece, Call)]
    assert [(part.item_id, part.call_id, part.name, part.text) for part in parts] == [
        (whole.item_id, "c", "weather", "{")
    ]
    assert (whole.call, whole.rest) == (call, "}")
    assert pieces[-1] == Ended("tool_calls", UsageReport(1, 2))


@pytest.mark.parametrize(
    ("reason", "told"),
    [
        (FinishReason.STOP, "stop"),
        (FinishReason.LENGTH, "length"),
        (FinishReason.CONTENT_FILTER, "content_filter"),
        (FinishReason.REFUSAL, "content_filter"),
        (FinishReason.PAUSE, "stop"),
        (FinishReason.UNKNOWN, "stop"),
    ],
)
def test_reasons(reason: FinishReason, told: str) -> None:
    assert folded(Finished(reason)) == [Ended(told)]  # type: ignore[arg-type]


def test_secrets_are_cut_out_wherever_the_pieces_part() -> None:
    text = f"before {SECRET} after"
    pieces = folded(
        *map(TextDelta, text),
        *map(ThinkingDelta, text),
        ToolCall("c", "f", f'{{"k":"{SECRET}"}}'),
        Finished(FinishReason.STOP),
    )
    assert joined(pieces, Text) == joined(pieces, Thought) == Redactor([SECRET]).text(text)
    assert SECRET not in str(pieces)


def arguments_of(*events: ModelEvent) -> list[str]:
    """What a client puts together of every call."""
    told: dict[str, str] = {}
    for piece in folded(*events):
        match piece:
            case CallPart(item_id=item_id, text=text) | Call(item_id=item_id, rest=text):
                told[item_id] = told.get(item_id, "") + text
            case _:
                pass
    return list(told.values())


def test_calls_that_are_written_at_the_same_time_stay_apart() -> None:
    pieces = [ToolCallPiece(id, "f", text) for id, text in (("c", '{"a"'), ("d", "{"), ("c", ":1}"), ("d", "}"))]
    whole = [ToolCall("c", "f", '{"a":1}'), ToolCall("d", "f", "{}")]
    assert arguments_of(*pieces, *whole) == ['{"a":1}', "{}"]


def test_a_call_whose_name_comes_late_is_shown_late() -> None:
    pieces = folded(ToolCallPiece("c", "", '{"a"'), ToolCallPiece("c", "f", ":1}"))
    assert [(piece.name, piece.text) for piece in pieces if isinstance(piece, CallPart)] == [("f", '{"a":1}')]
    assert arguments_of(ToolCallPiece("c", "", "{"), ToolCall("c", "f", "{}")) == ["{}"]


def test_a_call_without_arguments_gets_those_of_the_whole() -> None:
    assert arguments_of(ToolCallPiece("c", "f", ""), ToolCall("c", "f", "{}")) == ["{}"]


def test_secrets_are_cut_out_of_calls_wherever_the_pieces_part() -> None:
    text = f'{{"k":"{SECRET}"}}'
    [told] = arguments_of(*(ToolCallPiece("c", "f", sign) for sign in text), ToolCall("c", "f", text))
    assert told == Redactor([SECRET]).text(text)


@pytest.mark.parametrize("last", [fail(FailureClass.RATE_LIMIT, f"no {SECRET}"), Cut()])
async def test_failures_are_the_last_piece(last: Step) -> None:
    pieces = await heard("a", last)
    ended = pieces[-1]
    assert isinstance(ended, Ended)
    assert ended.error is not None
    assert SECRET not in ended.error.message
    assert joined(pieces, Text) == "a"


async def test_an_answer_without_an_end_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(model_pieces, "MAX_CHARACTERS", 5)
    pieces = await heard("abc", "def", Wait(anyio.Event()))
    assert joined(pieces, Text) == "abcdef"
    ended = pieces[-1]
    assert isinstance(ended, Ended)
    assert ended.error is not None
    assert ended.error.code == "provider_failed"


@pytest.mark.parametrize("is_ended", [False, True], ids=["the peer left", "the stream must end"])
async def test_leaving_closes_the_providers_stream(is_ended: bool) -> None:
    reached, never = anyio.Event(), anyio.Event()
    model, out = ScriptedModel(["a", Reach(reached), Wait(never)]), outlet()
    error = Unavailable("the gateway is stopping")
    with anyio.fail_after(5), pytest.raises((PeerGone, Unavailable)):
        async with listening(model, REQUEST, out, fold()) as source:
            assert joined(await source.next(), Text) == "a"
            await reached.wait()
            out.end(error) if is_ended else out.lose()
            await source.next()
    assert model.closed == 1


async def test_a_slow_caller_holds_the_provider_back() -> None:
    end = anyio.Event()
    model = ScriptedModel([*["x"] * (WAITING * 4), Reach(end)])
    with anyio.fail_after(5):
        async with listening(model, REQUEST, outlet(), fold()) as source:
            await anyio.wait_all_tasks_blocked()
            assert not end.is_set()
            pieces: list[Piece] = []
            while not pieces or not isinstance(pieces[-1], Ended):
                pieces += await source.next()
    assert joined(pieces, Text) == "x" * (WAITING * 4)


def test_what_was_held_back_is_told_before_the_model_goes_on_in_another_voice() -> None:
    begun = SECRET[:4]
    pieces = folded(ThinkingDelta(f"hm {begun}"), TextDelta(f"hello {begun}"), ThinkingDelta("again"))
    told = [(type(piece), piece.text) for piece in pieces if isinstance(piece, Text | Thought)]
    assert told == [
        (Thought, "hm "),
        (Thought, begun),
        (Text, "hello "),
        (Text, begun),
        (Thought, "again"),
    ]
