"""A row of the table that `make bench` prints."""

from collections.abc import Callable
from dataclasses import dataclass

from bench.measures import Figures


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the table: `figure` formats it, from ours or the floor's figures; `is_met` compares with the target."""

    measure: str
    target: str
    figure: Callable[[Figures], str]
    floor: Callable[[Figures], str] = lambda _: "-"
    is_met: Callable[[Figures], bool] | None = None
