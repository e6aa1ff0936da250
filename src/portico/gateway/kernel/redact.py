"""Secrets never leave: what is known to be secret is cut out of text, whole or streamed (design 4)."""

import base64
import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, quote_plus

import msgspec

REDACTED = "[redacted]"
MIN_LENGTH = 6
"""Shorter values are too likely to be ordinary words; they are not redacted."""
LONGEST_NUMBER = 16
"""A number with fewer digits is a limit or a port, not a secret."""

_SECRET_NAME = re.compile(
    r"(^|_)(KEYS?|TOKENS?|SECRETS?|PASSWORDS?|PASSWD|PASSPHRASE|CREDENTIALS?|AUTH|COOKIE|PAT|DSN)($|_)"
    r"|APIKEY|(KEY|TOKEN|SECRET|PASSWORD)$"
)
_NOT_SECRET_NAME = re.compile(r"(_PATH|_FILE|_DIR|_SOCK|_ID|_NAME|_HOST|_TTL|_TYPE|_URL|_URI|^GATEWAY_AUTH)$")
_URL_PASSWORD = re.compile(r"[a-z][a-z0-9+.-]*://[^/\s:@]*:([^/\s@]+)@", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Forms:
    """All spellings of all values, prepared for searching. Replaced as a whole when a value comes or goes."""

    by_length: tuple[str, ...]
    raw: tuple[bytes, ...]
    lengths: tuple[int, ...]
    pattern: re.Pattern[str] | None
    first_characters: frozenset[str]
    prefixes_by_end: Mapping[str, tuple[tuple[str, int], ...]]

    def occur_in(self, text: str) -> bool:
        """A spelling is in `text`: only those that are not longer than it are looked for."""
        return any(form in text for form in self.by_length[: bisect_right(self.lengths, len(text))])

    def held_from(self, text: str, start: int) -> int:
        """Where the longest end of `text` begins, not before `start`, that may grow into a secret."""
        size = len(text)
        for form, length in self.prefixes_by_end.get(text[-2:], ()):
            if length <= size - start and text.startswith(form[:length], size - length):
                return size - length
        return size - 1 if size > start and text[-1] in self.first_characters else size


class Redactor:
    """Knows the secret values of this process. Adding and removing takes effect at once, in open streams too."""

    def __init__(self, values: Iterable[str] = ()) -> None:
        self._values: Counter[str] = Counter(value for value in values if len(value) >= MIN_LENGTH)
        self._forms = _prepare(self._values)

    def add(self, value: str) -> None:
        """Redact `value` and its encoded spellings from now on; values under six characters are left alone."""
        if len(value) < MIN_LENGTH:
            return
        self._values[value] += 1
        if self._values[value] == 1:
            self._forms = _prepare(self._values)

    def remove(self, value: str) -> None:
        """Undo one `add`; a value that was added twice stays secret until it is removed twice."""
        if value not in self._values:
            return
        self._values[value] -= 1
        if self._values[value] <= 0:
            del self._values[value]
            self._forms = _prepare(self._values)

    def text(self, text: str) -> str:
        """`text` with every secret printed as `[redacted]`."""
        forms = self._forms
        if forms.pattern is None or not forms.occur_in(text):
            return text
        return forms.pattern.sub(REDACTED, text)

    def raw(self, data: bytes) -> bytes:
        """The same for UTF-8 that is not decoded."""
        forms = self._forms.raw
        if not any(form in data for form in forms):
            return data
        return re.sub(b"|".join(re.escape(form) for form in reversed(forms)), REDACTED.encode(), data)

    def stream(self) -> "RedactingStream":
        """A redactor for text that comes in pieces."""
        return RedactingStream(self)

    def cut(self, text: str) -> tuple[str, str]:
        """The redacted text that can be shown, and the end that may be the beginning of a secret."""
        forms = self._forms
        if forms.pattern is None or not text:
            return text, ""
        held = forms.held_from(text, 0)
        if not forms.occur_in(text):
            return text[:held], text[held:]
        shown: list[str] = []
        position = 0
        for match in forms.pattern.finditer(text):
            if match.start() >= held:
                break
            shown += (text[position : match.start()], REDACTED)
            position = match.end()
            held = max(held, forms.held_from(text, position)) if position > held else held
        return "".join((*shown, text[position:held])), text[held:]


class RedactingStream:
    """Joins to exactly what `Redactor.text` makes of the whole, however the pieces are cut.

    It holds back no more than a piece that may become a secret: less than the longest one.
    """

    __slots__ = ("_held", "_redactor")

    def __init__(self, redactor: Redactor) -> None:
        self._redactor = redactor
        self._held = ""

    def feed(self, text: str) -> str:
        """What can be shown now of all that came."""
        shown, self._held = self._redactor.cut(self._held + text)
        return shown

    def flush(self) -> str:
        """The rest, at the end of the stream; the stream may be used again."""
        held, self._held = self._held, ""
        return self._redactor.text(held)


def secret_environment_values(environ: Mapping[str, str]) -> tuple[str, ...]:
    """The values of variables whose names say that they are secret, and passwords inside URLs.

    Numbers and paths of this machine are no secrets, whatever their variable is called.
    """
    values: set[str] = set()
    for name, value in environ.items():
        values.update(_URL_PASSWORD.findall(value))
        if _is_secret_name(name.upper()) and not _is_harmless(value):
            values.add(value)
    return tuple(sorted(value for value in values if len(value) >= MIN_LENGTH))


def _is_secret_name(name: str) -> bool:
    return _SECRET_NAME.search(name) is not None and _NOT_SECRET_NAME.search(name) is None


def _is_harmless(value: str) -> bool:
    if value.isdecimal() and len(value) < LONGEST_NUMBER:
        return True
    try:
        return value.startswith(("/", "~/")) and Path(value).expanduser().exists()
    except (OSError, ValueError, RuntimeError):
        return False


def _prepare(values: Iterable[str]) -> _Forms:
    forms = {form for value in values for form in _spellings(value) if len(form) >= MIN_LENGTH}
    by_length = tuple(sorted(forms, key=lambda form: (len(form), form)))
    # The longest first: a secret that begins with another one is cut out whole.
    pattern = re.compile("|".join(re.escape(form) for form in reversed(by_length))) if forms else None
    ends: dict[str, list[tuple[str, int]]] = {}
    for form in forms:
        for length in range(2, len(form)):
            ends.setdefault(form[length - 2 : length], []).append((form, length))
    return _Forms(
        by_length=by_length,
        raw=tuple(form.encode(errors="surrogatepass") for form in by_length),
        lengths=tuple(len(form) for form in by_length),
        pattern=pattern,
        first_characters=frozenset(form[0] for form in forms),
        prefixes_by_end={end: tuple(sorted(found, key=lambda at: -at[1])) for end, found in ends.items()},
    )


def _spellings(value: str) -> Iterator[str]:
    """The value as it is, in JSON, in a URL, and in base64 at each of the three places it can begin."""
    yield value
    try:
        yield quote(value, safe="")
        yield quote_plus(value)
        yield msgspec.json.encode(value).decode()[1:-1]
        raw = value.encode()
    except UnicodeEncodeError:
        return
    for shift in range(3):
        encoded = base64.b64encode(bytes(shift) + raw).decode()
        # Only characters that no neighbour of the value has a part in.
        first, last = (0, 2, 3)[shift], len(encoded) - (0, 3, 2)[(shift + len(raw)) % 3]
        yield encoded[first:last]
        yield encoded[first:last].replace("+", "-").replace("/", "_")
