"""What adapters say to an HTTP client does not print what is secret."""

from portico.gateway.adapters.http_port import HttpAnswer, HttpFailure, HttpRequest, Timeouts


def test_requests_and_answers_print_no_secret() -> None:
    request = HttpRequest("http://host", headers={"authorization": "SECRET"}, body=b"SECRET", proxy_url="SECRET")
    assert "SECRET" not in repr(request)
    assert "SECRET" not in repr(HttpAnswer(200, {}, b"SECRET"))


def test_the_reference_s_timeouts() -> None:
    assert HttpRequest("http://host").timeouts == Timeouts(connect=30.0, read=180.0)


def test_a_failure_says_what_it_is() -> None:
    failure = HttpFailure("stall", "host sent nothing")
    assert (failure.kind, failure.message, str(failure)) == ("stall", "host sent nothing", "host sent nothing")
