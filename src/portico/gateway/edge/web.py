"""The web shell at `/`: the files that `make ui` built, read once and served by their names (design 6)."""

import gzip
import hashlib
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import anyio.to_thread

from portico.gateway.edge.auth import Gate
from portico.gateway.edge.refusal import Refusal
from portico.gateway.edge.request import Headers, Request, Response, split_authority
from portico.gateway.edge.route import HttpRoute, Told
from portico.gateway.kernel.context import Principal
from portico.gateway.kernel.errors import Denied, NotFound

Handler = Callable[[Request, Principal | None], Awaitable[Response]]

INDEX = "/index.html"
_AT_THE_TOP = frozenset({INDEX, "/manifest.webmanifest", "/sw.js"})
_BELOW = ("assets", "icons")
_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".webmanifest": "application/manifest+json",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".woff2": "font/woff2",
}
"""By suffix; a file of another kind is not served."""
_PACKED = frozenset({".png", ".woff2"})
_HASHED = re.compile(r"/assets/.+-[A-Za-z0-9_-]{8}\.\w+")
"""Of such a name there is only ever one content."""
_FOR_EVER = "public, max-age=31536000, immutable"
_ASK_AGAIN = "no-cache"
_OF_THE_PAGE: Headers = (
    ("cross-origin-opener-policy", "same-origin"),
    ("permissions-policy", "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()"),
)


@dataclass(frozen=True, slots=True)
class WebFile:
    """One file. `zipped` is its gzip form, if that is smaller; `tag` tells contents apart."""

    body: bytes
    zipped: bytes | None
    content_type: str
    cache_control: str
    tag: str

    def answer(self, request: Request, headers: Headers = ()) -> Response:
        """The file in the form that the client reads, or 304 if it has it already."""
        zipped = self.zipped if _reads_gzip(request) else None
        tag = f'"{self.tag}-gzip"' if zipped is not None else f'"{self.tag}"'
        headers = (*headers, ("cache-control", self.cache_control), ("etag", tag), ("vary", "Accept-Encoding"))
        if _has(request, tag):
            return Response(304, headers=headers)
        if zipped is not None:
            return Response(200, zipped, self.content_type, (*headers, ("content-encoding", "gzip")))
        return Response(200, self.body, self.content_type, headers)


class Bundle:
    """The shell's files below `folder`, in memory from the first request on. Only names that are there are known."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._files: Mapping[str, WebFile] = {}

    async def file(self, path: str) -> WebFile:
        """The file of a path like `/sw.js`. Raises NotFound, with words of its own if the shell was never built."""
        if not self._files:
            self._files = await anyio.to_thread.run_sync(_read, self._folder)
        if INDEX not in self._files:
            raise NotFound("the web shell was not built; `make ui` builds it", code="web_ui_missing")
        found = self._files.get(path)
        if found is None:
            raise NotFound("there is nothing here")
        return found


class WebShell:
    """Handlers of the shell's files. Without a `bundle` they answer 404."""

    def __init__(self, gate: Gate, bundle: Bundle | None) -> None:
        self._gate = gate
        self._bundle = bundle

    def routes(self) -> tuple[HttpRoute, ...]:
        html = _TYPES[".html"]
        closed = {304: None, 401: (html, Refusal)}
        root = Told("The web shell; it signs in by itself.", answer=html, others=closed, refusals=(404, 429))
        return (
            HttpRoute("GET", "/", None, self.root, told=root),
            _public("/manifest.webmanifest", self.file, "What a browser needs to install the shell.", ".webmanifest"),
            _public("/sw.js", self.service_worker, "What opens the shell offline.", ".js"),
            _public("/assets/{name...}", self.file, "Scripts and styles of the shell.", ".js", ".css", ".woff2"),
            _public("/icons/{name...}", self.file, "Icons of the shell.", ".svg", ".png"),
        )

    async def root(self, request: Request, caller: Principal | None) -> Response:
        """The same page for all; 401 without a credential when GATEWAY_AUTH_TOKEN closes it."""
        del caller
        page = await self._open(request).file(INDEX)
        headers = (*_OF_THE_PAGE, ("content-security-policy", policy(request)))
        try:
            self._gate.principal(request)
        except Denied:
            if self._gate.access.has_static_token:
                if not request.accepts_html():
                    raise
                return Response(401, page.body, page.content_type, (*headers, ("www-authenticate", "Bearer")))
        return page.answer(request, headers)

    async def service_worker(self, request: Request, caller: Principal | None) -> Response:
        del caller
        script = await self._open(request).file(request.path)
        headers = (("service-worker-allowed", "/"), ("content-security-policy", policy(request)))
        return script.answer(request, headers)

    async def file(self, request: Request, caller: Principal | None) -> Response:
        del caller
        return (await self._open(request).file(request.path)).answer(request)

    def _open(self, request: Request) -> Bundle:
        if self._bundle is not None:
            return self._bundle
        if self._gate.access.has_static_token:
            self._gate.principal(request)
        raise NotFound("Web UI disabled", code="web_ui_disabled")


def policy(request: Request) -> str:
    """The content security policy: this gateway's own files and sockets, nothing else."""
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
        f"connect-src {_sockets(request)}; font-src 'self'; worker-src 'self'; manifest-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )


def _sockets(request: Request) -> str:
    """`'self'` means sockets, too, but not to Safari before 15.4; the host was checked before."""
    host, port = split_authority(request.header("host") or "")
    if not host or ":" in host:
        # the grammar of a policy knows no IPv6 addresses
        return "'self'"
    place = host if port is None else f"{host}:{port}"
    return f"'self' ws://{place} wss://{place}"


def _public(path: str, handler: Handler, summary: str, *suffixes: str) -> HttpRoute:
    answer = tuple(_TYPES[suffix] for suffix in suffixes)
    told = Told(summary, answer=answer, others={304: None}, refusals=(401, 404, 429))
    return HttpRoute("GET", path, None, handler, told=told)


def _read(folder: Path) -> dict[str, WebFile]:
    """Every file of the shell by the path under which it is asked for; none where there is no shell."""
    names = [name for name in _AT_THE_TOP if (folder / name[1:]).is_file()]
    for below in _BELOW:
        names += [f"/{path.relative_to(folder).as_posix()}" for path in (folder / below).rglob("*") if path.is_file()]
    return {name: _file(name, (folder / name[1:]).read_bytes()) for name in names if _suffix(name) in _TYPES}


def _file(name: str, body: bytes) -> WebFile:
    suffix = _suffix(name)
    zipped = None if suffix in _PACKED else gzip.compress(body, mtime=0)
    return WebFile(
        body=body,
        zipped=zipped if zipped is not None and len(zipped) < len(body) else None,
        content_type=_TYPES[suffix],
        cache_control=_FOR_EVER if _HASHED.fullmatch(name) else _ASK_AGAIN,
        tag=hashlib.sha256(body).hexdigest()[:32],
    )


def _suffix(name: str) -> str:
    return Path(name).suffix


def _reads_gzip(request: Request) -> bool:
    """Does the client name gzip, and not only to refuse it?"""
    for part in (request.header("accept-encoding") or "").lower().split(","):
        name, _, weight = part.partition(";")
        if name.strip() in {"gzip", "*"}:
            return not re.fullmatch(r"q=0(\.0*)?", weight.replace(" ", ""))
    return False


def _has(request: Request, tag: str) -> bool:
    given = (request.header("if-none-match") or "").split(",")
    return any(one.strip().removeprefix("W/") in {tag, "*"} for one in given)
