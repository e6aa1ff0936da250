"""How a program on a person's machine reaches gateways: the one of its home, one in this process, any other."""

from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from functools import partial
from pathlib import Path

from portico.client.errors import NotReachable
from portico.client.registry import find
from portico.client.transport import Opener, Transport
from portico.client.transport.memory import Receive, Send, memory
from portico.client.transport.websocket import websocket

HOME_NAME = "Portico"

Embedded = Callable[[], AbstractAsyncContextManager[tuple[Send, Receive]]]


class LocalWays:
    """As `desk.Ways`. Without a gateway on the home one is started in this process, for as long as it is used."""

    def __init__(self, environ: Mapping[str, str], home: Path | None, embedded: Embedded) -> None:
        self._environ = environ
        self._home = home
        self._embedded = embedded

    def home(self) -> tuple[str, Opener]:
        return HOME_NAME, self._open

    def remote(self, url: str, token: str | None) -> Opener:
        return partial(websocket, url, token)

    @asynccontextmanager
    async def _open(self) -> AsyncGenerator[Transport]:
        """Looked for at each opening: another process may have taken the home over, or have died."""
        async with AsyncExitStack() as stack:
            yield await self._enter(stack)

    async def _enter(self, stack: AsyncExitStack) -> Transport:
        target = find(self._environ, self._home)
        if target is not None:
            try:
                return await stack.enter_async_context(websocket(target.url, target.token))
            except NotReachable:
                if not target.is_home:
                    raise
        send, receive = await stack.enter_async_context(self._embedded())
        return await stack.enter_async_context(memory(send, receive))
