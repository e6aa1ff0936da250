"""Models: the wires of their vendors behind one port."""

from portico.gateway.adapters.models.opening import ModelOpener, Opening

__all__ = ["ModelOpener", "Opening"]
