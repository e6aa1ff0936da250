"""One window for each home."""

import socket
from functools import partial
from pathlib import Path

import anyio
import anyio.to_thread
import pytest

from portico.client.errors import ClientError
from portico.shells.desktop.instance import Wish, knock, listen, only
from portico.shells.desktop.places import Places


@pytest.fixture
def places(tmp_path: Path) -> Places:
    # longer than the address of a socket may be
    places = Places(tmp_path / ("deep" * 20))
    places.create()
    return places


async def test_who_comes_second_hands_over_its_wish(places: Places) -> None:
    heard: list[Wish] = []

    async def heed(wish: Wish) -> None:
        heard.append(wish)

    with only(places) as path, anyio.fail_after(5):
        assert path is not None
        with only(places) as second:
            assert second is None
        async with anyio.create_task_group() as group:
            await group.start(listen, path, heed)
            for wish in (Wish(gateway="office"), Wish()):
                await anyio.to_thread.run_sync(partial(knock, places, wish))
            for nonsense in (b"", b"{\n", b"x" * 100_000, b'{"gateway": 4}\n'):
                await anyio.to_thread.run_sync(partial(_send, path, nonsense))
            await anyio.to_thread.run_sync(partial(knock, places, Wish(gateway="lab")))
            group.cancel_scope.cancel()
    assert heard == [Wish(gateway="office"), Wish(), Wish(gateway="lab")]
    assert not path.parent.exists()
    with only(places) as third:
        assert third is not None


def _send(path: Path, content: bytes) -> None:
    with socket.socket(socket.AF_UNIX) as door:
        door.connect(str(path))
        try:
            door.sendall(content)
            door.shutdown(socket.SHUT_WR)
            assert door.recv(10) == b""
        except OSError:
            # it was refused before it was all told
            return


@pytest.mark.parametrize("content", [b"", b"{", b'{"socket": "/no/such/socket"}', b"\xff"])
def test_a_first_that_does_not_answer_is_said(places: Places, content: bytes) -> None:
    places.lock.write_bytes(content)
    with pytest.raises(ClientError, match="is starting"):
        knock(places, Wish())
