"""The carrier of the C library: calls of any thread, answered on one event loop; `scripts/capi.py` builds it."""

from portico.boundary.capi.binding import ABI, bind
from portico.boundary.capi.bridge import Bridge

__all__ = ["ABI", "Bridge", "bind"]
