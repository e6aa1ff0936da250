"""What a person is told of the connection."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portico.client.errors import ClientError, NotReachable, SignInRefused, TransportClosed
from portico.client.status import (
    Broke,
    Connected,
    Connecting,
    GaveUp,
    Happened,
    Shown,
    Status,
    Stopping,
    reduce,
    shown,
    state_of,
)
from portico.client.words import say

NEW = Status("home")
LOST = TransportClosed("connection lost")
GOING = TransportClosed("the gateway closed the connection (1012 restarting)")
UNSURE = SignInRefused("the gateway at http://h refuses the credential (HTTP 401)")
THROTTLED = SignInRefused("the gateway at http://h refuses the credential (HTTP 429)")
RETRY = ("retry", say("action.retry"))


def after(*events: Happened) -> Status:
    status = NEW
    for event in events:
        status = reduce(status, event)
    return status


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        pytest.param([], Shown("connecting", say("connection.connecting", name="home")), id="first"),
        pytest.param([Connected("0.1.0")], Shown("online", say("connection.online", name="home")), id="online"),
        pytest.param(
            [Connected(), Broke(LOST, 2.5, 10.0)],
            Shown("reconnecting", say("connection.reconnecting", name="home", seconds=3), *RETRY, "connection lost"),
            id="broken",
        ),
        pytest.param(
            [Broke(GOING, 4, 10.0)],
            Shown("reconnecting", say("connection.restarting", name="home", seconds=4), *RETRY, str(GOING)),
            id="the gateway restarts",
        ),
        pytest.param(
            [Broke(NotReachable("no"), 4, 2.0)],
            Shown("reconnecting", say("connection.reconnecting_now", name="home"), *RETRY, "no"),
            id="the time has come",
        ),
        pytest.param(
            [Broke(LOST, 2, 10.0), Connected()], Shown("online", say("connection.online", name="home")), id="back"
        ),
        pytest.param(
            [Connected(), GaveUp(UNSURE)],
            Shown(
                "signed_out",
                say("connection.signed_out", name="home"),
                "sign_in",
                say("action.sign_in"),
                str(UNSURE),
            ),
            id="signed out",
        ),
        pytest.param(
            [GaveUp(THROTTLED)],
            Shown("signed_out", say("connection.throttled", name="home"), *RETRY, str(THROTTLED)),
            id="too many attempts",
        ),
        pytest.param(
            [GaveUp(ClientError("odd"))],
            Shown("failed", say("connection.failed", name="home", why="odd"), *RETRY, "odd"),
            id="something else",
        ),
        pytest.param(
            [Connected("0.0.9")],
            Shown(
                "gateway_too_old",
                say("connection.too_old", name="home", version="0.0.9"),
                "update_gateway",
                say("action.update_gateway"),
            ),
            id="an old gateway",
        ),
        pytest.param(
            [Connected("1.0.0")],
            Shown(
                "gateway_too_new",
                say("connection.too_new", name="home", version="1.0.0"),
                "update_client",
                say("action.update_client"),
            ),
            id="a new gateway",
        ),
        pytest.param(
            [Connected(), Stopping(), Broke(LOST, 2, 10.0), Connected()],
            Shown("stopping", say("connection.stopping", name="home")),
            id="what comes while it closes is no news",
        ),
        pytest.param(
            [Stopping(), Connecting()], Shown("connecting", say("connection.connecting", name="home")), id="again"
        ),
    ],
)
def test_what_is_shown(events: list[Happened], expected: Shown) -> None:
    assert shown(after(*events), 10.0) == expected


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        (None, "online"),
        ("", "online"),
        ("0.1.0", "online"),
        ("0.9", "online"),
        ("0.0.1", "gateway_too_old"),
        ("2.0.0.dev1", "gateway_too_new"),
        ("unknown", "online"),
        ("9" * 5_000 + ".0", "online"),
    ],
)
def test_versions(version: str | None, expected: str) -> None:
    assert state_of(version) == expected


@given(st.floats(0, 60), st.floats(0, 1e9), st.floats(-1e9, 2e9))
def test_a_clock_that_jumps_never_shows_a_longer_wait(seconds: float, at: float, now: float) -> None:
    told = shown(after(Broke(LOST, seconds, at)), now).words
    assert 0 <= dict(told.values).get("seconds", 0) <= 60  # pyright: ignore[reportOperatorIssue] - a number by its name
