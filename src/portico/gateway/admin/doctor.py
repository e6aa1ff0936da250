"""`portico doctor`: looks at everything a gateway stands on, and says how to mend what is wrong."""

import shutil
import socket
import stat
import tempfile
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import anyio.to_thread
import apsw

from portico.gateway.adapters.keystore import open_keystore
from portico.gateway.adapters.master_keys import KEY_MEND, master_keys
from portico.gateway.adapters.shell import open_shell
from portico.gateway.features.providers import keyed_in_environment
from portico.gateway.features.tools import Command, ToolFault
from portico.gateway.kernel.clock import Clock
from portico.gateway.kernel.config import Config
from portico.gateway.kernel.errors import GatewayError
from portico.gateway.kernel.home import Home
from portico.gateway.kernel.ids import Ids
from portico.gateway.store.sql import LOG_ABOVE_HEAD, integrity_sentences
from portico.gateway.store.sqlite_files import copy_database, open_plain

LOW_DISK_BYTES = 1_073_741_824
NO_DISK_BYTES = 67_108_864
SANDBOX_SECONDS = 5.0
SANDBOX = ("bwrap", "--ro-bind", "/", "/", "--dev", "/dev", "--unshare-pid", "true")


@dataclass(frozen=True, slots=True)
class Finding:
    """One check's answer; `mend` says what to do."""

    name: str
    status: Literal["ok", "warning", "error"]
    message: str
    mend: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """What is looked at."""

    config: Config
    home: Home
    clock: Clock
    ids: Ids


Check = Callable[[Place], Awaitable[Finding]]


async def examine(place: Place) -> AsyncGenerator[Finding]:
    """All checks in order; one that cannot run says so and the others go on."""
    checks: tuple[Check, ...] = (home, modes, disk, port, database, keystore, providers, search, sandbox)
    for check in checks:
        yield await check(place)


async def home(place: Place) -> Finding:
    path = place.home.path
    if not path.exists():
        return Finding("home", "warning", f"{path} is not there yet", "the first `portico up` makes it")
    if not path.is_dir():
        return Finding("home", "error", f"{path} is not a folder", "move it away, or choose another with --home")
    running = place.home.running()
    return Finding("home", "ok", f"{path}" + (f", held by a gateway (pid {running.pid})" if running else ""))


async def modes(place: Place) -> Finding:
    """Nobody but the owner may read the home and its secrets."""
    it = place.home
    secrets = [it.token_file, it.keystore, it.master_key, it.database, it.config_file]
    loose = [path for path in (it.path, *secrets) if path.exists() and stat.S_IMODE(path.stat().st_mode) & 0o077]
    if not loose:
        return Finding("modes", "ok", "only its owner can read the home")
    names = " ".join(str(path) for path in loose)
    return Finding("modes", "error", f"others can read {names}", f"chmod go-rwx {names}")


async def disk(place: Place) -> Finding:
    folder = place.home.path
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    told = f"{free / 2**30:.1f} GiB free"
    if free < NO_DISK_BYTES:
        return Finding("disk", "error", told, "make room: without it nothing is acknowledged")
    if free < LOW_DISK_BYTES:
        return Finding("disk", "warning", told, "make room before it is full")
    return Finding("disk", "ok", told)


async def port(place: Place) -> Finding:
    config = place.config
    running = place.home.running()
    if running is not None and running.url is not None:
        return Finding("port", "ok", f"this home's gateway answers at {running.url}")
    family = socket.AF_INET6 if ":" in config.host else socket.AF_INET
    try:
        with socket.create_server((config.host, config.port), family=family):
            return Finding("port", "ok", f"{config.host}:{config.port} is free")
    except OSError as error:
        mend = "stop what listens there, or choose another with --port"
        return Finding("port", "error", f"{config.host}:{config.port}: {error.strerror}", mend)


async def database(place: Place) -> Finding:
    if place.config.store_url is not None:
        return Finding("database", "ok", "PostgreSQL; its server looks after it")
    if not place.home.database.exists():
        return Finding("database", "ok", "none yet")
    problems = await anyio.to_thread.run_sync(_database_problems, place.home.database)
    if problems:
        return Finding("database", "error", "; ".join(problems[:3]), "restore a backup: portico restore FILE")
    return Finding("database", "ok", "whole")


async def keystore(place: Place) -> Finding:
    """It opens with the key that is there, and every value can be read."""
    if not place.home.keystore.exists():
        return Finding("keystore", "ok", "none yet")
    try:
        keys = master_keys(place.home.master_key, place.config.environment)
        async with open_keystore(place.home.keystore, keys) as opened:
            listing = await opened.list()
    except GatewayError as error:
        return Finding("keystore", "error", error.message.removesuffix(f": {KEY_MEND}"), KEY_MEND)
    if listing.damaged:
        return Finding("keystore", "error", f"damaged: {', '.join(listing.damaged)}", "store these values again")
    return Finding("keystore", "ok", f"{len(listing.secrets)} values")


async def providers(place: Place) -> Finding:
    named = keyed_in_environment(place.config.environment)
    if named:
        return Finding("providers", "ok", f"the environment has {', '.join(named)}")
    mend = "set OPENAI_API_KEY, ANTHROPIC_API_KEY or OPENAI_BASE_URL, or run `portico providers set-key NAME`"
    return Finding("providers", "warning", "no key in the environment; without a stored one it rehearses", mend)


async def search(_: Place) -> Finding:
    if shutil.which("rg"):
        return Finding("search", "ok", "ripgrep is installed")
    return Finding("search", "warning", "ripgrep is not installed: searching is slower", "install ripgrep")


async def sandbox(place: Place) -> Finding:
    """What confines tools later: bubblewrap, and whether this system lets it work."""
    if shutil.which("bwrap") is None:
        mend = "install bubblewrap; until then tools run as this user, unconfined"
        return Finding("sandbox", "warning", "bubblewrap is not installed", mend)
    async with open_shell(place.config.environment, place.clock, place.ids, place.home.path) as shell:
        try:
            ended = await shell.run(Command(SANDBOX, Path("/"), timeout_seconds=SANDBOX_SECONDS), _drop)
        except ToolFault as error:
            return Finding("sandbox", "warning", f"bubblewrap does not start: {error.message}", "install it anew")
    if ended.code == 0:
        return Finding("sandbox", "ok", "bubblewrap works")
    mend = "allow user namespaces for it (on Ubuntu: an AppArmor profile)"
    return Finding("sandbox", "warning", "bubblewrap is not allowed to work here", mend)


def _drop(stream: str, data: bytes) -> None:
    del stream, data


def _database_problems(path: Path) -> list[str]:
    """What a copy of the database shows: the original may be in use."""
    try:
        with tempfile.TemporaryDirectory(dir=path.parent) as folder:
            copy = Path(folder) / "copy.db"
            copy_database(path, copy)
            with closing(open_plain(copy)) as opened:
                found = [str(row[0]) for row in opened.execute("pragma integrity_check(20)").fetchall()]
                problems = [sentence for sentence in found if sentence != "ok"]
                return problems or integrity_sentences(opened.execute(LOG_ABOVE_HEAD).fetchall())
    except GatewayError as error:
        return [error.message]
    except apsw.Error as error:
        return [f"it cannot be read ({type(error).__name__})"]
    except OSError as error:
        return [f"it cannot be copied: {error.strerror}"]
