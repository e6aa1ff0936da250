"""Server-sent events, cut anywhere."""

import msgspec
import pytest

from portico.gateway.adapters.models import sse
from portico.gateway.adapters.models.sse import JsonEvents, OversizedEvent, SseBuffer, SseEvent, events


class Item(msgspec.Struct, frozen=True, kw_only=True):
    n: int
    text: str = ""


HEAD = b"data: "


def read(stream: bytes, size: int) -> list[SseEvent]:
    buffer, found = SseBuffer(), list[SseEvent]()
    for at in range(0, len(stream), size):
        block = buffer.feed(stream[at : at + size])
        found += events(block) if block else []
    return found


@pytest.mark.parametrize("size", [1, 2, 3, 5, 1000])
@pytest.mark.parametrize("line_end", [b"\n", b"\r", b"\r\n"])
@pytest.mark.parametrize("bom", [b"", b"\xef\xbb\xbf"])
def test_line_ends_comments_fields_and_marks(size: int, line_end: bytes, bom: bytes) -> None:
    text = b": hi\n\ndata: a\n\nevent: e\nid: 1\ndata:b\ndata:  c\n\n\n\n"
    text += b"event: without data\n\nretry: 5\ndata\n\ndata: z\n\n"
    stream = bom + text.replace(b"\n", line_end)
    assert read(stream, size) == [
        SseEvent(b"", b"a"),
        SseEvent(b"e", b"b\n c"),
        SseEvent(b"", b""),
        SseEvent(b"", b"z"),
    ]


def test_mixed_line_ends() -> None:
    assert read(b"data: a\r\n\ndata: b\n\r\ndata: c\r\r", 1) == [SseEvent(b"", b) for b in (b"a", b"b", b"c")]


def test_an_event_comes_with_its_blank_line_and_not_later() -> None:
    buffer = SseBuffer()
    assert buffer.feed(b"data: a\r\n") == b""
    assert buffer.feed(b"\r") == b"data: a"
    assert buffer.feed(b"\ndata: b\n\nda") == b"data: b"
    assert buffer.rest() == b"da"


def test_a_first_byte_that_looks_like_a_mark_is_no_event_yet() -> None:
    buffer = SseBuffer()
    assert buffer.feed(b"\xef\xbb") == b""
    assert buffer.feed(b"\xbfdata: a\n\n") == b"data: a"
    assert SseBuffer().feed(b"\xefdata\n\n") == b"\xefdata"


def test_an_event_without_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sse, "MAX_EVENT_BYTES", 10)
    buffer = SseBuffer()
    buffer.feed(b"data: 1234")
    with pytest.raises(OversizedEvent):
        buffer.feed(b"5")
    with pytest.raises(OversizedEvent):
        SseBuffer().feed(b"data: 12345")


def items(*pieces: bytes) -> tuple[list[int], JsonEvents[Item]]:
    stream = JsonEvents(Item, HEAD)
    found = [item.n for piece in pieces for item in stream.feed(piece)]
    return found + [item.n for item in stream.finish()], stream


@pytest.mark.parametrize(
    ("stream", "expected"),
    [
        pytest.param(b'data: {"n":1}\n\ndata: {"n":2}\n\n', [1, 2], id="the common case"),
        pytest.param(b'data: {"n":1}\n\n: ping\n\ndata:{"n":2}\n\n', [1, 2], id="with a comment"),
        pytest.param(b'data: {"n":1}\n\nevent: x\ndata: {"n":2}\n\n', [1, 2], id="with a name"),
        pytest.param(b'data: {"n":\ndata: 1}\n\n', [1], id="in two lines"),
        pytest.param(b'data: {"n":1}\n\ndata: {"n":2}', [1, 2], id="the last blank line is missing"),
        pytest.param(b'data: {"n":1}\n\ndata: {"n":', [1], id="cut"),
        pytest.param(b'data: {"n":1}\n\ndata: [DONE]\n\ndata: {"n":9}\n\n', [1], id="nothing after done"),
        pytest.param(b"", [], id="nothing"),
        pytest.param(b"<html>", [], id="no events at all"),
    ],
)
def test_json_events(stream: bytes, expected: list[int]) -> None:
    for pieces in ([stream], [stream[i : i + 1] for i in range(len(stream))]):
        found, state = items(*pieces)
        assert found == expected
        assert state.problem is None
        assert state.is_done == (b"[DONE]" in stream)


@pytest.mark.parametrize(
    ("bad", "problem"),
    [
        (b"data: {oops\n\n", "{oops"),
        (b"data: {}\n\n", "not an event"),
        (b"data: \xff\n\n", "not an event"),
        (b"data: " + b"[" * 50_000 + b"\n\n", "not an event"),
        (b"event: error\ndata: the house is on fire\n\n", "the house is on fire"),
    ],
)
def test_what_cannot_be_read_is_a_problem_after_what_could(bad: bytes, problem: str) -> None:
    found, state = items(b'data: {"n":1}\n\n' + bad + b'data: {"n":2}\n\n', b'data: {"n":3}\n\n')
    assert found == [1]
    assert problem in (state.problem or "")


@pytest.mark.parametrize(
    ("escaped", "text"),
    [
        (rb"a\ud83d", "a\ufffd"),
        (rb"\uDE00b", "\ufffdb"),
        (rb"\ud83d\ude00", "😀"),
        (rb"\ud83d\ude00\ud83d", "😀\ufffd"),
    ],
)
def test_half_characters_do_not_break_a_stream(escaped: bytes, text: str) -> None:
    stream = JsonEvents(Item, HEAD)
    assert stream.feed(b'data: {"n":1,"text":"' + escaped + b'"}\n\n') == [Item(n=1, text=text)]
    assert stream.problem is None


def test_an_oversized_event_is_a_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sse, "MAX_EVENT_BYTES", 10)
    found, state = items(b'data: {"n":1}\n\ndata: {"n": 1000')
    assert found == []
    assert "more than" in (state.problem or "")
