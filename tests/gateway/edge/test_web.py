"""The web shell's files: which are served, how, to whom, and what never is."""

import gzip
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from portico.gateway.edge.server import Listening
from portico.gateway.edge.web import Bundle
from portico.gateway.features.access import AccessOptions
from portico.gateway.kernel.errors import NotFound
from tests.gateway.edge.rig import Answer, Rig, ask, served

NO_STATIC = AccessOptions()
STATIC = AccessOptions(static_token="s3cret")
HTML = "text/html,application/xhtml+xml"
PAGE = b"<!doctype html><title>Portico</title>" + b" " * 500
SCRIPT = b"export const a = 1;\n" * 100
FILES = {
    "index.html": PAGE,
    "sw.js": b"self;",
    "manifest.webmanifest": b'{"name":"Portico"}',
    "build.json": b"{}",
    "assets/index-B2x_3-aQ.js": SCRIPT,
    "assets/index-C9d_4-bR.css": b"a{}" * 200,
    "assets/font-A1b2C3d4.woff2": b"w" * 500,
    "assets/notes.txt": b"of no kind that is served",
    "icons/icon.svg": b"<svg/>",
    "icons/sizes/icon-512.png": b"\x89PNG" * 200,
    "other/secret.js": b"not below a folder of the shell",
}
FOR_EVER = "public, max-age=31536000, immutable"


def bundle(folder: Path) -> Path:
    """A shell that was built, and a file beside it."""
    static = folder / "static"
    for name, content in FILES.items():
        (static / name).parent.mkdir(parents=True, exist_ok=True)
        (static / name).write_bytes(content)
    (folder / "token").write_bytes(b"the home's secret")
    return static


@asynccontextmanager
async def serving(
    folder: Path, options: AccessOptions = NO_STATIC, static: Path | None = None
) -> AsyncGenerator[tuple[Rig, Listening]]:
    async with served(folder, options, web=Bundle(static or bundle(folder))) as made:
        yield made


@pytest.mark.parametrize(
    ("path", "content_type", "cached"),
    [
        ("/manifest.webmanifest", "application/manifest+json", "no-cache"),
        ("/sw.js", "text/javascript; charset=utf-8", "no-cache"),
        ("/assets/index-B2x_3-aQ.js", "text/javascript; charset=utf-8", FOR_EVER),
        ("/assets/index-C9d_4-bR.css", "text/css; charset=utf-8", FOR_EVER),
        ("/assets/font-A1b2C3d4.woff2", "font/woff2", FOR_EVER),
        ("/icons/icon.svg", "image/svg+xml", "no-cache"),
        ("/icons/sizes/icon-512.png", "image/png", "no-cache"),
    ],
)
@pytest.mark.parametrize("options", [NO_STATIC, STATIC], ids=["open door", "closed door"])
async def test_files_are_public(
    tmp_path: Path, options: AccessOptions, path: str, content_type: str, cached: str
) -> None:
    async with serving(tmp_path, options) as (_, place):
        answer = await ask(place, f"GET {path}", token="")
        assert (answer.status, answer.body) == (200, FILES[path[1:]])
        assert (answer.headers["content-type"], answer.headers["cache-control"]) == (content_type, cached)
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cross-origin-resource-policy"] == "same-origin"
        head = await ask(place, f"HEAD {path}", token="")
        assert (head.status, head.body, head.headers["etag"]) == (200, b"", answer.headers["etag"])
        assert head.headers["content-length"] == str(len(answer.body))


@pytest.mark.parametrize(
    ("path", "status"),
    [
        pytest.param("/assets/../token", 404, id="dots"),
        pytest.param("/assets/../../token", 404, id="more dots"),
        pytest.param("/assets/..%2f..%2ftoken", 404, id="an encoded slash"),
        pytest.param("/assets/%2e%2e/%2e%2e/token", 404, id="encoded dots"),
        pytest.param("/assets/%252e%252e/token", 404, id="encoded twice"),
        pytest.param("/assets/..\\..\\token", 404, id="a backslash"),
        pytest.param("/assets/..%5c..%5ctoken", 404, id="an encoded backslash"),
        pytest.param("/assets/index-B2x_3-aQ.js%00.png", 404, id="NUL"),
        pytest.param("/assets/%ff", 404, id="no UTF-8"),
        pytest.param("/assets//etc/passwd", 404, id="an absolute path"),
        pytest.param("/assets/C:/token", 404, id="a drive"),
        pytest.param("/assets/./index-B2x_3-aQ.js", 404, id="a dot"),
        pytest.param("/assets/index-b2x_3-aq.js", 404, id="another case"),
        pytest.param("/assets/index-B2x_3-aQ.js/", 404, id="a folder's name"),
        pytest.param("/assets/notes.txt", 404, id="a kind that is not served"),
        pytest.param("/icons/../other/secret.js", 404, id="another folder"),
        pytest.param("/assets/", 401, id="no name"),
        pytest.param("/other/secret.js", 401, id="no folder of the shell"),
        pytest.param("/build.json", 401, id="no file of the shell"),
        pytest.param("/index.html", 401, id="the page by its file's name"),
        pytest.param("/token", 401, id="a file beside it"),
    ],
)
async def test_nothing_else_is_served(tmp_path: Path, path: str, status: int) -> None:
    async with serving(tmp_path) as (_, place):
        answer = await ask(place, f"GET {path}", token="")
        assert (answer.status, answer.headers["content-type"]) == (status, "application/json")
        assert answer.headers["cache-control"] == "no-store"


async def test_a_file_that_came_later_is_not_known(tmp_path: Path) -> None:
    async with serving(tmp_path) as (_, place):
        assert (await ask(place, "GET /sw.js", token="")).status == 200
        (tmp_path / "static/assets/late-B2x_3-aQ.js").write_bytes(b"late")
        (tmp_path / "static/sw.js").write_bytes(b"changed")
        assert (await ask(place, "GET /assets/late-B2x_3-aQ.js", token="")).status == 404
        assert (await ask(place, "GET /sw.js", token="")).body == FILES["sw.js"]


@pytest.mark.parametrize(
    ("accepts", "is_zipped"),
    [
        ("gzip", True),
        ("gzip, deflate, br", True),
        ("br;q=1.0, GZIP;q=0.5", True),
        ("*", True),
        ("", False),
        ("identity", False),
        ("gzip;q=0", False),
        ("gzip; q=0.000", False),
        ("xgzip", False),
    ],
)
async def test_what_is_zipped(tmp_path: Path, accepts: str, is_zipped: bool) -> None:
    async with serving(tmp_path) as (_, place):
        answer = await ask(place, "GET /assets/index-B2x_3-aQ.js", token="", accept_encoding=accepts)
        assert answer.headers.get("content-encoding") == ("gzip" if is_zipped else None)
        assert (gzip.decompress(answer.body) if is_zipped else answer.body) == SCRIPT
        assert (answer.headers["vary"], answer.headers["content-length"]) == ("Accept-Encoding", str(len(answer.body)))
        picture = await ask(place, "GET /icons/sizes/icon-512.png", token="", accept_encoding=accepts)
        small = await ask(place, "GET /sw.js", token="", accept_encoding=accepts)
        assert "content-encoding" not in {*picture.headers, *small.headers}


async def test_who_has_a_file_gets_304(tmp_path: Path) -> None:
    async with serving(tmp_path) as (_, place):
        path = "GET /assets/index-B2x_3-aQ.js"
        plain, zipped = [
            (await ask(place, path, token="", accept_encoding=coding)).headers["etag"] for coding in ("", "gzip")
        ]
        assert plain != zipped
        for given, status in ((plain, 304), (f'"x", W/{plain}', 304), ("*", 304), (zipped, 200), ('"x"', 200)):
            answer = await ask(place, path, token="", if_none_match=given)
            assert (answer.status, answer.headers["etag"], answer.headers["cache-control"]) == (status, plain, FOR_EVER)
            assert ("content-length" in answer.headers, answer.body) == (
                status == 200,
                SCRIPT if status == 200 else b"",
            )
        page = await ask(place, "GET /", token="")
        again = await ask(place, "GET /", token="", if_none_match=page.headers["etag"])
        assert again.status == 304
        assert again.headers["content-security-policy"] == page.headers["content-security-policy"]


@pytest.mark.parametrize(
    ("options", "token", "accept", "expected"),
    [
        (NO_STATIC, "", HTML, (200, True)),
        (NO_STATIC, "", "*/*", (200, True)),
        (NO_STATIC, "home-token-1", HTML, (200, True)),
        (STATIC, "", HTML, (401, True)),
        (STATIC, "", "application/json", (401, False)),
        (STATIC, "s3cret", HTML, (200, True)),
    ],
)
async def test_the_page(
    tmp_path: Path, options: AccessOptions, token: str, accept: str, expected: tuple[int, bool]
) -> None:
    status, is_page = expected
    async with serving(tmp_path, options) as (_, place):
        answer = await ask(place, "GET /", token=token, accept=accept)
        assert (answer.status, answer.body == PAGE) == (status, is_page)
        assert ("www-authenticate" in answer.headers) is (status == 401)
        assert ("content-security-policy" in answer.headers) is is_page
        assert answer.headers["cache-control"] == ("no-cache" if status == 200 else "no-store")
        given = await ask(place, "GET /", token=token, accept=accept, if_none_match="*")
        assert given.status == (304 if status == 200 else 401)


@pytest.mark.parametrize(
    ("host", "sockets"),
    [
        ("127.0.0.1:{port}", "'self' ws://127.0.0.1:{port} wss://127.0.0.1:{port}"),
        ("LOCALHOST", "'self' ws://localhost wss://localhost"),
        ("[::1]:{port}", "'self'"),
    ],
)
async def test_the_policy_allows_this_gateway_only(tmp_path: Path, host: str, sockets: str) -> None:
    async with serving(tmp_path) as (_, place):
        named = host.replace("{port}", str(place.port))
        answer = await ask(place, "GET /", token="", host=named)
        assert directives(answer) == {
            "default-src": "'none'",
            "script-src": "'self'",
            "style-src": "'self'",
            "img-src": "'self' data: blob:",
            "connect-src": sockets.replace("{port}", str(place.port)),
            "font-src": "'self'",
            "worker-src": "'self'",
            "manifest-src": "'self'",
            "base-uri": "'none'",
            "form-action": "'none'",
            "frame-ancestors": "'none'",
        }
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["cross-origin-opener-policy"] == "same-origin"
        assert "microphone=()" in answer.headers["permissions-policy"]
        worker = await ask(place, "GET /sw.js", token="", host=named)
        assert directives(worker) == directives(answer)
        assert worker.headers["service-worker-allowed"] == "/"


async def test_a_host_that_would_end_the_policy_is_refused(tmp_path: Path) -> None:
    async with serving(tmp_path) as (_, place):
        for host in ("127.0.0.1;script-src *", "127.0.0.1:80;script-src *", "evil.example.com", "127.0.0.1 *"):
            answer = await ask(place, "GET /", token="", host=host)
            assert (answer.status, "content-security-policy" in answer.headers) == (403, False)


@pytest.mark.parametrize("path", ["/", "/sw.js", "/assets/x.js", "/icons/icon.svg", "/manifest.webmanifest"])
async def test_a_shell_that_was_never_built_is_told(tmp_path: Path, path: str) -> None:
    (tmp_path / "empty").mkdir()
    for static in (tmp_path / "empty", tmp_path / "nowhere"):
        async with serving(tmp_path, static=static) as (_, place):
            answer = await ask(place, f"GET {path}", token="", accept=HTML)
            assert (answer.status, answer.json["code"]) == (404, "web_ui_missing")
            assert "make ui" in answer.json["error"]


async def test_a_shell_that_is_built_later_is_found(tmp_path: Path) -> None:
    shell = Bundle(tmp_path / "static")
    with pytest.raises(NotFound):
        await shell.file("/sw.js")
    bundle(tmp_path)
    assert (await shell.file("/sw.js")).body == FILES["sw.js"]


@pytest.mark.parametrize("path", ["/", "/sw.js", "/assets/index-B2x_3-aQ.js", "/icons/icon.svg"])
@pytest.mark.parametrize(
    ("options", "token", "expected"),
    [
        (NO_STATIC, "", (404, "Web UI disabled")),
        (STATIC, "s3cret", (404, "Web UI disabled")),
        (STATIC, "", (401, "a credential is needed")),
    ],
)
async def test_without_the_shell_there_is_nothing_but_the_rest(
    tmp_path: Path, path: str, options: AccessOptions, token: str, expected: tuple[int, str]
) -> None:
    async with served(tmp_path, options) as (_, place):
        answer = await ask(place, f"GET {path}", token=token)
        assert (answer.status, answer.json["error"]) == expected
        assert (await ask(place, "GET /livez", token="")).status == 204


def directives(answer: Answer) -> dict[str, str]:
    parts = (part.strip().partition(" ") for part in answer.headers["content-security-policy"].split(";"))
    return {name: value for name, _, value in parts}
