"""The tables `provider_config`, `model_list` and `usage`, read; their rows as changes."""

from dataclasses import dataclass

import msgspec

from portico.gateway.log import Change, Drop, EventLog, Put
from portico.protocol.types.provider import ProviderModel
from portico.protocol.types.usage import UsageRow

_CONFIGS = "select workspace_id, provider, base_url from provider_config where base_url is not null"
_LIST = "select authority, data, fetched_at from model_list where workspace_id = $1 and provider = $2"
_USAGE = (
    f"select {', '.join(UsageRow.__struct_fields__)} from usage"
    " where at >= $1 and (at < $2 or (at = $2 and id < $3)) order by at desc, id desc limit $4"
)
_SPENT = "select sum(input_tokens + output_tokens) from usage where principal = $1 and at > $2"
_models: msgspec.json.Decoder[list[ProviderModel]] = msgspec.json.Decoder(list[ProviderModel])

Place = tuple[str, str]
"""Workspace and provider."""


@dataclass(frozen=True, slots=True)
class StoredList:
    """A vendor's list as it was when `authority` (a fingerprint) asked for it, at `fetched_at` in Unix seconds."""

    authority: str
    models: list[ProviderModel]
    fetched_at: int


class ProviderStore:
    """Reads what workspaces configured and what vendors answered."""

    def __init__(self, log: EventLog) -> None:
        self._log = log

    async def base_urls(self) -> dict[Place, str]:
        return {(row[0], row[1]): row[2] for row in await self._log.read(_CONFIGS)}

    async def usage(self, since: int, before: tuple[int, str], limit: int) -> list[UsageRow]:
        """Rows not older than `since`, newest first, from behind the row `before` (its time and id) on."""
        rows = await self._log.read(_USAGE, (since, *before, limit))
        return [UsageRow(**dict(zip(UsageRow.__struct_fields__, row, strict=True))) for row in rows]

    async def spent(self, principal: str, after: int) -> int:
        """Tokens of a principal's calls after a time."""
        return int((await self._log.read(_SPENT, (principal, after)))[0][0] or 0)

    async def model_list(self, place: Place) -> StoredList | None:
        """The stored list; None when there is none or it cannot be read, for it can be fetched again."""
        rows = await self._log.read(_LIST, place)
        if not rows:
            return None
        try:
            models = _models.decode(bytes(rows[0][1]))
        except (ValueError, RecursionError):
            return None
        return StoredList(authority=rows[0][0], models=models, fetched_at=rows[0][2])


def config_change(place: Place, base_url: str | None, shown_proxy: str | None) -> Change:
    """The row of a provider's configuration; the proxy stands in it without credentials."""
    key = {"workspace_id": place[0], "provider": place[1]}
    if base_url is None and shown_proxy is None:
        return Drop("provider_config", key)
    return Put("provider_config", key, {"base_url": base_url, "proxy_url": shown_proxy})


def list_change(place: Place, stored: StoredList) -> Change:
    """The row of a vendor's list."""
    return Put(
        "model_list",
        {"workspace_id": place[0], "provider": place[1]},
        {
            "authority": stored.authority,
            "data": msgspec.json.encode(stored.models),
            "fetched_at": stored.fetched_at,
        },
    )


def usage_change(row: UsageRow) -> Change:
    """A call's row."""
    values = {name: getattr(row, name) for name in UsageRow.__struct_fields__ if name != "id"}
    return Put("usage", {"id": row.id}, values)
