"""A provider's failure as callers see it: whose fault it is, in OpenAI's shape, without a secret."""

import json

import pytest

from portico.gateway.agent.model import FailureClass
from portico.gateway.edge.errors import http_status, openai_body, refusal_headers
from portico.gateway.edge.openai.refusals import refused
from portico.gateway.kernel.redact import Redactor
from tests.gateway.edge.openai.passing import failure

SECRET = "tok-0123456789abcdef"


@pytest.mark.parametrize(
    ("status", "kind", "code"),
    [
        (400, "invalid_request_error", "provider_refused"),
        (403, "api_error", "provider_auth"),
        (404, "not_found_error", "model_not_found"),
        (413, "invalid_request_error", "provider_too_large"),
        (422, "invalid_request_error", "provider_unprocessable"),
        (429, "rate_limit_error", "provider_rate_limited"),
        (500, "api_error", "provider_failed"),
        (None, "api_error", "provider_failed"),
    ],
)
def test_the_shape_is_openais(status: int | None, kind: str, code: str) -> None:
    error = json.loads(openai_body(refused(failure(status), Redactor())))["error"]
    assert (error["type"], error["code"], error["param"]) == (kind, code, None)
    assert "no" in error["message"]
    assert error["message"].startswith("openai: ")


@pytest.mark.parametrize("status", [400, 404, 429, 500])
def test_the_providers_own_code_is_told(status: int) -> None:
    error = refused(failure(status, provider_code="context_length_exceeded"), Redactor())
    assert json.loads(openai_body(error))["error"]["code"] == "context_length_exceeded"


def test_the_providers_word_about_our_key_is_not_told_as_the_callers() -> None:
    error = refused(failure(401, provider_code="invalid_api_key"), Redactor())
    assert json.loads(openai_body(error))["error"]["code"] == "provider_auth"
    assert refusal_headers(error, 502) == (("x-should-retry", "false"),)


@pytest.mark.parametrize("status", [429, 503])
def test_how_long_to_wait_is_passed_on(status: int) -> None:
    error = refused(failure(status, retry_after_seconds=90.0), Redactor())
    assert ("retry-after", "90") in refusal_headers(error, http_status(error))


@pytest.mark.parametrize("kind", list(FailureClass))
def test_without_a_status_the_class_decides(kind: FailureClass) -> None:
    error = refused(failure(failure_class=kind, retry_after_seconds=7.0), Redactor())
    assert error.message.startswith("openai: no")
    assert http_status(error) == {
        FailureClass.RATE_LIMIT: 429,
        FailureClass.MODEL_NOT_FOUND: 404,
        FailureClass.PROMPT_TOO_LONG: 400,
        FailureClass.INVALID_REQUEST: 400,
    }.get(kind, 502)
    assert (error.retry_after_seconds == 7.0) == (http_status(error) in {429, 502} and error.code != "provider_auth")


def test_what_is_too_long_is_named_as_openai_names_it() -> None:
    error = refused(failure(400, failure_class=FailureClass.PROMPT_TOO_LONG), Redactor())
    assert (http_status(error), error.code) == (400, "context_length_exceeded")


def test_no_secret_is_told() -> None:
    error = refused(failure(400, f"see {SECRET}", provider_code=SECRET), Redactor([SECRET]))
    assert SECRET.encode() not in openai_body(error)
