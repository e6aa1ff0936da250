"""Changes of tables as values; the dialects turn them into SQL (design 4)."""

from collections.abc import Mapping
from dataclasses import dataclass, field

Value = str | int | float | bytes | None
Row = Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Put:
    """Insert the row of `key`, or replace these `values` in it.

    `initial` values are written by the insert only: a row that exists keeps its own (such as its position).
    """

    table: str
    key: Row
    values: Row
    initial: Row = field(default_factory=dict[str, Value])


@dataclass(frozen=True, slots=True)
class Patch:
    """Change these `values` in every row that matches `key`; none may match."""

    table: str
    key: Row
    values: Row


@dataclass(frozen=True, slots=True)
class Drop:
    """Remove every row that matches `where`."""

    table: str
    where: Row


Change = Put | Patch | Drop
