"""Reduced state of threads and turns: pure, the same in every shell."""

from portico.client.state.reduce import reduce, reduce_unknown
from portico.client.state.types import ItemState, Notice, Phase, ThreadState, TurnState

__all__ = ["ItemState", "Notice", "Phase", "ThreadState", "TurnState", "reduce", "reduce_unknown"]
