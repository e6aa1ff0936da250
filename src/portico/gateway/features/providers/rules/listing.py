"""Vendors' model lists in one shape: whatever they call a field, it is read; what they do not say stays unknown."""

import math
from collections.abc import Iterable, Mapping
from typing import Any, cast

from portico.gateway.features.providers.rules.definitions import REHEARSAL, Definition
from portico.gateway.features.providers.rules.effort import known_models, reasoning_of
from portico.protocol.base import SAFE_INT
from portico.protocol.efforts import EFFORTS, normalise_effort
from portico.protocol.types.provider import (
    ModelCapabilities,
    ModelLimits,
    ModelPricing,
    ModelReasoning,
    ProviderModel,
    ReasoningSource,
)

MAX_MODELS = 5_000
MAX_ID = 160
MAX_NAME = 200
MAX_DESCRIPTION = 2_000

Item = Mapping[str, Any]


def normalise(provider: str, items: Iterable[Any]) -> list[ProviderModel]:
    """The models of a vendor's list, in its order, each id once; entries without a usable id are left out."""
    models: dict[str, ProviderModel] = {}
    for item in items:
        if len(models) == MAX_MODELS:
            break
        if isinstance(item, dict):
            entry = cast("dict[str, Any]", item)
            model_id = _text(entry, "id", MAX_ID) or _text(entry, "name", MAX_ID)
            if model_id and model_id not in models:
                models[model_id] = _model(provider, model_id, entry)
    return list(models.values())


def static_models(known: Definition) -> list[ProviderModel]:
    """What is known without asking the vendor: its default model and those of the effort registry."""
    if known.name == REHEARSAL:
        return [
            ProviderModel(
                id=REHEARSAL,
                name="Rehearsal",
                description="Plays a model without asking one: for the first run, the docs and tests.",
                provider=REHEARSAL,
                limits=ModelLimits(),
                capabilities=ModelCapabilities(
                    tool_calling=True, streaming=True, input_modalities=["text"], output_modalities=["text"]
                ),
            )
        ]
    names = dict.fromkeys((*([known.default_model] if known.default_model else []), *known_models(known.name)))
    return normalise(known.name, [{"id": name} for name in names])


def _model(provider: str, model_id: str, item: Item) -> ProviderModel:
    lifecycle = _text(item, "lifecycle_status", MAX_NAME) or ("deprecated" if item.get("deprecation") else None)
    return ProviderModel(
        id=model_id,
        name=_text(item, "display_name", MAX_NAME) or _text(item, "name", MAX_NAME),
        description=_text(item, "description", MAX_DESCRIPTION),
        created=_count(item, "created"),
        provider=provider,
        owned_by=_text(item, "owned_by", MAX_NAME),
        limits=_limits(item),
        capabilities=_capabilities(provider, model_id, item),
        pricing=_pricing(item),
        active=_flag(item, "active"),
        family=_text(item, "family", MAX_NAME),
        lifecycle_status=lifecycle,
    )


def _limits(item: Item) -> ModelLimits:
    top = _part(item, "top_provider")
    window = (
        _count(item, "context_window", "context_length", "max_context_length", "max_model_len")
        or _count(top, "context_length")
        or _count(item, "max_input_tokens")
    )
    return ModelLimits(
        max_input_tokens=_count(item, "max_input_tokens"),
        max_output_tokens=_count(item, "max_output_tokens", "max_completion_tokens")
        or _count(top, "max_completion_tokens")
        or (_count(item, "max_tokens") if item.get("type") == "model" else None),
        context_window=window,
    )


def _capabilities(provider: str, model_id: str, item: Item) -> ModelCapabilities:
    can = _part(item, "capabilities")
    shape = _part(item, "architecture")
    takes = _words(shape, "input_modalities") or _words(item, "input_modalities")
    parameters = set(_words(item, "supported_parameters"))
    reasoning = _reasoning(provider, model_id, item)
    return ModelCapabilities(
        vision=_either(_flag(can, "vision", "image_input"), _flag(item, "supports_image_input"), _says(takes, "image")),
        tool_calling=_either(
            _flag(can, "function_calling", "tool_calling"), _flag(item, "supports_tools"), _says(parameters, "tools")
        ),
        json_output=_either(
            _flag(can, "structured_outputs"), _says(parameters, "response_format", "structured_outputs")
        ),
        streaming=_flag(can, "streaming"),
        embeddings=_either(
            _flag(can, "embeddings"), True if item.get("type") == "embedding" or "embed" in model_id.lower() else None
        ),
        transcription=_flag(can, "audio_transcription", "transcription"),
        thinking=_either(_flag(can, "thinking", "reasoning"), _says(parameters, "reasoning", "include_reasoning")),
        reasoning=reasoning,
        fine_tuning=_flag(can, "fine_tuning"),
        input_modalities=takes,
        output_modalities=_words(shape, "output_modalities") or _words(item, "output_modalities"),
    )


def _reasoning(provider: str, model_id: str, item: Item) -> ModelReasoning:
    """The vendor's own words win; else the registry; an unknown model has no options."""
    told = _part(item, "reasoning")
    options = _efforts(_words(told, "supported_efforts") or _words(told, "effort_options"))
    if not options:
        options = _efforts(
            name for name, value in _part(_part(item, "capabilities"), "effort").items() if _is_supported(value)
        )
    if not options:
        return reasoning_of(provider, model_id)
    return ModelReasoning(
        supported=True,
        effort_options=options,
        default_effort=normalise_effort(_text(told, "default_effort", MAX_NAME) or ""),
        mandatory=_flag(told, "mandatory"),
        source=ReasoningSource.PROVIDER_METADATA,
    )


def _efforts(words: Iterable[str]) -> list[str]:
    """Weakest first, as the registry lists them."""
    found = {normalise_effort(word) for word in words}
    return [effort for effort in reversed(EFFORTS) if effort in found]


def _pricing(item: Item) -> ModelPricing | None:
    """Per token where the vendor says so (OpenRouter's strings); prices per million are left out, not guessed at."""
    told = _part(item, "pricing")
    priced = ModelPricing(
        input_token=_price(told, "prompt"),
        output_token=_price(told, "completion"),
        image=_price(told, "image"),
        request=_price(told, "request"),
    )
    return None if priced == ModelPricing() else priced


def _price(item: Item, name: str) -> float | None:
    value = item.get(name)
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    try:
        price = float(value)
    except ValueError:
        return None
    return price if math.isfinite(price) and price >= 0 else None


def _part(item: Item, name: str) -> Item:
    value = item.get(name)
    return cast("Item", value) if isinstance(value, dict) else {}


def _text(item: Item, name: str, length: int) -> str | None:
    value = item.get(name)
    if not isinstance(value, str):
        return None
    return value.replace("\0", "").strip()[:length] or None


def _count(item: Item, *names: str) -> int | None:
    for name in names:
        value = item.get(name)
        if isinstance(value, int | float) and not isinstance(value, bool) and 0 < value <= SAFE_INT:
            return int(value)
    return None


def _flag(item: Item, *names: str) -> bool | None:
    for name in names:
        if name in item and (isinstance(item[name], bool) or "supported" in _part(item, name)):
            return _is_supported(item[name])
    return None


def _is_supported(value: Any) -> bool:
    """A plain yes, or Anthropic's `{"supported": true}`."""
    return value is True or (isinstance(value, dict) and cast("Item", value).get("supported") is True)


def _words(item: Item, name: str) -> list[str]:
    value = item.get(name)
    return [word for word in cast("list[Any]", value) if isinstance(word, str)][:64] if isinstance(value, list) else []


def _says(words: Iterable[str], *wanted: str) -> bool | None:
    """Whether a list that the vendor gave names one of these; None when there is no list."""
    known = set(words)
    return not known.isdisjoint(wanted) if known else None


def _either(*flags: bool | None) -> bool | None:
    return next((flag for flag in flags if flag is not None), None)
