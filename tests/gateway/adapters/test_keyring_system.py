"""Which of the library's backends may keep the master key."""

from typing import Any

import pytest
from keyring.backends import chainer, fail, null
from keyring.errors import KeyringLocked, PasswordDeleteError

from portico.gateway.adapters.keyring_system import SystemKeyring
from portico.gateway.kernel.errors import Unavailable


class Backend:
    """Keeps one text; `failure` is raised instead."""

    def __init__(self, failure: Exception | None = None) -> None:
        self.text: str | None = None
        self._failure = failure

    def get_password(self, service: str, username: str) -> str | None:
        self._check(service, username)
        return self.text

    def set_password(self, service: str, username: str, password: str) -> None:
        self._check(service, username)
        self.text = password

    def delete_password(self, service: str, username: str) -> None:
        self._check(service, username)
        self.text = None

    def _check(self, service: str, username: str) -> None:
        assert (service, username) == ("s", "n")
        if self._failure is not None:
            raise self._failure


def test_write_read_remove() -> None:
    keyring = SystemKeyring(Backend())
    keyring.write("s", "n", "text")
    assert keyring.read("s", "n") == "text"
    keyring.remove("s", "n")
    assert keyring.read("s", "n") is None


@pytest.mark.parametrize("failure", [KeyringLocked("hush"), PasswordDeleteError("hush")])
def test_failures_are_translated_without_their_text(failure: Exception) -> None:
    keyring = SystemKeyring(Backend(failure))
    for call in (
        lambda: keyring.read("s", "n"),
        lambda: keyring.write("s", "n", "text"),
        lambda: keyring.remove("s", "n"),
    ):
        with pytest.raises(Unavailable) as refusal:
            call()
        assert refusal.value.code == "keyring_unavailable"
        assert "hush" not in refusal.value.message


def chained(*backends: Any) -> Any:
    class Chain(chainer.ChainerBackend):
        pass

    Chain.backends = list(backends)  # pyright: ignore[reportAttributeAccessIssue]  # a class property there
    return Chain()


def test_backends_that_protect_nothing_are_refused() -> None:
    plain = type("PlaintextKeyring", (Backend,), {"__module__": "keyrings.alt.file"})
    insecure: list[Any] = [fail.Keyring(), null.Keyring(), plain(), chained(), chained(plain())]
    for backend in insecure:
        with pytest.raises(Unavailable) as refusal:
            SystemKeyring(backend)
        assert refusal.value.code == "keyring_insecure"
    SystemKeyring(chained(Backend()))
