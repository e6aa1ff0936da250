"""Every stored fact is announced by one frame: names, cases and places to the letter."""

from typing import Any

import jsonschema_rs
import msgspec
import pytest

from portico.protocol import events as ev
from portico.protocol.frames import DELTA_METHODS, METHOD_OF, Where, encode_frame, event_of, item_type_of, method_of
from portico.protocol.schema import EVENT_TYPES, documents
from portico.protocol.types.item import ITEM_TYPES, TurnItem
from tests.protocol import golden

EXAMPLES = golden.events()
IDS = [f"{example.method} {number}" for number, example in enumerate(EXAMPLES)]
THREAD, WORKSPACE, TURN = "thr_000000000000000001", "ws_000000000000000001", "trn_000000000000000001"
NOTIFICATIONS = jsonschema_rs.validator_for(documents()["notifications.json"])
EVENTS = jsonschema_rs.validator_for(documents()["events.json"])


def event(example: golden.EventExample) -> ev.Event:
    return msgspec.json.decode(msgspec.json.encode(example.payload), type=ev.Event)


def where(example: golden.EventExample) -> Where:
    """Where the fact stands: inside of a turn, on a thread's stream, or on another one."""
    is_of_turn = "sequence" in example.params
    return Where(
        workspace_id=WORKSPACE,
        thread_id=THREAD if example.method.startswith(("thread/", "turn/", "item/", "context/")) else "",
        turn_id=TURN if is_of_turn else "",
        version=9,
        sequence=4 if is_of_turn else 0,
    )


def test_each_event_and_each_notification_has_an_example() -> None:
    assert {type(event(example)) for example in EXAMPLES} == set(EVENT_TYPES)
    assert {example.method for example in EXAMPLES} == {*METHOD_OF.values(), *DELTA_METHODS.values()}
    assert set(EVENT_TYPES) == {*METHOD_OF, ev.ItemDelta}


def test_each_kind_of_item_has_an_example() -> None:
    facts = [event(example) for example in EXAMPLES]
    found = {type(fact.item) for fact in facts if isinstance(fact, ev.ItemStarted | ev.ItemCompleted)}
    assert found == set(ITEM_TYPES)


@pytest.mark.parametrize("example", EXAMPLES, ids=IDS)
def test_a_payload_goes_through_and_back(example: golden.EventExample) -> None:
    assert msgspec.json.decode(msgspec.json.encode(event(example))) == example.payload


@pytest.mark.parametrize("example", EXAMPLES, ids=IDS)
def test_a_payload_has_camel_case_keys_and_fits_the_schema(example: golden.EventExample) -> None:
    assert all("_" not in key for key in example.payload)
    EVENTS.validate({"created_at": 1, "version": 1, "payload": example.payload})


@pytest.mark.promise("wire.frames")
@pytest.mark.parametrize("example", EXAMPLES, ids=IDS)
def test_a_frame_is_as_the_reference_says(example: golden.EventExample) -> None:
    frame = msgspec.json.decode(encode_frame(event(example), where(example)))
    assert frame == {"jsonrpc": "2.0", "method": example.method, "params": example.params}
    assert method_of(event(example)) == example.method


@pytest.mark.parametrize("example", EXAMPLES, ids=IDS)
def test_a_frame_fits_the_schema(example: golden.EventExample) -> None:
    NOTIFICATIONS.validate(msgspec.json.decode(encode_frame(event(example), where(example))))


@pytest.mark.parametrize("example", EXAMPLES, ids=IDS)
def test_a_client_makes_the_fact_from_the_frame(example: golden.EventExample) -> None:
    told = event_of(example.method, example.params)
    if example.method in {"thread/tree/changed", "thread/closed"}:
        assert told is None
    elif example.method == "turn/started":
        assert told == msgspec.structs.replace(event(example), input=[], workspace_id=WORKSPACE, thread_id=THREAD)
    else:
        assert told == event(example)


def test_an_unknown_notification_is_no_fact() -> None:
    assert event_of("mcp/changed", {"workspace_id": "w"}) is None


@pytest.mark.parametrize(
    ("payload", "absent"),
    [
        ({"type": "turnBlocked", "turn": {"id": "t", "status": "Blocked"}}, "resume"),
        (
            {"type": "itemRetryScheduled", "itemId": "i", "itemType": "task", "recoveryJobId": "j"}
            | {"attemptNumber": 1, "nextRunAtUnix": 1},
            "reason",
        ),
    ],
)
def test_what_is_absent_is_not_told_as_null(payload: dict[str, Any], absent: str) -> None:
    fact = msgspec.convert(payload, ev.Event)
    frame = msgspec.json.decode(encode_frame(fact, Where(workspace_id="w", thread_id="t", turn_id="u", version=1)))
    assert absent not in frame["params"]
    assert absent not in msgspec.to_builtins(fact)


def test_item_types_are_spelled_as_in_notifications() -> None:
    items = [item for example in EXAMPLES if (item := example.payload.get("item"))]
    kinds = [item_type_of(msgspec.convert(item, TurnItem)) for item in items]
    assert kinds[:11] == [
        "user_message",
        "agent_message",
        "reasoning",
        "system_event",
        "task",
        "command_execution",
        "file_change",
        "web_search",
        "web_fetch",
        "download",
        "dynamic_tool_call",
    ]


@pytest.mark.parametrize("stray", [b'{"type":"itemSang"}', b'{"itemId":"i"}', b"[]", b'{"type":"itemStarted"}'])
def test_what_is_no_event_is_refused(stray: bytes) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(stray, type=ev.Event)
