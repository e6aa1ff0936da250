"""Which provider and model a turn gets: the first level that says so (design 9)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from portico.gateway.features.providers.rules.definitions import canonical_name
from portico.protocol.types.provider import ProviderModel

OTHER_USES = ("embed", "whisper", "transcri", "tts", "audio", "dall-e", "image", "moderation", "rerank", "sora", "bge-")
"""Words in the names of models that do not chat."""


@dataclass(frozen=True, slots=True)
class Selection:
    """What one level says: both, one or nothing. Empty strings say nothing."""

    provider: str | None = None
    model: str | None = None


NOTHING = Selection()


def choose(levels: Sequence[Selection]) -> Selection:
    """The provider of the first level that names one, and the first model that can be meant for it.

    A model without a provider belongs to whichever provider the same or a later level names; a model that stands
    beside another provider is not taken. Raises Invalid for an unknown provider.
    """
    named = [(canonical_name(level.provider) if level.provider else None, level.model or None) for level in levels]
    place = next((place for place, (provider, _) in enumerate(named) if provider), len(named))
    provider = named[place][0] if place < len(named) else None
    for at, (beside, model) in enumerate(named):
        if model and (beside == provider if beside else at <= place):
            return Selection(provider, model)
    return Selection(provider, None)


def first_chat_model(models: Iterable[str]) -> str | None:
    """The first name that does not look like a model for other uses; the very first if all do."""
    names = list(models)
    return next((name for name in names if not _has_other_use(name)), names[0] if names else None)


def first_listed(models: Iterable[ProviderModel]) -> str | None:
    """The first model of a vendor's list that can chat."""
    usable = [model.id for model in models if model.active is not False and not model.capabilities.embeddings]
    return first_chat_model(usable)


def _has_other_use(name: str) -> bool:
    return any(word in name.lower() for word in OTHER_USES)
