"""Text without what deceives or steers (escapes, bidi overrides, invisible characters), and safe addresses. Pure."""

import re
from urllib.parse import quote, urlsplit

_ESCAPES = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]"  # CSI
    r"|\x1b[\]PX^_][^\x07\x1b\n]*(?:\x07|\x1b\\)?"  # OSC, DCS and other strings, to their end or the line's
    r"|\x1b[ -/]*[0-~]?"
    r"|\x9b[0-?]*[ -/]*[@-~]"
)
_UNSEEN = (
    *(code for code in (*range(32), *range(127, 160)) if chr(code) not in "\n\t"),
    0x00AD,
    0x034F,
    0x061C,
    0x115F,
    0x1160,
    0x17B4,
    0x17B5,
    *range(0x180B, 0x1810),
    0x200B,
    0x200E,
    0x200F,
    0x2028,
    0x2029,
    *range(0x202A, 0x202F),
    *range(0x2060, 0x2070),
    0x3164,
    0xFEFF,
    0xFFA0,
    *range(0xFFF9, 0xFFFC),
    *range(0xD800, 0xE000),
    *range(0xE0000, 0xE0080),
)
_STRIPPED: dict[int, None] = dict.fromkeys(_UNSEEN)
_JOINERS: dict[int, None] = dict.fromkeys((0x200C, 0x200D))
_HOST = re.compile(r"[A-Za-z0-9._-]+|[0-9A-Fa-f:.]+", re.ASCII)
_SAFE = "!#$%&'()*+,-./:;=?@[]_~"


def clean(text: str) -> str:
    """`text` as it may be shown. Lines stay lines: what is taken out never holds a line end."""
    if "\x1b" in text or "\x9b" in text:
        text = _ESCAPES.sub("", text)
    return text.translate(_STRIPPED)


def clean_code(text: str) -> str:
    """As `clean`, and without the joiners that only matter between letters of prose."""
    return clean(text).translate(_JOINERS)


def safe_href(href: str) -> str | None:
    """`href` in ASCII if it leads to http, https or mailto; None for everything else, however it is spelt."""
    plain = clean_code(href).strip()
    if re.search(r"[\s\\]", plain):
        return None
    try:
        parts = urlsplit(plain)
        host = (parts.hostname or "").encode("idna").decode() if parts.netloc else ""
    except (ValueError, UnicodeError):
        return None
    scheme = parts.scheme.lower()
    if scheme == "mailto" and not parts.netloc:
        return f"mailto:{quote(parts.path, safe=_SAFE)}{_query(parts.query)}" if parts.path else None
    if scheme not in {"http", "https"} or _HOST.fullmatch(host) is None or "@" in parts.netloc:
        return None  # a name before the host only serves to deceive
    port = _port(parts.netloc)
    path = quote(parts.path, safe=_SAFE)
    fragment = f"#{quote(parts.fragment, safe=_SAFE)}" if parts.fragment else ""
    shown = f"[{host}]" if ":" in host else host
    return f"{scheme}://{shown}{port}{path}{_query(parts.query)}{fragment}"


def _query(query: str) -> str:
    return f"?{quote(query, safe=_SAFE)}" if query else ""


def _port(netloc: str) -> str:
    """The port of a network location with its colon, or nothing."""
    found = re.search(r":(\d{1,5})$", netloc, re.ASCII)
    return f":{found[1]}" if found else ""
