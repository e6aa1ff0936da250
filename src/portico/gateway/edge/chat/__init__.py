"""Chat over HTTP: conversations, runs as server-sent events, adapters (seed 002)."""

from portico.gateway.edge.chat.routes import ChatFace

__all__ = ["ChatFace"]
