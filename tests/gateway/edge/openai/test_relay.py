"""The pass-through: bytes as they came, refusals as they are meant, rows of usage, and an end to everything."""

import json
import logging
from pathlib import Path
from typing import Any

import anyio
import pytest

from portico.gateway.edge.openai.answering import HEAD_SECONDS
from portico.gateway.kernel.errors import Denied, Unavailable
from portico.gateway.log import Batch, Written
from portico.gateway.log.writer import LogWriter
from tests.gateway.edge.openai.passing import (
    ANSWER,
    CHUNK,
    DONE,
    STOP,
    USAGE,
    WISH,
    Piece,
    ScriptedAnswer,
    cut,
    failure,
    front,
    named,
    refusal_of,
)

STREAM = b": hi\n\n" + CHUNK * 3 + STOP + USAGE + DONE
SECRET = "tok-0123456789abcdef"


@pytest.mark.promise("pass-through.bytes")
async def test_a_stream_goes_through_byte_for_byte_wherever_it_is_cut(tmp_path: Path) -> None:
    data = b": hi\n\n" + CHUNK + STOP + USAGE + DONE
    cuts = [ScriptedAnswer(data[:place], data[place:]) for place in range(1, len(data))]
    cuts += [ScriptedAnswer(*cut(data, size)) for size in (1, 2, 5, 1_000)]
    async with front(tmp_path, *cuts) as it:
        for _ in cuts:
            client = await it.ask(stream=True, stream_options={"include_usage": True})
            assert client.body == named(data)
        rows = await it.rows()
        assert {(row.status, row.input_tokens, row.output_tokens) for row in rows} == {("completed", 3, 2)}


async def test_usage_is_asked_for_and_kept_from_a_caller_who_did_not(tmp_path: Path) -> None:
    async with front(tmp_path, ScriptedAnswer(STREAM)) as it:
        client = await it.ask(stream=True)
        assert client.body == named(STREAM.replace(USAGE, b""))
        assert client.is_begun
        [(resolved, body, plain)] = it.relay.asked
        assert resolved == WISH
        assert json.loads(body)["stream_options"] == {"include_usage": True}
        assert plain is not None
        assert "stream_options" not in json.loads(plain)
        [row] = await it.rows()
        assert (row.principal, row.provider, row.model, row.face) == ("me", "openai", "m-1", "chat_completions")
        assert (row.input_tokens, row.output_tokens, row.status, row.duration_ms) == (3, 2, "completed", 0)


async def test_an_answer_in_one_piece(tmp_path: Path) -> None:
    answer = ScriptedAnswer(*cut(ANSWER, 7))
    async with front(tmp_path, answer) as it:
        client = await it.ask(temperature=0.5)
        assert client.body == named(ANSWER)
        assert json.loads(it.relay.asked[0][1]) == {"model": "m-1", "messages": [], "temperature": 0.5}
        assert answer.is_closed
        [row] = await it.rows()
        assert (row.status, row.input_tokens, row.output_tokens) == ("completed", 3, 2)


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize(
    ("status", "told", "code"),
    [
        (400, 400, "provider_refused"),
        (401, 502, "provider_auth"),
        (402, 502, "provider_auth"),
        (403, 502, "provider_auth"),
        (404, 404, "model_not_found"),
        (405, 502, "provider_failed"),
        (408, 502, "provider_failed"),
        (409, 502, "provider_failed"),
        (413, 413, "provider_too_large"),
        (422, 422, "provider_unprocessable"),
        (429, 429, "provider_rate_limited"),
        (529, 429, "provider_rate_limited"),
        (301, 502, "provider_failed"),
        (500, 502, "provider_failed"),
        (503, 502, "provider_failed"),
        (None, 502, "provider_failed"),
    ],
)
async def test_a_refusal_of_the_provider_has_its_status(
    tmp_path: Path, status: int | None, told: int, code: str, *, stream: bool
) -> None:
    async with front(tmp_path, failure(status)) as it:
        client = await it.ask(stream=stream)
        assert refusal_of(client) == (told, code)
        assert client.body == b""
        assert await it.statuses() == ["failed"]


@pytest.mark.parametrize(
    "piece",
    [
        pytest.param(failure(message="broke off"), id="broken"),
        pytest.param(b"", id="ended too soon"),
        pytest.param(b'data: {"id":"r', id="ended in an event"),
    ],
)
async def test_a_stream_that_breaks_ends_with_an_error_and_without_done(tmp_path: Path, piece: Piece) -> None:
    answer = ScriptedAnswer(CHUNK, CHUNK[:20], CHUNK[20:] + CHUNK[:9], piece)
    async with front(tmp_path, answer) as it:
        client = await it.ask(stream=True)
        assert client.body.startswith(named(CHUNK * 2) + b"data: {")
        events = client.body.removesuffix(b"\n\n").split(b"\n\n")
        assert len(events) == 3
        error = json.loads(events[-1].removeprefix(b"data: "))["error"]
        assert error.keys() == {"message", "type", "param", "code"}
        assert error["code"] == "provider_failed"
        assert answer.is_closed
        assert await it.statuses() == ["failed"]


async def test_a_break_before_the_first_event_has_its_own_status(tmp_path: Path) -> None:
    async with front(tmp_path, ScriptedAnswer(CHUNK[:50], failure())) as it:
        assert refusal_of(await it.ask(stream=True)) == (502, "provider_failed")


async def test_an_event_that_never_ends_breaks_the_stream(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("portico.gateway.edge.openai.verbatim.MAX_EVENT_BYTES", 1_000)
    async with front(tmp_path, ScriptedAnswer(CHUNK, b"data: ", *[b"x" * 400] * 4)) as it:
        client = await it.ask(stream=True)
        assert client.body.startswith(named(CHUNK) + b'data: {"error":')


@pytest.mark.parametrize(
    "ending", [b"", STOP.rstrip(b"\n"), b"data: [DONE]", b": bye\n"], ids=["nothing", "cut stop", "cut done", "comment"]
)
async def test_servers_that_forget_the_last_line_have_said_it_all(tmp_path: Path, ending: bytes) -> None:
    async with front(tmp_path, ScriptedAnswer(CHUNK + STOP + ending)) as it:
        client = await it.ask(stream=True)
        assert client.body == named(CHUNK + STOP + ending)
        assert await it.statuses() == ["completed"]


async def test_a_provider_that_thinks_for_long_has_its_head_sent_meanwhile(tmp_path: Path) -> None:
    gate = anyio.Event()
    answer = ScriptedAnswer(gate, failure(message="reset"))
    async with front(tmp_path, answer) as it:
        client = it.client()
        async with anyio.create_task_group() as group:

            async def go_on() -> None:
                await answer.waiting.wait()
                await anyio.wait_all_tasks_blocked()
                assert not client.is_begun
                it.home.clock.advance(HEAD_SECONDS)
                await anyio.wait_all_tasks_blocked()
                assert (client.is_begun, client.body) == (True, b": \n\n")
                gate.set()

            group.start_soon(go_on)
            await it.ask(client, stream=True)
        assert client.body.startswith(b': \n\ndata: {"error":')


async def test_a_heartbeat_never_stands_inside_an_event(tmp_path: Path) -> None:
    gate = anyio.Event()
    answer = ScriptedAnswer(CHUNK + STOP[:40], gate, STOP[40:] + DONE)
    async with front(tmp_path, answer) as it:
        client = it.client()
        async with anyio.create_task_group() as group:

            async def beat() -> None:
                await answer.waiting.wait()
                client.outlet.beat()
                await anyio.wait_all_tasks_blocked()
                gate.set()

            group.start_soon(beat)
            await it.ask(client, stream=True)
        assert client.body == named(CHUNK) + b": \n\n" + named(STOP + DONE)


async def test_what_follows_done_is_not_waited_for(tmp_path: Path) -> None:
    answer = ScriptedAnswer(CHUNK + STOP + DONE, anyio.Event())
    async with front(tmp_path, answer) as it:
        client = await it.ask(stream=True)
        assert client.body == named(CHUNK + STOP + DONE)
        assert answer.is_closed


async def test_an_error_that_the_provider_streams_goes_through_and_counts_as_failed(tmp_path: Path) -> None:
    error = b'data: {"error":{"message":"overloaded"}}\n\n'
    async with front(tmp_path, ScriptedAnswer(CHUNK + error)) as it:
        client = await it.ask(stream=True)
        assert client.body == named(CHUNK) + error
        assert await it.statuses() == ["failed"]


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize("pieces", [(), (CHUNK,)], ids=["before the first byte", "in the middle"])
async def test_when_the_caller_leaves_the_provider_is_left_at_once(
    tmp_path: Path, pieces: tuple[bytes, ...], *, stream: bool
) -> None:
    answer = ScriptedAnswer(*pieces, anyio.Event())
    async with front(tmp_path, answer) as it:
        client = it.client()
        async with anyio.create_task_group() as group:

            async def leave() -> None:
                await answer.waiting.wait()
                client.outlet.lose()

            group.start_soon(leave)
            await it.ask(client, stream=stream)
        assert answer.is_closed
        assert await it.statuses() == ["cancelled"]


@pytest.mark.parametrize("stream", [True, False])
async def test_a_credential_that_is_made_void_ends_the_call(tmp_path: Path, *, stream: bool) -> None:
    answer = ScriptedAnswer(CHUNK, anyio.Event())
    async with front(tmp_path, answer) as it:
        client = it.client()
        async with anyio.create_task_group() as group:

            async def revoke() -> None:
                await answer.waiting.wait()
                client.outlet.end(Denied("void", code="invalid_credential"))

            group.start_soon(revoke)
            await it.ask(client, stream=stream)
        assert answer.is_closed
        if stream:
            assert client.body.endswith(b'"code":"invalid_credential"}}\n\n')
        else:
            assert refusal_of(client) == (401, "invalid_credential")
        assert await it.statuses() == ["failed"]


async def test_a_slow_reader_holds_the_provider_up_and_no_bytes(tmp_path: Path) -> None:
    answer = ScriptedAnswer(*[CHUNK] * 50, STOP + DONE)
    async with front(tmp_path, answer) as it:
        client = it.client()
        client.gate = gate = anyio.Event()
        async with anyio.create_task_group() as group:

            async def go_on() -> None:
                await client.blocked.wait()
                await anyio.wait_all_tasks_blocked()
                assert answer.reads == 1
                client.gate = None
                gate.set()

            group.start_soon(go_on)
            await it.ask(client, stream=True)
        assert client.body == named(CHUNK * 50 + STOP + DONE)


@pytest.mark.promise("pass-through.secrets")
@pytest.mark.parametrize("size", [1, 3, 16, 4_096])
async def test_no_secret_comes_out_wherever_it_is_cut(
    tmp_path: Path, size: int, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    told = CHUNK.replace(b"hello", f"key {SECRET}.".encode())
    answer = ANSWER.replace(b"hello", SECRET.encode())
    error = b'data: {"error":{"message":"' + SECRET.encode() + b'"}}\n\n'
    async with front(
        tmp_path,
        ScriptedAnswer(*cut(told + STOP + DONE, size)),
        ScriptedAnswer(*cut(answer, size)),
        ScriptedAnswer(*cut(told + error, size)),
        failure(400, f"bad key {SECRET}", provider_code=SECRET),
        ScriptedAnswer(CHUNK, failure(message=f"reset by {SECRET}")),
    ) as it:
        it.home.redactor.add(SECRET)
        shown = await it.ask(stream=True)
        assert shown.body == named(told + STOP + DONE).replace(SECRET.encode(), b"[redacted]")
        assert (await it.ask()).body == named(answer).replace(SECRET.encode(), b"[redacted]")
        assert b"[redacted]" in (await it.ask(stream=True)).body
        refused = (await it.ask(stream=True)).error
        assert refused is not None
        assert "[redacted]" in refused.message
        assert SECRET not in repr((refused.message, refused.details))
        broken = await it.ask(stream=True)
        assert b"[redacted]" in broken.body
        assert SECRET.encode() not in broken.body
    assert SECRET not in caplog.text


@pytest.mark.promise("pass-through.cap")
async def test_above_the_cap_a_call_is_refused_before_it_is_sent(tmp_path: Path) -> None:
    answers = [ScriptedAnswer(ANSWER) for _ in range(4)]
    async with front(tmp_path, *answers, cap=8) as it:
        for _ in range(2):
            assert (await it.ask()).error is None
        refused = await it.ask(stream=True)
        assert refusal_of(refused) == (429, "spend_cap_reached")
        assert len(it.relay.asked) == 2
        it.home.clock.advance(86_400)
        assert (await it.ask()).error is None


async def test_after_the_end_of_a_stream_its_connection_is_given_back(tmp_path: Path) -> None:
    whole, ended = ScriptedAnswer(STREAM, anyio.Event()), ScriptedAnswer(CHUNK + STOP)
    async with front(tmp_path, whole, ended) as it:
        for _ in range(2):
            assert (await it.ask(stream=True)).error is None
        assert (whole.is_closed, whole.was_whole) == (True, True)
        assert (ended.is_closed, ended.was_whole) == (True, False)


async def test_leaving_before_the_usage_comes_passes_no_cap(tmp_path: Path) -> None:
    answer = ScriptedAnswer(CHUNK * 3, anyio.Event())
    async with front(tmp_path, answer, cap=8) as it:
        client = it.client()
        async with anyio.create_task_group() as group:

            async def leave() -> None:
                await answer.waiting.wait()
                client.outlet.lose()

            group.start_soon(leave)
            await it.ask(client, stream=True)
        [row] = await it.rows()
        assert (row.status, row.output_tokens) == ("cancelled", 3)
        assert row.input_tokens == len(it.relay.asked[0][1]) // 4
        assert refusal_of(await it.ask()) == (429, "spend_cap_reached")


@pytest.mark.parametrize("body", [{"model": 7}, {"stream": "yes"}, {"model": None}], ids=["model", "stream", "null"])
async def test_a_body_that_cannot_be_sent_on_is_refused(tmp_path: Path, body: dict[str, Any]) -> None:
    async with front(tmp_path, ScriptedAnswer(ANSWER)) as it:
        assert refusal_of(await it.ask(**body)) == (400, "invalid")
        assert (it.relay.asked, await it.rows()) == ([], [])


async def test_a_row_that_cannot_be_written_spoils_no_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def full(self: LogWriter, batch: Batch) -> Written:
        raise Unavailable("the disk is full", code="disk_full")

    async with front(tmp_path, ScriptedAnswer(STREAM)) as it:
        with monkeypatch.context() as patched:
            patched.setattr(LogWriter, "write", full)
            client = await it.ask(stream=True)
        assert client.body.endswith(DONE)
        assert await it.rows() == []
    assert "usage was not recorded" in caplog.text
