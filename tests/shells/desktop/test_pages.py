"""The shell's own pages: without network, and with no text that would be more than text."""

import re
from pathlib import Path

import msgspec
import pytest

from portico.shells.desktop.listing import Entry, View
from portico.shells.desktop.pages import icon, listing, notice, shown

HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(2)>$nonce\u2028'\""
VIEW = View(entries=(Entry(id="a", name=HOSTILE, url=HOSTILE, words=HOSTILE),), note=HOSTILE)


def test_a_notice_has_no_script_and_says_its_text() -> None:
    page = notice(HOSTILE, HOSTILE, is_busy=True)
    assert "<script" not in page
    assert "<img" not in page
    assert "script-src" not in page
    assert "default-src 'none'" in page
    assert "&lt;img" in page
    assert "$nonce" in page
    assert 'class="dots"  aria' in page
    assert 'class="dots" hidden' in notice("t")


def test_the_list_runs_its_own_script_only() -> None:
    page = listing(VIEW)
    assert page.count("<script") == 1
    assert page.count("</script>") == 1
    policy = re.search(r'content="(default-src.*?)"', page)
    assert policy is not None
    assert "unsafe" not in policy[1]
    nonce = re.search(r'<script nonce="(.+?)">', page)
    assert nonce is not None
    assert f"'nonce-{nonce[1]}'" in policy[1]
    assert nonce[1] not in listing(VIEW)
    assert not re.search(r"(src|href)=", page.replace("onerror", "").replace("src=x", ""))


@pytest.mark.parametrize("sign", ["<", "\u2028", "\u2029"])
def test_what_is_told_to_the_list_is_one_expression(sign: str) -> None:
    script = shown(VIEW)
    assert sign not in script
    told = msgspec.json.decode(script.removeprefix("portico.show(").removesuffix(")"), type=View)
    assert told == VIEW


def test_an_icon_is_a_file_if_there_is_one() -> None:
    found = icon()
    assert found is None or Path(found).read_bytes().startswith(b"\x89PNG")
