"""A turn that stands still in the middle of its answer, and what is sent to it."""

from typing import Any

import anyio

from portico.protocol.methods.turn import Delivery, TurnCancelParams, TurnSteerParams
from portico.protocol.types.input import TextInput, UserInput
from tests.gateway.features.turns.home import Setup
from tests.kit.models import Reach, ScriptedModel, Wait


class Standing:
    """A model that stands still in its first call until `go`."""

    def __init__(self, *rounds: Any) -> None:
        self.reached, self.gate = anyio.Event(), anyio.Event()
        self.model = ScriptedModel(["so ", "far", Reach(self.reached), Wait(self.gate), "!"], *rounds)
        self.setup = Setup(model=self.model)

    async def wait(self) -> None:
        with anyio.fail_after(5):
            await self.reached.wait()

    def go(self) -> None:
        self.gate.set()


def cancelling(reason: str | None = None, turn_id: str = "u1") -> TurnCancelParams:
    return TurnCancelParams(thread_id="t1", turn_id=turn_id, reason=reason)


def steering(text: str, steer_id: str = "s1", turn_id: str = "u1", delivery: Delivery = "steer") -> TurnSteerParams:
    given: list[UserInput] = [TextInput(text=text)]
    return TurnSteerParams(thread_id="t1", expected_turn_id=turn_id, steer_id=steer_id, input=given, delivery=delivery)


def following(text: str, steer_id: str = "f1") -> TurnSteerParams:
    return steering(text, steer_id, delivery="follow_up")
