"""Which provider, model and effort a message goes to, and how a choice follows another."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from portico.client.selectors.models import EffortRow
from portico.protocol.efforts import normalise_effort
from portico.protocol.types.thread import Thread


@dataclass(frozen=True, slots=True)
class Choice:
    """None is the gateway's or the model's default. `is_manual`: a person chose it, so nothing else replaces it."""

    provider: str | None = None
    model: str | None = None
    effort: str | None = None
    is_manual: bool = False

    def with_provider(self, provider: str | None, default_model: str | None = None) -> "Choice":
        """Another provider: its default model, and no effort."""
        if provider == self.provider:
            return replace(self, is_manual=True)
        return Choice(provider, default_model, None, is_manual=True)

    def with_model(self, provider: str | None, model: str | None) -> "Choice":
        """Another model: the effort of the one before does not go with it."""
        if (provider, model) == (self.provider, self.model):
            return replace(self, is_manual=True)
        return Choice(provider, model, None, is_manual=True)

    def with_effort(self, effort: str | None) -> "Choice":
        """An effort in any spelling; a word that is none is the default."""
        return replace(self, effort=normalise_effort(effort) if effort else None, is_manual=True)

    def within(self, efforts: Sequence[EffortRow]) -> "Choice":
        """The choice without an effort that its model does not offer."""
        is_offered = self.effort is None or any(row.value == self.effort for row in efforts)
        return self if is_offered else replace(self, effort=None)

    def resolved(self, known: "Choice") -> "Choice":
        """What holds when `known` is found out of a thread or the settings: a person's own choice stays."""
        return self if self.is_manual else replace(known, is_manual=False)


def of_thread(thread: Thread, effort: str | None = None) -> Choice:
    """The thread's model with the effort of its last turn, which is carried to the next."""
    if not thread.model and not thread.model_provider:
        return Choice()
    return Choice(thread.model_provider or None, thread.model or None, normalise_effort(effort) if effort else None)
