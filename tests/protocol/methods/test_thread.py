"""The lane of a fork is nobody else's: ids hold no spaces."""

from portico.protocol.methods.base import by_thread
from portico.protocol.methods.thread import THREAD_FORK, ThreadDeleteParams, ThreadForkParams


def test_forks_into_one_thread_queue_and_hold_up_no_other_call() -> None:
    assert THREAD_FORK.lane is not None
    lanes = {THREAD_FORK.lane(ThreadForkParams(thread_id=source, new_thread_id="n")) for source in ("a", "b")}
    assert lanes == {"thread:fork into n"}
    assert by_thread(ThreadDeleteParams(workspace_id="w", thread_id="n")) not in lanes
