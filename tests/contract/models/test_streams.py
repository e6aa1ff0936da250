"""Every recorded stream, ours and the corpus's, is read to its last part, however it is cut."""

import json
from typing import Any

import pytest

from portico.gateway.adapters.models.anthropic_stream import AnthropicStream
from portico.gateway.adapters.models.chat_stream import ChatStream
from portico.gateway.adapters.models.failures import Origin
from portico.gateway.agent.model import Failed, FailureClass, Finished, FinishReason
from tests.contract.models.reading import Plain, ends_of_events, read
from tests.kit.ids import FakeIds
from tests.kit.wire import Recording, Told, corpus, corpus_folder, fixtures, pieces_of, read_all, told

RECORDINGS = [pytest.param(r, id=r.name) for r in (*fixtures(), *corpus())]
every_recording = pytest.mark.parametrize("recording", RECORDINGS)

REASONS = {
    "stop": {FinishReason.STOP, FinishReason.TOOL_CALLS, FinishReason.REFUSAL},
    "end_turn": {FinishReason.STOP},
    "tool_calls": {FinishReason.TOOL_CALLS},
    "tool_use": {FinishReason.TOOL_CALLS},
    "length": {FinishReason.LENGTH},
    "max_tokens": {FinishReason.LENGTH},
    "pause_turn": {FinishReason.PAUSE},
    "refusal": {FinishReason.REFUSAL},
}


def decoder(recording: Recording) -> Any:
    origin = Origin("vendor", "model")
    if recording.wire == "chat_completions":
        return ChatStream(origin, FakeIds("call_").new)
    return AnthropicStream(origin)


def heard(recording: Recording, *pieces: bytes) -> Told:
    return told(read_all(decoder(recording), list(pieces)))


def blocks_of(answer: Told) -> list[str]:
    """Kinds of the vendor's own blocks; the one that keeps a whole answer's order is none of them."""
    values = [json.loads(block.data) for block in answer.opaque]
    return [value["type"] for value in values if isinstance(value, dict) and "type" in value]


def assert_same(answer: Told, plain: Plain) -> None:
    usage = answer.usage
    assert answer.text == plain.text
    assert answer.thinking == plain.thinking
    assert [b.signature or b.redacted for b in answer.blocks] == plain.signatures
    assert blocks_of(answer) == plain.opaque_kinds
    got = None
    if usage is not None:
        got = (usage.input_tokens, usage.output_tokens, usage.cached_input_tokens, usage.reasoning_tokens)
    assert got == plain.usage


@pytest.mark.skipif(not corpus_folder().is_dir(), reason="no recorded streams beside the checkout (PORTICO_WIRE_DIR)")
def test_the_corpus_has_both_wires() -> None:
    assert {r.wire for r in corpus()} == {"chat_completions", "anthropic_messages"}
    assert len(corpus()) >= 25


@every_recording
def test_a_stream_is_read_to_its_last_part(recording: Recording) -> None:
    answer, plain = heard(recording, recording.body), read(recording)
    assert_same(answer, plain)
    if plain.error:
        assert isinstance(answer.end, Failed)
        assert answer.end.failure.message == plain.error
        assert answer.end.failure.failure_class is not FailureClass.STREAM_TRUNCATED
        return
    assert [(c.id, c.name, json.loads(c.arguments)) for c in answer.calls] == [
        (call_id, name, json.loads(arguments)) for call_id, name, arguments in plain.calls
    ]
    assert isinstance(answer.end, Finished)
    assert answer.end.raw_reason == plain.reason
    assert answer.end.reason in REASONS[plain.reason]


@every_recording
@pytest.mark.parametrize("size", [1, 7, 1000])
def test_cutting_reads_anywhere_changes_nothing(recording: Recording, size: int) -> None:
    assert heard(recording, *pieces_of(recording.body, size)) == heard(recording, recording.body)


@every_recording
def test_a_stream_cut_after_any_event_fails_as_truncated(recording: Recording) -> None:
    whole = read(recording)
    for end in ends_of_events(recording.body)[:-1]:
        plain = read(recording, end)
        answer = heard(recording, recording.body[:end])
        assert whole.text.startswith(answer.text)
        assert whole.thinking.startswith(answer.thinking)
        assert answer.text == plain.text
        if plain.error:
            assert isinstance(answer.end, Failed)
        elif plain.reason or plain.is_done:
            assert isinstance(answer.end, Finished)
        else:
            assert isinstance(answer.end, Failed)
            assert answer.end.failure.failure_class is FailureClass.STREAM_TRUNCATED
            assert answer.calls == () or recording.wire == "anthropic_messages"


@every_recording
def test_a_stream_cut_inside_an_event_shows_what_came_before(recording: Recording) -> None:
    for end in ends_of_events(recording.body)[:40]:
        answer = heard(recording, recording.body[: end - 8])
        assert read(recording).text.startswith(answer.text)
        assert answer.end is not None
