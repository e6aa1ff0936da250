"""What becomes of an address that a page wants to go to. Pure: the window asks before every navigation.

A page of a gateway has no bridge into this program. It can only wish to go somewhere; every wish ends here.
"""

from dataclasses import dataclass
from typing import Literal
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

MAX_URL = 8_192
OUTSIDE = frozenset({"http", "https", "mailto"})
MAIL = frozenset({"to", "cc", "bcc", "subject", "body", "in-reply-to"})
"""What an address may fill in; some mail programs take a file from it."""
BELL = "portico-shell"
"""The list of gateways rings by it, and says nothing with it: what it has to say is fetched from its page."""
Verb = Literal["open", "reveal"]
FILES: dict[str, Verb] = {"portico-open": "open", "portico-reveal": "reveal"}
_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Wish:
    """`is_click`: a person followed a link, and no script did. `is_ours`: this program loads a text of its own now."""

    url: str
    is_click: bool = False
    is_main_frame: bool = True
    is_ours: bool = False


@dataclass(frozen=True, slots=True)
class Load:
    """The window goes there."""


@dataclass(frozen=True, slots=True)
class Browse:
    """The system's browser or mail program goes there."""

    url: str


@dataclass(frozen=True, slots=True)
class Files:
    """Open a file, or show it in its folder; whether that may be is asked next."""

    verb: Verb
    path: str


@dataclass(frozen=True, slots=True)
class Ring:
    """The list has something to say."""


@dataclass(frozen=True, slots=True)
class Nothing:
    """The page stays where it is."""


Verdict = Load | Browse | Files | Ring | Nothing


def in_gateway(wish: Wish, root: str | None) -> Verdict:
    """For the window of a gateway's page; `root` is the URL of the gateway that it shows, None while it shows none."""
    parts = _split(wish.url)
    if parts is None:
        return Nothing()
    if parts.scheme in {"data", "about"}:
        return Load() if wish.is_ours or wish.url in {"about:blank", "about:srcdoc"} else Nothing()
    if parts.scheme == "blob":
        return Load() if not wish.is_main_frame and is_same_origin(wish.url[5:], root) else Nothing()
    if is_same_origin(wish.url, root):
        return Load()
    if parts.scheme in FILES:
        return Files(FILES[parts.scheme], unquote(wish.url.partition(":")[2])) if wish.is_click else Nothing()
    return Browse(wish.url) if wish.is_click and _is_outside(parts) else Nothing()


def in_list(wish: Wish) -> Verdict:
    """For the window with the list of gateways: it never goes anywhere."""
    if wish.is_ours and wish.url.startswith("data:"):
        return Load()
    return Ring() if wish.url.partition(":")[0] == BELL else Nothing()


def in_new_window(url: str) -> Verdict:
    """No page gets a second window."""
    parts = _split(url)
    return Browse(url) if parts is not None and _is_outside(parts) else Nothing()


def is_same_origin(url: str, root: str | None) -> bool:
    """The same scheme, host and port."""
    return root is not None and _origin(url) == _origin(root) is not None


def _is_outside(parts: SplitResult) -> bool:
    if parts.scheme == "mailto":
        return all(name.lower() in MAIL for name, _ in parse_qsl(parts.query, keep_blank_values=True))
    return parts.scheme in OUTSIDE


def _origin(url: str) -> tuple[str, str, int] | None:
    parts = _split(url)
    if parts is None or parts.scheme not in _PORTS or not parts.hostname or "@" in parts.netloc:
        return None
    try:
        return parts.scheme, parts.hostname, parts.port or _PORTS[parts.scheme]
    except ValueError:
        return None


def _split(url: str) -> SplitResult | None:
    if len(url) > MAX_URL and not url.startswith("data:"):
        return None
    try:
        return urlsplit(url)
    except ValueError:
        return None
