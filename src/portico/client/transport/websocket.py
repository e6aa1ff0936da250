"""The WebSocket transport: one connection to a gateway's `/rpc`."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit, urlunsplit

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus, InvalidURI

from portico.client.errors import NotReachable, SignInRefused, TransportClosed
from portico.client.transport import Transport

CONNECT_SECONDS = 10.0
PING_SECONDS = 10.0
PONG_SECONDS = 30.0
"""Reference 2.1."""


class WebSocketTransport:
    """Text frames over an open socket."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket

    async def send(self, text: str) -> None:
        try:
            await self._socket.send(text)
        except ConnectionClosed as error:
            raise TransportClosed(_reason(error)) from error

    async def receive(self) -> str:
        try:
            frame = await self._socket.recv()
        except ConnectionClosed as error:
            raise TransportClosed(_reason(error)) from error
        return frame if isinstance(frame, str) else frame.decode()


@asynccontextmanager
async def websocket(url: str, token: str | None) -> AsyncGenerator[Transport]:
    """Connect to the gateway at `url` (http or ws, its root). Raises NotReachable, SignInRefused."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    try:
        socket = await connect(
            rpc_url(url),
            additional_headers=headers,
            compression=None,
            max_size=None,
            open_timeout=CONNECT_SECONDS,
            ping_interval=PING_SECONDS,
            ping_timeout=PONG_SECONDS,
            proxy=None,
        )
    except InvalidStatus as error:
        status = error.response.status_code
        if status in {401, 403, 429}:
            raise SignInRefused(f"the gateway at {url} refuses the credential (HTTP {status})") from error
        raise NotReachable(f"the gateway at {url} answered HTTP {status}") from error
    except (OSError, TimeoutError, InvalidHandshake, InvalidURI) as error:
        raise NotReachable(f"no gateway answers at {url}") from error
    async with socket:
        yield WebSocketTransport(socket)


def rpc_url(url: str) -> str:
    """The WebSocket address of a gateway that is named by its root."""
    parts = urlsplit(url)
    scheme = {"http": "ws", "https": "wss"}.get(parts.scheme, parts.scheme)
    return urlunsplit((scheme, parts.netloc, f"{parts.path.rstrip('/')}/rpc", "", ""))


def _reason(error: ConnectionClosed) -> str:
    close = error.rcvd
    return f"the gateway closed the connection ({close.code} {close.reason})".rstrip() if close else "connection lost"
