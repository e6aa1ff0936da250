"""Work that ends when its peer leaves."""

from typing import Any

import anyio
import pytest

from portico.gateway.edge.openai.beside import beside
from portico.gateway.edge.streams import Outlet, PeerGone
from portico.gateway.kernel.errors import Unavailable
from tests.kit import FakeClock


async def no_send(message: dict[str, Any]) -> None:
    del message


def outlet() -> Outlet:
    return Outlet(no_send, None, FakeClock())


async def test_the_result_ends_what_goes_on_beside_it() -> None:
    async def work() -> int:
        return 7

    with anyio.fail_after(5):
        assert await beside(outlet(), work, anyio.sleep_forever) == 7


async def test_a_peer_that_has_left_already_ends_the_work() -> None:
    out = outlet()
    out.lose()
    with anyio.fail_after(5), pytest.raises(PeerGone):
        await beside(out, anyio.sleep_forever)


async def test_a_peer_that_goes_while_the_head_is_sent_is_gone() -> None:
    async def gone() -> None:
        raise PeerGone

    with anyio.fail_after(5), pytest.raises(PeerGone):
        await beside(outlet(), anyio.sleep_forever, gone)


async def test_an_error_of_the_work_is_raised_as_it_is() -> None:
    async def work() -> None:
        raise Unavailable("no", code="provider_failed")

    with anyio.fail_after(5), pytest.raises(Unavailable) as refused:
        await beside(outlet(), work)
    assert refused.value.code == "provider_failed"
