"""The master key in a keyring."""

import sys
from types import ModuleType

import pytest

from portico.gateway.adapters.keyring import SERVICE, KeyringKey, load_keyring
from portico.gateway.kernel.errors import Unavailable
from tests.kit.keyring import FakeKeyring


def test_a_key_is_made_once_and_found_again() -> None:
    keyring = FakeKeyring()
    key = KeyringKey(keyring, "/home/one").create(b"salt")
    assert len(key) == 32
    assert KeyringKey(keyring, "/home/one").create(b"other salt") == key
    assert KeyringKey(keyring, "/home/one").existing(b"salt") == key
    assert KeyringKey(keyring, "/home/two").create(b"salt") != key


def test_forget_removes_it() -> None:
    keyring = FakeKeyring()
    source = KeyringKey(keyring, "/home/one")
    source.create(b"")
    source.forget()
    with pytest.raises(Unavailable) as refusal:
        source.existing(b"")
    assert refusal.value.code == "master_key_missing"


@pytest.mark.parametrize("text", ["not hex", "00ff", ""])
def test_a_damaged_key_is_said(text: str) -> None:
    keyring = FakeKeyring()
    keyring.write(SERVICE, "/home/one", text)
    with pytest.raises(Unavailable) as refusal:
        KeyringKey(keyring, "/home/one").existing(b"")
    assert refusal.value.code == "master_key_unusable"


def test_a_keyring_that_keeps_nothing_is_refused() -> None:
    with pytest.raises(Unavailable) as refusal:
        KeyringKey(FakeKeyring(forgets=True), "/home/one").create(b"")
    assert refusal.value.code == "keyring_insecure"


def test_a_locked_keyring_is_told() -> None:
    with pytest.raises(Unavailable) as refusal:
        KeyringKey(FakeKeyring(locked=True), "/home/one").existing(b"")
    assert refusal.value.code == "keyring_unavailable"


def test_with_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    system = ModuleType("portico.gateway.adapters.keyring_system")
    vars(system)["SystemKeyring"] = FakeKeyring
    monkeypatch.setitem(sys.modules, system.__name__, system)
    assert isinstance(load_keyring(), FakeKeyring)


def test_without_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "portico.gateway.adapters.keyring_system", None)
    with pytest.raises(Unavailable) as refusal:
        load_keyring()
    assert refusal.value.code == "keyring_missing"
