"""One thread that shells look at: reduced once; the shells that fold nothing themselves share one board of rows."""

from collections.abc import Callable, Mapping

import anyio
import msgspec

from portico.boundary.board import PAGE, Board
from portico.boundary.events import ComposerTold, ThreadGone
from portico.client.connection import Step
from portico.client.state.fresh import Missed
from portico.client.state.queue import QueueState
from portico.client.state.queue import reduce as reduce_queue
from portico.client.state.types import ThreadState

_encoder = msgspec.json.Encoder()


class SharedThread:
    """`board` is everybody's; a shell that opened or closed groups of rows has a board of its own beside it."""

    def __init__(self, thread_id: str) -> None:
        self.thread_id = thread_id
        self.state = ThreadState(thread_id)
        self.queue = QueueState(thread_id)
        self.loading = anyio.Lock()
        self.is_loaded = False
        self.users = 0
        self.board = Board(self.state)
        self._own: list[Board] = []
        self._watchers: list[Callable[[], None]] = []

    def load(self, state: ThreadState) -> None:
        """Take the state that was loaded; cursors of before are of another time."""
        self.state = state
        for board in self._boards():
            board.load(state)
        self.is_loaded = True
        self._changed()

    def take(self, step: Step) -> None:
        """What followed on it."""
        if not self.is_loaded:
            return
        self.state = step.state
        for board in self._boards():
            board.take(step.event, step.state)
        self.told(step.event)

    def caught_up(self, state: ThreadState) -> None:
        """Take the state after a reset, or after a fact that this client cannot read."""
        if not self.is_loaded:
            return
        self.state = state
        for board in self._boards():
            board.catch_up(state)
        self.told(Missed())

    def told(self, event: object) -> None:
        """A fact or answer about what waits for the thread."""
        queue = reduce_queue(self.queue, event)
        if queue is not self.queue:
            if queue.turns is not self.queue.turns:
                for board in self._boards():
                    board.queue(queue.turns)
            self.queue = queue
        self._changed()

    def toggled(self, board: Board, toggles: Mapping[str, bool]) -> Board:
        """The board on which these rows are open or closed: the shell's own one, made of everybody's at first."""
        if board is self.board:
            board = self.board.fork(self.state, self.queue.turns)
            self._own.append(board)
        for key, is_open in toggles.items():
            board.toggle(key, is_open=is_open)
        return board

    def drop(self, board: Board) -> None:
        """Nobody reads that board any more; everybody's stays."""
        self._own = [own for own in self._own if own is not board]

    def watch(self, changed: Callable[[], None]) -> Callable[[], None]:
        """`changed` is called when there is something to read, until the answer is called."""
        self._watchers.append(changed)
        return lambda: self._watchers.remove(changed)

    def read(
        self, cursor: str | None, limit: int, rows: int = PAGE, board: Board | None = None
    ) -> tuple[list[msgspec.Raw], str]:
        """As `Board.read`; of a deleted thread that it is gone."""
        board = board or self.board
        if self.state.is_closed:
            return [msgspec.Raw(_encoder.encode(ThreadGone(thread_id=self.thread_id)))], board.cursor
        return board.read(cursor, limit, rows)

    def composer(self) -> ComposerTold:
        queue = self.queue
        return ComposerTold(
            thread_id=self.thread_id, running=self.state.running, queued=queue.turns, steers=queue.steers
        )

    def _boards(self) -> tuple[Board, ...]:
        return (self.board, *self._own)

    def _changed(self) -> None:
        for changed in list(self._watchers):
            changed()
