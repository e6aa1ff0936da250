"""The scene of a draft out of what the client knows: which provider and model the choice comes to."""

from dataclasses import dataclass

from portico.client.composer.draft import MAX_FRAME_BYTES, Scene
from portico.client.selectors import Choice, model_row, provider_row
from portico.client.state.providers import ProvidersState
from portico.client.state.queue import QueueState
from portico.protocol.base import Scope


@dataclass(frozen=True, slots=True)
class Known:
    """What holds for every thread: `defaults` is the gateway's own choice, `scopes` None where they are not known."""

    listed: ProvidersState
    defaults: Choice
    scopes: frozenset[Scope] | None = None
    max_frame_bytes: int | None = MAX_FRAME_BYTES


def scene_of(queue: QueueState, running: str | None, choice: Choice, known: Known) -> Scene:
    """The scene of the queue's thread. While nothing was loaded, nothing is held against the draft."""
    name, model_id = effective(choice, known)
    provider = known.listed.get(name)
    model = known.listed.model(name, model_id)
    rows = [provider_row(one) for one in known.listed.providers]
    return Scene(
        queue.thread_id,
        running,
        len(queue.turns),
        known.scopes,
        provider_row(provider) if provider else None,
        model_row(model) if model else None,
        any(row.is_usable for row in rows) or not known.listed.fresh.is_loaded,
        known.max_frame_bytes,
    )


def effective(choice: Choice, known: Known) -> tuple[str | None, str | None]:
    """Provider and model that the choice comes to: a chosen provider's own default before the gateway's."""
    if choice.provider is None or choice.provider == known.defaults.provider:
        return known.defaults.provider, choice.model or known.defaults.model
    provider = known.listed.get(choice.provider)
    return choice.provider, choice.model or (provider.default_model if provider else None)
