"""Signing the window in: a gateway makes a code for who shows it an admin token; the page gets the code only."""

from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

import aiohttp
import msgspec

from portico.shells.desktop.words import say

SECONDS = 15.0
MAX_ANSWER = 16_384
Reason = Literal["token", "refused", "network"]
"""Of a refusal: a token is needed, it is something else with the gateway, it was not reached."""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """The URL signs one browser in, once, within minutes."""

    url: str


@dataclass(frozen=True, slots=True)
class NotSignedIn:
    reason: Reason
    words: str


class _Link(msgspec.Struct, frozen=True, kw_only=True):
    url: str


async def sign_in(name: str, url: str, token: str | None) -> SignedIn | NotSignedIn:
    """Ask the gateway at `url` for a code. No redirect is followed: the token goes to this origin only."""
    headers = {"authorization": f"Bearer {token}"} if token else {}
    timeout = aiohttp.ClientTimeout(total=SECONDS)
    try:
        async with (
            aiohttp.ClientSession(timeout=timeout) as session,
            session.post(f"{url.rstrip('/')}/auth/code", headers=headers, allow_redirects=False) as answer,
        ):
            return judged(name, url, answer.status, await answer.content.read(MAX_ANSWER), has_token=token is not None)
    except (aiohttp.ClientConnectorCertificateError, aiohttp.ClientConnectorSSLError) as error:
        return NotSignedIn("network", say("ui.desktop.tls", name=name, why=_tls_words(error)))
    except (aiohttp.ClientError, OSError, TimeoutError, ValueError):
        return NotSignedIn("network", say("ui.desktop.unreachable", name=name, url=url))


def judged(name: str, url: str, status: int, body: bytes, *, has_token: bool) -> SignedIn | NotSignedIn:
    """What the answer means. Of its URL only the code is taken: the window goes to the address that it knows."""
    match status:
        case 200:
            code = _code(body)
            if code:
                return SignedIn(f"{url.rstrip('/')}/#code={code}")
            return NotSignedIn("refused", say("ui.desktop.not_portico", url=url, status=status))
        case 401 | 403 if not has_token:
            return NotSignedIn("token", say("ui.desktop.no_token", name=name))
        case 401:
            return NotSignedIn("token", say("ui.desktop.signed_out", name=name))
        case 403:
            return NotSignedIn("token", say("ui.desktop.no_admin", name=name))
        case 429:
            return NotSignedIn("refused", say("ui.desktop.throttled", name=name))
        case _:
            return NotSignedIn("refused", say("ui.desktop.not_portico", url=url, status=status))


def _code(body: bytes) -> str:
    try:
        code = urlsplit(msgspec.json.decode(body, type=_Link).url).fragment.removeprefix("code=")
    except (ValueError, RecursionError):
        return ""
    return code if code.isascii() and code.replace("-", "").replace("_", "").isalnum() else ""


def _tls_words(error: Exception) -> str:
    """As OpenSSL says it: `self-signed certificate`, `certificate has expired`."""
    found: object = getattr(error, "certificate_error", error)
    return str(getattr(found, "verify_message", "")) or type(error).__name__
