"""The pass-through of answers in one piece, asked for or not."""

import json
from pathlib import Path

import pytest

from portico.gateway.edge.openai import relay as module
from tests.gateway.edge.openai.passing import ANSWER, Piece, ScriptedAnswer, cut, failure, front, refusal_of

TOLD_ERROR = b'{"error":{"message":"the quota is gone","code":"insufficient_quota"}}'


@pytest.mark.parametrize("has_usage", [True, False])
async def test_a_provider_that_does_not_stream_is_answered_as_a_stream(tmp_path: Path, *, has_usage: bool) -> None:
    async with front(tmp_path, ScriptedAnswer(*cut(b"\n" + ANSWER, 7))) as it:
        client = await it.ask(stream=True, stream_options={"include_usage": has_usage})
        *events, done = client.body.removesuffix(b"\n\n").split(b"\n\n")
        told = [json.loads(event.removeprefix(b"data: ")) for event in events]
        assert done == b"data: [DONE]"
        assert {(chunk["id"], chunk["model"], chunk["object"]) for chunk in told} == {
            ("r", "openai/m-1", "chat.completion.chunk")
        }
        assert told[0]["choices"][0]["delta"] == {"content": "hello"}
        assert ("usage" in told[-1]) == has_usage
        [row] = await it.rows()
        assert (row.status, row.input_tokens, row.output_tokens) == ("completed", 3, 2)


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize(
    ("body", "words"),
    [
        pytest.param(TOLD_ERROR, "the quota is gone", id="an error"),
        pytest.param(b'{"error":"no"}', "no", id="an error in words"),
        pytest.param(b"<html>sign in</html>", "no chat completion", id="a page"),
        pytest.param(b"[]", "no chat completion", id="a list"),
    ],
)
async def test_a_good_status_without_an_answer_is_a_failure_with_words(
    tmp_path: Path, body: bytes, words: str, *, stream: bool
) -> None:
    async with front(tmp_path, ScriptedAnswer(body)) as it:
        client = await it.ask(stream=stream)
        assert refusal_of(client) == (502, "provider_failed")
        assert client.error is not None
        assert words in client.error.message
        assert await it.statuses() == ["failed"]


async def test_an_answer_in_one_piece_that_only_looked_like_one(tmp_path: Path) -> None:
    async with front(tmp_path, ScriptedAnswer(b'{"choices":[1e999]}')) as it:
        assert refusal_of(await it.ask(stream=True)) == (502, "provider_failed")


@pytest.mark.parametrize(
    "pieces",
    [(b"<html>",), (b"",), (b'{"choices":',), (ANSWER[:30], failure())],
    ids=["html", "empty", "cut", "broken"],
)
async def test_an_answer_that_is_none_is_refused(tmp_path: Path, pieces: tuple[Piece, ...]) -> None:
    async with front(tmp_path, ScriptedAnswer(*pieces)) as it:
        assert refusal_of(await it.ask()) == (502, "provider_failed")


async def test_an_answer_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_ANSWER_BYTES", 1_000)
    answer = ScriptedAnswer(*[b"x" * 400] * 10)
    async with front(tmp_path, answer) as it:
        assert refusal_of(await it.ask()) == (502, "provider_failed")
        assert (answer.is_closed, answer.reads) == (True, 3)
