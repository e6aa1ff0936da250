"""`portico chat`: one prompt and out, or a conversation at the terminal."""

import sys
from collections.abc import Awaitable, Callable, Coroutine, Generator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, wait
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from typing import Any, TextIO, TypeVar

import anyio
import click
from anyio.abc import TaskStatus
from anyio.from_thread import BlockingPortal, start_blocking_portal
from rich.console import Console
from rich.text import Text

from portico.client.errors import CallFailed, ClientError, TransportClosed
from portico.client.registry import home_of
from portico.protocol.types.turn import TurnStatus
from portico.shells.cli.conversation import ChatOptions, Conversation
from portico.shells.cli.host import Host
from portico.shells.cli.prompt import Prompt
from portico.shells.cli.screen import About, JsonScreen, PlainScreen, Screen
from portico.shells.cli.session import Session, connected

T = TypeVar("T")

MOST_CHARS = 1_048_576
"""The gateway takes no longer text."""
EXIT_OK = 0
EXIT_FAILED = 1
EXIT_INTERRUPTED = 130
HELP = "/new starts another thread, /exit leaves; Ctrl-C stops the turn, a line that ends with \\ goes on"

EXITS = {TurnStatus.COMPLETED: EXIT_OK, TurnStatus.INTERRUPTED: EXIT_INTERRUPTED}


@dataclass(frozen=True, slots=True)
class Terminal:
    """Where a chat reads and writes."""

    stdin: TextIO
    stdout: TextIO
    console: Console

    def screen(self, options: ChatOptions) -> Screen:
        if options.is_json:
            return JsonScreen(self.stdout)
        about = About.QUIET if options.is_quiet else About.VERBOSE if options.is_verbose else About.USUAL
        return PlainScreen(self.stdout, self.console, about=about)

    def busy(self, doing: str) -> AbstractContextManager[Any]:
        """A progress display where a person looks on."""
        return self.console.status(doing) if self.console.is_terminal else nullcontext()


@dataclass(frozen=True, slots=True)
class _Desk:
    """The session and the loop that it lives on, in another thread; `life` is done when the session broke."""

    portal: BlockingPortal
    session: Session
    life: Future[None]

    def run(self, work: Callable[..., Coroutine[Any, Any, T]], *args: Any) -> T:
        """Run `work` there to its end; raises what it or the session raised."""
        return self.wait(self.portal.start_task_soon(work, *args))

    def wait(self, future: Future[T]) -> T:
        """The result. A KeyboardInterrupt leaves the work running."""
        either: list[Future[Any]] = [future, self.life]
        wait(either, return_when=FIRST_COMPLETED)
        if future.done():
            return future.result()
        self.life.result()
        raise TransportClosed("the session has ended")


def run_chat(host: Host, environ: Mapping[str, str], options: ChatOptions, terminal: Terminal) -> int:
    """The exit code: 0 ok, 1 failed, 130 interrupted. Raises ClientError."""
    prompt = options.prompt
    if prompt is None and not terminal.stdin.isatty():
        prompt = piped(terminal.stdin)
    if prompt is not None and not prompt.strip():
        raise ClientError("there is nothing to say: give a prompt, or start it at a terminal")
    with _desk(host, environ, options, terminal) as desk:
        conversation = Conversation(desk.session, options, terminal.screen(options))
        desk.session.connection.on_break = _breaks(terminal)
        desk.run(conversation.open)
        if prompt is not None:
            _say_where(terminal, desk.session, conversation, options)
            return EXITS.get(_turn(desk, conversation, prompt.strip()), EXIT_FAILED)
        return _converse(desk, conversation, _Talk(terminal, options, environ))


def piped(stdin: TextIO) -> str:
    """All of it, but no more than a turn takes: who pipes a disk into us must not fill the memory.

    Raises click.UsageError when there is more.
    """
    text = stdin.read(MOST_CHARS + 1)
    if len(text) > MOST_CHARS:
        raise click.UsageError(f"standard input is longer than a prompt may be ({MOST_CHARS} characters)")
    return text


@contextmanager
def _desk(host: Host, environ: Mapping[str, str], options: ChatOptions, terminal: Terminal) -> Generator[_Desk]:
    async def live(*, task_status: TaskStatus[tuple[Session, anyio.Event]]) -> None:
        async with connected(host, environ, options.home) as session, anyio.create_task_group() as group:
            leave = anyio.Event()
            group.start_soon(_fail_with, session)
            task_status.started((session, leave))
            await leave.wait()
            group.cancel_scope.cancel()

    with start_blocking_portal(backend_options={"use_uvloop": sys.platform != "win32"}) as portal:
        with terminal.busy("connecting"):
            life, (session, leave) = portal.start_task(live)
        try:
            yield _Desk(portal, session, life)
        except (ClientError, OSError):
            _part(portal, leave, life)
            raise
        _part(portal, leave, life)


def _part(portal: BlockingPortal, leave: anyio.Event, life: Future[None]) -> None:
    """End the session; an embedded gateway stays until its last client has left."""
    portal.call(leave.set)
    life.result()


async def _fail_with(session: Session) -> None:
    raise await session.connection.over()


@dataclass(frozen=True, slots=True)
class _Talk:
    terminal: Terminal
    options: ChatOptions
    environ: Mapping[str, str]


def _converse(desk: _Desk, conversation: Conversation, talk: _Talk) -> int:
    console = talk.terminal.console
    gateway = desk.session.gateway
    model = "/".join(part for part in (gateway.default_model_provider, gateway.default_model) if part)
    console.print(Text(f"portico {gateway.version} · {model}", style="bold"))
    _say_where(talk.terminal, desk.session, conversation, talk.options)
    console.print(Text(f"thread {conversation.thread_id} · {HELP}", style="dim"), soft_wrap=True)
    history = home_of(talk.environ, talk.options.home) / "chat-history" if gateway.is_persistent else None
    with Prompt(history) as prompt:
        while (text := prompt.ask()) is not None:
            if text in {"/exit", "/quit"}:
                break
            if text == "/new":
                _tell_failure(console, lambda: desk.run(conversation.leave))
                console.print(Text(f"thread {conversation.thread_id}", style="dim"))
            elif text == "/help":
                console.print(Text(HELP, style="dim"))
            elif text:
                _tell_failure(console, lambda said=text: _turn(desk, conversation, said))
    return EXIT_OK


def _tell_failure(console: Console, run: Callable[[], Any]) -> None:
    """In a conversation a refused call is a line, not the end."""
    try:
        run()
    except CallFailed as error:
        console.print(Text(error.message, style="red"))


def _turn(desk: _Desk, conversation: Conversation, text: str) -> TurnStatus:
    """Wait for the turn; Ctrl-C stops it, a second one leaves at once."""
    future = desk.portal.start_task_soon(conversation.say, text)
    try:
        return desk.wait(future)
    except KeyboardInterrupt:
        desk.portal.start_task_soon(_quietly, conversation.cancel)
    return desk.wait(future)


async def _quietly(work: Callable[[], Awaitable[None]]) -> None:
    try:
        await work()
    except ClientError:
        # the turn ends by itself or the connection is gone: the wait tells
        return


def _breaks(terminal: Terminal) -> Callable[[ClientError, float], None]:
    def tell(error: ClientError, seconds: float) -> None:
        terminal.console.print(Text(f"{error}; trying again in {seconds:.1f} s", style="yellow"))

    return tell


def _say_where(terminal: Terminal, session: Session, conversation: Conversation, options: ChatOptions) -> None:
    if options.is_json or options.is_chat or options.is_quiet:
        return
    if conversation.folder is not None:
        where = f"tools run in {conversation.folder}"
    else:
        where = f"tools run on the gateway's host in {session.workspace.root or 'its folder'}"
    terminal.console.print(Text(f"  {where}", style="dim"), soft_wrap=True)
