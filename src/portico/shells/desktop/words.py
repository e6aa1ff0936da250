"""What this shell says to a person, in the language of the session: the catalogue's sentences as texts."""

from portico.client.words import Phrase, catalogue, sentence
from portico.client.words import say as phrase

_spoken = ["en"]


def speak(language: str) -> None:
    """Say everything in this language from now on; once, before anything is said. KeyError for one there is not."""
    catalogue(language)
    _spoken[0] = language


def spoken() -> str:
    """The code of the language."""
    return _spoken[0]


def say(id_: str, **values: str | int) -> str:
    """The sentence; KeyError for an id that the catalogue lacks."""
    return told(phrase(id_, **values))


def told(what: Phrase) -> str:
    """What the client core says, as a text."""
    return sentence(what, spoken())
