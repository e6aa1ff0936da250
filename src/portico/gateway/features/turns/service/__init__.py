"""Use cases of turns."""

from portico.gateway.features.turns.service.core import TurnService
from portico.gateway.features.turns.service.reading import TurnReader

__all__ = ["TurnReader", "TurnService"]
