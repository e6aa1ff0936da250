"""How often an address may fail to prove who it is (design 6)."""

from collections import deque
from ipaddress import IPv6Address, ip_address

from portico.gateway.kernel.clock import Clock

WINDOW_SECONDS = 60.0
FREE_FAILURES = 10
LONGEST_DELAY = 60.0
MAX_ADDRESSES = 4_096


class Throttle:
    """Counts failures per address; the answer to one too many grows with each more."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._failures: dict[str, deque[float]] = {}

    def failed(self, address: str) -> float | None:
        """Record a failure. The seconds to wait when there were too many within a minute, else None."""
        now = self._clock.monotonic()
        key = _network(address)
        times = self._failures.pop(key, None) or deque[float](maxlen=64)
        while times and times[0] <= now - WINDOW_SECONDS:
            times.popleft()
        times.append(now)
        if len(self._failures) >= MAX_ADDRESSES:
            del self._failures[next(iter(self._failures))]
        self._failures[key] = times
        excess = len(times) - FREE_FAILURES
        return min(2.0 ** (excess - 1), LONGEST_DELAY) if excess > 0 else None


def _network(address: str) -> str:
    """One home has many IPv6 addresses: they count as one."""
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    return str(int(parsed) >> 64) if isinstance(parsed, IPv6Address) and not parsed.ipv4_mapped else address
