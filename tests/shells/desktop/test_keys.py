"""Tokens in a keyring, or in memory."""

from portico.shells.desktop.keys import SERVICE, Tokens
from tests.kit.keyring import FakeKeyring


def test_a_keyring_keeps_them_under_our_name_and_their_reference() -> None:
    keyring = FakeKeyring()
    tokens = Tokens(keyring)
    tokens.put("gateway/a/1", "secret")
    assert keyring.texts == {(SERVICE, "gateway/a/1"): "secret"}
    assert Tokens(keyring).get("gateway/a/1") == "secret"
    tokens.delete("gateway/a/1")
    assert tokens.get("gateway/a/1") is None


def test_without_a_keyring_they_are_kept_for_this_run() -> None:
    tokens = Tokens(None, "why")
    tokens.put("r", "secret")
    assert tokens.get("r") == "secret"
    tokens.delete("r")
    tokens.delete("r")
    assert tokens.get("r") is None
    assert tokens.note == "why"
