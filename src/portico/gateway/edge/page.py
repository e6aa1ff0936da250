"""The page at `/`: how to sign in, or a plain chat. What a model wrote is shown as text."""

import base64
import hashlib
from functools import cache
from pathlib import Path

ASSETS = Path(__file__).parent / "assets"


def sign_in() -> bytes:
    return _page("sign_in")


def chat() -> bytes:
    return _page("chat")


@cache
def icon() -> bytes:
    return (ASSETS / "icon.svg").read_bytes()


@cache
def content_security_policy() -> str:
    """Of both pages: their own scripts and style by digest, the gateway itself, nothing else."""
    scripts = " ".join(_source(_text(f"{name}.js")) for name in ("sign_in", "chat"))
    return (
        f"default-src 'none'; script-src {scripts}; style-src {_source(_text('page.css'))}; img-src 'self'; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )


@cache
def _page(name: str) -> bytes:
    page = _text(f"{name}.html").replace("{style}", _text("page.css")).replace("{script}", _text(f"{name}.js"))
    return page.encode()


def _text(name: str) -> str:
    return (ASSETS / name).read_text("utf-8")


def _source(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
