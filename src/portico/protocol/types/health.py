"""What the gateway finds when it looks at what it stands on (ours)."""

from typing import Literal

from portico.protocol.base import Wire

FindingStatus = Literal["ok", "warning", "error"]


class HealthFinding(Wire, frozen=True, kw_only=True):
    """One check's answer, in words without secrets; `mend` says what to do about it."""

    name: str
    status: FindingStatus
    message: str
    mend: str | None = None
