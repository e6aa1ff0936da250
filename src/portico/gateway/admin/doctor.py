"""`portico doctor`: looks at everything a gateway stands on, and says how to mend what is wrong."""

import socket
import tempfile
from collections.abc import AsyncGenerator
from contextlib import closing
from pathlib import Path

import anyio.to_thread
import apsw

from portico.gateway.adapters.keystore import open_keystore
from portico.gateway.adapters.master_keys import KEY_MEND, master_keys
from portico.gateway.features.providers import keyed_in_environment
from portico.gateway.kernel.errors import GatewayError
from portico.gateway.main.checks import Check, Finding, Place, disk, modes, sandbox, search, values
from portico.gateway.store.sql import LOG_ABOVE_HEAD, integrity_sentences
from portico.gateway.store.sqlite_files import copy_database, open_plain


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
            return await values(opened)
    except GatewayError as error:
        return Finding("keystore", "error", error.message.removesuffix(f": {KEY_MEND}"), KEY_MEND)


async def providers(place: Place) -> Finding:
    named = keyed_in_environment(place.config.environment)
    if named:
        return Finding("providers", "ok", f"the environment has {', '.join(named)}")
    mend = "set OPENAI_API_KEY, ANTHROPIC_API_KEY or OPENAI_BASE_URL, or run `portico providers set-key NAME`"
    return Finding("providers", "warning", "no key in the environment; without a stored one it rehearses", mend)


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
