"""The OpenAI-compatible face: models, chat completions, responses (reference interop 9)."""

from portico.gateway.edge.openai.routes import OpenAiFace

__all__ = ["OpenAiFace"]
