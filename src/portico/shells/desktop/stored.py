"""What pages of gateways keep on this computer: a folder for each gateway of the list, gone with its entry or token."""

import shutil
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path

from portico.client.registry_plan import Registry, RemoteGateway

HOME = "local"
"""The folder of the home's own gateway."""
MODE = 0o700


def name_of(gateway: RemoteGateway) -> str:
    """The folder of a gateway of the list; an entry with another address is another gateway."""
    return sha256(f"{gateway.id}\n{gateway.url}".encode()).hexdigest()[:32]


def names(registry: Registry) -> frozenset[str]:
    """The folders that may be there: of gateways that have a token, and of the home's own."""
    return frozenset((HOME, *(name_of(one) for one in registry.gateways if one.token_ref is not None)))


def create(pages: Path, name: str) -> Path:
    """The folder, readable by its owner only. Raises OSError."""
    folder = pages / name
    for one in (pages, folder):
        one.mkdir(mode=MODE, exist_ok=True)
        one.chmod(MODE)
    return folder


def sweep(pages: Path, wanted: Iterable[str]) -> None:
    """Erase every other folder. What cannot be erased now is erased the next time."""
    kept = frozenset(wanted)
    try:
        found = [one for one in pages.iterdir() if one.name not in kept]
    except OSError:
        return
    for one in found:
        shutil.rmtree(one, ignore_errors=True)
