"""Every sentence that clients say to a person, by id, in the languages that there are."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Literal, get_args

Language = Literal["en", "de"]
LANGUAGES: tuple[Language, ...] = get_args(Language)
"""By their codes (ISO 639-1). `<code>.json` beside this file is a flat object: id to sentence, sorted by area.

The area is what stands before the first dot; `ui` is for the words of shells. A value stands in braces by its name,
nothing else is in a sentence. One that counts has two ids, `.one` and `.other`, and `{count}`: see `say_count`.
"""
_VALUE = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Phrase:
    """What is said, by id with its values, so that a catalogue can say it in another language; `str` says it here."""

    id: str
    values: tuple[tuple[str, str | int], ...] = ()

    def __str__(self) -> str:
        return sentence(self)


@cache
def catalogue(language: str) -> Mapping[str, str]:
    """Every sentence of a language by id, read once. Raises KeyError for a language that is not of `LANGUAGES`."""
    if language not in LANGUAGES:
        raise KeyError(language)
    return MappingProxyType(json.loads((files("portico.client.words") / f"{language}.json").read_bytes()))


def sentence(phrase: Phrase, language: str = "en") -> str:
    """`phrase` in that language; a value that is not given stays in its braces.

    Raises KeyError for an id or a language that there is not.
    """
    values = dict(phrase.values)
    return _VALUE.sub(lambda found: str(values.get(found[1], found[0])), catalogue(language)[phrase.id])


def say(id_: str, **values: str | int) -> Phrase:
    """The phrase; KeyError for an id that the catalogue lacks."""
    if id_ not in catalogue("en"):
        raise KeyError(id_)
    return Phrase(id_, tuple(sorted(values.items())))


def say_count(id_: str, count: int, **values: str | int) -> Phrase:
    """The phrase `<id>.one` for exactly one of something, else `<id>.other`; both have `count` as a value."""
    return say(f"{id_}.{'one' if count == 1 else 'other'}", count=count, **values)


def language_of(environ: Mapping[str, str], given: str | None = None) -> str:
    """What was given, else the language of the environment if there is a catalogue of it, else English."""
    wanted = given or environ.get("LC_ALL") or environ.get("LC_MESSAGES") or environ.get("LANG") or ""
    code = wanted[:2].lower()
    return code if code in LANGUAGES else "en"
