"""Every method about turns has its route."""

from pathlib import Path

from portico.gateway.features.turns import routes
from portico.protocol.methods import turn
from tests.gateway.features.turns.home import home


async def test_every_method_is_bound_once(tmp_path: Path) -> None:
    async with home(tmp_path) as made:
        bound = [route.method.name for route in routes(made.turns, made.reader)]
    assert sorted(bound) == sorted(method.name for method in turn.ALL)
