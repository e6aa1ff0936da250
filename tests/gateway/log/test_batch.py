"""Batches and the names of streams."""

from portico.gateway.log import GATEWAY_STREAM, Append, Batch, Written, thread_stream, workspace_stream
from portico.protocol.events import ThreadTreeChanged

EVENT = ThreadTreeChanged(workspace_id="w", thread_id="t", reason="thread_updated")


def test_a_decision_expects_the_version_it_stood_on() -> None:
    batch = Batch.decision("thread:t", 7, [EVENT, EVENT], "w")
    assert batch.expected == (("thread:t", 7),)
    assert batch.appends == (Append("thread:t", EVENT, workspace_id="w"),) * 2
    assert batch.fact


def test_streams_have_names_that_do_not_meet() -> None:
    assert {thread_stream("x"), workspace_stream("x"), GATEWAY_STREAM} == {"thread:x", "workspace:x", "gateway"}


def test_where_a_stream_stands_after_a_batch() -> None:
    assert Written({"s": 3}, {}).head("s") == 3
