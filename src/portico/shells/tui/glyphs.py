"""The signs that the terminal UI draws with, for terminals with Unicode and without. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Glyphs:
    """Each is one cell wide; `spin` are the pictures of something that runs."""

    is_ascii: bool
    opened: str
    closed: str
    done: str
    failed: str
    spin: str
    bar: str
    hook: str
    bullet: str
    rule: str
    column: str
    dot: str
    ellipsis: str
    thread: str
    note: str
    warning: str


UNICODE = Glyphs(
    is_ascii=False,
    opened="▾",
    closed="▸",
    done="✓",
    failed="✗",
    spin="◐◓◑◒",
    bar="▌",
    hook="╰",
    bullet="•",
    rule="─",
    column="│",
    dot="·",
    ellipsis="…",
    thread="·",
    note="i",
    warning="!",
)
ASCII = Glyphs(
    is_ascii=True,
    opened="v",
    closed=">",
    done="+",
    failed="x",
    spin="|/-\\",
    bar="|",
    hook="`",
    bullet="*",
    rule="-",
    column="|",
    dot="-",
    ellipsis="~",
    thread="-",
    note="i",
    warning="!",
)


def glyphs_of(environ: Mapping[str, str], encoding: str) -> Glyphs:
    """Plain signs where the terminal or its encoding shows no others."""
    is_utf8 = encoding.lower().replace("-", "") == "utf8"
    return UNICODE if is_utf8 and environ.get("TERM") not in {"linux", "dumb", "vt100"} else ASCII
