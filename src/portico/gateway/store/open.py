"""One way to open the store, whichever engine holds it."""

import importlib
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast

from portico.gateway.kernel.clock import Clock
from portico.gateway.kernel.errors import Invalid, Unavailable
from portico.gateway.store.engine import Store
from portico.gateway.store.mirror import Shared, open_mirrored
from portico.gateway.store.sqlite import open_sqlite
from portico.gateway.store.swap import refuse_unfinished

POSTGRES_SCHEMES = ("postgresql://", "postgres://")
SQLITE_SCHEME = "sqlite:///"


@asynccontextmanager
async def open_store(place: str | Path, *, clock: Clock | None = None) -> AsyncGenerator[Store]:
    """The store at `place`: a `postgresql://` URL, `sqlite:///PATH`, or the path of a SQLite file; migrated.

    Raises Invalid for another URL; Unavailable: `missing_extra` if asyncpg is not installed, `restore_unfinished` if
    the folder of the file waits for `finish_restore`, else what `open_sqlite` and `open_postgres` raise.
    """
    text = str(place)
    if is_postgres(text):
        async with _postgres().open_postgres(text, clock=clock) as store:
            yield cast("Store", store)
        return
    async with open_sqlite(_file(text), clock=clock) as store:
        yield store


@asynccontextmanager
async def open_forgetful(place: str | Path, shared: Shared, *, clock: Clock | None = None) -> AsyncGenerator[Store]:
    """A store in memory that shares only `shared` with the SQLite file at `place`.

    Raises Invalid for another URL, `restore_unfinished` as `open_store` does, and what `open_mirrored` raises.
    """
    text = str(place)
    if is_postgres(text):
        raise Invalid(
            "a gateway that keeps nothing shares its settings with a SQLite file, not with PostgreSQL",
            path="store.session_persist",
        )
    async with open_mirrored(_file(text), shared, clock=clock) as store:
        yield store


def is_postgres(place: str) -> bool:
    return place.startswith(POSTGRES_SCHEMES)


async def replace_rows(url: str, source: Path, *, clock: Clock | None = None) -> None:
    """Put the rows of the SQLite file `source`, which has our newest schema, in place of all that is stored at `url`.

    Raises Invalid unless `url` is PostgreSQL's, and what `open_store` raises.
    """
    if not is_postgres(url):
        raise Invalid("rows are replaced in PostgreSQL only; a SQLite file is replaced whole", path="store.url")
    async with _postgres().open_postgres(url, clock=clock) as store:
        await store.replace(source)


def _file(text: str) -> Path:
    if "://" in text and not text.startswith(SQLITE_SCHEME):
        raise Invalid(f"no store speaks {text.split('://', maxsplit=1)[0]}", path="store.url")
    path = Path(text.removeprefix(SQLITE_SCHEME))
    refuse_unfinished(path.parent)
    return path


def _postgres() -> Any:
    """Loaded where a URL asks for it: asyncpg is an extra, and a gateway on SQLite must not pay for it."""
    try:
        return importlib.import_module("portico.gateway.store.postgres")
    except ModuleNotFoundError as error:
        if error.name != "asyncpg":
            raise
        hint = "PostgreSQL needs the extra `postgres`: pip install 'portico[postgres]'"
        raise Unavailable(hint, code="missing_extra") from error
