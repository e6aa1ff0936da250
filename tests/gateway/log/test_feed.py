"""Rings: what a cursor finds in them, and when it has to ask the log."""

import msgspec
import pytest

from portico.gateway.log import Append
from portico.gateway.log.feed import RING_BYTES, RING_FRAMES, Frame, Ring, frame_text
from portico.gateway.log.plan import Entry
from portico.protocol.events import ItemDelta

NOTHING: list[int] = []


def entry(version: int, size: int = 10) -> Entry:
    append = Append("thread:t", ItemDelta(item_id="i", delta="x"), turn_id="u", flow=True)
    return Entry(append, append.event, version, version, 0, "w", data=b"x" * size)


def ring(start: int, count: int, size: int = 10) -> Ring:
    it = Ring(start)
    for version in range(start + 1, start + count + 1):
        it.append(Frame(entry(version, size)))
    return it


def version_in(text: str) -> int:
    return msgspec.json.decode(text)["params"]["version"]


def versions(frames: tuple[list[str], int] | None) -> tuple[list[int], int] | None:
    if frames is None:
        return None
    return [version_in(text) for text in frames[0]], frames[1]


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        pytest.param(10, ([11, 12, 13], 13), id="from its start"),
        pytest.param(12, ([13], 13), id="the newest only"),
        pytest.param(13, (NOTHING, 13), id="nothing new"),
        pytest.param(9, None, id="older than the ring"),
        pytest.param(14, (NOTHING, 14), id="ahead of the head"),
    ],
)
def test_a_cursor_reads_what_follows_it(after: int, expected: tuple[list[int], int] | None) -> None:
    assert versions(ring(10, 3).after(after, 1_000)) == expected


def test_a_read_is_bounded_but_never_empty() -> None:
    assert versions(ring(0, 5, size=100).after(0, 250)) == ([1, 2], 2)
    assert versions(ring(0, 5, size=100).after(0, 1)) == ([1], 1)


def test_old_frames_leave_by_count_and_by_bytes() -> None:
    by_count = ring(0, RING_FRAMES + 5)
    assert by_count.after(4, 10) is None
    assert versions(by_count.after(5, 10)) == ([6], 6)
    by_bytes = ring(0, 4, size=RING_BYTES // 2)
    assert by_bytes.after(1, 10) is None
    assert versions(by_bytes.after(2, RING_BYTES * 2)) == ([3, 4], 4)


def test_a_frame_is_encoded_once() -> None:
    frame = Frame(entry(1))
    assert frame.text is frame.text
    assert frame.text == frame_text(entry(1))


def test_a_frame_is_the_event_and_what_faces_made_of_it() -> None:
    frame = Frame(entry(1))
    made: list[str] = []

    def make(face: str) -> bytes:
        made.append(face)
        return face.encode()

    assert (frame.event, frame.turn_id, frame.data) == (entry(1).event, "u", b"x" * 10)
    for _ in range(2):
        assert (frame.view("a", lambda: make("a")), frame.view("b", lambda: make("b"))) == (b"a", b"b")
    assert made == ["a", "b"]


def test_what_was_let_go_for_the_text_is_made_again() -> None:
    sealed = entry(3)
    sealed.seal()
    frame = Frame(sealed)
    stored = frame.data
    assert frame.text == frame_text(entry(3))
    assert frame.data == stored


def test_events_and_texts_are_cut_alike() -> None:
    it = ring(0, 5, size=100)
    facts = it.facts_after(1, 250)
    assert facts is not None
    assert ([fact.version for fact in facts[0]], facts[1]) == versions(it.after(1, 250))
    assert it.facts_after(-1, 250) is None


def test_an_erased_stream_has_nothing_to_read() -> None:
    it = ring(0, 3)
    it.erase(3)
    assert it.is_erased
    assert it.after(3, 100) == ([], 3)
    assert it.after(1, 100) is None
