"""A keyring in memory."""

from portico.gateway.kernel.errors import Unavailable


class FakeKeyring:
    """Keeps texts in a dict; one that `forgets` keeps nothing, one that is `locked` refuses."""

    def __init__(self, *, forgets: bool = False, locked: bool = False) -> None:
        self.texts: dict[tuple[str, str], str] = {}
        self._forgets = forgets
        self._locked = locked

    def read(self, service: str, name: str) -> str | None:
        self._check()
        return self.texts.get((service, name))

    def write(self, service: str, name: str, text: str) -> None:
        self._check()
        if not self._forgets:
            self.texts[service, name] = text

    def remove(self, service: str, name: str) -> None:
        self._check()
        self.texts.pop((service, name), None)

    def _check(self) -> None:
        if self._locked:
            raise Unavailable("the keyring refuses: KeyringLocked", code="keyring_unavailable")
