"""How secrets are named, which of them a caller may touch, and what must be redacted for them."""

from urllib.parse import unquote, urlsplit

from portico.gateway.kernel.errors import Denied, Invalid

MAX_REF = 1_024
INTERNAL_KINDS = frozenset({"access_signing_key", "authority_salt"})
"""Kinds that the gateway makes for itself: listed, but not set or deleted by a call."""


def kind_of(ref: str) -> str:
    """The part before the first slash; `secret` for a reference without one."""
    kind, slash, _ = ref.partition("/")
    return kind if slash else "secret"


def check_callable(ref: str) -> None:
    """Raise Denied for a secret that is the gateway's own."""
    if kind_of(ref) in INTERNAL_KINDS:
        raise Denied("this secret is the gateway's own", path="$.ref", code="secret_reserved")


def check_value(value: str) -> None:
    """Raise Invalid for a value that cannot be kept or sent as a header."""
    if not value.strip() or "\0" in value:
        raise Invalid("the value is empty or holds a NUL", path="$.value")


def redactable(value: str) -> tuple[str, ...]:
    """What must never be printed for the sake of `value`: itself, and the password in it if it is a URL."""
    try:
        password = urlsplit(value).password
    except ValueError:
        password = None
    if not password:
        return (value,)
    return tuple(dict.fromkeys((value, password, unquote(password))))
