"""The tables `token` and `browser_session`: reads, and their rows as changes."""

from portico.gateway.features.access.rules import TokenRow
from portico.gateway.log import Change, Drop, EventLog, Patch, Put
from portico.protocol.base import Scope


class AccessStore:
    """Reads of the two tables."""

    def __init__(self, log: EventLog) -> None:
        self._log = log

    async def tokens(self) -> list[TokenRow]:
        rows = await self._log.read(
            "select id, name, scopes, created_at, expires_at, revoked_at, last_used_at"
            " from token order by created_at, id"
        )
        return [
            TokenRow(id, name, tuple(Scope(scope) for scope in scopes.split()), created, expires, revoked, used)
            for id, name, scopes, created, expires, revoked, used in rows
        ]

    async def sessions(self) -> list[tuple[str, int, str | None]]:
        """The hash of each session's id, when it was last used, and the token that it was begun by."""
        rows = await self._log.read("select id_hash, used_at, token_id from browser_session")
        return [(id_hash, used_at, token_id) for id_hash, used_at, token_id in rows]


def put_token(row: TokenRow) -> Change:
    values = {
        "name": row.name,
        "scopes": " ".join(row.scopes),
        "created_at": row.created_at,
        "expires_at": row.expires_at,
        "revoked_at": row.revoked_at,
        "last_used_at": row.last_used_at,
    }
    return Put("token", {"id": row.id}, values)


def revoke_token(id: str, at: int) -> Change:
    return Patch("token", {"id": id}, {"revoked_at": at})


def use_token(id: str, at: int) -> Change:
    return Patch("token", {"id": id}, {"last_used_at": at})


def drop_token(id: str) -> Change:
    return Drop("token", {"id": id})


def put_session(id_hash: str, at: int, token_id: str | None) -> Change:
    return Put("browser_session", {"id_hash": id_hash}, {"created_at": at, "used_at": at, "token_id": token_id})


def use_session(id_hash: str, at: int) -> Change:
    return Patch("browser_session", {"id_hash": id_hash}, {"used_at": at})


def drop_session(id_hash: str) -> Change:
    return Drop("browser_session", {"id_hash": id_hash})
