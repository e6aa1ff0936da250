"""Provider rows: which can be used, and what is missing where one cannot."""

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from portico.client.selectors.names import provider_name
from portico.client.words import Phrase, say
from portico.protocol.types.provider import Provider

_HERE = ("localhost", "127.0.0.1", "::1")
_WELL_KNOWN = ("openai", "anthropic", "openrouter", "gemini", "ollama", "custom")
"""Those that most people look for, in this order, before the others."""


@dataclass(frozen=True, slots=True)
class ProviderRow:
    """A line of the provider list. `why_not` is None when a turn could use it now.

    One that is not `is_available` cannot be set up either: this gateway has no adapter for it.
    """

    name: str
    title: str
    is_usable: bool
    why_not: Phrase | None = None
    has_key: bool = False
    key_source: Phrase | None = None
    base_url: str | None = None
    default_model: str | None = None
    is_available: bool = True


def provider_rows(providers: Iterable[Provider]) -> tuple[ProviderRow, ...]:
    """Usable ones first, then those that can be set up, the well-known of them before the others; then by title."""
    return tuple(sorted((provider_row(provider) for provider in providers), key=_place))


def _place(row: ProviderRow) -> tuple[bool, bool, int, str, str]:
    is_known = not row.is_usable and row.name in _WELL_KNOWN
    known = _WELL_KNOWN.index(row.name) if is_known else len(_WELL_KNOWN)
    return not row.is_usable, not row.is_available, known, row.title.casefold(), row.name


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
        provider.is_available is not False,
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
