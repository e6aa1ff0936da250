"""A store in memory that shares a part with a file: read at the start, and written to both from then on."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import apsw
import msgspec

from portico.gateway.kernel.clock import Clock
from portico.gateway.store.engine import EventRow, Group, StreamRow
from portico.gateway.store.memory import MemoryStore, open_memory
from portico.gateway.store.sqlite import OnConnect, open_sqlite
from portico.gateway.store.sqlite_errors import translated
from portico.gateway.store.sqlite_files import Database, open_writer
from portico.gateway.store.sqlite_writer import Writer
from portico.protocol.types.history import HistoryEvent

WAL_PAGES = 1_000
"""The file's WAL is moved into it when it is longer: changes of settings are few, and nobody waits for them."""

_STATE = "select head, decided, fence, open_turn, workspace_id from stream where stream = ?"
_history = msgspec.json.Decoder(HistoryEvent)
_encoder = msgspec.json.Encoder()


@dataclass(frozen=True, slots=True)
class Shared:
    """What memory and file share. Nothing else of a group ever reaches the file.

    `stream` is read whole at the start; of its later events those of the types `events` are written to both. So are
    changes of `tables`; the tables of `seeds` are read at the start and then changed in memory only.
    """

    stream: str
    events: frozenset[str]
    tables: frozenset[str]
    seeds: frozenset[str]


class Mirror:
    """`Beside` of a memory: the file at `path`, which has our newest schema and no other writer."""

    def __init__(self, path: Path, shared: Shared, on_connect: OnConnect | None = None) -> None:
        self._path = path
        self._shared = shared
        self._on_connect = on_connect
        self._writer = Writer(self._connect)

    def fill(self, connection: Database) -> None:
        """Copy the stream and the tables. Raises StoreUnavailable."""
        try:
            connection.execute("attach database ? as kept", (str(self._path),))
            for table in sorted(self._shared.tables | self._shared.seeds):
                connection.execute(f"insert into main.{table} select * from kept.{table}")
            for table in ("stream", "event"):
                rows = f"select * from kept.{table} where stream = ?"
                connection.execute(f"insert into main.{table} {rows}", (self._shared.stream,))
            connection.execute("detach database kept")
        except apsw.Error as error:
            raise translated(error) from error

    def keep(self, group: Group) -> None:
        """Write what is shared of `group`, its events under the file's own versions.

        Raises StreamConflict, ChangeRefused, StoreUnavailable.
        """
        shared = self._shared
        events = [row for row in group.events if row.stream == shared.stream and row.type in shared.events]
        changes = tuple(change for change in group.changes if change.table in shared.tables)
        if not events and not changes:
            return
        head, rows = self._following(events) if events else ((), ())
        self._writer.apply(Group(streams=head, events=rows, changes=changes, fact=group.fact))
        if self._writer.wal_pages > WAL_PAGES:
            self._writer.checkpoint()

    def close(self) -> None:
        self._writer.close()

    def _following(self, events: Sequence[EventRow]) -> tuple[tuple[StreamRow, ...], tuple[EventRow, ...]]:
        """`events` as those that follow the file's newest, and the stream's row after them."""
        before = self._state()
        rows = tuple(_numbered(row, before.head + place) for place, row in enumerate(events, 1))
        head = rows[-1].version
        decided = max((row.version for row in rows if not row.flow), default=before.decided)
        return (replace(before, expected_head=before.head, head=head, decided=decided),), rows

    def _state(self) -> StreamRow:
        stream = self._shared.stream
        found: list[StreamRow] = []

        def look(connection: Database) -> None:
            found.extend(StreamRow(stream, row[0], *row) for row in connection.execute(_STATE, (stream,)))

        self._writer.transact(look)
        return found[0] if found else StreamRow(stream, 0, 0, 0, 0, None, None)

    def _connect(self) -> Database:
        connection = open_writer(self._path)
        if self._on_connect is not None:
            self._on_connect(connection)
        return connection


@asynccontextmanager
async def open_mirrored(
    path: Path | str, shared: Shared, *, clock: Clock | None = None, on_connect: OnConnect | None = None
) -> AsyncGenerator[MemoryStore]:
    """A store in memory that shares `shared` with the file `path`, which is made and upgraded as needed.

    A change that the file does not take is refused with StoreUnavailable and not in memory either. `on_connect` sees
    each connection that writes the file (tests plant faults with it). Raises what `open_sqlite` raises.
    """
    async with open_sqlite(path, clock=clock):
        # it has our schema now, or what is wrong with it was told
        pass
    async with open_memory(clock=clock, beside=Mirror(Path(path), shared, on_connect)) as store:
        yield store


def _numbered(row: EventRow, version: int) -> EventRow:
    """`row` under another version, which stands in its data too."""
    told = msgspec.structs.replace(_history.decode(row.data), version=version)
    return replace(row, version=version, data=_encoder.encode(told))
