"""What the gateway says of itself (ours)."""

from portico.protocol.base import Count, Wire


class GatewayInfo(Wire, frozen=True, kw_only=True):
    """`is_local`: the caller's connection comes over loopback; `is_persistent`: threads outlive a stop.

    `scopes` are the caller's own, by name: one that a client does not know is passed over. Absent: an older gateway.
    """

    version: str
    epoch: str
    home: str | None = None
    pid: Count | None = None
    is_local: bool
    is_persistent: bool = True
    default_model_provider: str
    default_model: str
    scopes: tuple[str, ...] | None = None
