"""Sends what was planned."""

from portico.client.composer.pick import Refusal
from portico.client.composer.planning import Plan
from portico.client.connection import Connection
from portico.client.errors import CallFailed
from portico.client.words import say
from portico.protocol.errors import ErrorKind
from portico.protocol.methods.turn import (
    TURN_START,
    TURN_STEER,
    TurnStartParams,
    TurnStartResponse,
    TurnSteerParams,
    TurnSteerResponse,
)

ENDED = frozenset({"turn_not_running", "turn_not_found"})


async def send(connection: Connection, planned: Plan) -> TurnStartResponse | TurnSteerResponse:
    """The gateway's answer; a steer whose turn has ended is started instead. Raises CallFailed, ClientError.

    A plan with refusals is not to be sent: ValueError.
    """
    match planned.params:
        case TurnStartParams() as start:
            return await connection.call(TURN_START, start)
        case TurnSteerParams() as steer:
            return await _steer(connection, steer, planned.otherwise)
        case None:
            raise ValueError("the plan has refusals")


def refusal_of(failed: CallFailed) -> Refusal:
    """What the gateway refused after all, in the words of a preflight; the draft stays as it is."""
    details = failed.data.details if failed.data else None
    scope = (details or {}).get("scope")
    if failed.kind is ErrorKind.DENIED and isinstance(scope, str):
        return Refusal(say("composer.scope_missing", scope=scope))
    return Refusal(say("composer.refused", why=failed.message))


async def _steer(
    connection: Connection, steer: TurnSteerParams, otherwise: TurnStartParams | None
) -> TurnStartResponse | TurnSteerResponse:
    try:
        return await connection.call(TURN_STEER, steer)
    except CallFailed as failed:
        if otherwise is None or failed.code not in ENDED:
            raise
    return await connection.call(TURN_START, otherwise)
