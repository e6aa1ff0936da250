"""The list of gateways in a file of the shell's, readable by its owner only, replaced as a whole."""

import os
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Protocol

import msgspec

from portico.client.errors import ClientError
from portico.client.registry_plan.plan import Registry, RegistryPlan
from portico.client.words import say

FORMAT = 1


class TokenStore(Protocol):
    """The shell's own secret store: an OS keyring, a phone's secure storage."""

    def get(self, ref: str) -> str | None: ...

    def put(self, ref: str, token: str) -> None: ...

    def delete(self, ref: str) -> None:
        """Forgets it; one that is not there is forgotten already."""


class _Kept(msgspec.Struct, frozen=True, kw_only=True):
    format: int
    registry: Registry


class RegistryFile:
    """Where the list is; the shell says the path, its folder is made when it is first written."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def load(self) -> Registry:
        """An empty list where there is no file. Raises ClientError for one that cannot be read: it is not replaced."""
        try:
            kept = msgspec.json.decode(self.path.read_bytes(), type=_Kept)
        except FileNotFoundError:
            return Registry()
        except (OSError, ValueError, RecursionError) as error:
            raise ClientError(f"{say('registry.unreadable')}: {self.path}") from error
        if kept.format != FORMAT:
            raise ClientError(f"{say('registry.unreadable')}: {self.path}")
        return kept.registry

    def save(self, registry: Registry) -> None:
        """Whole or not at all, even if the machine stops. Raises ClientError."""
        data = msgspec.json.format(msgspec.json.encode(_Kept(format=FORMAT, registry=registry)), indent=2)
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._replace(data)
        except OSError as error:
            raise ClientError(f"{say('registry.unwritable')}: {self.path}") from error

    def _replace(self, data: bytes) -> None:
        """`mkstemp` makes a file that only its owner can read."""
        descriptor, name = tempfile.mkstemp(prefix=f".{self.path.name}.", dir=self.path.parent)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            Path(name).replace(self.path)
        except OSError:
            with suppress(OSError):
                Path(name).unlink()
            raise


def carry_out(plan: RegistryPlan, file: RegistryFile, tokens: TokenStore, token: str | None = None) -> Registry:
    """Do what was planned; `token` is what a `put` stores. Raises ClientError, ValueError for a plan with refusals.

    A new token is stored before the list names it, an old one is forgotten after the list does not name it any more:
    what stops in between leaves a list that works.
    """
    if plan.refusals:
        raise ValueError("the plan has refusals")
    for change in plan.tokens:
        if change.kind == "put":
            if not token:
                raise ValueError("the plan needs a token")
            tokens.put(change.ref, token)
    file.save(plan.registry)
    for change in plan.tokens:
        if change.kind == "delete":
            tokens.delete(change.ref)
    return plan.registry
