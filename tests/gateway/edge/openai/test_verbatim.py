"""What a pass-through changes, to the byte, and that it changes nothing else however the bytes are cut."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portico.gateway.agent.model import UsageReport
from portico.gateway.edge.openai import verbatim
from portico.gateway.edge.openai.verbatim import Ending, Names, OversizedEvent, WholeEvents, estimated, outgoing, whole
from portico.gateway.kernel.errors import Invalid

CHUNK = b'data: {"id":"r","model":"m-1","choices":[{"index":0,"delta":{"content":"hello"},"finish_reason":null}]}\n\n'
STOP = b'data: {"id":"r","model":"m-1","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\n'
USAGE = b'data: {"id":"r","model":"m-1","choices":[],"usage":{"prompt_tokens":3,"completion_tokens":2}}\n\n'
DONE = b"data: [DONE]\n\n"
STREAM = b": hi\n\n" + CHUNK * 3 + STOP + USAGE + DONE


def fed(pieces: list[bytes]) -> tuple[list[bytes], bytes]:
    events = WholeEvents()
    return [block for block in map(events.feed, pieces) if block], events.rest()


def pieces_at(data: bytes, places: list[int]) -> list[bytes]:
    cuts = [0, *sorted(place % (len(data) + 1) for place in places), len(data)]
    return [data[a:b] for a, b in zip(cuts, cuts[1:], strict=False)]


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"], ids=["lf", "crlf", "cr"])
@pytest.mark.parametrize("size", [1, 2, 3, 7, 64, 10_000])
def test_cut_anywhere_the_bytes_are_the_same_and_events_are_whole(end: bytes, size: int) -> None:
    data = STREAM.replace(b"\n", end)
    blocks, rest = fed([data[at : at + size] for at in range(0, len(data), size)])
    assert b"".join(blocks) + rest == data
    assert all(block.endswith(end * 2) for block in blocks) or end == b"\r\n"
    assert rest in {b"", b"\n"}


@given(
    st.lists(st.sampled_from([b"\n", b"\r", b"\r\n", b"data: x", b"data: [DONE]", b": c", b"\n\n"]), max_size=24),
    st.lists(st.integers(0, 200), max_size=8),
)
def test_any_cut_of_any_line_ends_loses_nothing(parts: list[bytes], places: list[int]) -> None:
    data = b"".join(parts)
    blocks, rest = fed(pieces_at(data, places))
    assert b"".join(blocks) + rest == data


@given(st.lists(st.integers(0, 10_000), max_size=12))
def test_any_cut_gives_the_same_events_under_the_callers_name(places: list[int]) -> None:
    names, ending, shown = Names("p/m"), Ending(), b""
    for block in fed(pieces_at(STREAM, places))[0]:
        ending.keep(block)
        shown += names.put(verbatim.without_usage(block))
    assert shown == STREAM.replace(b'"m-1"', b'"p/m"').replace(USAGE.replace(b'"m-1"', b'"p/m"'), b"")
    assert (ending.usage(), ending.is_done, ending.is_finished()) == (UsageReport(3, 2), True, True)


def test_cr_lf_is_one_line_end() -> None:
    assert fed([b"data: a\r\ndata: b\r\n"]) == ([], b"data: a\r\ndata: b\r\n")
    assert fed([b"data: a\r", b"\n", b"\r", b"\ndata: b"]) == ([b"data: a\r\n\r"], b"\ndata: b")


def test_an_event_without_end_is_not_kept_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verbatim, "MAX_EVENT_BYTES", 10)
    events = WholeEvents()
    assert events.feed(b"0123456789") == b""
    with pytest.raises(OversizedEvent):
        events.feed(b"x")


@pytest.mark.parametrize(
    ("event", "named"),
    [
        (b'{"model":"m","x":1}', b'{"model":"a/b","x":1}'),
        (b'{"model" : "m"}', b'{"model":"a/b"}'),
        (b'{"model":""}', b'{"model":"a/b"}'),
        (b'{"model":"a\\"b"}', b'{"model":"a/b"}'),
        (b'{"model":null}', b'{"model":null}'),
        (b'{"content":"\\"model\\":\\"m\\""}', b'{"content":"\\"model\\":\\"m\\""}'),
        (b'{"content":"model","b":"c"}', b'{"content":"model","b":"c"}'),
    ],
)
def test_only_a_member_called_model_gets_another_name(event: bytes, named: bytes) -> None:
    assert Names("a/b").put(event) == named


def test_a_name_with_a_backslash_is_put_as_it_is() -> None:
    assert json.loads(Names('a\\1"\u00e4').put(b'{"model":"m"}')) == {"model": 'a\\1"\u00e4'}


@pytest.mark.parametrize(
    ("event", "stays"),
    [
        pytest.param(USAGE, False, id="usage alone"),
        pytest.param(USAGE.replace(b":", b" : ").replace(b"data : ", b"data: "), False, id="spaces"),
        pytest.param(USAGE.replace(b"\n", b"\r\n"), False, id="crlf"),
        pytest.param(b'data: {"choices":[],"prompt_filter_results":[]}\n\n', True, id="no choices but no usage"),
        pytest.param(STOP.replace(b'"id"', b'"usage":{"prompt_tokens":1},"id"'), True, id="usage beside a choice"),
        pytest.param(CHUNK.replace(b"hello", b"[]"), True, id="brackets in a text"),
        pytest.param(b'data: {"choices":[], broken\n\n', True, id="not JSON"),
        pytest.param(b'data: ["choices",[]]\n\n', True, id="no object"),
    ],
)
def test_only_usage_alone_is_left_out(event: bytes, *, stays: bool) -> None:
    assert verbatim.without_usage(CHUNK + event + DONE) == CHUNK + (event if stays else b"") + DONE


@pytest.mark.parametrize(
    ("usage", "report"),
    [
        ({"prompt_tokens": 5, "completion_tokens": 7}, UsageReport(5, 7)),
        (
            {
                "prompt_tokens": 5,
                "completion_tokens": 7,
                "prompt_tokens_details": {"cached_tokens": 4},
                "completion_tokens_details": {"reasoning_tokens": 6},
            },
            UsageReport(5, 7, 4, 6),
        ),
        ({"prompt_tokens": 5, "prompt_cache_hit_tokens": 4, "reasoning_tokens": 1}, UsageReport(5, 0, 4, 1)),
        ({"prompt_tokens": "5", "completion_tokens": -3, "prompt_tokens_details": 4}, UsageReport()),
        ({"prompt_tokens": 1.0, "completion_tokens": 1e300}, UsageReport(1, 2**53 - 1)),
        ({"prompt_tokens": True, "completion_tokens": None}, UsageReport()),
        ({}, UsageReport()),
        (None, None),
        ([], None),
    ],
)
def test_usage_is_read_wherever_vendors_put_it(usage: Any, report: UsageReport | None) -> None:
    told = json.dumps(usage).encode()
    answer = whole(b'{"model":"m","choices":[],"usage":' + told + b"}", "n")
    assert answer is not None
    assert answer.usage == report
    ending = Ending()
    ending.keep(b'data: {"choices":[],"usage":' + told + b"}\n\n" + DONE)
    assert ending.usage() == report
    ending.keep(b'data: {"choices":[],"x_groq":{"usage":' + told + b"}}\n\n" + DONE)
    assert ending.usage() == report


def test_the_end_is_read_across_many_pieces_and_the_newest_usage_counts() -> None:
    ending = Ending()
    for count in range(2_000):
        ending.keep(b'data: {"choices":[{"delta":{}}],"usage":{"prompt_tokens":%d}}\n\n' % count)
    assert (ending.usage(), ending.is_done, ending.is_finished()) == (UsageReport(1_999), False, False)
    ending.keep(STOP)
    assert ending.is_finished()


@pytest.mark.parametrize(
    ("event", "failed"),
    [(b'{"error":{"message":"no"}}', True), (b'{"error":null}', False), (b'{"error":"no"}', True), (b"[]", False)],
)
def test_an_error_in_the_stream_is_seen(event: bytes, *, failed: bool) -> None:
    ending = Ending()
    ending.keep(CHUNK + b"event: error\ndata: " + event + b"\n\n")
    assert ending.has_failed() is failed


def test_a_text_that_says_done_does_not_end_a_stream() -> None:
    ending = Ending()
    ending.keep(b'data: {"t":"[DONE]"}\n\n')
    assert not ending.is_done


def test_a_body_keeps_every_value_as_it_is_spelled() -> None:
    sent = outgoing(
        b'{"model":"p/m",  "x": 1e999, "t":0.70,"u":"\\u00e9","n":{"b":1, "a":2}, "z":12345678901234567890}', "m"
    )
    assert sent.body == b'{"model":"m","x":1e999,"t":0.70,"u":"\\u00e9","n":{"b":1, "a":2},"z":12345678901234567890}'
    assert (sent.name, sent.plain, sent.is_stream) == ("p/m", None, False)


@pytest.mark.parametrize(
    ("options", "sent_options", "has_usage"),
    [
        pytest.param("", {"include_usage": True}, False, id="none"),
        pytest.param(',"stream_options":null', {"include_usage": True}, False, id="null"),
        pytest.param(',"stream_options":{}', {"include_usage": True}, False, id="empty"),
        pytest.param(
            ',"stream_options":{"include_obfuscation":false}',
            {"include_obfuscation": False, "include_usage": True},
            False,
            id="another option",
        ),
        pytest.param(',"stream_options":{"include_usage":false}', {"include_usage": True}, False, id="refused"),
        pytest.param(',"stream_options":{"include_usage":true}', {"include_usage": True}, True, id="asked for"),
        pytest.param(',"stream_options":7', 7, True, id="not ours to judge"),
    ],
)
def test_usage_is_asked_for_in_a_stream(options: str, sent_options: Any, *, has_usage: bool) -> None:
    body = f'{{"model":"p/m","stream":true{options},"messages":[]}}'.encode()
    sent = outgoing(body, "m")
    told = json.loads(body) | {"model": "m"}
    assert json.loads(sent.body) == told | {"stream_options": sent_options}
    assert sent.is_stream
    assert sent.has_usage is has_usage
    if sent.plain is not None:
        assert json.loads(sent.plain) == told
    assert (sent.plain is None) is has_usage


@pytest.mark.parametrize(
    ("body", "path"),
    [
        (b"", "$"),
        (b"[]", "$"),
        (b"7", "$"),
        (b"{", "$"),
        (b'{"model":"m",}', "$"),
        (b'{"model":"\xff"}', "$"),
        (b'{"a":' + b"[" * 100_000, "$"),
        (b"{}", "model"),
        (b'{"model":null}', "model"),
        (b'{"model":7}', "model"),
        (b'{"model":"m","stream":1}', "stream"),
        (b'{"model":"m","stream":"true"}', "stream"),
        (b'{"model":"m","stream":1e999}', "$"),
        (b'{"model":"m","stream":true,"stream_options":{"a":1e999}}', "$"),
        (b'{"model":"m","stream":true,"stream_options":{"a":"\\ud800"}}', "$"),
    ],
)
def test_a_body_that_cannot_be_sent_on_is_refused(body: bytes, path: str) -> None:
    with pytest.raises(Invalid) as refused:
        outgoing(body, "m")
    assert refused.value.path == path


def test_what_nobody_told_is_estimated_without_images() -> None:
    body = b'{"messages":[{"content":"12345678"},{"image_url":{"url":"data:image/png;base64,' + b"A" * 4_000 + b'"}}]}'
    assert estimated(body, 3) == UsageReport(
        input_tokens=len(body.partition(b"data:")[0] + b"}}]}") // 4, output_tokens=3
    )


def test_an_answer_gets_the_callers_name_and_keeps_the_rest() -> None:
    answer = whole(b'{"id":"r", "model":"m-1","choices":[ {"x":1.0}],"extra":{"model":"m-1"}}', "p/m")
    assert answer is not None
    assert answer.body == b'{"id":"r","model":"p/m","choices":[ {"x":1.0}],"extra":{"model":"m-1"}}'


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b'{"error":{}}', b'{"choices":[],"usage":{,}}', b"\xff"])
def test_what_is_no_answer_is_none(body: bytes) -> None:
    assert whole(body, "n") is None


@settings(max_examples=40)
@given(st.dictionaries(st.text(max_size=8), st.none() | st.integers(-9, 9) | st.lists(st.text(max_size=5), max_size=3)))
def test_any_body_goes_through(members: dict[str, Any]) -> None:
    members |= {"model": "p/m", "stream": False}
    assert json.loads(outgoing(json.dumps(members).encode(), "m").body) == members | {"model": "m"}
