"""Use cases of credentials: tell who calls, issue and void tokens, sessions of browsers, one-time codes."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace

import anyio.to_thread

from portico.gateway.features.access import rules, store
from portico.gateway.features.access.ports import HomeToken, KeyPort
from portico.gateway.features.access.rules import TokenRow
from portico.gateway.kernel.clock import Clock
from portico.gateway.kernel.context import Principal
from portico.gateway.kernel.errors import Denied, Invalid, NotFound, Unavailable
from portico.gateway.kernel.ids import Ids
from portico.gateway.log import GATEWAY_STREAM, Append, Batch, Change, EventLog
from portico.gateway.rpc import CallContext
from portico.protocol.base import NoParams
from portico.protocol.events import TokensChanged
from portico.protocol.methods.access import (
    TokenIssueParams,
    TokenIssueResponse,
    TokenListResponse,
    TokenRevokeParams,
    TokenRevokeResponse,
    TokenRotateResponse,
)

MAX_CODES = 64
MAX_KNOWN = 1_024
"""Verified tokens that are remembered; one more and the memory starts anew."""


@dataclass(frozen=True, slots=True)
class AccessOptions:
    """`mode` is `token` or `none`; `static_token` is GATEWAY_AUTH_TOKEN."""

    mode: str = "token"
    static_token: str | None = None


@dataclass(frozen=True, slots=True)
class AccessPorts:
    """Where secrets are kept."""

    key: KeyPort
    home: HomeToken


class AccessService:
    """Everything is known in memory, so that a request costs microseconds; `load` comes before the first call."""

    def __init__(self, log: EventLog, clock: Clock, ids: Ids, options: AccessOptions, ports: AccessPorts) -> None:
        self._log = log
        self._store = store.AccessStore(log)
        self._clock = clock
        self._ids = ids
        self._options = options
        self._ports = ports
        self._key = b""
        self._home = ""
        self._home_principal = rules.home_principal("")
        self._tokens: dict[str, TokenRow] = {}
        self._principals: dict[str, Principal] = {}
        self._known: dict[str, str] = {}
        self._sessions: dict[str, int] = {}
        self._begun_by: dict[str, str] = {}
        """The token of each session that was begun by one: it ends with it."""
        self._codes: dict[str, tuple[int, str | None]] = {}
        self._used: dict[str, int] = {}
        self._used_sessions: dict[str, int] = {}
        self._watchers: list[Callable[[], None]] = []
        self._rotations = 0

    @property
    def mode(self) -> str:
        """`token`, or `none`: everybody is let in."""
        return self._options.mode

    @property
    def has_static_token(self) -> bool:
        return bool(self._options.static_token)

    async def load(self) -> None:
        """Read keys and rows; the first start makes the key. Raises Unavailable when the stored key is damaged."""
        key = await self._ports.key.load()
        if key is None:
            key = secrets.token_bytes(rules.KEY_BYTES)
            await self._ports.key.save(key)
        if len(key) < rules.MIN_KEY_BYTES:
            raise Unavailable(
                "the stored key that signs tokens is damaged; restore the keystore from a backup",
                code="signing_key_damaged",
            )
        self._key = key
        self._know_home(await anyio.to_thread.run_sync(self._ports.home.token))
        rows = await self._store.tokens()
        self._tokens = {row.id: row for row in rows}
        self._principals = {row.id: rules.principal_of(row) for row in rows}
        sessions = await self._store.sessions()
        self._sessions = {id_hash: used_at for id_hash, used_at, _ in sessions}
        self._begun_by = {id_hash: token_id for id_hash, _, token_id in sessions if token_id is not None}
        self._known.clear()

    def authenticate(self, bearer: str) -> Principal:
        """Who holds this bearer token. Raises Denied with the reference's code (14.4)."""
        if (token_id := self._known.get(bearer)) is not None:
            return self._of_token(token_id)
        static = self._options.static_token
        if static and rules.is_same(bearer, static):
            return rules.STATIC
        if self._home and rules.is_same(bearer, self._home):
            return self._home_principal
        token_id = rules.verify(bearer, self._key).sub
        principal = self._of_token(token_id)
        if len(self._known) >= MAX_KNOWN:
            self._known.clear()
        self._known[bearer] = token_id
        return principal

    def authenticate_session(self, session_id: str) -> Principal:
        """The browser that holds this cookie; it counts as use. Raises Denied."""
        id_hash = rules.digest(session_id)
        self._check_session(id_hash)
        self._touch_session(id_hash)
        return rules.session_principal(id_hash)

    def anonymous(self) -> Principal:
        """A caller without a credential. Raises Denied unless auth is off."""
        if self._options.mode == "none":
            return rules.OPEN
        raise Denied("a credential is needed", code="missing_credential")

    def is_valid(self, principal: Principal) -> bool:
        """Does the credential that opened a connection still hold? A session in use stays in use."""
        now = self._clock.now()
        match principal.kind:
            case "token":
                return self._holds(principal.id, now)
            case "session":
                used_at = self._sessions.get(principal.id)
                return used_at is not None and not rules.is_idle(used_at, now) and self._has_token(principal.id, now)
            case "home_token":
                return principal.id == self._home_principal.id
            case _:
                return True

    def touch(self, principal: Principal) -> None:
        """A call came over a connection that this credential opened."""
        if principal.kind == "session":
            self._touch_session(principal.id)
        elif principal.kind == "token":
            self._used[principal.id] = self._clock.now()

    def watch(self, changed: Callable[[], None]) -> Callable[[], None]:
        """`changed` is called when credentials were made void; the answer stops that."""
        self._watchers.append(changed)
        return lambda: self._watchers.remove(changed)

    def make_code(self, caller: Principal | None = None) -> tuple[str, int]:
        """A code that opens one browser session within five minutes, and when it ends; see `open_session`."""
        now = self._clock.now()
        self._codes = {code: made for code, made in self._codes.items() if now < made[0]}
        if len(self._codes) >= MAX_CODES:
            del self._codes[next(iter(self._codes))]
        code = secrets.token_urlsafe(24)
        until = now + rules.CODE_SECONDS
        self._codes[rules.digest(code)] = until, self._token_of(caller)
        return code, until

    async def redeem_code(self, code: str) -> str:
        """The id of a new session, for its cookie. Raises Denied when the code is used, old or wrong."""
        until, token_id = self._codes.pop(rules.digest(code), (0, None))
        if self._clock.now() >= until:
            raise Denied("the code is used, old or wrong", code="invalid_credential")
        return await self._open_session(token_id)

    async def open_session(self, caller: Principal | None = None) -> str:
        """The id of a new session; only its hash is kept. Of a caller with a token it ends when that token does."""
        return await self._open_session(self._token_of(caller))

    async def _open_session(self, token_id: str | None) -> str:
        now, session_id, rotations = self._clock.now(), secrets.token_urlsafe(32), self._rotations
        if token_id is not None:
            rules.check(self._tokens.get(token_id), now)
        id_hash = rules.digest(session_id)
        await self._log.write(Batch(records=(store.put_session(id_hash, now, token_id),)))
        if rotations != self._rotations:
            await self._log.write(Batch(records=(store.drop_session(id_hash),)))
            raise Denied("all credentials were voided meanwhile", code="session_revoked")
        self._sessions[id_hash] = now
        if token_id is not None:
            self._begun_by[id_hash] = token_id
        return session_id

    async def close_session(self, session_id: str) -> None:
        """Sign out; a session that is not there is closed already."""
        id_hash = rules.digest(session_id)
        if id_hash in self._sessions:
            await self._log.write(Batch(records=(store.drop_session(id_hash),)))
            self._sessions.pop(id_hash, None)
            self._used_sessions.pop(id_hash, None)
            self._begun_by.pop(id_hash, None)
            self._tell()

    async def issue(self, ctx: CallContext, p: TokenIssueParams) -> TokenIssueResponse:
        if not p.scopes:
            raise Invalid("a token needs a scope", path="$.scopes")
        now = self._clock.now()
        ttl = p.ttl_seconds if p.ttl_seconds is not None else rules.DEFAULT_TTL_SECONDS
        row = TokenRow(self._ids.new(), p.name, rules.in_order(p.scopes), now, now + ttl)
        await self._write(TokensChanged(change="issued", token_id=row.id), store.put_token(row))
        self._keep(row)
        return TokenIssueResponse(
            token=rules.view(row, ctx.principal), secret=rules.sign(rules.claims_of(row), self._key)
        )

    async def list(self, ctx: CallContext, p: NoParams) -> TokenListResponse:
        del p
        rows = [replace(row, last_used_at=self._used.get(row.id, row.last_used_at)) for row in self._tokens.values()]
        return TokenListResponse(tokens=[rules.view(row, ctx.principal) for row in rows])

    async def revoke(self, ctx: CallContext, p: TokenRevokeParams) -> TokenRevokeResponse:
        """Revoking again is a retry. Open sockets of the token close, and those of sessions that it began."""
        del ctx
        row = self._tokens.get(p.token_id)
        if row is None:
            raise NotFound("no such token", path="$.token_id")
        if row.revoked_at is None:
            now = self._clock.now()
            await self._write(TokensChanged(change="revoked", token_id=row.id), store.revoke_token(row.id, now))
            self._keep(replace(row, revoked_at=now))
            self._tell()
        return TokenRevokeResponse(token_id=row.id, revoked=True)

    async def rotate(self, ctx: CallContext, p: NoParams) -> TokenRotateResponse:
        """Void every token and session, make a new key and a new home token; only GATEWAY_AUTH_TOKEN stays."""
        del ctx, p
        now = self._clock.now()
        self._rotations += 1
        rows = [row for row in self._tokens.values() if row.revoked_at is None]
        sessions = list(self._sessions)
        await self._write(
            TokensChanged(change="rotated", token_id=""),
            *(store.revoke_token(row.id, now) for row in rows),
            *(store.drop_session(id_hash) for id_hash in sessions),
        )
        for row in rows:
            self._keep(replace(row, revoked_at=now))
        for id_hash in sessions:
            self._sessions.pop(id_hash, None)
            self._begun_by.pop(id_hash, None)
        self._codes.clear()
        try:
            await self._replace_secrets()
        finally:
            self._tell()
        return TokenRotateResponse(revoked=len(rows) + len(sessions), secret=self._home)

    async def _replace_secrets(self) -> None:
        key = secrets.token_bytes(rules.KEY_BYTES)
        await self._ports.key.save(key)
        self._key = key
        self._known.clear()
        self._know_home(await anyio.to_thread.run_sync(self._ports.home.replace_token))

    async def flush(self) -> None:
        """Write down what was used since the last time, and drop what has been void for long."""
        now = self._clock.now()
        used, self._used = self._used, {}
        sessions, self._used_sessions = self._used_sessions, {}
        idle = [
            id_hash
            for id_hash, used_at in self._sessions.items()
            if rules.is_idle(used_at, now) or not self._has_token(id_hash, now)
        ]
        forgotten = [row.id for row in self._tokens.values() if rules.is_forgotten(row, now)]
        changes: tuple[Change, ...] = (
            *(store.use_token(id, at) for id, at in used.items() if id not in forgotten),
            *(store.use_session(id_hash, at) for id_hash, at in sessions.items() if id_hash not in idle),
            *(store.drop_session(id_hash) for id_hash in idle),
            *(store.drop_token(id) for id in forgotten),
        )
        if not changes:
            return
        await self._log.write(Batch(records=changes))
        for id, at in used.items():
            self._tokens[id] = replace(self._tokens[id], last_used_at=at)
        for id_hash in idle:
            self._sessions.pop(id_hash, None)
            self._begun_by.pop(id_hash, None)
        for id in forgotten:
            del self._tokens[id]
            self._principals.pop(id, None)
        if idle:
            self._tell()

    async def _write(self, event: TokensChanged, *changes: Change) -> None:
        await self._log.write(Batch(appends=(Append(GATEWAY_STREAM, event),), records=changes))

    def _of_token(self, token_id: str) -> Principal:
        now = self._clock.now()
        rules.check(self._tokens.get(token_id), now)
        self._used[token_id] = now
        return self._principals[token_id]

    def _check_session(self, id_hash: str) -> None:
        used_at = self._sessions.get(id_hash)
        if used_at is None:
            raise Denied("the session has ended", code="session_revoked")
        now = self._clock.now()
        if rules.is_idle(used_at, now):
            raise Denied("the session was idle for too long", code="session_expired")
        if (token_id := self._begun_by.get(id_hash)) is not None:
            rules.check(self._tokens.get(token_id), now)

    def _holds(self, token_id: str, now: int) -> bool:
        row = self._tokens.get(token_id)
        return row is not None and row.revoked_at is None and not _is_over(row.expires_at, now)

    def _has_token(self, id_hash: str, now: int) -> bool:
        """Does the token hold by which the session was begun, if it was one?"""
        token_id = self._begun_by.get(id_hash)
        return token_id is None or self._holds(token_id, now)

    def _token_of(self, caller: Principal | None) -> str | None:
        """The token that stands behind what the caller begins."""
        if caller is None or caller.kind not in {"token", "session"}:
            return None
        return caller.id if caller.kind == "token" else self._begun_by.get(caller.id)

    def _touch_session(self, id_hash: str) -> None:
        if id_hash in self._sessions:
            self._sessions[id_hash] = self._used_sessions[id_hash] = self._clock.now()

    def _keep(self, row: TokenRow) -> None:
        self._tokens[row.id] = row
        self._principals[row.id] = rules.principal_of(row)

    def _know_home(self, token: str) -> None:
        self._home = token
        self._home_principal = rules.home_principal(token)

    def _tell(self) -> None:
        for changed in list(self._watchers):
            changed()


def _is_over(at: int | None, now: int) -> bool:
    return at is not None and now >= at
