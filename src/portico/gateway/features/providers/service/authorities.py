"""What each workspace has stored for each provider, and the authorities that follow."""

import secrets as randomness

from portico.gateway.features.providers.rules import authority as rules
from portico.gateway.features.providers.rules.authority import Authority, Stored
from portico.gateway.features.providers.rules.definitions import Definition
from portico.gateway.features.providers.service.needs import ProviderNeeds
from portico.gateway.features.providers.store import ProviderStore

SALT_REF = "authority_salt/home"
SALT_BYTES = 32


def key_ref(workspace_id: str, provider: str) -> str:
    """Where a provider's key is kept (reference 14.2)."""
    return f"provider_api_key/workspace:{workspace_id}:provider:{provider}"


def proxy_ref(workspace_id: str, provider: str) -> str:
    """Where a provider's proxy is kept: a secret of its own."""
    return f"provider_proxy/workspace:{workspace_id}:provider:{provider}"


class Authorities:
    """Base URLs in memory from `load` on; keys and proxies stay with the secrets."""

    def __init__(self, needs: ProviderNeeds) -> None:
        self._secrets = needs.secrets
        self._environment = needs.config.current.environment
        self._store = ProviderStore(needs.log)
        self._base_urls: dict[tuple[str, str], str] = {}
        self._salt = randomness.token_bytes(SALT_BYTES)

    async def load(self) -> None:
        """Read the configured base URLs and the home's salt; a new home gets one."""
        self._base_urls = await self._store.base_urls()
        known = self._secrets.get(SALT_REF)
        if known is None:
            await self._secrets.put(SALT_REF, self._salt.hex(), "keys the fingerprints of providers")
        else:
            self._salt = bytes.fromhex(known)

    def of(self, workspace_id: str, known: Definition) -> Authority:
        """Raises Invalid for a variable without a usable URL, Unavailable for a damaged secret."""
        stored = Stored(
            api_key=self._secrets.get(key_ref(workspace_id, known.name)),
            base_url=self.base_url(workspace_id, known),
            proxy_url=self._secrets.get(proxy_ref(workspace_id, known.name)),
        )
        return rules.authority(known, self._environment, stored)

    def has_key(self, workspace_id: str, known: Definition) -> bool:
        """A key is stored, readable or not."""
        return self._secrets.has(key_ref(workspace_id, known.name))

    def base_url(self, workspace_id: str, known: Definition) -> str | None:
        return self._base_urls.get((workspace_id, known.name))

    def set_base_url(self, workspace_id: str, known: Definition, base_url: str | None) -> None:
        """Remember what was just committed."""
        if base_url is None:
            self._base_urls.pop((workspace_id, known.name), None)
        else:
            self._base_urls[workspace_id, known.name] = base_url

    def fingerprint(self, reached: Authority) -> str:
        return rules.fingerprint(self._salt, reached)
