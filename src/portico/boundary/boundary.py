"""The boundary of one shell: calls by name in JSON, tagged answers; no exception leaves it."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import anyio
import msgspec
from anyio.abc import TaskGroup, TaskStatus

from portico.boundary.answers import Expected, Failed, Ok, Refused, failure_of, internal, unfit
from portico.boundary.desk import Desk, Means
from portico.boundary.link import Link
from portico.boundary.method import BoundaryMethod, Carrier
from portico.boundary.schema import document
from portico.boundary.table import METHODS
from portico.client import status
from portico.client.connection import Connection
from portico.client.errors import ClientError, lone_errors
from portico.client.transport import Opener
from portico.protocol.errors import ErrorKind

FAREWELL_SECONDS = 2.0

_encoder = msgspec.json.Encoder()
_TABLE = {method.name: (method, msgspec.json.Decoder(method.params)) for method in METHODS}


class Boundary:
    """Works while `running` runs."""

    def __init__(self, carrier: Carrier, means: Means) -> None:
        self._carrier: Carrier = carrier
        self._means = means
        self._group: TaskGroup | None = None
        self.desk = Desk(means, self._connect, lambda: document(METHODS))

    @asynccontextmanager
    async def running(self) -> AsyncGenerator["Boundary"]:
        """Its gateway is disconnected at the end."""
        with lone_errors():
            async with anyio.create_task_group() as group:
                self._group = group
                try:
                    yield self
                finally:
                    await self._leave(group)

    async def call(self, method: str, params: bytes = b"{}") -> bytes:
        """The answer, `Ok` or `Failed`, as JSON."""
        try:
            return _encoder.encode(Ok(value=await self._value(method, params)))
        except (ClientError, msgspec.ValidationError) as error:
            return _encoder.encode(self._failed(method, error))
        except Exception as error:
            return _encoder.encode(internal(self.desk.diagnostics.broke(method, error)))

    async def _value(self, name: str, params: bytes) -> object:
        method, decoder = self._method(name)
        try:
            decoded = decoder.decode(params)
        except (ValueError, RecursionError) as error:
            raise unfit(error) from error
        return await method.handler(self.desk, decoded)

    def _method(self, name: str) -> tuple[BoundaryMethod, msgspec.json.Decoder[object]]:
        found = _TABLE.get(name)
        if found is None:
            raise Refused(ErrorKind.INVALID, "unknown_method", "there is no such method", "$.method")
        if self._carrier not in found[0].carriers:
            raise Refused(ErrorKind.DENIED, "denied", f"{name} cannot be called from here")
        return found

    def _failed(self, method: str, error: Expected) -> Failed:
        failed = failure_of(error)
        self.desk.diagnostics.refused(method if method in _TABLE else "unknown", failed)
        return failed

    async def _leave(self, group: TaskGroup) -> None:
        """Also when its shell is cut off: threads that are shared must not wait for it."""
        self._group = None
        with anyio.move_on_after(FAREWELL_SECONDS, shield=True):
            await self.desk.leave()
        # a connection says goodbye; whoever takes longer is cut off
        group.cancel_scope.deadline = anyio.current_time() + FAREWELL_SECONDS

    async def _connect(self, name: str, opener: Opener) -> Link:
        if self._group is None:
            raise ClientError("the boundary does not run")
        return await self._group.start(self._serve, name, opener)

    async def _serve(self, name: str, opener: Opener, *, task_status: TaskStatus[Link]) -> None:
        """A connection's life. What fails before it stands is raised to who asked for it."""
        link: Link | None = None
        try:
            with lone_errors():
                async with Connection(opener, sleep=self._means.sleep).running() as connection:
                    link = Link(name, connection, self._means.shared, self.desk.changed, self._means.sleep)
                    task_status.started(link)
                    await link.run()
        except Exception as error:
            if link is None:
                raise
            ref = self.desk.diagnostics.broke("connection", error)
            link.happened(status.GaveUp(ClientError(internal(ref).message)))
