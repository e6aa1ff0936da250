"""Who may come in: Host, Origin, credential, and how often one may fail (design 6)."""

import re
from dataclasses import dataclass
from ipaddress import ip_address

from portico.gateway.edge.request import LOOPBACK_NAMES, Headers, Request, split_authority
from portico.gateway.edge.throttle import Throttle
from portico.gateway.features.access import AccessService
from portico.gateway.kernel.context import Principal
from portico.gateway.kernel.errors import Denied, Unavailable

COOKIE_SECONDS = 43_200
_DEFAULT_PORTS = {"http": 80, "https": 443}
_CORS_FIELDS = ("Content-Type", "Authorization", "Idempotency-Key", "Last-Event-ID")
_SDK_FIELD = re.compile(r"(x-stainless|x-portico|openai)-[a-z0-9-]{1,60}")
"""What client libraries of vendors, and callers of ours, add to their requests; a browser asks for each."""
_MAX_SDK_FIELDS = 32


@dataclass(frozen=True, slots=True)
class Perimeter:
    """Names under which the gateway may be addressed, and origins (`*`: any, without cookies) that may call it."""

    host: str
    hosts: tuple[str, ...] = ()
    origins: tuple[str, ...] = ()

    @property
    def names(self) -> frozenset[str]:
        given = (split_authority(name)[0] for name in (self.host, *self.hosts))
        return frozenset(given) | LOOPBACK_NAMES


class Gate:
    """Lets requests and upgrades in. Raises GatewayError for whoever stays outside."""

    def __init__(self, access: AccessService, throttle: Throttle, perimeter: Perimeter) -> None:
        self._access = access
        self._throttle = throttle
        self.enclose(perimeter)

    def enclose(self, perimeter: Perimeter) -> None:
        """From now on this one holds."""
        self._names = perimeter.names
        self._origins = frozenset(origin.rstrip("/").lower() for origin in perimeter.origins)

    @property
    def access(self) -> AccessService:
        return self._access

    def check_place(self, request: Request) -> None:
        """Host on every request, Origin on every request that has one. Raises Denied."""
        host = split_authority(request.header("host") or "")[0]
        if not (host in self._names or _is_address(host, request.local_address)):
            raise Denied("this host name is not served here; name it in GATEWAY_HOSTS", code="host_not_allowed")
        origin = request.header("origin")
        if origin is not None and not (self._is_ours(origin, request) or self._is_foreign(origin)):
            raise Denied("this origin may not call; name it in GATEWAY_CORS_ORIGIN", code="origin_not_allowed")

    def principal(self, request: Request) -> Principal:
        """Who calls. A valid credential is never throttled. Raises Denied, Unavailable (429)."""
        try:
            return self._of(request)
        except Denied:
            # a cookie that went stale is no attempt: its page could not even show how to sign in
            if request.header("authorization") is not None:
                self.failed(request)
            raise

    def failed(self, request: Request) -> None:
        """Count a wrong credential of this peer. Raises Unavailable (429) when there were too many."""
        wait = self._throttle.failed(request.client)
        if wait is not None:
            raise Unavailable("too many wrong credentials", code="too_many_attempts", retry_after_seconds=wait)

    def cors(self, request: Request) -> Headers:
        """Headers for an answer to a page elsewhere; none unless origins were named (reference chat-http A4)."""
        value = self._allowed(request.header("origin"))
        if value is None:
            return ()
        headers = (
            ("access-control-allow-origin", value),
            ("access-control-allow-headers", ", ".join((*_CORS_FIELDS, *_sdk_fields(request)))),
            ("access-control-allow-methods", "GET, POST, DELETE, OPTIONS"),
            ("access-control-expose-headers", "Retry-After, X-Request-Id"),
        )
        if request.method == "OPTIONS":
            headers = (*headers, ("access-control-max-age", "600"))
        return headers if value == "*" else (*headers, ("vary", "Origin"))

    def _allowed(self, origin: str | None) -> str | None:
        """The value of allow-origin; without an origin that of an answer to anybody, which caches may keep."""
        if origin is not None and origin.lower() in self._origins:
            return origin
        if "*" in self._origins:
            return "*"
        return next(iter(self._origins)) if origin is None and len(self._origins) == 1 else None

    def session_cookie(self, request: Request) -> str | None:
        """The session id that a page of ours sent."""
        origin = request.header("origin")
        if origin is not None and not self._is_ours(origin, request):
            return None
        return request.cookie(cookie_name(request.port))

    def _of(self, request: Request) -> Principal:
        authorization = request.header("authorization")
        if authorization is not None:
            return self._access.authenticate(_bearer(authorization))
        session_id = self.session_cookie(request)
        # where everybody is let in, a cookie of another time keeps nobody out
        if session_id is None or self._access.mode == "none":
            return self._access.anonymous()
        return self._access.authenticate_session(session_id)

    def _is_ours(self, origin: str, request: Request) -> bool:
        """A page that this gateway served: an allowed host, at our port or at the proxy's that was addressed."""
        scheme, separator, authority = origin.partition("://")
        if not separator or scheme not in _DEFAULT_PORTS:
            return False
        host, port = split_authority(authority)
        port = port or _DEFAULT_PORTS[scheme]
        if not (host in self._names or _is_address(host, request.local_address)):
            return False
        asked_host, asked_port = split_authority(request.header("host") or "")
        return port == request.port or (host == asked_host and port == (asked_port or _DEFAULT_PORTS[scheme]))

    def _is_foreign(self, origin: str) -> bool:
        return origin.lower() in self._origins or "*" in self._origins


def cookie_name(port: int) -> str:
    """Cookies know no ports: the name tells gateways of one host apart."""
    return f"portico_session_{port}"


def set_cookie(request: Request, session_id: str) -> tuple[str, str]:
    return _cookie(request, session_id, COOKIE_SECONDS)


def clear_cookie(request: Request) -> tuple[str, str]:
    return _cookie(request, "", 0)


def _cookie(request: Request, value: str, seconds: int) -> tuple[str, str]:
    secure = "; Secure" if request.is_tls else ""
    text = f"{cookie_name(request.port)}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Strict{secure}"
    return "set-cookie", text


def _sdk_fields(request: Request) -> list[str]:
    asked = (request.header("access-control-request-headers") or "").lower().split(",")
    return [name.strip() for name in asked if _SDK_FIELD.fullmatch(name.strip())][:_MAX_SDK_FIELDS]


def _bearer(authorization: str) -> str:
    scheme, _, value = authorization.strip().partition(" ")
    if scheme.lower() != "bearer":
        raise Denied("only bearer credentials are read", code="unsupported_credential")
    value = value.strip()
    if not value or " " in value or "," in value:
        raise Denied("the bearer credential is malformed", code="malformed_credential")
    return value


def _is_address(host: str, local: str) -> bool:
    """`host` is the very address that was dialled: a name would be needed to rebind it."""
    try:
        return ip_address(host) == ip_address(local)
    except ValueError:
        return False
