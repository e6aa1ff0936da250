"""What is stored for a provider, and the fingerprints that follow."""

from pathlib import Path

import anyio

from portico.gateway.features.providers.rules.definitions import definition
from portico.gateway.features.providers.service.authorities import SALT_REF, Authorities, key_ref, proxy_ref
from portico.gateway.features.providers.store import config_change
from portico.gateway.log import Batch
from tests.kit.providers import ProviderWorld

OPENAI = definition("openai")


def test_references() -> None:
    assert key_ref("W", "openai") == "provider_api_key/workspace:W:provider:openai"
    assert proxy_ref("W", "openai") == "provider_proxy/workspace:W:provider:openai"


async def test_key_proxy_and_url_are_put_together(tmp_path: Path) -> None:
    world = ProviderWorld(tmp_path, environment={"OPENAI_API_KEY": "sk-env"})
    async with world.start() as home:
        await home.log.write(Batch(records=(config_change(("w", "openai"), "https://own/v1", None),)))
        authorities = Authorities(home.needs)
        await authorities.load()
        assert authorities.has_key("w", OPENAI) is False
        await home.secrets.put(key_ref("w", "openai"), "sk-own")
        await home.secrets.put(proxy_ref("w", "openai"), "http://proxy:1")
        reached = authorities.of("w", OPENAI)
        assert (reached.api_key, reached.base_url, reached.proxy_url) == ("sk-own", "https://own/v1", "http://proxy:1")
        assert authorities.has_key("w", OPENAI) is True
        other = authorities.of("v", OPENAI)
        assert (other.api_key, other.url_source, other.proxy_url) == ("sk-env", "definition", None)


async def test_urls_are_remembered_and_forgotten(tmp_path: Path) -> None:
    async with ProviderWorld(tmp_path).start() as home:
        authorities = Authorities(home.needs)
        authorities.set_base_url("w", OPENAI, "https://own")
        assert authorities.base_url("w", OPENAI) == "https://own"
        authorities.set_base_url("w", OPENAI, None)
        authorities.set_base_url("w", OPENAI, None)
        assert authorities.base_url("w", OPENAI) is None


async def test_the_salt_is_made_once_and_kept(tmp_path: Path) -> None:
    world = ProviderWorld(tmp_path)
    prints: list[str] = []
    for _ in range(2):
        with anyio.fail_after(5):
            async with world.start() as home:
                authorities = Authorities(home.needs)
                await authorities.load()
                prints.append(authorities.fingerprint(authorities.of("w", OPENAI)))
    assert prints[0] == prints[1]
    assert len(world.keystore.secrets[SALT_REF].value) == 64
