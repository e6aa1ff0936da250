"""A route of the HTTP face: who may, who answers, and what its description says."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from portico.gateway.edge.request import MAX_BODY, Request
from portico.gateway.edge.streams import Answer
from portico.gateway.kernel.context import Principal
from portico.protocol.base import Scope

ErrorStyle = Literal["plain", "openai"]
"""How a refusal is written: `{"error": "text", ...}`, or OpenAI's `{"error": {"message", "type", "param", "code"}}`."""


@dataclass(frozen=True, slots=True)
class Told:
    """What the description of the HTTP face says about a route.

    `body` and `answer` are types, or media types where there is no JSON (a tuple: one of several); `query` is a struct
    of the parameters. `others` are further answers by their status, `refusals` the statuses of refusals that not every
    route has (413 with a body, 404 with a parameter in the path, 401, 403, 429 and so on are told without); `events`
    are the names of a stream's events and what each means.
    """

    summary: str
    body: Any = None
    is_body_required: bool = True
    answer: Any = None
    status: int = 200
    query: Any = None
    headers: tuple[str, ...] = ()
    others: Mapping[int, Any] = field(default_factory=dict[int, Any])
    refusals: tuple[int, ...] = ()
    events: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class HttpRoute:
    """`scope` is the least one needed; None: the handler is public and looks after itself.

    `path` may be a template (see `edge.router`). `told` None: the route is not part of the described face.
    """

    method: str
    path: str
    scope: Scope | None
    handler: Callable[[Request, Principal | None], Awaitable[Answer]]
    errors: ErrorStyle = "plain"
    max_body: int = MAX_BODY
    told: Told | None = field(default=None, compare=False)
