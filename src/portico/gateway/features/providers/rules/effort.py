"""Reasoning effort: the models known to take one (reference 13.5)."""

from dataclasses import dataclass

from portico.protocol.types.provider import ModelReasoning, ReasoningSource


@dataclass(frozen=True, slots=True)
class Known:
    """What a model takes; `default` is what it does when nothing is asked."""

    options: tuple[str, ...]
    default: str | None = None


_GPT = ("none", "low", "medium", "high", "xhigh")
_CLAUDE = ("low", "medium", "high", "xhigh", "max")
_CLAUDE_46 = ("low", "medium", "high", "max")
_THREE = ("low", "medium", "high")

REGISTRY: dict[str, dict[str, Known]] = {
    "openai": {"gpt-5.5": Known(_GPT, "medium"), "gpt-5.4": Known(_GPT)},
    "anthropic": {
        "claude-fable-5": Known(_CLAUDE, "high"),
        "claude-mythos-5": Known(_CLAUDE, "high"),
        "claude-opus-4-8": Known(_CLAUDE, "high"),
        "claude-opus-4-7": Known(_CLAUDE, "high"),
        "claude-mythos-preview": Known(_CLAUDE_46),
        "claude-opus-4-6": Known(_CLAUDE_46),
        "claude-sonnet-4-6": Known(_CLAUDE_46),
        "claude-opus-4-5": Known(_THREE),
    },
    "gemini": {
        "gemini-3.1-pro-preview": Known(_THREE),
        "gemini-3-flash-preview": Known(("minimal", "low", "medium", "high")),
        "gemini-3-pro-preview": Known(("low", "high")),
        "gemini-2.5-pro": Known(_THREE),
        "gemini-2.5-flash": Known(_THREE),
        "gemini-2.5-flash-lite": Known(_THREE),
    },
    "bedrock": {"anthropic.claude-opus-4-5": Known(_THREE)},
}


def reasoning_of(provider: str, model: str) -> ModelReasoning:
    """What the registry knows; an unknown model has no options at all."""
    known = _find(REGISTRY.get(provider, {}), model.lower())
    if known is None:
        return ModelReasoning(effort_options=[], source=ReasoningSource.UNKNOWN)
    return ModelReasoning(
        supported=True,
        effort_options=list(known.options),
        default_effort=known.default,
        source=ReasoningSource.STATIC_REGISTRY,
    )


def known_models(provider: str) -> tuple[str, ...]:
    """The models of the registry, for a vendor whose list cannot be read."""
    return tuple(REGISTRY.get(provider, {}))


def _find(known: dict[str, Known], model: str) -> Known | None:
    """Exact beats prefix, a longer prefix beats a shorter one; a prefix ends at a dash (dated releases)."""
    if model in known:
        return known[model]
    prefixes = [name for name in known if model.startswith(f"{name}-")]
    return known[max(prefixes, key=len)] if prefixes else None
