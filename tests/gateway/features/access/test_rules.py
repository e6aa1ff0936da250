"""Signatures, claims, expiry, idle time: tables."""

import base64
import json
from dataclasses import replace
from typing import Any

import jwt
import pytest

from portico.gateway.features.access import rules
from portico.gateway.features.access.rules import AUDIENCE, ISSUER, TokenRow
from portico.gateway.kernel.context import ALL_SCOPES, Principal
from portico.gateway.kernel.errors import Denied
from portico.protocol.base import Scope
from portico.protocol.types.access import Token

KEY = b"k" * 64
NOW = 1_800_000_000
ROW = TokenRow("t1", "laptop", (Scope.READ, Scope.CHAT), NOW, NOW + 100)
CLAIMS = rules.claims_of(ROW)


def part(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def signed_by_pyjwt(**changes: Any) -> str:
    claims: dict[str, Any] = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": "t1",
        "name": "x",
        "scopes": [],
        "iat": 1,
        "nbf": 1,
        **changes,
    }
    return jwt.encode(claims, KEY, algorithm="HS256")


def test_any_library_reads_our_tokens() -> None:
    options: Any = {"verify_iat": False, "verify_nbf": False, "verify_exp": False}
    token = rules.sign(CLAIMS, KEY)
    claims = jwt.decode(token, KEY, algorithms=["HS256"], audience=AUDIENCE, issuer=ISSUER, options=options)
    assert claims == {
        "iss": "portico",
        "aud": "portico-clients",
        "sub": "t1",
        "name": "laptop",
        "scopes": ["read", "chat"],
        "iat": NOW,
        "nbf": NOW,
        "exp": NOW + 100,
    }


def test_what_we_signed_we_read() -> None:
    assert rules.verify(rules.sign(CLAIMS, KEY), KEY) == CLAIMS


def altered(token: str, place: int) -> str:
    parts = token.split(".")
    parts[place] = parts[place][:-2] + ("AA" if not parts[place].endswith("AA") else "BB")
    return ".".join(parts)


@pytest.mark.parametrize(
    "token",
    [
        pytest.param("", id="empty"),
        pytest.param("a.b.c", id="no JWT"),
        pytest.param("a.b", id="two parts"),
        pytest.param("....", id="dots"),
        pytest.param("ü" * 20, id="beyond ASCII"),
        pytest.param("\ud800", id="half a pair"),
        pytest.param(rules.sign(CLAIMS, b"j" * 64), id="another key"),
        pytest.param(altered(rules.sign(CLAIMS, KEY), 0), id="altered header"),
        pytest.param(altered(rules.sign(CLAIMS, KEY), 1), id="altered claims"),
        pytest.param(altered(rules.sign(CLAIMS, KEY), 2), id="altered signature"),
        pytest.param(rules.sign(CLAIMS, KEY).rsplit(".", 1)[0] + ".", id="no signature"),
        pytest.param(f"{part({'alg': 'none'})}.{part({'sub': 't1'})}.", id="algorithm none"),
        pytest.param(jwt.encode({"sub": "t1"}, KEY, algorithm="HS512"), id="another algorithm"),
        pytest.param(jwt.encode({"sub": "t1"}, KEY, algorithm="HS256"), id="claims missing"),
        pytest.param(signed_by_pyjwt(iss="other"), id="another issuer"),
        pytest.param(signed_by_pyjwt(aud="other"), id="another audience"),
        pytest.param(signed_by_pyjwt(scopes=["root"]), id="unknown scope"),
        pytest.param(signed_by_pyjwt(sub=5), id="subject is a number"),
    ],
)
def test_what_we_did_not_sign_is_refused(token: str) -> None:
    with pytest.raises(Denied) as refused:
        rules.verify(token, KEY)
    assert refused.value.code == "invalid_credential"


@pytest.mark.parametrize(
    ("row", "now", "code"),
    [
        (ROW, NOW, None),
        (ROW, NOW + 99, None),
        (ROW, NOW + 100, "credential_expired"),
        (replace(ROW, expires_at=None), NOW + 10**9, None),
        (replace(ROW, revoked_at=NOW), NOW, "session_revoked"),
        (None, NOW, "session_revoked"),
    ],
)
def test_a_token_holds_until_it_expires_or_is_revoked(row: TokenRow | None, now: int, code: str | None) -> None:
    if code is None:
        assert rules.check(row, now) is row
        return
    with pytest.raises(Denied) as refused:
        rules.check(row, now)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("row", "age", "is_forgotten"),
    [
        (ROW, rules.KEEP_VOID_SECONDS + 99, False),
        (ROW, rules.KEEP_VOID_SECONDS + 100, True),
        (replace(ROW, revoked_at=NOW + 10), rules.KEEP_VOID_SECONDS + 10, True),
        (replace(ROW, expires_at=None), 10**9, False),
    ],
)
def test_void_tokens_are_forgotten_after_a_month(row: TokenRow, age: int, is_forgotten: bool) -> None:
    assert rules.is_forgotten(row, NOW + age) is is_forgotten


@pytest.mark.parametrize(("age", "is_idle"), [(0, False), (43_199, False), (43_200, True)])
def test_sessions_end_after_twelve_idle_hours(age: int, is_idle: bool) -> None:
    assert rules.is_idle(NOW, NOW + age) is is_idle


@pytest.mark.parametrize(
    ("given", "secret", "is_same"), [("a", "a", True), ("a", "b", False), ("", "a", False), ("ü\ud800", "a", False)]
)
def test_comparing(given: str, secret: str, is_same: bool) -> None:
    assert rules.is_same(given, secret) is is_same


def test_principals() -> None:
    assert rules.principal_of(ROW) == Principal(
        id="t1", name="laptop", scopes=frozenset({Scope.READ, Scope.CHAT}), kind="token", expires_at=NOW + 100
    )
    assert rules.home_principal("a").id != rules.home_principal("b").id
    assert "secret" not in rules.home_principal("secret").id
    assert rules.session_principal("hash").scopes == ALL_SCOPES == rules.STATIC.scopes == rules.OPEN.scopes


def test_the_view_of_a_token_marks_the_one_that_asks() -> None:
    expected = Token(id="t1", name="laptop", scopes=[Scope.READ, Scope.CHAT], created_at=NOW, expires_at=NOW + 100)
    assert rules.view(ROW, rules.STATIC) == expected
    assert rules.view(ROW, rules.principal_of(ROW)).is_current


def test_scopes_are_kept_once_and_in_order() -> None:
    assert rules.in_order([Scope.ADMIN, Scope.READ, Scope.ADMIN]) == (Scope.READ, Scope.ADMIN)
