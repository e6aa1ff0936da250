"""Which gateway the window shows: decided from what was given, the list and what was shown last. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from portico.client.errors import ClientError
from portico.client.registry_plan import Registry, RemoteGateway, address_of
from portico.shells.desktop.kept import Kept
from portico.shells.desktop.words import say, told

LOCAL = "local"


@dataclass(frozen=True, slots=True)
class Local:
    """The gateway of the home."""


@dataclass(frozen=True, slots=True)
class Remote:
    """One of the list."""

    gateway: RemoteGateway


@dataclass(frozen=True, slots=True)
class Given:
    """An address and its credential from the environment; neither is kept."""

    url: str
    token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Unlisted:
    """An address that the list does not have: a person names it and gives its token."""

    url: str


Choice = Local | Remote | Given | Unlisted


def choose(given: str | None, environ: Mapping[str, str], registry: Registry, kept: Kept) -> Choice:
    """`--gateway`, `PORTICO_URL`, what was shown last, the list's selected one, the local one.

    Raises ClientError for an id that is not in the list and an address that is none.
    """
    if given is not None:
        return _named(given, environ, registry)
    if url := environ.get("PORTICO_URL"):
        return _at(url, environ, registry)
    selected = registry.get(registry.selected)
    return Local() if selected is None or kept.is_local else Remote(selected)


def by_id(gateway_id: str, registry: Registry) -> Choice:
    """Raises ClientError."""
    if gateway_id == LOCAL:
        return Local()
    known = registry.get(gateway_id)
    if known is None:
        raise ClientError(say("ui.desktop.unknown_gateway", id=gateway_id[:80]))
    return Remote(known)


def _named(given: str, environ: Mapping[str, str], registry: Registry) -> Choice:
    return _at(given, environ, registry) if "://" in given else by_id(given, registry)


def _at(url: str, environ: Mapping[str, str], registry: Registry) -> Choice:
    address = address_of(url)
    if address.refusal is not None:
        raise ClientError(f"{told(address.refusal)}: {url[:200]}")
    token = environ.get("PORTICO_TOKEN")
    if token and address_of(environ.get("PORTICO_URL", "")).url == address.url:
        return Given(address.url, token)
    known = next((one for one in registry.gateways if one.url == address.url), None)
    return Unlisted(address.url) if known is None else Remote(known)
