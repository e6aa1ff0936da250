"""Times of the gateway on another clock."""

import time

import pytest

from portico.client.times import CLOSE_MS, own_time, wall_ms

HOURS = 5 * 3_600_000


@pytest.mark.parametrize(
    ("at", "told", "now", "expected"),
    [
        pytest.param(7, None, 10_000, 0, id="an older gateway"),
        pytest.param(7, 10_000, 10_000, 7_000, id="the same clock"),
        pytest.param(7, 10_000, 9_999 + CLOSE_MS, 7_000, id="the answer took its time"),
        pytest.param(7, 10_000, 10_001 - CLOSE_MS, 7_000, id="nearly the same clock"),
        pytest.param(7, 10_000, 10_000 + CLOSE_MS, 7_000 + CLOSE_MS, id="seconds ahead"),
        pytest.param(7, 10_000, 10_000 + HOURS, 7_000 + HOURS, id="hours ahead"),
        pytest.param(7 + HOURS // 1_000, 10_000 + HOURS, 10_000, 7_000, id="hours behind"),
        pytest.param(7, 10_000_000, 0, 7_000 - 10_000_000, id="a clock that was never set"),
        pytest.param(7, 5_000, 5_000, 5_000, id="later than now"),
    ],
)
def test_own_time(at: int, told: int | None, now: int, expected: int) -> None:
    assert own_time(at, told, now) == expected


def test_wall_ms_is_this_machines_clock() -> None:
    before = time.time_ns() // 1_000_000
    assert before <= wall_ms() <= time.time_ns() // 1_000_000
