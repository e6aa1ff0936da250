"""Text as a terminal may get it: what would steer it is shown as a sign, what deceives is taken out. Pure."""

import unicodedata

_PICTURES = {code: chr(0x2400 + code) for code in range(32) if chr(code) not in "\n\t"} | {127: "\u2421"}
_LATER = dict.fromkeys(range(128, 160), "\ufffd")
_BREAKS = {0x2028: " ", 0x2029: " "}
_UNSEEN = {
    code: None
    for code in (*range(0x00AD, 0x00AE), 0x034F, 0x061C, *range(0x180B, 0x180F), *range(0x200B, 0x2010))
    + tuple(range(0x202A, 0x202F))
    + tuple(range(0x2060, 0x2070))
    + (0x115F, 0x1160, 0x3164, 0xFEFF, 0xFFA0, *range(0xFFF9, 0xFFFC), *range(0xFE00, 0xFE10))
    + tuple(range(0xE0000, 0xE0200))
}
_LONE = dict.fromkeys(range(0xD800, 0xE000), "\ufffd")
_TURNING = dict.fromkeys((0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)), "\ufffd")
_SIGN_FOR_SIGN = _PICTURES | _LATER | _BREAKS | _LONE | _TURNING
_UNICODE = _PICTURES | _LATER | _BREAKS | _UNSEEN | _LONE
_ASCII = _UNICODE | {code: f"^{chr(code + 64)}" for code in _PICTURES if code < 32} | {127: "^?"}
MOST_MARKS = 3
"""Marks upon one letter; a text with more would cover the lines around it."""
TAB = 4


def shown(text: str, *, is_ascii: bool = False) -> str:
    """`text` with every control visible as a sign, without invisible and turning characters, tabs as spaces.

    Lines stay lines; `\\r\\n` is one end. With `is_ascii` whatever the terminal cannot show is a question mark.
    """
    if "\r\n" in text:
        text = text.replace("\r\n", "\n")
    if not text.isascii() or not text.isprintable():
        text = text.translate(_ASCII if is_ascii else _UNICODE)
    if "\t" in text:
        text = text.expandtabs(TAB)
    if text.isascii():
        return text
    return text.encode("ascii", "replace").decode() if is_ascii else _without_towers(text)


def written(text: str) -> str:
    """`text` sign for sign, as one edits it: what steers or turns is another sign, at the same place."""
    return text if text.isascii() and text.isprintable() else text.translate(_SIGN_FOR_SIGN)


def line(text: str, *, is_ascii: bool = False) -> str:
    """`text` as `shown`, on one line."""
    return " ".join(shown(text, is_ascii=is_ascii).split())


def _without_towers(text: str) -> str:
    """At most MOST_MARKS combining marks stand in a row."""
    if not any(map(unicodedata.combining, text)):
        return text
    kept: list[str] = []
    marks = 0
    for sign in text:
        marks = marks + 1 if unicodedata.combining(sign) else 0
        if marks <= MOST_MARKS:
            kept.append(sign)
    return "".join(kept)
