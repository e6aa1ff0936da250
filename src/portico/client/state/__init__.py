"""Reduced state of threads and turns: pure, the same in every shell."""

from portico.client.state.reduce import reduce
from portico.client.state.types import ItemState, Phase, ThreadState, TurnState

__all__ = ["ItemState", "Phase", "ThreadState", "TurnState", "reduce"]
