"""The address of a gateway as a person types it: checked, and in one spelling."""

import ipaddress
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from portico.client.words import Phrase, say

MAX_URL = 2_048
_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Address:
    """A URL without a slash at its end, or the reason why it is none. `warning` does not stand against it."""

    url: str = ""
    refusal: Phrase | None = None
    warning: Phrase | None = None


def address_of(text: str) -> Address:
    """Two spellings of one address give one URL; `http` and `https` only, a host, no credentials, query or fragment."""
    text = text.strip()
    if not text or len(text) > MAX_URL or any(sign.isspace() or not sign.isprintable() for sign in text):
        return Address(refusal=say("registry.not_a_url"))
    try:
        parts = urlsplit(text)
        host = parts.hostname
    except ValueError:
        return Address(refusal=say("registry.not_a_url"))
    refusal = _refusal(text, parts, host)
    if refusal is not None or host is None:
        return Address(refusal=refusal)
    try:
        port = parts.port
    except ValueError:
        return Address(refusal=say("registry.port"))
    shown = f"[{host}]" if ":" in host else host
    place = shown if port in {None, _PORTS[parts.scheme]} else f"{shown}:{port}"
    is_open = parts.scheme == "http" and not _is_loopback(host)
    warning = say("registry.plain_http") if is_open else None
    return Address(f"{parts.scheme}://{place}{parts.path.rstrip('/')}", warning=warning)


def _refusal(text: str, parts: SplitResult, host: str | None) -> Phrase | None:
    if parts.scheme not in _PORTS:
        return say("registry.scheme")
    if "@" in parts.netloc:
        return say("registry.credentials")
    if "#" in text or "?" in text:
        return say("registry.fragment")
    if not host or "\\" in text:
        return say("registry.no_host")
    return None


def _is_loopback(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
