"""Credentials on a real store: who calls, what ends, what a restart keeps."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import pytest

from portico.gateway.features.access import OPEN, PROCESS, AccessOptions, AccessPorts, AccessService
from portico.gateway.features.access.rules import SESSION_IDLE_SECONDS, STATIC
from portico.gateway.kernel.context import ALL_SCOPES
from portico.gateway.kernel.errors import Denied, Invalid, NotFound, Unavailable
from portico.gateway.log import GATEWAY_STREAM
from portico.gateway.log.writer import LogWriter
from portico.gateway.rpc import CallContext
from portico.protocol.base import NoParams, Scope
from portico.protocol.methods.access import TokenIssueParams, TokenIssueResponse, TokenRevokeParams
from tests.gateway.features.access.ports import HomeInMemory, KeyInMemory
from tests.kit import FakeClock, FakeIds
from tests.kit.logs import sqlite_log

CTX = CallContext(PROCESS)
YEAR = 31_536_000


class World:
    """What outlives a service: keys, home, clock, log."""

    def __init__(self, log: LogWriter, clock: FakeClock) -> None:
        self.log = log
        self.clock = clock
        self.key = KeyInMemory()
        self.home = HomeInMemory()
        self.ids = FakeIds()

    async def start(self, options: AccessOptions | None = None) -> AccessService:
        ports = AccessPorts(self.key, self.home)
        access = AccessService(self.log, self.clock, self.ids, options or AccessOptions(), ports)
        await access.load()
        return access

    async def events(self) -> int:
        return await self.log.head(GATEWAY_STREAM)


@asynccontextmanager
async def world(folder: Path) -> AsyncGenerator[World]:
    clock = FakeClock()
    with anyio.fail_after(5):
        async with sqlite_log(folder, (), clock) as log:
            yield World(log, clock)


async def issued(access: AccessService, **params: Any) -> TokenIssueResponse:
    return await access.issue(CTX, TokenIssueParams(**params))


def refusal(attempt: Callable[[], object]) -> str:
    with pytest.raises(Denied) as refused:
        attempt()
    return refused.value.code


async def refusal_of(attempt: Awaitable[object]) -> str:
    with pytest.raises(Denied) as refused:
        await attempt
    return refused.value.code


async def test_an_issued_token_is_read_and_survives_a_restart(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        access = await w.start()
        made = await issued(access, name="laptop")
        assert (made.token.name, made.token.scopes) == ("laptop", [Scope.READ, Scope.CHAT, Scope.AGENT])
        assert made.token.expires_at == w.clock.now() + YEAR
        for service in (access, await w.start()):
            principal = service.authenticate(made.secret)
            assert (principal.id, principal.kind) == (made.token.id, "token")
            assert service.authenticate(made.secret) is principal
            assert service.is_valid(principal)


async def test_a_token_without_a_scope_is_refused(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        with pytest.raises(Invalid) as refused:
            await issued(await w.start(), scopes=[])
        assert refused.value.path == "$.scopes"


async def test_a_token_ends_at_its_time(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        access = await w.start()
        made = await issued(access, ttl_seconds=60)
        principal = access.authenticate(made.secret)
        w.clock.advance(60)
        assert refusal(lambda: access.authenticate(made.secret)) == "credential_expired"
        assert not access.is_valid(principal)


async def test_revoking_acts_at_once_is_told_and_may_be_repeated(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        access = await w.start()
        made, kept = await issued(access), await issued(access)
        principal = access.authenticate(made.secret)
        told: list[bool] = []
        forget = access.watch(lambda: told.append(access.is_valid(principal)))
        for _ in range(2):
            answer = await access.revoke(CTX, TokenRevokeParams(token_id=made.token.id))
            assert (answer.token_id, answer.revoked) == (made.token.id, True)
        assert told == [False]
        assert await w.events() == 3
        for service in (access, await w.start()):
            assert refusal(lambda service=service: service.authenticate(made.secret)) == "session_revoked"
            assert service.authenticate(kept.secret).id == kept.token.id
        forget()
        await access.revoke(CTX, TokenRevokeParams(token_id=kept.token.id))
        assert told == [False]


async def test_revoking_an_unknown_token(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        with pytest.raises(NotFound):
            await (await w.start()).revoke(CTX, TokenRevokeParams(token_id="none"))


async def test_the_list_shows_no_secret_and_marks_the_caller(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        access = await w.start()
        first, second = await issued(access, name="one"), await issued(access, name="two")
        w.clock.advance(5)
        ctx = CallContext(access.authenticate(second.secret))
        tokens = (await access.list(ctx, NoParams())).tokens
        assert [(one.name, one.is_current, one.last_used_at) for one in tokens] == [
            ("one", False, None),
            ("two", True, w.clock.now()),
        ]
        assert first.secret not in str(tokens)


async def test_rotating_voids_everything_but_the_static_token(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        access = await w.start(AccessOptions(static_token="static"))
        made = await issued(access)
        session = await access.open_session()
        code, _ = access.make_code()
        principals = [
            access.authenticate(made.secret),
            access.authenticate_session(session),
            access.authenticate("home-token-1"),
        ]
        answer = await access.rotate(CTX, NoParams())
        assert (answer.revoked, answer.secret) == (2, "home-token-2")
        assert [access.is_valid(principal) for principal in principals] == [False] * 3
        assert await refusal_of(access.redeem_code(code)) == "invalid_credential"
        for service in (access, await w.start(AccessOptions(static_token="static"))):
            # with the new key the old signature means nothing any more
            assert refusal(lambda service=service: service.authenticate(made.secret)) == "invalid_credential"
            assert refusal(lambda service=service: service.authenticate_session(session)) == "session_revoked"
            assert refusal(lambda service=service: service.authenticate("home-token-1")) == "invalid_credential"
            assert service.authenticate("home-token-2").scopes == ALL_SCOPES
            assert service.authenticate("static") == STATIC
            assert service.is_valid(STATIC)


async def test_a_keystore_that_fails_leaves_old_tokens_void(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        access = await w.start()
        made = await issued(access)
        told: list[int] = []
        access.watch(lambda: told.append(1))
        w.key.is_broken = True
        with pytest.raises(Unavailable):
            await access.rotate(CTX, NoParams())
        assert told == [1]
        assert refusal(lambda: access.authenticate(made.secret)) == "session_revoked"


async def test_a_session_opened_during_a_rotation_is_void(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        access = await w.start()
        codes: list[str] = []

        async def open_session() -> None:
            codes.append(await refusal_of(access.open_session()))

        async with anyio.create_task_group() as group:
            group.start_soon(open_session)
            group.start_soon(access.rotate, CTX, NoParams())
        assert codes == ["session_revoked"]
        assert await w.log.read("select * from browser_session") == []


async def test_the_home_token_and_the_static_token_have_every_scope(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        access = await w.start(AccessOptions(static_token="static"))
        assert access.has_static_token
        for bearer, kind in (("static", "static"), ("home-token-1", "home_token")):
            principal = access.authenticate(bearer)
            assert (principal.kind, principal.scopes) == (kind, ALL_SCOPES)
        assert refusal(lambda: access.authenticate("wrong")) == "invalid_credential"
        assert not (await w.start(AccessOptions(static_token=""))).has_static_token


async def test_without_a_credential_only_an_open_gateway_answers(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        assert refusal((await w.start()).anonymous) == "missing_credential"
        assert (await w.start(AccessOptions(mode="none"))).anonymous() == OPEN


async def test_a_code_opens_one_session_within_five_minutes(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        access = await w.start()
        code, until = access.make_code()
        assert until == w.clock.now() + 300
        session = await access.redeem_code(code)
        assert access.authenticate_session(session).kind == "session"
        assert await refusal_of(access.redeem_code(code)) == "invalid_credential"
        late, _ = access.make_code()
        w.clock.advance(300)
        assert await refusal_of(access.redeem_code(late)) == "invalid_credential"
        assert await refusal_of(access.redeem_code("")) == "invalid_credential"


async def test_codes_are_few_and_the_oldest_goes_first(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        access = await w.start()
        codes = [access.make_code()[0] for _ in range(65)]
        assert await refusal_of(access.redeem_code(codes[0])) == "invalid_credential"
        await access.redeem_code(codes[1])


async def test_a_session_is_kept_hashed_lives_with_use_and_ends_idle(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        access = await w.start()
        session = await access.open_session()
        assert session not in str(await w.log.read("select * from browser_session"))
        principal = access.authenticate_session(session)
        for _ in range(3):
            w.clock.advance(SESSION_IDLE_SECONDS - 1)
            access.touch(principal)
            assert access.is_valid(principal)
        await access.flush()
        again = await w.start()
        w.clock.advance(SESSION_IDLE_SECONDS - 1)
        assert again.authenticate_session(session) == principal
        w.clock.advance(SESSION_IDLE_SECONDS)
        assert refusal(lambda: again.authenticate_session(session)) == "session_expired"
        assert not again.is_valid(principal)


@pytest.mark.promise("access.session-of-token")
@pytest.mark.parametrize("by_code", [False, True])
async def test_a_session_that_a_token_began_ends_with_it(tmp_path: Path, *, by_code: bool) -> None:
    async with world(tmp_path) as w:
        access = await w.start()
        made = await issued(access, scopes=list(Scope))
        caller = access.authenticate(made.secret)
        begin = access.redeem_code(access.make_code(caller)[0]) if by_code else access.open_session(caller)
        first = access.authenticate_session(await begin)
        # what a session begins stands on the same token, also after a restart
        session = await access.redeem_code(access.make_code(first)[0])
        access = await w.start()
        principal = access.authenticate_session(session)
        told: list[int] = []
        access.watch(lambda: told.append(1))
        await access.revoke(CTX, TokenRevokeParams(token_id=made.token.id))
        assert (told, access.is_valid(principal), access.is_valid(first)) == ([1], False, False)
        assert refusal(lambda: access.authenticate_session(session)) == "session_revoked"
        await access.flush()
        assert await w.log.read("select * from browser_session") == []


async def test_a_session_ends_when_its_token_expires(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        access = await w.start()
        caller = access.authenticate((await issued(access, scopes=list(Scope), ttl_seconds=60)).secret)
        session = await access.open_session(caller)
        code, _ = access.make_code(caller)
        w.clock.advance(60)
        assert refusal(lambda: access.authenticate_session(session)) == "credential_expired"
        assert await refusal_of(access.redeem_code(code)) == "credential_expired"


async def test_signing_out_ends_the_session_and_may_be_repeated(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        access = await w.start()
        session = await access.open_session()
        told: list[int] = []
        access.watch(lambda: told.append(1))
        await access.close_session(session)
        await access.close_session(session)
        assert told == [1]
        assert refusal(lambda: access.authenticate_session(session)) == "session_revoked"
        assert await w.log.read("select * from browser_session") == []


async def test_flushing_writes_use_and_drops_what_is_void_for_long(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        access = await w.start()
        used, old = await issued(access), await issued(access, ttl_seconds=1)
        await access.open_session()
        w.clock.advance(3600)
        access.touch(access.authenticate(used.secret))
        at = w.clock.now()
        await access.flush()
        tokens = (await (await w.start()).list(CTX, NoParams())).tokens
        assert {one.id: one.last_used_at for one in tokens} == {used.token.id: at, old.token.id: None}
        w.clock.advance(40 * 86_400)
        await access.flush()
        for service in (access, await w.start()):
            assert [one.id for one in (await service.list(CTX, NoParams())).tokens] == [used.token.id]
        assert await w.log.read("select * from browser_session") == []


async def test_nothing_used_nothing_written(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        access = await w.start()
        await access.flush()
        assert await w.events() == 0


async def test_a_damaged_key_is_told_and_not_replaced(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        w.key.key = b"short"
        with pytest.raises(Unavailable) as refused:
            await w.start()
        assert refused.value.code == "signing_key_damaged"
        assert w.key.key == b"short"


async def test_the_first_start_makes_a_key_of_64_bytes(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        await w.start()
        first = w.key.key
        await w.start()
        assert first is not None
        assert (len(first), w.key.key) == (64, first)


async def test_the_memory_of_verified_tokens_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("portico.gateway.features.access.service.MAX_KNOWN", 1)
    async with world(tmp_path) as w:
        access = await w.start()
        one, two = await issued(access), await issued(access)
        for made in (one, two, one):
            assert access.authenticate(made.secret).id == made.token.id
