"""Cleaning: nothing that steers or deceives is left, and addresses lead to the web or to mail only."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portico.client.markdown.clean import clean, clean_code, safe_href

HOSTILE = st.text(
    st.one_of(st.characters(), st.sampled_from("\x1b\x9b\x07[]m;\u202e\u2066\u200b\u200d\ufeff\x00\u00ad\r\n\t"))
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain\n\ttext", "plain\n\ttext"),
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b]8;;http://x\x07link\x1b]8;;\x1b\\", "link"),
        ("\x1b]0;title", ""),
        ("\x1b]open\nnext", "\nnext"),
        ("\x1b(Bx\x1b7\x9b2Jy", "xy"),
        ("a\x00b\x08c\r\nd\re", "abc\nde"),
        ("user\u202etxt.exe", "usertxt.exe"),
        ("\u2066a\u2069\u200e\u200f\u061c", "a"),
        ("p\u200ba\u2060y\ufeffpal\u00ad", "paypal"),
        ("hidden\U000e0041\U000e0042", "hidden"),
        ("\ud800x", "x"),
        ("family \U0001f468\u200d\U0001f469", "family \U0001f468\u200d\U0001f469"),
        ("سلام‌ها", "سلام‌ها"),
    ],
)
def test_clean(text: str, expected: str) -> None:
    assert clean(text) == expected


def test_code_has_no_joiners() -> None:
    assert clean_code("a\u200db\u200cc") == "abc"


@pytest.mark.parametrize(
    ("href", "expected"),
    [
        ("http://a.b/c?d=e#f", "http://a.b/c?d=e#f"),
        ("HTTPS://A.B:8443/x", "https://a.b:8443/x"),
        ("http://b/ä?q=ü&r#ö", "http://b/%C3%A4?q=%C3%BC&r#%C3%B6"),
        ("http://münchen.de/", "http://xn--mnchen-3ya.de/"),
        ("https://[::1]:8/x", "https://[::1]:8/x"),
        ("https://ex\u200bample.org/\u202ex", "https://example.org/x"),
        ("http://x/a%20b", "http://x/a%20b"),
        ('http://x/"><script>', "http://x/%22%3E%3Cscript%3E"),
        ("mailto:a@b.c?subject=x", "mailto:a@b.c?subject=x"),
    ],
)
def test_good_addresses(href: str, expected: str) -> None:
    assert safe_href(href) == expected


@pytest.mark.parametrize(
    "href",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "java\tscript:alert(1)",
        "java\nscript:alert(1)",
        "\x01javascript:alert(1)",
        " javascript:alert(1)",
        "java\u200bscript:alert(1)",
        "javascript&colon;alert(1)",
        "vbscript:x",
        "data:text/html,<script>",
        "file:///etc/passwd",
        "blob:http://x",
        "//evil.example",
        "/local",
        "#here",
        "",
        "http:x.y",
        "http:///x",
        "http://good.example@evil.example/",
        "http://a\\b",
        "http://a b",
        "http://[::1",
        "http://a..b/",
        "mailto://x",
    ],
)
def test_bad_addresses(href: str) -> None:
    assert safe_href(href) is None


@given(HOSTILE)
def test_what_is_clean_has_no_controls_and_keeps_its_lines(text: str) -> None:
    shown = clean(text)
    assert not re.search(
        "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ud800-\udfff]", shown
    )
    assert shown.count("\n") == text.count("\n")
    assert clean(shown) == shown
    assert "\n".join(clean(line) for line in text.split("\n")) == shown


@given(
    st.one_of(
        HOSTILE, HOSTILE.map("http://".__add__), HOSTILE.map("mailto:".__add__), HOSTILE.map("javascript:".__add__)
    )
)
def test_an_address_is_safe_or_none(href: str) -> None:
    shown = safe_href(href)
    assert shown is None or re.fullmatch(r"(https?://[!-~]+|mailto:[!-~]*)", shown)
