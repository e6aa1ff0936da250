"""Model rows and effort rows: what a model can, what it costs if that is known."""

from collections.abc import Iterable
from dataclasses import dataclass

from portico.client.selectors.names import model_name
from portico.client.words import Phrase, say
from portico.protocol.efforts import EFFORTS, normalise_effort
from portico.protocol.types.provider import ModelPricing, ProviderModel

MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class EffortRow:
    """A line of the effort picker; `value` is canonical."""

    value: str
    title: Phrase
    is_default: bool = False


@dataclass(frozen=True, slots=True)
class ModelRow:
    """A line of the model list. None is not known: a model that does not say is not refused."""

    provider: str
    id: str
    title: str
    context_window: int | None = None
    max_output: int | None = None
    price: Phrase | None = None
    takes_images: bool | None = None
    takes_tools: bool | None = None
    is_active: bool = True
    efforts: tuple[EffortRow, ...] = ()


def model_rows(models: Iterable[ProviderModel]) -> tuple[ModelRow, ...]:
    """In the gateway's order, those that are no longer active last."""
    rows = [model_row(model) for model in models]
    return tuple(sorted(rows, key=lambda row: not row.is_active))


def model_row(model: ProviderModel) -> ModelRow:
    """The model as a person reads it."""
    can = model.capabilities
    takes_images = True if can.vision is None and "image" in can.input_modalities else can.vision
    return ModelRow(
        model.provider,
        model.id,
        model.name or model_name(model.id),
        model.limits.context_window or model.limits.max_input_tokens,
        model.limits.max_output_tokens,
        _price(model.pricing),
        takes_images,
        can.tool_calling,
        model.active is not False,
        effort_rows(model),
    )


def effort_rows(model: ProviderModel | None) -> tuple[EffortRow, ...]:
    """The efforts that the model offers, strongest first; none where nothing is known (reference 13.5)."""
    reasoning = model.capabilities.reasoning if model else None
    if reasoning is None or reasoning.supported is False:
        return ()
    offered = {normalise_effort(option) for option in reasoning.effort_options}
    default = normalise_effort(reasoning.default_effort or "")
    return tuple(EffortRow(name, say(f"effort.{name}"), name == default) for name in EFFORTS if name in offered)


def _price(pricing: ModelPricing | None) -> Phrase | None:
    """Prices come per token, in dollars."""
    given = None if pricing is None or pricing.input_token is None else _dollars(pricing.input_token)
    taken = None if pricing is None or pricing.output_token is None else _dollars(pricing.output_token)
    if given and taken:
        return say("model.price", input=given, output=taken)
    if given:
        return say("model.price_in", input=given)
    return say("model.price_out", output=taken) if taken else None


def _dollars(per_token: float) -> str:
    return f"{per_token * MILLION:,.2f}"
