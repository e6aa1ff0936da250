"""What is secret never reaches the gateway's own log."""

import io
import logging
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

from portico.gateway.kernel.logging import configure, get_logger
from portico.gateway.kernel.redact import REDACTED
from tests.kit.gateways import KEY, Setup, gateway

STATIC = "the-static-token-of-this-home"
STORED = "a-value-that-a-client-stored"


@pytest.fixture
def lines() -> Generator[io.StringIO]:
    """What is logged, as `portico up` sets it up; the handlers of before come back."""
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    stream = io.StringIO()
    configure("debug", json=True, stream=stream)
    yield stream
    root.handlers[:] = before
    root.setLevel(level)


@pytest.mark.parametrize("text", ["%s", "Bearer %s, refused", "https://user:%s@host/", '{"key": "%s"}'])
async def test_a_secret_is_starred_in_every_line(tmp_path: Path, lines: io.StringIO, text: str) -> None:
    config: dict[str, Any] = {"auth_token": STATIC}
    async with gateway(tmp_path, Setup(config=config)) as site, site.peer() as peer:
        workspace = await peer.call("workspace/default")
        given = {"workspace_id": workspace["workspace"]["id"], "provider": "anthropic", "api_key": STORED}
        await peer.call("provider/set_api_key", **given)
        for secret in (STATIC, STORED, KEY, site.token):
            get_logger("tests").error("a library said: %s", text % secret, said=text % secret)
            assert secret not in lines.getvalue(), text
    assert lines.getvalue().count(REDACTED) >= 8
