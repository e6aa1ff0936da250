"""Calls about usage (ours)."""

from typing import Annotated

import msgspec

from portico.protocol.base import Params, Scope, Seconds, Wire
from portico.protocol.methods.base import Method
from portico.protocol.types.usage import UsageRow


class UsageListParams(Params, frozen=True, kw_only=True):
    """Newest first; `cursor` is the `next_cursor` of the page before, `since` in Unix seconds."""

    cursor: Annotated[str, msgspec.Meta(max_length=200)] | None = None
    limit: Annotated[int, msgspec.Meta(ge=1, le=1_000)] = 100
    since: Seconds = 0


class UsageListResponse(Wire, frozen=True, kw_only=True):
    items: list[UsageRow]
    next_cursor: str | None = None


USAGE_LIST = Method("usage/list", UsageListParams, UsageListResponse, Scope.ADMIN)
ALL = (USAGE_LIST,)
