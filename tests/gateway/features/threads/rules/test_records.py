"""Rows of queue and signals as changes."""

from portico.gateway.features.threads.rules import queue_drop, queue_put, signal_drop, signal_put
from portico.gateway.features.threads.rules.state import QueuedRow, SignalRow
from portico.gateway.log import Drop, Put


def test_queue_rows() -> None:
    row = QueuedRow(turn_id="q", position=3, scopes="agent chat", params=b"{}", queued_at=9)
    values = {"position": 3, "scopes": "agent chat", "params": b"{}", "queued_at": 9}
    assert queue_put("t", row) == Put("queued_turn", {"thread_id": "t", "turn_id": "q"}, values)
    assert queue_drop("t", "q") == Drop("queued_turn", {"thread_id": "t", "turn_id": "q"})


def test_signal_rows() -> None:
    row = SignalRow(id="s", kind="steer", position=3, data=b"{}", created_at=9)
    key = {"thread_id": "t", "turn_id": "a", "id": "s"}
    values = {"kind": "steer", "position": 3, "data": b"{}", "created_at": 9}
    assert signal_put("t", "a", row) == Put("turn_signal", key, values)
    assert signal_drop("t", "a", "s") == Drop("turn_signal", key)
    assert signal_drop("t", "a") == Drop("turn_signal", {"thread_id": "t", "turn_id": "a"})
