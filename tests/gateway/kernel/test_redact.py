"""Secrets are cut out of text and of streams, however they are spelled and cut."""

import base64
import json
from pathlib import Path
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portico.gateway.kernel.redact import REDACTED, Redactor, secret_environment_values

SECRET = 'sk-live/9f8+e7"=\nd6c5b4'


@pytest.mark.parametrize(
    "spelled",
    [
        pytest.param(SECRET, id="as it is"),
        pytest.param(json.dumps(SECRET)[1:-1], id="in JSON"),
        pytest.param(quote(SECRET, safe=""), id="in a URL's path"),
        pytest.param(quote_plus(SECRET), id="in a form"),
    ],
)
def test_every_spelling_is_cut_out(spelled: str) -> None:
    assert Redactor([SECRET]).text(f"before {spelled} after") == f"before {REDACTED} after"


@pytest.mark.parametrize("before", ["", "u", "us", "use", "user:"])
@pytest.mark.parametrize("after", ["", "x", "xy"])
@pytest.mark.parametrize("encode", [base64.b64encode, base64.urlsafe_b64encode])
def test_base64_is_cut_out_wherever_the_secret_begins(before: str, after: str, encode: "type[bytes]") -> None:
    encoded = encode((before + SECRET + after).encode()).decode()
    shown = Redactor([SECRET]).text(encoded)
    assert REDACTED in shown
    assert len(shown.replace(REDACTED, "")) <= len(encode((before + after).encode())) + 4


@pytest.mark.parametrize("secret", [SECRET, "pässwörter", "half-\ud800-of-one"])
def test_bytes_are_redacted_as_text_is(secret: str) -> None:
    redactor = Redactor([secret, "another-secret"])
    shown = f"before {REDACTED} \xff {REDACTED}".encode("latin-1")
    raw = secret.encode(errors="surrogatepass")
    assert redactor.raw(b"before " + raw + b" \xff another-secret") == shown
    assert redactor.raw(b"nothing \xff here") == b"nothing \xff here"
    assert Redactor().raw(raw) == raw


def test_the_longest_secret_is_cut_out_whole() -> None:
    redactor = Redactor(["secret-one", "secret-one-and-more"])
    assert redactor.text("secret-one-and-more secret-one") == f"{REDACTED} {REDACTED}"


def test_short_values_are_left_alone() -> None:
    redactor = Redactor(["short"])
    redactor.add("tiny")
    assert redactor.text("short and tiny") == "short and tiny"


def test_a_value_is_secret_until_it_was_removed_as_often_as_added() -> None:
    redactor = Redactor()
    redactor.add("hunter2hunter2")
    redactor.add("hunter2hunter2")
    redactor.remove("hunter2hunter2")
    assert redactor.text("hunter2hunter2") == REDACTED
    redactor.remove("hunter2hunter2")
    redactor.remove("hunter2hunter2")
    assert redactor.text("hunter2hunter2") == "hunter2hunter2"


def test_lone_surrogates_do_no_harm() -> None:
    assert Redactor(["secret\udc80value"]).text("a secret\udc80value") == f"a {REDACTED}"


def test_a_stream_that_is_open_learns_a_new_secret() -> None:
    redactor = Redactor()
    stream = redactor.stream()
    assert stream.feed("nothing yet ") == "nothing yet "
    redactor.add("hunter2hunter2")
    assert stream.feed("hunter2") == ""
    assert stream.feed("hunter2!") == f"{REDACTED}!"


def test_a_stream_holds_back_only_what_may_become_a_secret() -> None:
    stream = Redactor(["hunter2hunter2"]).stream()
    assert stream.feed("the hunt") == "the "
    assert stream.feed("er is on") == "hunter is on"
    assert stream.flush() == ""


def test_the_rest_comes_at_the_end() -> None:
    stream = Redactor(["hunter2hunter2"]).stream()
    assert stream.feed("a hunter2hunter") == "a "
    assert stream.flush() == "hunter2hunter"
    assert stream.feed("again") == "again"


@given(
    text=st.text("ab", max_size=60),
    cuts=st.lists(st.integers(1, 7), min_size=60, max_size=60),
    secrets=st.lists(st.text("ab", min_size=6, max_size=9), min_size=1, max_size=4),
)
def test_a_stream_joins_to_the_redacted_whole(text: str, cuts: list[int], secrets: list[str]) -> None:
    redactor = Redactor(secrets)
    longest = max(len(form) for secret in secrets for form in (secret, base64.b64encode(secret.encode()).decode()))
    stream, shown, position = redactor.stream(), "", 0
    for cut in cuts:
        shown += stream.feed(text[position : position + cut])
        position = min(position + cut, len(text))
        assert len(redactor.text(text[:position])) - len(shown) < longest + len(REDACTED)
    assert shown + stream.flush() == redactor.text(text)


def test_secret_variables_are_chosen_by_name(tmp_path: Path) -> None:
    environ = {
        "OPENAI_API_KEY": "sk-openai",
        "GITHUB_TOKEN": "ghp_github",
        "DB_PASSWORD": "db-password",
        "AWS_SECRET_ACCESS_KEY": "aws-secret",
        "MYAPIKEY": "my-own-key",
        "DATABASE_URL": "postgres://me:in-the-url@host/db",
        "GOOGLE_APPLICATION_CREDENTIALS": str(tmp_path),
        "SSH_AUTH_SOCK": "/run/agent.sock",
        "MAX_TOKENS": "1000000",
        "KEYBOARD": "qwertyuiop",
        "PWD": "/work",
        "HOME": "/home/me",
        "EMPTY_TOKEN": "",
        "SHORT_KEY": "abc",
    }
    assert secret_environment_values(environ) == (
        "aws-secret",
        "db-password",
        "ghp_github",
        "in-the-url",
        "my-own-key",
        "sk-openai",
    )
