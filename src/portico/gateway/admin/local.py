"""What the command line asks of this machine: an embedded gateway, and the care of a home."""

import os
import sys
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

from portico.gateway.admin.doctor import examine, keystore
from portico.gateway.kernel.clock import SystemClock
from portico.gateway.kernel.config import Config, load
from portico.gateway.kernel.home import Home
from portico.gateway.kernel.ids import RandomIds
from portico.gateway.kernel.logging import configure
from portico.gateway.main import Stop, attach, running
from portico.gateway.main.checks import Finding, Place
from portico.gateway.store.backup import Backup
from portico.protocol.schema import documents, encode
from portico.protocol.typescript import declarations

Send = Callable[[str], Awaitable[None]]
Receive = Callable[[], Awaitable[str]]

STAYING = "others still use this gateway; it stays until they have left (Ctrl-C ends it now)"


@asynccontextmanager
async def embedded(home: Path | None) -> AsyncGenerator[tuple[Send, Receive]]:
    """A connection to a gateway in this process that others can join; it ends when the last client has left.

    Any free port of loopback: who joins finds it by the home's lock file, and the usual one may be in use.
    """
    config = replace(load({}, os.environ, home), host="127.0.0.1", port=0, tls_cert=None, tls_key=None)
    async with running(config, Stop()) as it:
        configure("warning", redact=it.gateway.redactor.text)
        async with attach(it) as ends:
            yield ends
        if it.gateway.hub.count:
            print(STAYING, file=sys.stderr, flush=True)
        await it.gateway.hub.empty()


async def doctor(home: Path | None) -> AsyncGenerator[Finding]:
    """Every check of the home, one after the other."""
    config = load({}, os.environ, home)
    async for finding in examine(_place(config)):
        yield finding


async def backup(home: Path | None, file: Path, *, with_key: bool) -> str:
    """Write `file`; says what is in it. Raises GatewayError."""
    config = load({}, os.environ, home)
    manifest = await Backup(Home(config.home), config.store_url).save(file, with_key=with_key)
    key = "with the master key: keep it safe" if with_key else "without the master key"
    return f"{file}: {len(manifest.files)} files, {key}"


async def restore(home: Path | None, file: Path) -> str:
    """Replace the home's content; says what it was, and in a second line what keeps its secrets from being read.

    Raises GatewayError, LockedHome while a gateway runs.
    """
    config = load({}, os.environ, home)
    manifest = await Backup(Home(config.home), config.store_url).restore(file)
    told = f"{config.home} holds what {file} held: {len(manifest.files)} files of portico {manifest.version}"
    found = await keystore(_place(config))
    return f"{told}\nwarning: {found.message}: {found.mend}" if found.status == "error" else told


def schema(*, typescript: bool) -> str:
    """The protocol as one JSON object of schemas by name, or as TypeScript."""
    if typescript:
        return declarations()
    return encode({name: document for name, document in documents().items()}).decode()


def _place(config: Config) -> Place:
    return Place(config, Home(config.home), SystemClock(), RandomIds())
