"""One way in: scope, drain, limit, lane, and the last `except`; nothing but refusals comes out."""

from collections.abc import Awaitable, Callable
from typing import Any

import anyio
import msgspec
import pytest

from portico.gateway.kernel.context import ALL_SCOPES, Principal
from portico.gateway.kernel.errors import Conflict, Denied, GatewayError, Internal, Invalid, Unavailable
from portico.gateway.kernel.lanes import Lanes
from portico.gateway.rpc import CallContext, Dispatcher, Route
from portico.gateway.rpc import dispatch as dispatch_module
from portico.gateway.rpc.dispatch import UnknownMethod
from portico.protocol.base import Scope
from portico.protocol.methods.thread import THREAD_DELETE, THREAD_GET, DeletedResponse, ThreadDeleteParams
from tests.kit import FakeIds

CALLER = CallContext(principal=Principal(id="t", name="t", scopes=ALL_SCOPES, kind="token"), call_id="c1")
DELETE = ThreadDeleteParams(workspace_id="w", thread_id="t")
Handler = Callable[[CallContext, ThreadDeleteParams], Awaitable[Any]]


async def deleted(ctx: CallContext, params: ThreadDeleteParams) -> DeletedResponse:
    return DeletedResponse(deleted=ctx.call_id == "c1" and params == DELETE)


def dispatcher(handler: Handler = deleted) -> Dispatcher:
    return Dispatcher({"thread/delete": Route(THREAD_DELETE, handler)}, Lanes(), FakeIds())


async def test_a_call_by_type_and_by_name_answers_the_same() -> None:
    assert await dispatcher().call(CALLER, THREAD_DELETE, DELETE) == DeletedResponse(deleted=True)
    raw = b'{"workspace_id":"w","thread_id":"t"}'
    assert await dispatcher().call_named(CALLER, "thread/delete", raw) == b'{"deleted":true}'


@pytest.mark.parametrize(
    ("raw", "path"),
    [
        pytest.param(b'{"workspace_id":"w"}', "$", id="missing"),
        pytest.param(b'{"workspace_id":"w","thread_id":1}', "$.thread_id", id="wrong type"),
        pytest.param(b'{"workspace_id":"w","thread_id":"t","x":1}', "$", id="unknown"),
        pytest.param(b"[]", "$", id="by position"),
        pytest.param(b'{"workspace_id":', "$", id="cut"),
        pytest.param(b"\xff", "$", id="no text"),
        pytest.param(b'{"workspace_id":"\xff","thread_id":"t"}', "$", id="no text inside"),
        pytest.param(b'{"x":' + b"[" * 100_000 + b"]" * 100_000 + b"}", "$", id="deep"),
    ],
)
async def test_bad_parameters_are_invalid_with_their_path(raw: bytes, path: str) -> None:
    with pytest.raises(Invalid) as refused:
        await dispatcher().call_named(CALLER, "thread/delete", raw)
    assert refused.value.path == path


async def test_an_unknown_method_is_told_apart() -> None:
    with pytest.raises(UnknownMethod) as refused:
        await dispatcher().call_named(CALLER, "thread/" + "x" * 1000, b"{}")
    assert refused.value.code == "unknown_method"
    assert len(refused.value.message) < 120


async def test_a_caller_without_the_scope_is_denied_before_any_work() -> None:
    worked = list[bool]()

    async def work(ctx: CallContext, params: ThreadDeleteParams) -> DeletedResponse:
        worked.append(True)
        return await deleted(ctx, params)

    reader = CallContext(principal=Principal(id="r", name="r", scopes=frozenset({Scope.READ}), kind="token"))
    with pytest.raises(Denied) as refused:
        await dispatcher(work).call(reader, THREAD_DELETE, DELETE)
    assert (refused.value.details, worked) == ({"scope": "chat"}, [])


async def test_a_refusal_passes_as_it_is() -> None:
    refusal = Conflict("taken", code="thread_exists")

    async def refuse(ctx: CallContext, params: ThreadDeleteParams) -> DeletedResponse:
        raise refusal

    with pytest.raises(Conflict) as refused:
        await dispatcher(refuse).call(CALLER, THREAD_DELETE, DELETE)
    assert refused.value is refusal


@pytest.mark.parametrize("error", [KeyError("secret detail"), ExceptionGroup("g", [OSError("secret detail")])])
async def test_the_unexpected_is_told_by_its_reference_only(error: Exception, caplog: pytest.LogCaptureFixture) -> None:
    async def fail(ctx: CallContext, params: ThreadDeleteParams) -> DeletedResponse:
        raise error

    with pytest.raises(Internal) as refused:
        await dispatcher(fail).call(CALLER, THREAD_DELETE, DELETE)
    assert refused.value.details == {"ref": "00000001"}
    assert "secret detail" not in refused.value.message
    assert "secret detail" in caplog.text


async def test_an_answer_that_is_no_json_is_unexpected(caplog: pytest.LogCaptureFixture) -> None:
    async def odd(ctx: CallContext, params: ThreadDeleteParams) -> DeletedResponse:
        return DeletedResponse(deleted="\udc80")  # pyright: ignore[reportArgumentType]

    with pytest.raises(Internal):
        await dispatcher(odd).call_named(CALLER, "thread/delete", msgspec.json.encode(DELETE))
    assert "unexpected error" in caplog.text


async def test_a_cancelled_call_is_cancelled_and_no_longer_open() -> None:
    async def wait(ctx: CallContext, params: ThreadDeleteParams) -> DeletedResponse:
        await anyio.sleep_forever()
        raise AssertionError

    calls = dispatcher(wait)
    with anyio.fail_after(5):
        async with anyio.create_task_group() as group:
            group.start_soon(calls.call, CALLER, THREAD_DELETE, DELETE)
            await anyio.wait_all_tasks_blocked()
            assert calls.open_calls == 1
            group.cancel_scope.cancel()
    assert calls.open_calls == 0


async def test_a_draining_gateway_finishes_what_runs_and_takes_nothing_new() -> None:
    gate, answers = anyio.Event(), list[DeletedResponse]()

    async def wait(ctx: CallContext, params: ThreadDeleteParams) -> DeletedResponse:
        await gate.wait()
        return await deleted(ctx, params)

    calls = dispatcher(wait)

    async def call() -> None:
        answers.append(await calls.call(CALLER, THREAD_DELETE, DELETE))

    with anyio.fail_after(5):
        async with anyio.create_task_group() as group:
            group.start_soon(call)
            await anyio.wait_all_tasks_blocked()
            calls.drain()
            with pytest.raises(Unavailable, match="stopping"):
                await calls.call(CALLER, THREAD_DELETE, DELETE)
            gate.set()
    assert answers == [DeletedResponse(deleted=True)]


async def test_above_the_limit_a_call_is_refused_before_it_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dispatch_module, "MAX_OPEN_CALLS", 1)
    calls = dispatcher()
    async with calls.guard(CALLER, Scope.READ):
        with pytest.raises(Unavailable) as refused:
            await calls.call(CALLER, THREAD_DELETE, DELETE)
    assert refused.value.retry_after_seconds is not None
    assert await calls.call(CALLER, THREAD_DELETE, DELETE) == DeletedResponse(deleted=True)


async def test_calls_of_one_thread_run_in_order_and_of_another_do_not_wait() -> None:
    gate, order = anyio.Event(), list[str]()

    async def note(ctx: CallContext, params: ThreadDeleteParams) -> DeletedResponse:
        if ctx.call_id == "first":
            await gate.wait()
        order.append(ctx.call_id)
        return DeletedResponse(deleted=True)

    calls = dispatcher(note)

    async def call(name: str, thread: str) -> None:
        ctx = CallContext(principal=CALLER.principal, call_id=name)
        await calls.call(ctx, THREAD_DELETE, ThreadDeleteParams(workspace_id="w", thread_id=thread))

    with anyio.fail_after(5):
        async with anyio.create_task_group() as group:
            for name, thread in (("first", "a"), ("second", "a"), ("other", "b")):
                group.start_soon(call, name, thread)
                await anyio.wait_all_tasks_blocked()
            assert order == ["other"]
            gate.set()
    assert order == ["other", "first", "second"]


async def test_work_without_a_method_enters_by_the_guard() -> None:
    with pytest.raises(Internal):
        async with dispatcher().guard(CALLER, Scope.ADMIN):
            raise ZeroDivisionError
    with pytest.raises(GatewayError):
        async with dispatcher().guard(CALLER, Scope.ADMIN):
            raise Unavailable("later")


def test_reads_have_no_lane() -> None:
    assert THREAD_GET.lane is None


async def test_an_answer_that_goes_on_is_guarded_too(caplog: pytest.LogCaptureFixture) -> None:
    dispatch = dispatcher()
    for error, told in (
        (KeyError("expected"), KeyError),
        (Unavailable("later"), Unavailable),
        (OSError("odd"), Internal),
    ):
        with pytest.raises(told):
            async with dispatch.lasting(CALLER, KeyError):
                raise error
    assert [record.message for record in caplog.records] == ["unexpected error"]
