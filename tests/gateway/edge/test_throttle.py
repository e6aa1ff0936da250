"""Ten failures a minute are free, then the wait grows."""

import pytest

from portico.gateway.edge.throttle import MAX_ADDRESSES, Throttle
from tests.kit import FakeClock


def test_the_eleventh_failure_waits_and_each_more_waits_longer() -> None:
    throttle = Throttle(FakeClock())
    assert [throttle.failed("10.0.0.1") for _ in range(10)] == [None] * 10
    assert [throttle.failed("10.0.0.1") for _ in range(8)] == [1, 2, 4, 8, 16, 32, 60, 60]


def test_a_minute_later_all_is_forgotten() -> None:
    clock = FakeClock()
    throttle = Throttle(clock)
    for _ in range(11):
        throttle.failed("10.0.0.1")
    clock.advance(60)
    assert throttle.failed("10.0.0.1") is None


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("10.0.0.1", "10.0.0.2", False),
        ("2001:db8::1", "2001:db8::ffff:2", True),
        ("2001:db8::1", "2001:db8:1::1", False),
        ("fe80::1%eth0", "fe80::2%eth1", True),
        ("::ffff:10.0.0.1", "::ffff:10.0.0.2", False),
        ("", "10.0.0.1", False),
        ("a-socket", "a-socket", True),
    ],
)
def test_addresses_that_count_together(one: str, other: str, is_same: bool) -> None:
    throttle = Throttle(FakeClock())
    for _ in range(10):
        throttle.failed(one)
    assert (throttle.failed(other) is not None) is is_same


def test_memory_is_bounded_and_the_oldest_is_forgotten() -> None:
    throttle = Throttle(FakeClock())
    for _ in range(10):
        throttle.failed("first")
    for number in range(MAX_ADDRESSES):
        throttle.failed(f"address {number}")
    assert throttle.failed("first") is None
