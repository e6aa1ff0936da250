"""Pure decisions about turns: what is said, how one starts, how one ends."""

from portico.gateway.features.turns.rules import ending, said, starting

__all__ = ["ending", "said", "starting"]
