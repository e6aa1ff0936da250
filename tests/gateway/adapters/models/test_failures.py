"""Every way to fail has its class, and no message a secret."""

import json

import pytest

from portico.gateway.adapters.http_port import FailureKind, HttpFailure
from portico.gateway.adapters.models import failures
from portico.gateway.adapters.models.failures import MESSAGE_LIMIT, Origin
from portico.gateway.agent.model import FailureClass, Stage

NOW = 1_800_000_000
SECRET = "sk-0123456789abcdef"
ORIGIN = Origin("vendor", "model", (SECRET,))
C = FailureClass


def error(**members: object) -> bytes:
    return json.dumps({"error": members}).encode()


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (400, error(message="bad field"), C.INVALID_REQUEST),
        (401, error(message="who"), C.AUTH_EXPIRED),
        (402, error(message="pay"), C.PERMISSION_DENIED),
        (403, error(message="no"), C.PERMISSION_DENIED),
        (404, b"", C.MODEL_NOT_FOUND),
        (404, error(message="no such", type="not_found_error"), C.MODEL_NOT_FOUND),
        (405, b"", C.INVALID_REQUEST),
        (408, b"", C.NETWORK_TRANSIENT),
        (409, b"", C.NETWORK_TRANSIENT),
        (413, error(type="request_too_large", message="x"), C.PROMPT_TOO_LONG),
        (422, b'{"detail":[{"msg":"field required"}]}', C.INVALID_REQUEST),
        (429, error(message="slow"), C.RATE_LIMIT),
        (429, error(message="quota", code="insufficient_quota"), C.PERMISSION_DENIED),
        (500, b"<html>oops", C.PROVIDER_5XX),
        (503, error(message="x", type="api_error"), C.PROVIDER_5XX),
        (529, error(message="x", type="overloaded_error"), C.RATE_LIMIT),
        (529, b"", C.RATE_LIMIT),
        (302, b"", C.INVALID_REQUEST),
        (400, error(message="x", code="context_length_exceeded"), C.PROMPT_TOO_LONG),
        (400, error(message="This model's maximum context length is 8192 tokens"), C.PROMPT_TOO_LONG),
        (400, error(type="invalid_request_error", message="prompt is too long: 210000 tokens"), C.PROMPT_TOO_LONG),
        (400, error(message="model `x` does not exist"), C.MODEL_NOT_FOUND),
        (400, b'{"error":"model \\"x\\" not found, try pulling it first"}', C.MODEL_NOT_FOUND),
        (400, error(message="API key not valid. Please pass a valid API key."), C.AUTH_EXPIRED),
        (400, error(message="x", type="authentication_error"), C.AUTH_EXPIRED),
        (400, b'[{"error":{"message":"x","code":"model_not_found"}}]', C.MODEL_NOT_FOUND),
        (400, b"[" * 50_000, C.INVALID_REQUEST),
        (400, b"\xff\xfe", C.INVALID_REQUEST),
        (400, b"7", C.INVALID_REQUEST),
    ],
)
def test_class_of_an_answer(status: int, body: bytes, expected: FailureClass) -> None:
    failure = failures.of_status(ORIGIN, status, {}, body, NOW)
    assert failure.failure_class is expected
    assert (failure.provider, failure.model, failure.http_status) == ("vendor", "model", status)
    assert failure.message


@pytest.mark.parametrize(
    ("body", "message", "code"),
    [
        (error(message="said", type="t", code="c"), "said", "c"),
        (error(message="said", type="rate_limit_error", code="odd"), "said", "rate_limit_error"),
        (error(message="said", code=400), "said", None),
        (b'{"message":"said","code":"1"}', "said", None),
        (b'{"detail":[{"msg":"x"}]}', '[{"msg":"x"}]', None),
        (b'{"error":"said"}', "said", None),
        (b"plain words", "plain words", None),
        (b"<html><body>no</body>", "HTTP 400", None),
        (b"{}", "HTTP 400", None),
        (b"", "HTTP 400", None),
    ],
)
def test_what_a_body_says(body: bytes, message: str, code: str | None) -> None:
    failure = failures.of_status(ORIGIN, 400, {}, body, NOW)
    assert (failure.message, failure.provider_code) == (message, code)


@pytest.mark.parametrize(
    ("said", "expected", "status"),
    [
        ({"code": 400, "message": "Token limit reached"}, C.MAX_OUTPUT_TOKENS, 400),
        ({"code": "502", "message": "Upstream"}, C.PROVIDER_5XX, 502),
        ({"code": 429, "message": "x"}, C.RATE_LIMIT, 429),
        ({"type": "overloaded_error", "message": "x"}, C.RATE_LIMIT, None),
        ({"type": "api_error", "message": "x"}, C.PROVIDER_5XX, None),
        ({"type": "invalid_request_error", "message": "x"}, C.INVALID_REQUEST, None),
        ({"type": "invalid_request_error", "code": "tool_use_failed", "status_code": 400}, C.INVALID_REQUEST, 400),
        ({"error": {"code": "server_error"}}, C.PROVIDER_5XX, None),
        ("words", C.UNKNOWN, None),
        (None, C.UNKNOWN, None),
        (True, C.UNKNOWN, None),
    ],
)
def test_class_of_an_error_inside_a_stream(said: object, expected: FailureClass, status: int | None) -> None:
    failure = failures.of_error(ORIGIN, said, "mid_stream")
    assert (failure.failure_class, failure.http_status, failure.stage) == (expected, status, "mid_stream")
    assert failure.message


@pytest.mark.parametrize(
    ("kind", "stage", "expected"),
    [
        ("connect", "connect", C.NETWORK_TRANSIENT),
        ("connect_timeout", "connect", C.NETWORK_TRANSIENT),
        ("reset", "first_chunk", C.NETWORK_TRANSIENT),
        ("reset", "mid_stream", C.STREAM_TRUNCATED),
        ("stall", "mid_stream", C.STREAM_STALL),
        ("invalid", "connect", C.INVALID_REQUEST),
        ("too_large", "connect", C.UNKNOWN),
    ],
)
def test_class_of_a_broken_exchange(kind: FailureKind, stage: Stage, expected: FailureClass) -> None:
    failure = failures.of_network(ORIGIN, HttpFailure(kind, "broken"), stage)
    assert (failure.failure_class, failure.stage) == (expected, stage)


@pytest.mark.parametrize(
    ("failure_class", "is_recoverable"),
    [(C.STREAM_STALL, True), (C.RATE_LIMIT, True), (C.INVALID_REQUEST, False), (C.AUTH_EXPIRED, False)],
)
def test_what_may_be_tried_again_later(failure_class: FailureClass, is_recoverable: bool) -> None:
    assert failures.of_class(ORIGIN, failure_class, "x", "finalize").is_recoverable is is_recoverable


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "7"}, 7.0),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after": "-3"}, 0.0),
        ({"retry-after-ms": "1500", "retry-after": "9"}, 1.5),
        ({"retry-after-ms": "x", "retry-after": "9"}, 9.0),
        ({"retry-after": "Fri, 15 Jan 2027 08:00:30 GMT"}, 30.0),
        ({"retry-after": "Fri, 15 Jan 2027 07:00:00 GMT"}, 0.0),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "inf"}, None),
        ({"retry-after": "Fri, 99 Jan 2027 08:00:30 GMT"}, None),
    ],
)
def test_retry_after(headers: dict[str, str], seconds: float | None) -> None:
    assert failures.retry_after(headers, NOW) == seconds


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"key {SECRET} is bad", "key [redacted] is bad"),
        ("at https://user:pass@host/x", "at https://[redacted]@host/x"),
        ("see http://h/x?a=1&api_key=abc&b=2", "see http://h/x?a=1&api_key=[redacted]&b=2"),
        ("two\n lines\tand \x1b[31m colour\x00", "two lines and [31m colour"),
        ("short secrets stay: abc", "short secrets stay: abc"),
    ],
)
def test_messages_hold_no_secret(text: str, expected: str) -> None:
    assert failures.scrub(text, (SECRET, "abc")) == expected


def test_messages_are_short() -> None:
    assert len(failures.scrub("x" * 10_000, ())) == MESSAGE_LIMIT


def test_the_longest_secret_goes_first() -> None:
    assert failures.scrub("abcdefgh", ("abcdef", "abcdefgh")) == "[redacted]"


def test_an_origin_does_not_print_its_secrets() -> None:
    assert SECRET not in repr(ORIGIN)


def test_only_what_can_be_told_from_other_text_is_a_secret() -> None:
    assert failures.secrets_of(None, "", "short", "sk-long-enough") == ("sk-long-enough",)
