"""The calls of secrets have their routes."""

from portico.gateway.features.secrets import SecretService, routes
from portico.protocol.methods.access import SECRET_DELETE, SECRET_LIST, SECRET_SET
from tests.kit import FakeClock
from tests.kit.keystore import MemoryKeystore


def ignore(value: str) -> None:
    del value


def test_routes() -> None:
    bound = routes(SecretService(MemoryKeystore(), FakeClock(), ignore, ignore))
    assert [route.method for route in bound] == [SECRET_LIST, SECRET_SET, SECRET_DELETE]
