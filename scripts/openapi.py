"""The description of the HTTP face, from a gateway that is built and never runs."""

from pathlib import Path
from typing import Any

from portico.gateway.adapters.http_port import Timeouts
from portico.gateway.edge.openapi import document
from portico.gateway.edge.route import HttpRoute
from portico.gateway.kernel.clock import SystemClock
from portico.gateway.kernel.config import Config, LiveConfig
from portico.gateway.kernel.home import Home
from portico.gateway.kernel.ids import RandomIds
from portico.gateway.main.build import VERSION, Outside, build

NOWHERE = Path("/nonexistent")


class _Absent:
    """Stands for what only a running gateway has: it may be passed on, not used."""

    def __getattr__(self, name: str) -> Any:
        return self


def routes() -> tuple[HttpRoute, ...]:
    """Every HTTP route of a gateway."""
    absent: Any = _Absent()
    outside = Outside(
        live=LiveConfig(Config(home=NOWHERE, default_root=NOWHERE)),
        home=Home(NOWHERE),
        store=absent,
        keystore=absent,
        shell=absent,
        http=absent,
        timeouts=Timeouts(),
        clock=SystemClock(),
        ids=RandomIds(),
        epoch="",
    )
    return build(outside).app.routes


def description() -> dict[str, Any]:
    """The document that is served at `/openapi.json`."""
    return document(routes(), VERSION)
