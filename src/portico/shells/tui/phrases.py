"""What the terminal UI says, in the person's language, and how it writes times and numbers. Pure."""

from dataclasses import dataclass

from portico.client.words import Phrase, say, say_count, sentence

SECOND = 1_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
THOUSAND = 1_000


@dataclass(frozen=True, slots=True)
class Phrases:
    """Says phrases in one language."""

    language: str = "en"

    def say(self, id_: str, **values: str | int) -> str:
        """KeyError for an id that the catalogue lacks."""
        return sentence(say(id_, **values), self.language)

    def count(self, id_: str, count: int, **values: str | int) -> str:
        return sentence(say_count(id_, count, **values), self.language)

    def phrase(self, phrase: Phrase | None) -> str:
        """One that came over the boundary; of a later version's id the id is shown."""
        if phrase is None:
            return ""
        try:
            return sentence(phrase, self.language)
        except KeyError:
            return phrase.id


def duration(ms: int) -> str:
    """`40 ms`, `0.4 s`, `12 s`, `3 min 05 s`, `2 h 07 min`."""
    if ms < 100:
        return f"{ms} ms"
    if ms < 10 * SECOND and ms % SECOND:
        return f"{ms / SECOND:.1f} s"
    if ms < MINUTE:
        return f"{ms // SECOND} s"
    if ms < HOUR:
        return f"{ms // MINUTE} min {ms % MINUTE // SECOND:02} s"
    return f"{ms // HOUR} h {ms % HOUR // MINUTE:02} min"


def amount(number: int) -> str:
    """`950`, `1.2k`, `34k`, `1.5M`."""
    if number < THOUSAND:
        return str(number)
    if number < 10 * THOUSAND:
        return f"{number / THOUSAND:.1f}k"
    if number < THOUSAND * THOUSAND:
        return f"{number // THOUSAND}k"
    return f"{number / THOUSAND / THOUSAND:.1f}M"
