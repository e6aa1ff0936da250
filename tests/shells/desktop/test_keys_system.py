"""The library's backends: which are taken, and how they refuse."""

import keyring.backends.fail
import keyring.backends.null
import pytest
from keyring.errors import KeyringError, KeyringLocked, PasswordDeleteError

from portico.client.errors import ClientError
from portico.shells.desktop import keys_system
from portico.shells.desktop.keys_system import SystemKeyring, system_tokens


class Backend:
    """Keeps texts, or raises."""

    def __init__(self, error: KeyringError | None = None) -> None:
        self.kept: dict[tuple[str, str], str] = {}
        self._error = error

    def get_password(self, service: str, username: str) -> str | None:
        self._check()
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self._check()
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        self._check()
        if self.kept.pop((service, username), None) is None:
            raise PasswordDeleteError("not there")

    def _check(self) -> None:
        if self._error is not None:
            raise self._error


class Chainer(Backend):
    def __init__(self, *backends: object) -> None:
        super().__init__()
        self.backends = list(backends)


def test_a_backend_keeps_and_forgets() -> None:
    system = SystemKeyring(Backend())
    system.write("portico", "a", "secret")
    assert system.read("portico", "a") == "secret"
    system.remove("portico", "a")
    system.remove("portico", "a")
    assert system.read("portico", "a") is None


def test_one_that_is_locked_refuses_in_words() -> None:
    system = SystemKeyring(Backend(KeyringLocked("secret")))
    with pytest.raises(ClientError, match="KeyringLocked") as refused:
        system.read("portico", "a")
    assert "secret" not in str(refused.value)
    with pytest.raises(ClientError):
        system.write("portico", "a", "b")
    with pytest.raises(ClientError):
        system.remove("portico", "a")


INSECURE = [
    keyring.backends.fail.Keyring(),
    keyring.backends.null.Keyring(),
    Chainer(),
    Chainer(Backend(), keyring.backends.null.Keyring()),
]


@pytest.mark.parametrize("backend", INSECURE)
def test_one_that_protects_nothing_is_not_taken(backend: Backend, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ClientError, match="no keyring"):
        SystemKeyring(backend)
    monkeypatch.setattr(keys_system.keyring, "get_keyring", lambda: backend)
    tokens = system_tokens()
    assert "no keyring" in tokens.note
    tokens.put("r", "secret")
    assert tokens.get("r") == "secret"


def test_the_systems_own_is_taken_without_a_word(monkeypatch: pytest.MonkeyPatch) -> None:
    backend = Backend()
    monkeypatch.setattr(keys_system.keyring, "get_keyring", lambda: backend)
    tokens = system_tokens()
    tokens.put("r", "secret")
    assert (tokens.note, backend.kept) == ("", {("portico", "r"): "secret"})
