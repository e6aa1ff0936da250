"""Lanes by thread and by workspace."""

from portico.protocol.methods.base import by_thread, by_workspace
from portico.protocol.methods.thread import ThreadDeleteParams

PARAMS = ThreadDeleteParams(workspace_id="w", thread_id="t")


def test_a_lane_is_named_by_what_it_orders() -> None:
    assert (by_thread(PARAMS), by_workspace(PARAMS)) == ("thread:t", "workspace:w")
