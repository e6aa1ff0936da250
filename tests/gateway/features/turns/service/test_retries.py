"""The retry controller of a turn: what the loop reports, counted; and a whole turn that fails until it may not."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from portico.gateway.agent.model import ToolCall, ToolResultMessage
from portico.gateway.agent.ports import DeltaSink, DoneCall, ErrorClass, PreparedCall, ToolOutcome
from portico.gateway.features.tools import CallResult
from portico.gateway.features.turns.service.retries import Retries, result_of
from portico.protocol.events import ItemToolRetryExhausted, ItemToolRetryResolved, ItemToolRetryScheduled
from portico.protocol.types.item import Outcome
from portico.protocol.types.turn import TurnStatus
from tests.gateway.features.turns.home import Setup, working_home
from tests.kit.ids import FakeIds
from tests.kit.models import ScriptedModel, call
from tests.kit.tools import FakeTool, FakeTools, ToolTrouble, echo, fake_item


def done(error: ErrorClass | None = None, *, again: bool = True, arguments: str = '{"n":1}') -> DoneCall:
    item = fake_item("item", "look")
    outcome = Outcome(status="recoverable_error", error_class=error, should_retry=again, retry_hint="look first")
    ended = msgspec.structs.replace(item, outcome=outcome) if error else item
    parsed: dict[str, Any] = msgspec.json.decode(arguments) if arguments.startswith("{") else {}
    prepared = PreparedCall(ToolCall("c", "look", arguments), parsed, item, "shared")
    return DoneCall(prepared, ToolOutcome("", ended, error is not None, error))


@pytest.mark.parametrize(
    ("call_", "expected"),
    [
        pytest.param(done(), CallResult("item", "look", {"n": 1}), id="well"),
        pytest.param(
            done("not_found"),
            CallResult("item", "look", {"n": 1}, "not_found", should_retry=True, hint="look first"),
            id="failed",
        ),
        pytest.param(
            done("internal", again=False),
            CallResult("item", "look", {"n": 1}, "internal", hint="look first"),
            id="not to be tried again",
        ),
        pytest.param(
            done("invalid_arguments", arguments="[broken"),
            CallResult("item", "look", "[broken", "invalid_arguments", should_retry=True, hint="look first"),
            id="unreadable arguments as they came",
        ),
    ],
)
def test_a_call_as_the_controller_counts_it(call_: DoneCall, expected: CallResult) -> None:
    assert result_of(call_) == expected


def test_an_error_without_a_class_is_unknown() -> None:
    item = fake_item("item", "look")
    prepared = PreparedCall(ToolCall("c", "look", "{}"), {}, item, "shared")
    assert result_of(DoneCall(prepared, ToolOutcome("", item, is_error=True))).error_class == "unknown"


def test_one_episode_from_the_first_failure_to_the_success() -> None:
    retries = Retries(FakeIds())
    assert retries.after_round([done()]).events == ()
    first, second = retries.after_round([done("not_found")]), retries.after_round([done("timeout")])
    last = retries.after_round([done()])
    opened, again, closed = *first.events, *second.events, *last.events
    assert isinstance(opened, ItemToolRetryScheduled)
    assert isinstance(again, ItemToolRetryScheduled)
    assert isinstance(closed, ItemToolRetryResolved)
    assert opened.tool_retry_episode_id == again.tool_retry_episode_id == closed.tool_retry_episode_id
    assert (opened.attempt_number, again.attempt_number, closed.resolution) == (1, 2, "succeeded")
    assert ("not_found" in first.notice, "timeout" in second.notice, last.notice) == (True, True, "")
    reopened = retries.after_round([done("timeout")]).events[0]
    assert isinstance(reopened, ItemToolRetryScheduled)
    assert reopened.tool_retry_episode_id != opened.tool_retry_episode_id


def test_without_attempts_left_the_decision_says_so() -> None:
    retries = Retries(FakeIds())
    assert not retries.after_round([done("permission_denied")]).is_exhausted
    decision = retries.after_round([done("permission_denied")])
    assert decision.is_exhausted
    assert isinstance(decision.events[0], ItemToolRetryExhausted)


async def test_a_turn_whose_tool_keeps_failing_ends_with_an_explanation_on_record(tmp_path: Path) -> None:
    async def missing(arguments: dict[str, Any], sink: DeltaSink) -> str:
        del arguments, sink
        raise ToolTrouble("it broke")

    model = ScriptedModel(*([call("missing", {"n": n})] for n in range(3)), ["I could not do it"])
    tools = FakeTools({"missing": FakeTool(missing), "echo": FakeTool(echo)})
    async with working_home(tmp_path, Setup(model=model, tools=tools)) as home:
        await home.thread()
        await home.start()
        turn = await home.ended()
        assert turn.status is TurnStatus.COMPLETED
        assert [request.may_call for request in model.requests] == [True, True, True, False]
        told = [event for event in await home.events() if type(event).__name__.startswith("ItemToolRetry")]
        assert [type(event) for event in told] == [ItemToolRetryScheduled] * 2 + [ItemToolRetryExhausted]
        last = model.requests[-1].messages[-1]
        assert isinstance(last, ToolResultMessage)
        assert "explain what failed" in last.note
        # later turns know nothing of the notices
        assert await home.texts() == ["hello", "I could not do it"]
        await home.start("u2", "and now?")
        await home.ended("u2")
        assert not any(isinstance(message, ToolResultMessage) for message in model.requests[-1].messages)
