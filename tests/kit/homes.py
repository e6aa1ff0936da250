"""Homes with something in them, for tests of backup and restore."""

from contextlib import closing
from pathlib import Path

from portico.gateway.kernel.home import Home
from portico.gateway.store.blobs import BlobStore
from portico.gateway.store.changes import Put
from portico.gateway.store.engine import Group, ResultRow, Store
from portico.gateway.store.sqlite_files import open_plain
from tests.kit.stores import appended

TABLES = ("event", "stream", "blob_ref", "setting", "token", "migration")
KEY = b"k" * 32
OUTPUT = b"a big output"


def home_in(folder: Path) -> Home:
    """A home that is only a folder yet."""
    home = Home(folder)
    home.create()
    return home


async def fill(home: Home, store: Store) -> str:
    """Rows, the blob OUTPUT, a persona, a key, and a configuration that must not travel; the blob's digest."""
    blob = await BlobStore(home.blobs).put(OUTPUT)
    reference = Put("blob_ref", {"sha256": blob.sha256, "stream": "s"}, {"size": blob.size})
    setting = Put("setting", {"name": "größe"}, {"data": b"\x00\xff"})
    token = Put("token", {"id": "t"}, {"name": "n", "scopes": "read", "created_at": 2**40, "expires_at": None})
    await store.apply(appended("s", 0, *(str(n).encode() for n in range(1_200))))
    await store.apply(Group(changes=(reference, setting, token)))
    (home.path / "SOUL.md").write_text("kind")
    home.master_key.write_bytes(KEY)
    home.config_file.write_text("auth_token = 'x'")
    return blob.sha256


async def table_rows(store: Store) -> dict[str, list[ResultRow]]:
    """All rows of the tables that `fill` writes."""
    return {name: sorted(await store.read(f"select * from {name}"), key=repr) for name in TABLES}


def home_files(home: Home) -> dict[str, bytes]:
    """All but the lock, which is empty again after each use."""
    found = (path for path in home.path.rglob("*") if path.is_file() and path != home.lock_file)
    return {str(path): path.read_bytes() for path in found}


def make_keystore(home: Home, value: str) -> None:
    """A database of another shape than the store's."""
    with closing(open_plain(home.keystore)) as database:
        database.execute("create table secret (value text)")
        database.execute("insert into secret values (?)", (value,))


def kept_secret(home: Home) -> object:
    """What `make_keystore` put there."""
    with closing(open_plain(home.keystore)) as database:
        return database.execute("select value from secret").fetchall()[0][0]
