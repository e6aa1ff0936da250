"""The composition root: builds a gateway from its parts, and runs it."""

from portico.gateway.main.build import Gateway, Outside, build
from portico.gateway.main.serve import Means, Running, Stop, attach, running, serve

__all__ = ["Gateway", "Means", "Outside", "Running", "Stop", "attach", "build", "running", "serve"]
