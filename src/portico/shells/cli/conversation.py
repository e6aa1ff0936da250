"""One thread as a terminal drives it: turns in order, each waited for."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import anyio

from portico.client.connection import Step
from portico.client.errors import CallFailed
from portico.client.rpc import new_id
from portico.protocol.errors import ErrorKind
from portico.protocol.methods.thread import THREAD_GET, THREAD_START, ThreadGetParams, ThreadStartParams
from portico.protocol.methods.turn import TURN_CANCEL, TURN_START, TurnCancelParams, TurnStartParams
from portico.protocol.types.input import TextInput
from portico.protocol.types.thread import ThreadMode
from portico.protocol.types.turn import TurnStatus
from portico.shells.cli.screen import Screen
from portico.shells.cli.session import Session


@dataclass(frozen=True, slots=True)
class ChatOptions:
    """What the command line said. `here` is our folder if not the process's; `is_quiet` shows the answer only."""

    prompt: str | None = None
    thread: str | None = None
    is_chat: bool = False
    cwd: str | None = None
    provider: str | None = None
    model: str | None = None
    is_json: bool = False
    is_verbose: bool = False
    home: Path | None = None
    here: Path | None = None
    is_quiet: bool = False


class Conversation:
    """One thread as this terminal drives it; what others do on it is shown as well."""

    def __init__(self, session: Session, options: ChatOptions, screen: Screen) -> None:
        self._session = session
        self._options = options
        self._screen = screen
        self._ended: dict[str, TurnStatus] = {}
        self._stirred = anyio.Event()
        self._turn: str | None = None
        self._failure: OSError | None = None
        self.thread_id = options.thread or new_id()

    @property
    def folder(self) -> str | None:
        """Where tools run when this terminal chose it: what --cwd says, else our folder if the gateway has it too."""
        if self._options.cwd is not None:
            return self._options.cwd
        return str(self._options.here or Path.cwd()) if self._session.shares_folders else None

    async def open(self) -> None:
        """Open the thread that was named, or start one. Raises CallFailed, ClientError."""
        if not await self._exists():
            mode = ThreadMode.CHAT if self._options.is_chat else ThreadMode.AGENT
            await self._session.connection.call(
                THREAD_START,
                ThreadStartParams(
                    thread_id=self.thread_id, workspace_id=self._session.workspace.id, mode=mode, cwd=self.folder
                ),
            )
        await self._session.connection.follow(self.thread_id, self._step)

    async def say(self, text: str) -> TurnStatus:
        """Run a turn to its end. Raises CallFailed, ClientError, OSError when nothing can be shown any more."""
        turn_id = self._turn = new_id()
        self._screen.started(turn_id)
        try:
            await self._session.connection.call(TURN_START, self._start(turn_id, text))
            await self._until(lambda: turn_id in self._ended or self._failure is not None)
            if self._failure is not None:
                await self.cancel()
                raise self._failure
        finally:
            self._turn = None
            self._screen.close()
        return self._ended.pop(turn_id)

    async def cancel(self) -> None:
        """Stop the turn that runs, if one does."""
        turn_id = self._turn
        if turn_id is not None:
            params = TurnCancelParams(thread_id=self.thread_id, turn_id=turn_id, reason="stopped at the terminal")
            await self._session.connection.call(TURN_CANCEL, params)

    async def leave(self) -> None:
        """Go on with another thread, a new one."""
        await self._session.connection.unfollow(self.thread_id)
        self.thread_id = new_id()
        await self.open()

    def _start(self, turn_id: str, text: str) -> TurnStartParams:
        return TurnStartParams(
            thread_id=self.thread_id,
            turn_id=turn_id,
            input=[TextInput(text=text)],
            model=self._options.model,
            model_provider=self._options.provider,
            cwd=self.folder,
            when_busy="queue",
        )

    async def _until(self, is_reached: Callable[[], bool]) -> None:
        while not is_reached():
            self._stirred = anyio.Event()
            await self._stirred.wait()

    async def _exists(self) -> bool:
        if self._options.thread != self.thread_id:
            return False
        try:
            await self._session.connection.call(THREAD_GET, ThreadGetParams(thread_id=self.thread_id))
        except CallFailed as error:
            if error.kind is ErrorKind.NOT_FOUND:
                return False
            raise
        return True

    def _step(self, step: Step) -> None:
        self._show(step)
        turn = step.state.turn(step.turn_id or "")
        if turn is not None and turn.turn.status is not TurnStatus.IN_PROGRESS:
            self._ended[turn.id] = turn.turn.status
            self._stirred.set()

    def _show(self, step: Step) -> None:
        """A pipe that nobody reads any more ends this turn, not the connection."""
        try:
            self._screen.show(step)
        except OSError as error:
            self._failure = error
            self._stirred.set()
