"""Decisions about credentials: signatures, claims, expiry, idle time. Values only."""

import base64
import hashlib
import hmac
from binascii import Error as Base64Error
from dataclasses import dataclass

import msgspec

from portico.gateway.kernel.context import ALL_SCOPES, Principal
from portico.gateway.kernel.errors import Denied
from portico.protocol.base import Scope, Wire
from portico.protocol.types.access import Token

ISSUER = "portico"
AUDIENCE = "portico-clients"
KEY_BYTES = 64
MIN_KEY_BYTES = 32
DEFAULT_TTL_SECONDS = 31_536_000
"""One year, the reference's lifetime of a token (14.3)."""
SESSION_IDLE_SECONDS = 43_200
CODE_SECONDS = 300
KEEP_VOID_SECONDS = 2_592_000
"""A token that is void stays listed for 30 days."""

OPEN = Principal(id="open", name="open", scopes=ALL_SCOPES, kind="open")
"""Every caller under `--auth none`."""
PROCESS = Principal(id="process", name="this process", scopes=ALL_SCOPES, kind="process")
"""The gateway's own process: the embedded chat, commands without a running gateway."""
STATIC = Principal(id="static", name="GATEWAY_AUTH_TOKEN", scopes=ALL_SCOPES, kind="static")

_HEADER = base64.urlsafe_b64encode(b'{"alg":"HS256","typ":"JWT"}').rstrip(b"=")


class Claims(Wire, frozen=True, kw_only=True):
    """What a token says of itself (reference 14.3); the row decides whether it still holds."""

    iss: str
    aud: str
    sub: str
    name: str
    scopes: list[Scope]
    iat: int
    nbf: int
    exp: int | None = None


@dataclass(frozen=True, slots=True)
class TokenRow:
    """An issued token as it is stored."""

    id: str
    name: str
    scopes: tuple[Scope, ...]
    created_at: int
    expires_at: int | None = None
    revoked_at: int | None = None
    last_used_at: int | None = None


_claims = msgspec.json.Decoder(Claims)


def claims_of(row: TokenRow) -> Claims:
    return Claims(
        iss=ISSUER,
        aud=AUDIENCE,
        sub=row.id,
        name=row.name,
        scopes=list(row.scopes),
        iat=row.created_at,
        nbf=row.created_at,
        exp=row.expires_at,
    )


def sign(claims: Claims, key: bytes) -> str:
    """The JWT (HS256) of `claims`."""
    body = _HEADER + b"." + _encode(msgspec.json.encode(claims))
    return (body + b"." + _encode(_mac(body, key))).decode()


def verify(token: str, key: bytes) -> Claims:
    """The claims of a token that we signed. Raises Denied; expiry is `check`'s business.

    Only our own header is accepted, so that no other algorithm can be asked for.
    """
    try:
        body, _, signature = token.encode("ascii").rpartition(b".")
        header, _, payload = body.partition(b".")
        is_ours = header == _HEADER and hmac.compare_digest(_decode(signature), _mac(body, key))
        claims = _claims.decode(_decode(payload)) if is_ours else None
    except (ValueError, Base64Error, RecursionError):
        claims = None
    if claims is None or claims.iss != ISSUER or claims.aud != AUDIENCE:
        raise Denied("the credential is not valid", code="invalid_credential")
    return claims


def check(row: TokenRow | None, now: int) -> TokenRow:
    """The row, if its token holds at `now`. Raises Denied."""
    if row is None or row.revoked_at is not None:
        raise Denied("the credential was revoked", code="session_revoked")
    if row.expires_at is not None and now >= row.expires_at:
        raise Denied("the credential has expired", code="credential_expired")
    return row


def principal_of(row: TokenRow) -> Principal:
    return Principal(id=row.id, name=row.name, scopes=frozenset(row.scopes), kind="token", expires_at=row.expires_at)


def home_principal(token: str) -> Principal:
    """Its id changes with the token, so that what the old one opened is void after a rotation."""
    return Principal(id=f"home:{digest(token)[:16]}", name="token file", scopes=ALL_SCOPES, kind="home_token")


def session_principal(id_hash: str) -> Principal:
    return Principal(id=id_hash, name="browser", scopes=ALL_SCOPES, kind="session")


def is_idle(used_at: int, now: int) -> bool:
    """A browser's session ends 12 hours after its last use."""
    return now >= used_at + SESSION_IDLE_SECONDS


def is_forgotten(row: TokenRow, now: int) -> bool:
    """Void for so long that the row can go."""
    void_at = min(at for at in (row.revoked_at, row.expires_at, now) if at is not None)
    return now >= void_at + KEEP_VOID_SECONDS


def view(row: TokenRow, asked_by: Principal) -> Token:
    return Token(
        id=row.id,
        name=row.name,
        scopes=list(row.scopes),
        created_at=row.created_at,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
        last_used_at=row.last_used_at,
        is_current=asked_by.kind == "token" and asked_by.id == row.id,
    )


def in_order(scopes: list[Scope]) -> tuple[Scope, ...]:
    """Without repetition, in the order of `Scope`."""
    return tuple(scope for scope in Scope if scope in scopes)


def is_same(given: str, secret: str) -> bool:
    """Compared in constant time."""
    return hmac.compare_digest(given.encode(errors="surrogatepass"), secret.encode(errors="surrogatepass"))


def digest(secret: str) -> str:
    """How a secret is named where it must not be known."""
    return hashlib.sha256(secret.encode(errors="surrogatepass")).hexdigest()


def _mac(body: bytes, key: bytes) -> bytes:
    return hmac.digest(key, body, "sha256")


def _encode(data: bytes) -> bytes:
    return base64.urlsafe_b64encode(data).rstrip(b"=")


def _decode(data: bytes) -> bytes:
    return base64.urlsafe_b64decode(data + b"=" * (-len(data) % 4))
