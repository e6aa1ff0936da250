"""Ids that can be foretold."""


class FakeIds:
    """`id000000000000000001`-like ids of 21 characters, counted up."""

    def __init__(self, prefix: str = "id") -> None:
        self._prefix = prefix
        self._count = 0

    def new(self) -> str:
        self._count += 1
        return self._prefix + str(self._count).rjust(21 - len(self._prefix), "0")

    def short(self) -> str:
        self._count += 1
        return str(self._count).rjust(8, "0")
