"""Checks of what a gateway stands on: `portico doctor` and a running gateway's `gateway/health` share them."""

import shutil
import stat
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from portico.gateway.adapters.shell import Shell, open_shell
from portico.gateway.features.secrets import KeystorePort
from portico.gateway.features.tools import Command, ToolFault
from portico.gateway.kernel.clock import Clock
from portico.gateway.kernel.config import Config
from portico.gateway.kernel.home import Home
from portico.gateway.kernel.ids import Ids
from portico.protocol.types.health import FindingStatus

LOW_DISK_BYTES = 1_073_741_824
NO_DISK_BYTES = 67_108_864
SANDBOX_SECONDS = 5.0
SANDBOX = ("bwrap", "--ro-bind", "/", "/", "--dev", "/dev", "--unshare-pid", "true")


@dataclass(frozen=True, slots=True)
class Finding:
    """One check's answer; `mend` says what to do."""

    name: str
    status: FindingStatus
    message: str
    mend: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """What is looked at. `shell` is a running gateway's; without one the check opens its own."""

    config: Config
    home: Home
    clock: Clock
    ids: Ids
    shell: Shell | None = None


Check = Callable[[Place], Awaitable[Finding]]


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


async def search(_: Place) -> Finding:
    if shutil.which("rg"):
        return Finding("search", "ok", "ripgrep is installed")
    return Finding("search", "warning", "ripgrep is not installed: searching is slower", "install ripgrep")


async def sandbox(place: Place) -> Finding:
    """What confines tools later: bubblewrap, and whether this system lets it work."""
    if shutil.which("bwrap") is None:
        mend = "install bubblewrap; until then tools run as this user, unconfined"
        return Finding("sandbox", "warning", "bubblewrap is not installed", mend)
    if place.shell is not None:
        return await _confined(place.shell)
    async with open_shell(place.config.environment, place.clock, place.ids, place.home.path) as shell:
        return await _confined(shell)


async def values(keystore: KeystorePort) -> Finding:
    """Every value of the keystore can be read. Raises what the keystore raises."""
    listing = await keystore.list()
    if listing.damaged:
        return Finding("keystore", "error", f"damaged: {', '.join(listing.damaged)}", "store these values again")
    return Finding("keystore", "ok", f"{len(listing.secrets)} values")


async def _confined(shell: Shell) -> Finding:
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
