"""Provider rows: which can be used, and what is missing where one cannot."""

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from portico.client.selectors.names import provider_name
from portico.client.words import Phrase, say
from portico.protocol.types.provider import Provider

_HERE = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, slots=True)
class ProviderRow:
    """A line of the provider list. `why_not` is None when a turn could use it now."""

    name: str
    title: str
    is_usable: bool
    why_not: Phrase | None = None
    has_key: bool = False
    key_source: Phrase | None = None
    base_url: str | None = None
    default_model: str | None = None


def provider_rows(providers: Iterable[Provider]) -> tuple[ProviderRow, ...]:
    """Usable ones first, each kind by title."""
    rows = [provider_row(provider) for provider in providers]
    return tuple(sorted(rows, key=lambda row: (not row.is_usable, row.title.casefold(), row.name)))


def provider_row(provider: Provider) -> ProviderRow:
    """A gateway that does not say whether one is usable is believed by its key."""
    is_usable = provider.api_key_configured if provider.is_usable is None else provider.is_usable
    known_sources = {"stored": "key.stored", "environment": "key.environment"}
    source = known_sources.get(provider.key_source or "")
    return ProviderRow(
        provider.name,
        provider_name(provider.name),
        is_usable,
        None if is_usable else _why_not(provider),
        provider.api_key_configured,
        say(source) if source else None,
        provider.base_url,
        provider.default_model,
    )


def _why_not(provider: Provider) -> Phrase:
    if provider.is_available is False:
        return say("provider.unavailable")
    if not provider.base_url:
        return say("provider.no_address") if provider.is_available else say("provider.no_key")
    if provider.name == "ollama":
        return say("provider.not_answering", url=provider.base_url)
    if _is_here(provider.base_url):
        return say("provider.no_server")
    return say("provider.unusable") if provider.api_key_configured else say("provider.no_key")


def _is_here(url: str) -> bool:
    try:
        return urlsplit(url).hostname in _HERE
    except ValueError:
        return False
