"""Threads that tests play facts into, and shells that read them."""

from typing import Any

import msgspec

from portico.boundary.board import Board
from portico.boundary.thread import SharedThread
from portico.client.connection import Step
from portico.client.state import ThreadState, reduce
from portico.client.timeline import AnyPatch, Row, apply
from portico.protocol import events as ev
from portico.protocol.types.item import AgentMessage
from portico.protocol.types.turn import Turn, TurnStatus


class Feed:
    """Plays a thread's facts into shared threads."""

    def __init__(self) -> None:
        self.turn_id = "u"
        self.state = ThreadState("t")
        self.thread = SharedThread("t")
        self.thread.load(self.state)

    def play(self, event: Any) -> None:
        self.state = reduce(self.state, event, version=self.state.version + 1, turn_id=self.turn_id, at_ms=1)
        self.thread.take(Step(event, self.state.version, self.turn_id, self.state))

    def begin(self) -> None:
        turn = Turn(id="u", status=TurnStatus.IN_PROGRESS)
        self.play(ev.TurnStarted(workspace_id="w", thread_id="t", turn=turn, input=[]))
        self.play(ev.ItemStarted(item=AgentMessage(id="i", text="")))

    def say(self, text: str) -> None:
        self.play(ev.ItemDelta(item_id="i", delta=text, stream="agent_message"))


class Reader:
    """A shell: its rows and its cursor."""

    def __init__(self, thread: SharedThread) -> None:
        self._thread = thread
        self.board: Board = thread.board
        self.cursor: str | None = None
        self.rows: list[Row] = []
        self.kinds: list[str] = []

    def read(self, limit: int = 100) -> None:
        raws, self.cursor = self._thread.read(self.cursor, limit, board=self.board)
        for raw in raws:
            event = msgspec.json.decode(raw)
            self.kinds.append(event["event"])
            if event["event"] == "timeline":
                self.rows = msgspec.convert(event["rows"], list[Row], strict=False)
            else:
                self.rows = apply(self.rows, msgspec.convert(event["patches"], list[AnyPatch]))


def fresh(thread: SharedThread, board: Board | None = None) -> list[Row]:
    """The rows of whoever loads now."""
    reader = Reader(thread)
    reader.board = board or reader.board
    reader.read()
    return reader.rows
