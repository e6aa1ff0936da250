"""METHODS is the table of contents: every call goes through the wire and back, and refuses what it does not know."""

from typing import Any

import msgspec
import pytest

from portico.protocol.base import Scope
from portico.protocol.jsonrpc import Request
from portico.protocol.methods import METHODS
from portico.protocol.methods.base import Method
from tests.protocol import golden

BY_NAME: dict[str, Method[Any, Any]] = {method.name: method for method in METHODS}
EXAMPLES = {example.method: example for example in golden.methods()}
LENIENT = ("result", "details")

REFUSED: list[tuple[str, dict[str, Any], str]] = [
    ("thread/start", {"thread_id": 7}, "$.thread_id"),
    ("thread/start", {"thread_id": ""}, "$.thread_id"),
    ("thread/start", {"thread_id": "a" * 65}, "$.thread_id"),
    ("thread/start", {"thread_id": "no spaces"}, "$.thread_id"),
    ("thread/start", {"thread_id": "../up"}, "$.thread_id"),
    ("thread/start", {"mode": "agent"}, "$.mode"),
    ("thread/start", {"sandbox": "full_access"}, "$.sandbox"),
    ("thread/start", {"name": "n" * 256}, "$.name"),
    ("thread/start", {"tools": ["a", 3]}, "$.tools[1]"),
    ("thread/history", {"limit": 0}, "$.limit"),
    ("thread/history", {"limit": 2**32}, "$.limit"),
    ("thread/history", {"after_version": -1}, "$.after_version"),
    ("thread/history", {"after_version": 2**53}, "$.after_version"),
    ("thread/folder/create", {"name": ""}, "$.name"),
    ("thread/folder/rename", {"name": ""}, "$.name"),
    ("thread/folder/rename", {"name": "n" * 256}, "$.name"),
    ("thread/folder/rename", {"name": None}, "$.name"),
    ("turn/start", {"input": [{"type": "text", "text": "a"}, {"type": "text"}]}, "$.input[1]"),
    ("turn/start", {"input": [{"type": "smell", "url": "a"}]}, "$.input[0].type"),
    ("turn/start", {"input": "hello"}, "$.input"),
    ("turn/start", {"when_busy": "wait"}, "$.when_busy"),
    ("turn/start", {"context": [{"role": "system", "content": []}]}, "$.context[0].role"),
    ("turn/start", {"context": [{"role": "user", "content": [{"type": "x"}]}]}, "$.context[0].content[0].type"),
    ("turn/start", {"instructions": "x" * 1_000_001}, "$.instructions"),
    ("turn/start", {"attended": 1}, "$.attended"),
    ("turn/steer", {"delivery": "later"}, "$.delivery"),
    ("turn/start", {"capabilities": [{"id": "a", "kind": {"type": "x"}}]}, "$.capabilities[0].kind.type"),
    ("turn/timeline", {"maxChildItemsPerTask": 0}, "$.maxChildItemsPerTask"),
    ("settings/update", {"update": {"general": {"keepawake": "yes"}}}, "$.update.general.keepawake"),
    ("settings/update", {"update": {"general": {"surprise": 1}}}, "$.update.general"),
    ("settings/update", {"update": {"surprise": 1}}, "$.update"),
    ("provider/set_api_key", {"api_key": ""}, "$.api_key"),
    ("token/issue", {"scopes": ["root"]}, "$.scopes[0]"),
    ("token/issue", {"ttl_seconds": 0}, "$.ttl_seconds"),
    ("secret/set", {"ref": "/a"}, "$.ref"),
]


def test_each_method_has_one_row_and_one_example() -> None:
    assert len(BY_NAME) == len(METHODS)
    assert EXAMPLES.keys() == BY_NAME.keys()


@pytest.mark.parametrize("name", BY_NAME)
def test_parameters_go_through_and_back(name: str) -> None:
    method, wire = BY_NAME[name], EXAMPLES[name].params
    params = msgspec.json.decode(msgspec.json.encode(wire), type=method.params)
    assert msgspec.to_builtins(params) == wire


@pytest.mark.parametrize("name", BY_NAME)
def test_results_go_through_and_back(name: str) -> None:
    method, wire = BY_NAME[name], EXAMPLES[name].result
    result = msgspec.json.decode(msgspec.json.encode(wire), type=method.result)
    assert msgspec.json.decode(msgspec.json.encode(result)) == wire


@pytest.mark.parametrize("name", BY_NAME)
def test_the_example_says_everything_the_call_may_say(name: str) -> None:
    fields = set(BY_NAME[name].params.__struct_encode_fields__)
    if name == "thread/unsubscribe":
        fields.remove("thread_id")
    assert EXAMPLES[name].params.keys() == fields


@pytest.mark.parametrize("name", BY_NAME)
def test_an_unknown_parameter_is_refused_by_name(name: str) -> None:
    wire = {**EXAMPLES[name].params, "surprise": 1}
    with pytest.raises(msgspec.ValidationError, match="unknown field `surprise`"):
        msgspec.json.decode(msgspec.json.encode(wire), type=BY_NAME[name].params)


@pytest.mark.parametrize(("name", "changed", "path"), REFUSED)
def test_a_bad_parameter_is_told_with_its_path(name: str, changed: dict[str, Any], path: str) -> None:
    wire = {**EXAMPLES[name].params, **changed}
    with pytest.raises(msgspec.ValidationError) as refused:
        msgspec.json.decode(msgspec.json.encode(wire), type=BY_NAME[name].params)
    assert str(refused.value).endswith(f"at `{path}`")


@pytest.mark.parametrize("name", BY_NAME)
def test_calls_that_change_something_have_a_lane_or_are_control_calls(name: str) -> None:
    method = BY_NAME[name]
    if method.scope is not Scope.READ:
        is_read = name.endswith(("/list", "/get", "/health"))
        assert method.lane is not None or method.is_control or is_read
    if method.is_control:
        assert method.lane is None


@pytest.mark.parametrize("name", [name for name, method in BY_NAME.items() if method.lane is not None])
def test_a_lane_is_a_name(name: str) -> None:
    method = BY_NAME[name]
    assert method.lane is not None
    lane = method.lane(msgspec.convert(EXAMPLES[name].params, method.params))
    assert lane.partition(":")[0] in {"thread", "workspace", "conversation", "request", "settings", "secrets", "access"}


@pytest.mark.parametrize("spelling", ["thread_id", "threadId"])
def test_unsubscribe_reads_both_spellings(spelling: str) -> None:
    params = msgspec.convert({spelling: "thr_1"}, BY_NAME["thread/unsubscribe"].params)
    assert msgspec.to_builtins(params) == {spelling: "thr_1"}


SAMPLES = golden.seed_003()


@pytest.mark.promise("wire.seed-003")
@pytest.mark.parametrize("name", [name for name in SAMPLES if not name.endswith(".result")])
def test_the_samples_of_the_threads_document_are_read_and_written(name: str) -> None:
    raw = msgspec.json.encode(SAMPLES[name])
    request = msgspec.json.decode(raw, type=Request)
    params = msgspec.json.decode(request.params, type=BY_NAME[request.method].params)
    again = Request(
        jsonrpc=request.jsonrpc, id=request.id, method=request.method, params=msgspec.Raw(msgspec.json.encode(params))
    )
    assert msgspec.json.decode(msgspec.json.encode(again)) == SAMPLES[name]


@pytest.mark.promise("wire.seed-003")
def test_the_sample_answer_of_the_threads_document_is_read_and_written() -> None:
    wire = SAMPLES["thread_tree.result"]
    result = msgspec.convert(wire, BY_NAME["thread/tree"].result)
    assert msgspec.to_builtins(result) == {**wire, "agents_docs": []}
