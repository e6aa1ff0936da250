"""Addresses of gateways."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portico.client.registry_plan.address import Address, address_of
from portico.client.words import say

OPEN = say("registry.plain_http")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("http://127.0.0.1:17878", Address("http://127.0.0.1:17878")),
        ("  HTTPS://Gateway.Example.COM:443/ ", Address("https://gateway.example.com")),
        ("https://h/portico/", Address("https://h/portico")),
        ("http://localhost:80", Address("http://localhost")),
        ("http://[::1]:9", Address("http://[::1]:9")),
        ("http://app.localhost", Address("http://app.localhost")),
        ("http://192.168.1.4:1", Address("http://192.168.1.4:1", warning=OPEN)),
        ("http://box", Address("http://box", warning=OPEN)),
        ("", Address(refusal=say("registry.not_a_url"))),
        ("https://a b", Address(refusal=say("registry.not_a_url"))),
        ("https://a\u202eb", Address(refusal=say("registry.not_a_url"))),
        ("https://" + "a" * 3_000, Address(refusal=say("registry.not_a_url"))),
        ("http://[", Address(refusal=say("registry.not_a_url"))),
        ("gateway.example.com", Address(refusal=say("registry.scheme"))),
        ("ftp://h", Address(refusal=say("registry.scheme"))),
        ("javascript:alert(1)", Address(refusal=say("registry.scheme"))),
        ("https://", Address(refusal=say("registry.no_host"))),
        ("https://:80", Address(refusal=say("registry.no_host"))),
        ("https://h\\evil.example", Address(refusal=say("registry.no_host"))),
        ("https://h:99999", Address(refusal=say("registry.port"))),
        ("https://h:x", Address(refusal=say("registry.port"))),
        ("https://me:secret@h", Address(refusal=say("registry.credentials"))),
        ("https://@h", Address(refusal=say("registry.credentials"))),
        ("https://h#code=1", Address(refusal=say("registry.fragment"))),
        ("https://h/#", Address(refusal=say("registry.fragment"))),
        ("https://h?token=1", Address(refusal=say("registry.fragment"))),
    ],
)
def test_addresses(text: str, expected: Address) -> None:
    assert address_of(text) == expected


@given(st.one_of(st.text(max_size=40), st.builds("http://{}".format, st.text(max_size=30))))
def test_an_accepted_address_is_its_own_spelling(text: str) -> None:
    found = address_of(text)
    assert (found.refusal is None) == bool(found.url)
    if found.url:
        assert address_of(found.url) == found
