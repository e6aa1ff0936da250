"""What time it is, and what a time of the gateway is by this client's clock, which may be another."""

import time

CLOSE_MS = 2_000
"""Clocks that differ by less are taken as the same: what is measured has the time of an answer in it."""


def wall_ms() -> int:
    """Unix milliseconds by this machine's clock."""
    return time.time_ns() // 1_000_000


def own_time(at: int, gateway_now_ms: int | None, now_ms: int) -> int:
    """The gateway's `at` (Unix seconds) in Unix milliseconds of this client's clock, never later than now.

    Both clocks are told at the same moment; 0, which is no time, where the gateway tells none.
    """
    if gateway_now_ms is None:
        return 0
    ahead = now_ms - gateway_now_ms
    return min(at * 1_000 + (ahead if abs(ahead) >= CLOSE_MS else 0), now_ms)
