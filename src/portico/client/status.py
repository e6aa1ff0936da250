"""The state of a connection as a person understands it: a state, words, and what can be done. Pure."""

import re
from dataclasses import dataclass, replace
from math import ceil
from typing import Literal

from portico.client.errors import ClientError, SignInRefused
from portico.client.words import Phrase, say

State = Literal[
    "connecting", "online", "reconnecting", "signed_out", "failed", "gateway_too_old", "gateway_too_new", "stopping"
]
Action = Literal["sign_in", "retry", "update_gateway", "update_client"]

OLDEST_GATEWAY = (0, 1)
"""The first release whose calls this client makes."""
NEWEST_MAJOR = 0
"""The last major release whose facts this client knows."""
_GOING = re.compile(r"\((?:1001|1012)\b")
_HTTP = re.compile(r"\(HTTP (\d{3})\)")
_TOO_MANY = "429"


@dataclass(frozen=True, slots=True)
class Connecting:
    """The first connection is made, or another one after a person asked for it."""


@dataclass(frozen=True, slots=True)
class Connected:
    """It stands. `version` is the gateway's release, where it is known."""

    version: str | None = None


@dataclass(frozen=True, slots=True)
class Broke:
    """It broke at `at` and is tried again in `seconds`; `at` is of a clock that never goes back."""

    error: ClientError
    seconds: float
    at: float


@dataclass(frozen=True, slots=True)
class GaveUp:
    """It is not tried again."""

    error: ClientError


@dataclass(frozen=True, slots=True)
class Stopping:
    """This client closes it."""


Happened = Connecting | Connected | Broke | GaveUp | Stopping


@dataclass(frozen=True, slots=True)
class Status:
    """What is known of the connection to the gateway `name`."""

    name: str
    state: State = "connecting"
    version: str = ""
    why: str = ""
    is_restart: bool = False
    is_throttled: bool = False
    retry_at: float = 0.0
    retry_seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Shown:
    """What a shell shows; `detail` is the error as it was told."""

    state: State
    words: Phrase
    action: Action | None = None
    action_words: Phrase | None = None
    detail: str = ""


def reduce(status: Status, event: Happened) -> Status:
    """The status after what happened; nothing follows on stopping but another connecting."""
    match event:
        case Connecting():
            return Status(status.name)
        case _ if status.state == "stopping":
            return status
        case Stopping():
            return Status(status.name, "stopping")
        case Connected(version=version):
            return Status(status.name, state_of(version), version or "")
        case Broke(error=error, seconds=seconds, at=at):
            is_restart = _GOING.search(str(error)) is not None
            broken = replace(status, state="reconnecting", why=str(error), is_restart=is_restart)
            return replace(broken, retry_at=at + seconds, retry_seconds=seconds)
        case GaveUp(error=SignInRefused() as error):
            return Status(status.name, "signed_out", why=str(error), is_throttled=_code(error) == _TOO_MANY)
        case GaveUp(error=error):
            return Status(status.name, "failed", why=str(error))


def state_of(version: str | None) -> State:
    """Whether client and gateway understand each other; a version that cannot be read is taken as it is."""
    found = re.match(r"(\d{1,9})\.(\d{1,9})", version or "", re.ASCII)
    if found is None:
        return "online"
    release = (int(found[1]), int(found[2]))
    if release < OLDEST_GATEWAY:
        return "gateway_too_old"
    return "gateway_too_new" if release[0] > NEWEST_MAJOR else "online"


def shown(status: Status, now: float) -> Shown:
    """What is shown at `now` (the clock of `Broke.at`); a clock that jumped shows no longer wait than was told."""
    left = min(max(status.retry_at - now, 0.0), status.retry_seconds)
    action = _action(status)
    words = say(f"action.{action}") if action else None
    return Shown(status.state, _words(status, ceil(left)), action, words, status.why)


def _words(status: Status, seconds: int) -> Phrase:
    name = status.name
    match status.state:
        case "reconnecting" if seconds == 0:
            return say("connection.reconnecting_now", name=name)
        case "reconnecting":
            broke = "connection.restarting" if status.is_restart else "connection.reconnecting"
            return say(broke, name=name, seconds=seconds)
        case "signed_out":
            return say("connection.throttled" if status.is_throttled else "connection.signed_out", name=name)
        case "failed":
            return say("connection.failed", name=name, why=status.why)
        case "gateway_too_old":
            return say("connection.too_old", name=name, version=status.version)
        case "gateway_too_new":
            return say("connection.too_new", name=name, version=status.version)
        case "connecting" | "online" | "stopping":
            return say(f"connection.{status.state}", name=name)


def _action(status: Status) -> Action | None:
    match status.state:
        case "signed_out":
            return "retry" if status.is_throttled else "sign_in"
        case "reconnecting" | "failed":
            return "retry"
        case "gateway_too_old":
            return "update_gateway"
        case "gateway_too_new":
            return "update_client"
        case "connecting" | "online" | "stopping":
            return None


def _code(error: ClientError) -> str | None:
    found = _HTTP.search(str(error))
    return found[1] if found else None
