"""Full text, the one thing that both engines spell differently in a query (design 7)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

Column = Literal["name", "said"]


@dataclass(frozen=True, slots=True)
class Term:
    """Words that stand next to each other, of letters and digits alone; the last one may be only a beginning."""

    words: tuple[str, ...]
    is_prefix: bool = False


class FullText(Protocol):
    """How an engine is asked for rows of `search_text s`: what stands in `where`, and its argument `$1`."""

    @property
    def matches(self) -> str: ...

    def argument(self, column: Column, terms: Sequence[Term]) -> str:
        """All of `terms`, at least one, in `column`; the query still says which rows have that column."""
        ...


class SqliteText:
    """FTS5."""

    matches = "s.id in (select rowid from search_index where search_index match $1)"

    def argument(self, column: Column, terms: Sequence[Term]) -> str:
        phrases = (f'"{" ".join(term.words)}"' + (" *" if term.is_prefix else "") for term in terms)
        return f"{column} : ({' AND '.join(phrases)})"


class PostgresText:
    """`tsvector`; both columns share one, since a row has words in one of them only."""

    matches = "s.lexemes @@ to_tsquery('simple', $1)"

    def argument(self, column: Column, terms: Sequence[Term]) -> str:
        del column
        phrases = (" <-> ".join(f"'{word}'" for word in term.words) + ":*" * term.is_prefix for term in terms)
        return " & ".join(f"({phrase})" for phrase in phrases)


FULL_TEXT: Mapping[str, FullText] = {"sqlite": SqliteText(), "postgres": PostgresText()}
"""By `Store.dialect`."""
