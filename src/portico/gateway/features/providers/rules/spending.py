"""Whether a credential may go on, and where a page of usage rows begins."""

from portico.gateway.kernel.errors import Invalid, Unavailable
from portico.protocol.base import SAFE_INT
from portico.protocol.types.usage import UsageRow

RETRY_SECONDS = 3_600.0
"""The bound is of a sliding day: within the hour some of it may be free again."""
_LAST = "\U0010ffff"
"""Behind every id."""


def check_cap(spent: int, cap: int) -> None:
    """Raise Unavailable (`spend_cap_reached`) when `spent` tokens are all that `cap` allows."""
    if spent >= cap:
        raise Unavailable(
            f"this credential has used {spent} of the {cap} tokens that it may pass through in 24 hours",
            code="spend_cap_reached",
            retry_after_seconds=RETRY_SECONDS,
            may_retry=False,
        )


def cursor_of(row: UsageRow) -> str:
    """The cursor of the page behind `row`."""
    return f"{row.at}:{row.id}"


def place_of(cursor: str | None) -> tuple[int, str]:
    """Time and id of the row that a cursor names; without one a place before every row. Raises Invalid."""
    if cursor is None:
        return SAFE_INT, _LAST
    at, colon, row_id = cursor.partition(":")
    if not (colon and row_id and "\0" not in row_id and at.isascii() and at.isdecimal() and len(at) <= 15):
        raise Invalid("this cursor is none of ours", path="$.cursor")
    return int(at), row_id
