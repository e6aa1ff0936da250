"""The adapter that docs/channels.md prints runs as printed."""

import json
import os
import sys
from pathlib import Path
from typing import Any

import anyio
import pytest

from tests.docs.pages import page
from tests.kit.gateways import gateway
from tests.kit.vendors import user_texts

EVENT: dict[str, Any] = {
    "team_id": "T1",
    "event_id": "Ev1",
    "event": {"channel": "C1", "ts": "1712233.991", "user": "U1", "text": "hello"},
}


@pytest.mark.promise("chat.adapters")
async def test_the_slack_adapter_works_and_a_second_delivery_asks_nobody(tmp_path: Path) -> None:
    (code,) = page("docs/channels.md").blocks("python")
    async with gateway(tmp_path) as site:
        environment = {**os.environ, "PORTICO_URL": site.url, "PORTICO_TOKEN": site.token}
        reply = {**EVENT, "event_id": "Ev2", "event": {**EVENT["event"], "ts": "2", "thread_ts": "1712233.991"}}
        for envelope in (EVENT, EVENT, reply):
            done = await anyio.run_process(
                [sys.executable, "-c", code], input=json.dumps(envelope).encode(), env=environment
            )
            assert done.stdout == b"ok\n"
        assert [user_texts(request) for request in site.vendor.asked] == [["hello"], ["hello", "hello"]]
