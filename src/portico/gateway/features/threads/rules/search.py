"""Words of names and messages: how they are indexed, asked for and shown around a hit. Pure, and alike on any store."""

import re
import unicodedata
from base64 import urlsafe_b64decode, urlsafe_b64encode
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

import msgspec

from portico.gateway.features.threads.rules.state import FoundRow
from portico.gateway.kernel.errors import Invalid
from portico.gateway.log import Change, Drop, Put, Row, Term
from portico.protocol.base import SAFE_INT, Count
from portico.protocol.methods.thread import ThreadSearchHit

MAX_QUERY = 1_000
MAX_WORDS = 32
"""Words of a query beyond these are not looked at."""
MAX_PAGE = 100
WORD_CHARACTERS = 64
"""Words are known by so many of their characters: PostgreSQL refuses those of 2 KiB."""
PART_CHARACTERS = 16_000
"""A message is indexed in parts: a store's positions of words end at 16,383."""
SNIPPET_CHARACTERS = 200
BEFORE_CHARACTERS = 60
"""How much of a snippet stands before the first hit."""

_KNOWN_CHARACTERS = 8_192
_UNSPACED = (
    (0x0E00, 0x0EFF),
    (0x1000, 0x109F),
    (0x1780, 0x17FF),
    (0x3040, 0x30FF),
    (0x31F0, 0x31FF),
    (0x3400, 0x4DBF),
    (0x4E00, 0x9FFF),
    (0xF900, 0xFAFF),
    (0x20000, 0x3FFFF),
)
"""Thai, Lao, Burmese, Khmer, kana and ideographs stand without spaces: each is a word, a run of them a phrase."""
_BLANK = re.compile(r"[\s\x00-\x1f\x7f-\x9f]")


@dataclass(frozen=True, slots=True)
class Found:
    """The last hit of a page: the next one begins behind it. Names (`kind` 0) stand before messages."""

    kind: int = 0
    at: int = SAFE_INT
    thread_id: str = ""
    position: int = 0


class _Folding(dict[int, str]):
    """What a character is to the index: its letters and digits without case and marks, or a space."""

    def __missing__(self, code: int) -> str:
        folded = _folded(chr(code))
        if len(self) < _KNOWN_CHARACTERS:
            self[code] = folded
        return folded


def fold(text: str) -> str:
    """The words of `text` as they are indexed, with single spaces between them."""
    return " ".join(word[:WORD_CHARACTERS] for word in text.translate(_folding).split())


def terms(query: str) -> tuple[Term, ...]:
    """What `query` asks for: words, the last of them as a beginning, and "phrases". Nothing in it is an operator.

    Raises Invalid for a query that is too long. Empty when no letter or digit is in it.
    """
    if len(query) > MAX_QUERY:
        raise Invalid(f"a query has at most {MAX_QUERY} characters", code="query_too_long", path="$.query")
    sections = query.split('"')
    pieces = [piece for n, section in enumerate(sections) for piece in ([section] if n % 2 else section.split())]
    found: list[Term] = []
    room = MAX_WORDS
    for words in (tuple(fold(piece).split()) for piece in pieces):
        if words and room:
            found.append(Term(words[:room]))
            room -= len(found[-1].words)
    if found and fold(sections[-1]):
        found[-1] = Term(found[-1].words, is_prefix=True)
    return tuple(found)


def named(thread_id: str, workspace_id: str, name: str | None, at: int) -> Change:
    """The row of a thread's name, or that there is none."""
    key: Row = {"thread_id": thread_id, "position": 0, "part": 0}
    if not name:
        return Drop("search_text", {"thread_id": thread_id, "position": 0})
    values: Row = {"workspace_id": workspace_id, "turn_id": "", "item_id": "", "at": at, "shown": name}
    return Put("search_text", key, {**values, "name": fold(name), "said": ""})


def said(key: Row, values: Row, text: str) -> Iterator[Change]:
    """The rows of a message, one for each part with a word in it; `key` and `values` are what they share."""
    for number, part in enumerate(parts(text)):
        words = fold(part)
        if words:
            shown = {"shown": part.replace("\0", " "), "name": "", "said": words}
            yield Put("search_text", {**key, "part": number}, {**values, **shown})


def dropped(thread_id: str, rows: Sequence[tuple[int, int, int]]) -> tuple[Change, ...]:
    """What erases the first of `rows` (position, part, length): as much as one commit takes in a moment."""
    found: list[Change] = []
    size = 0
    for position, part, length in rows:
        size += length
        if found and size > PART_CHARACTERS:
            break
        found.append(Drop("search_text", {"thread_id": thread_id, "position": position, "part": part}))
    return tuple(found)


def parts(text: str) -> Iterator[str]:
    """`text` in pieces of at most `PART_CHARACTERS`, cut at a blank where one is near."""
    start = 0
    while len(text) - start > PART_CHARACTERS:
        end = start + PART_CHARACTERS
        blank = max(text.rfind(" ", end - SNIPPET_CHARACTERS, end), text.rfind("\n", end - SNIPPET_CHARACTERS, end))
        end = end if blank < 0 else blank + 1
        yield text[start:end]
        start = end
    yield text[start:]


def hit(row: FoundRow, asked: Sequence[Term]) -> ThreadSearchHit:
    """A row as clients see it."""
    text, matches = snippet(row.shown, asked)
    return ThreadSearchHit(
        thread_id=row.thread_id,
        name=row.name or row.preview,
        turn_id=row.turn_id or None,
        item_id=row.item_id or None,
        snippet=text,
        matches=matches,
        at=row.at,
    )


def snippet(text: str, asked: Sequence[Term]) -> tuple[str, list[tuple[int, int]]]:
    """The part of `text` around the first hit, on one line, and where in it the hits stand, in characters."""
    spans = matches(text, asked)
    first = spans[0][0] if spans else 0
    start = max(0, min(first - BEFORE_CHARACTERS, len(text) - SNIPPET_CHARACTERS))
    if start:
        # a word is not cut where it can be helped
        blank = _BLANK.search(text, start, first)
        start = blank.end() if blank else start
    end = min(len(text), start + SNIPPET_CHARACTERS)
    before, after = "…" * (start > 0), "…" * (end < len(text))
    shift = len(before) - start
    shown = [(max(a, start) + shift, min(b, end) + shift) for a, b in spans if a < end and b > start]
    return before + _BLANK.sub(" ", text[start:end]) + after, shown


def matches(text: str, asked: Sequence[Term]) -> list[tuple[int, int]]:
    """Where `asked` stands in `text`: beginnings and ends, in characters, in order and apart."""
    if not asked:
        return []
    pieces = [_folding[ord(character)] for character in text]
    ends = list(accumulate(map(len, pieces)))
    starts = [0, *ends[:-1]]
    pattern = "|".join(_pattern(term) for term in sorted(asked, key=lambda term: -len(" ".join(term.words))))
    found: list[tuple[int, int]] = []
    for match in re.finditer(rf"(?<![^ ])(?:{pattern})(?![^ ])", "".join(pieces)):
        first = bisect_right(starts, match.start()) - 1
        last = bisect_left(ends, match.end()) + 1
        while last < len(pieces) and not pieces[last]:
            last += 1
        found.append((first, last))
    return found


def check_limit(limit: int) -> None:
    """Faces call with parameters that no decoder has seen."""
    if not 1 <= limit <= MAX_PAGE:
        raise Invalid(f"a page has 1 to {MAX_PAGE} entries", path="$.limit")


def cursor(row: FoundRow) -> str:
    """Where the page after `row` begins."""
    place = (int(row.position > 0), row.at, row.thread_id, row.position)
    return urlsafe_b64encode(msgspec.json.encode(place)).decode()


def place(text: str | None) -> Found:
    """The place that a cursor of `cursor` names. Raises Invalid."""
    if text is None:
        return Found()
    try:
        found = Found(*_place.decode(urlsafe_b64decode(text.encode())))
        found.thread_id.encode()
    except (ValueError, RecursionError) as error:
        raise _foreign() from error
    if "\0" in found.thread_id:
        raise _foreign()
    return found


def _foreign() -> Invalid:
    return Invalid("this cursor is none of ours", code="bad_cursor", path="$.cursor")


def _pattern(term: Term) -> str:
    words = [re.escape(word) + ("[^ ]*" if len(word) == WORD_CHARACTERS else "") for word in term.words]
    return " +".join(words) + ("[^ ]*" if term.is_prefix else "")


def _folded(character: str) -> str:
    if unicodedata.category(character) in {"Mn", "Me", "Cf"}:
        # a zero width space is one
        return " " if character == "\u200b" else ""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", character).casefold())
    kept = "".join(_kept(part) for part in plain)
    code = ord(character)
    return f" {kept} " if any(first <= code <= last for first, last in _UNSPACED) else kept


def _kept(part: str) -> str:
    match unicodedata.category(part):
        case "Mn" | "Me" | "Cf":
            return ""
        case "Mc":
            return part
        case _:
            return part if part.isalnum() else " "


_folding = _Folding()
_place: msgspec.json.Decoder[tuple[Count, Count, str, Count]] = msgspec.json.Decoder(tuple[Count, Count, str, Count])
