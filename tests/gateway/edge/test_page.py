"""The pages and their policy belong together."""

import base64
import hashlib
import re

import pytest

from portico.gateway.edge.page import ASSETS, chat, content_security_policy, icon, sign_in


@pytest.mark.parametrize("page", [sign_in(), chat()])
def test_the_policy_allows_the_very_script_and_style_of_a_page(page: bytes) -> None:
    directives = dict(part.strip().split(" ", 1) for part in content_security_policy().split(";"))
    for tag, directive in ((b"script", "script-src"), (b"style", "style-src")):
        (block,) = re.findall(b"<%b>(.*?)</%b>" % (tag, tag), page, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(block).digest()).decode()
        assert f"'sha256-{digest}'" in directives[directive].split()


def test_the_policy_allows_nothing_else() -> None:
    directives = dict(part.strip().split(" ", 1) for part in content_security_policy().split(";"))
    hashed = {name: directives.pop(name).split() for name in ("script-src", "style-src")}
    assert {source[:8] for sources in hashed.values() for source in sources} == {"'sha256-"}
    assert directives == {
        "default-src": "'none'",
        "img-src": "'self'",
        "connect-src": "'self'",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'none'",
    }


@pytest.mark.parametrize("name", ["sign_in", "chat"])
def test_a_script_never_makes_elements_of_text(name: str) -> None:
    script = (ASSETS / f"{name}.js").read_text()
    assert not re.search(r"innerHTML|outerHTML|insertAdjacent|document\.write|eval|\.style\b|\bon\w+\s*=", script)
    assert not re.search(r"\s(on\w+|style)=", (ASSETS / f"{name}.html").read_text())


def test_the_script_takes_the_code_out_of_the_address_before_it_is_sent() -> None:
    script = sign_in().decode()
    assert script.index("history.replaceState") < script.index("enter({body")


def test_the_pages_are_small_and_need_nothing_from_elsewhere() -> None:
    texts = [path.read_text() for path in ASSETS.iterdir() if path.suffix != ".svg"]
    assert sum(len(text.splitlines()) for text in texts) < 300
    assert not any(re.search(r"(https?:)?//[a-z]", text) for text in texts)
    assert icon().startswith(b"<svg")
