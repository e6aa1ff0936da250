"""What faces are built on: the context of a request's calls, and the one way in."""

from pathlib import Path

import pytest

from portico.gateway.edge.face import Face
from portico.gateway.features.access import PROCESS
from portico.gateway.kernel.errors import Denied
from tests.gateway.edge.rig import ECHO, Rig, TextParams, TextResult, rig
from tests.gateway.edge.test_request import asked


def face(gateway: Rig) -> Face:
    services = gateway.services
    return Face(services.dispatcher, gateway.log, services.clock, services.ids)


async def test_a_call_enters_through_the_dispatcher(tmp_path: Path) -> None:
    async with rig(tmp_path) as gateway:
        made = face(gateway)
        ctx = made.context(asked([("host", "localhost")]), PROCESS)
        assert ctx.connection.is_local
        assert await made.call(ctx, ECHO, TextParams(text="x")) == TextResult(text="x")
        assert not made.context(asked([("host", "gw.example.com")]), PROCESS).connection.is_local


async def test_nobody_has_no_context(tmp_path: Path) -> None:
    async with rig(tmp_path) as gateway:
        with pytest.raises(Denied) as refused:
            face(gateway).context(asked([]), None)
        assert refused.value.code == "missing_credential"
