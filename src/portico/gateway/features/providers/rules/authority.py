"""Where a provider is reached and with what: addresses, keys, proxies, and the fingerprint of all three."""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import SplitResult, urlsplit

import msgspec

from portico.gateway.features.providers.rules.definitions import DEFINITIONS, OLLAMA, Definition, Kind
from portico.gateway.kernel.errors import Invalid, Unavailable

MAX_URL = 2_048
OLLAMA_PORT = 11434

KeySource = Literal["stored", "environment"]
UrlSource = Literal["configured", "environment", "definition"]


@dataclass(frozen=True, slots=True)
class Authority:
    """What a call to a provider needs. Key and proxy (it may hold a password) are not in its repr."""

    provider: str
    kind: Kind
    base_url: str | None
    url_source: UrlSource
    api_key: str | None = field(default=None, repr=False)
    key_source: KeySource | None = None
    proxy_url: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Stored:
    """What a workspace has stored for a provider; each wins over the environment."""

    api_key: str | None = field(default=None, repr=False)
    base_url: str | None = None
    proxy_url: str | None = field(default=None, repr=False)


NOTHING_STORED = Stored()


def authority(known: Definition, environment: Mapping[str, str], stored: Stored = NOTHING_STORED) -> Authority:
    """The authority of `known`. Raises Invalid when a variable of the environment holds no usable address."""
    base_url, url_source = known.base_url, "definition"
    variable = _first(known.urls, environment)
    if stored.base_url is not None:
        base_url, url_source = stored.base_url, "configured"
    elif variable is not None:
        base_url, url_source = base_url_of(known, environment[variable], variable), "environment"
    key_variable = _first(known.keys, environment)
    return Authority(
        provider=known.name,
        kind=known.kind,
        base_url=base_url,
        url_source=url_source,
        api_key=stored.api_key or (environment[key_variable].strip() if key_variable else None),
        key_source="stored" if stored.api_key else "environment" if key_variable else None,
        proxy_url=stored.proxy_url,
    )


def check_usable(known: Definition, reached: Authority) -> None:
    """Raise Unavailable with a code that says what is missing; a server of one's own may need no key."""
    if not known.is_available:
        raise Unavailable(
            f"the provider {known.name!r} cannot be used by this gateway",
            code="provider_unavailable",
            provider=known.name,
        )
    if known.kind == "rehearsal":
        return
    if reached.base_url is None:
        raise Unavailable(
            f"the provider {known.name!r} has no base URL: configure one or set {known.urls[0]}",
            code="base_url_missing",
            provider=known.name,
        )
    if known.needs_key and reached.api_key is None and reached.url_source == "definition":
        raise Unavailable(
            f"the provider {known.name!r} has no key: set one or set {known.keys[0]}",
            code="api_key_missing",
            provider=known.name,
        )


def is_usable(known: Definition, reached: Authority) -> bool:
    """A turn could use it now: it has a key, or somebody named an address. Ollama besides, where one answers."""
    if not known.is_available or reached.base_url is None:
        return known.kind == "rehearsal"
    return reached.api_key is not None or reached.url_source != "definition"


def is_in_environment(known: Definition, environment: Mapping[str, str]) -> bool:
    """A variable names a key or an address for it."""
    return _first((*known.keys, *known.urls), environment) is not None


def keyed_in_environment(environment: Mapping[str, str]) -> tuple[str, ...]:
    """Names of the providers that the environment brings a key or an address for."""
    return tuple(known.name for known in DEFINITIONS if known.is_available and is_in_environment(known, environment))


def base_url_of(known: Definition, text: str, path: str = "$.base_url") -> str:
    """The address in the form the wire adapters want, without a slash at its end. Raises Invalid at `path`.

    http or https, a host, no credentials, query or fragment (reference 13.2). Anthropic's has no `/v1`, Ollama's has.
    """
    text = text.strip()
    is_bare = known.name == OLLAMA and "://" not in text
    if is_bare:
        text = f"http://{text}"
    parts = _split(text, path)
    if parts.username is not None or parts.password is not None:
        raise Invalid("a base URL holds no credentials", path=path)
    base_url = f"{parts.scheme.lower()}://{parts.netloc}{parts.path}".rstrip("/")
    if known.kind == "anthropic_messages":
        return base_url.removesuffix("/v1")
    if known.name == OLLAMA:
        return _ollama(parts, is_bare)
    return base_url


def proxy_url_of(text: str, path: str = "$.proxy_url") -> str:
    """A proxy's address; credentials are allowed, so it is a secret. Raises Invalid at `path`."""
    parts = _split(text.strip(), path)
    if parts.path not in {"", "/"}:
        raise Invalid("a proxy's URL has no path", path=path)
    return f"{parts.scheme.lower()}://{parts.netloc}"


def shown_proxy(proxy_url: str) -> str:
    """The proxy's address without its credentials."""
    scheme, _, rest = proxy_url.partition("://")
    return f"{scheme}://{rest.rpartition('@')[2]}"


def api_key_of(text: str) -> str:
    """A key as it is sent in a header. Raises Invalid for one that cannot be."""
    key = text.strip()
    if not key or not key.isascii() or not key.isprintable() or " " in key:
        raise Invalid("a key is printable ASCII without spaces", path="$.api_key")
    return key


def fingerprint(salt: bytes, reached: Authority) -> str:
    """Names an authority without telling it: keyed, so that a weak key cannot be guessed from what is stored."""
    parts = (reached.provider, reached.kind, reached.base_url, reached.api_key, reached.proxy_url)
    return hmac.new(salt, msgspec.msgpack.encode(parts), hashlib.sha256).hexdigest()


def _split(text: str, path: str) -> SplitResult:
    if not text.isprintable() or len(text) > MAX_URL or any(sign in text for sign in (" ", "\\", "?", "#")):
        raise Invalid("a URL here has no spaces, backslashes, query or fragment", path=path)
    try:
        parts = urlsplit(text)
        is_whole = parts.scheme.lower() in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError as error:
        raise Invalid("this is no URL", path=path) from error
    if not is_whole:
        raise Invalid("a URL here starts with http:// or https:// and names a host", path=path)
    return parts


def _ollama(parts: SplitResult, is_bare: bool) -> str:
    """OLLAMA_HOST may be the address that the server binds to: 0.0.0.0 is reached on this host."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(parts.hostname or "", parts.hostname or "")
    host = f"[{host}]" if ":" in host else host
    port = parts.port or (OLLAMA_PORT if is_bare else None)
    place = f"{parts.scheme.lower()}://{host}" + (f":{port}" if port else "")
    return place + (parts.path.rstrip("/") or "/v1")


def _first(variables: tuple[str, ...], environment: Mapping[str, str]) -> str | None:
    return next((name for name in variables if environment.get(name, "").strip()), None)
