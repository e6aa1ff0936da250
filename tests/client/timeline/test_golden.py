"""Golden logs: events as the log stores them, and the rows they give. The shells' tests read the same files."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from portico.client.state import ThreadState, reduce
from portico.client.timeline import Projector, Row, apply, dressed, folded
from portico.client.words import LANGUAGES, sentence
from portico.protocol.events import Event
from portico.protocol.frames import Where, encode_frame, event_of
from portico.protocol.types.history import HistoryEvent

GOLDEN = Path(__file__).parent.parent / "golden"
NAMES = sorted(path.stem for path in GOLDEN.glob("*.jsonl"))


def log(name: str) -> list[tuple[HistoryEvent, Event]]:
    lines = (GOLDEN / f"{name}.jsonl").read_bytes().splitlines()
    history = [msgspec.json.decode(line, type=HistoryEvent) for line in lines]
    return [(one, msgspec.json.decode(one.payload, type=Event)) for one in history]


def replayed(name: str) -> ThreadState:
    state = ThreadState("t")
    for one, event in log(name):
        state = reduce(state, event, version=one.version, turn_id=one.turn_id, at_ms=one.created_at * 1_000)
    return state


@pytest.mark.parametrize("name", NAMES)
def test_a_log_gives_its_rows(name: str) -> None:
    expected = msgspec.json.decode((GOLDEN / f"{name}.rows.json").read_bytes())
    state = replayed(name)
    opened = {row.key: True for row in folded(state) if row.is_open is not None}
    assert (
        msgspec.json.decode(msgspec.json.encode({"rows": dressed(folded(state)), "opened": folded(state, opened)}))
        == expected
    )


@pytest.mark.parametrize("name", NAMES)
def test_replay_equals_live(name: str) -> None:
    """Notifications tell no times of their own (a connection stamps them) and not what a turn was started with."""
    state = ThreadState("t")
    projector = Projector(state)
    shown: list[Row] = []
    for one, event in log(name):
        where = Where(workspace_id="w", thread_id="t", turn_id=one.turn_id or "", version=one.version)
        frame: dict[str, Any] = msgspec.json.decode(encode_frame(event, where))
        told = event_of(frame["method"], frame["params"])
        assert told is not None
        state = reduce(state, told, version=one.version, turn_id=one.turn_id, at_ms=one.created_at * 1_000)
        shown = apply(shown, projector.take(told, state))
    assert shown == folded(replayed(name))


def test_there_are_golden_logs() -> None:
    assert len(NAMES) >= 3


@pytest.mark.promise("client.words")
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", NAMES)
def test_our_words_in_rows_can_be_said_in_every_language(name: str, language: str) -> None:
    shown = folded(replayed(name))
    pairs = [
        (text, words)
        for row in folded(replayed(name), {row.key: True for row in shown})
        for text, words in (
            (row.title, row.title_words),
            (row.detail, row.detail_words),
            (row.text, row.text_words),
        )
        if words is not None
    ]
    assert [text for text, words in pairs if text != str(words) or "{" in sentence(words, language)] == []
