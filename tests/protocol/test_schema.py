"""The schemas say what the types say: they accept the golden messages and refuse what the types refuse."""

from pathlib import Path
from typing import Any

import jsonschema_rs
import msgspec
import pytest

from portico.protocol.methods import METHODS
from portico.protocol.schema import DIALECT, documents, encode, notification_types
from tests.protocol import golden

FOLDER = Path(__file__).parents[2] / "schemas"
DOCUMENTS = documents()
REQUESTS = jsonschema_rs.validator_for(DOCUMENTS["requests.json"])
RESULTS = jsonschema_rs.validator_for(DOCUMENTS["results.json"])
ERRORS = jsonschema_rs.validator_for(DOCUMENTS["errors.json"])
METHOD_EXAMPLES = golden.methods()


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_schema_is_one_and_is_committed(name: str) -> None:
    document = DOCUMENTS[name]
    assert document["$schema"] == DIALECT
    assert jsonschema_rs.meta.is_valid(document)
    assert (FOLDER / name).read_bytes() == encode(document)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_reference_is_defined_and_every_definition_is_referred_to(name: str) -> None:
    text = encode(DOCUMENTS[name]).decode()
    defined = DOCUMENTS[name]["$defs"].keys()
    referred = {part.split('"')[0] for part in text.split('"#/$defs/')[1:]}
    assert referred == defined


@pytest.mark.parametrize("example", METHOD_EXAMPLES, ids=lambda example: example.method)
def test_requests_and_results_fit(example: golden.MethodExample) -> None:
    REQUESTS.validate({"jsonrpc": "2.0", "id": 1, "method": example.method, "params": example.params})
    RESULTS.validate({example.method: example.result})


@pytest.mark.parametrize("name", [name for name in golden.seed_003() if not name.endswith(".result")])
def test_the_samples_of_the_threads_document_fit(name: str) -> None:
    REQUESTS.validate(golden.seed_003()[name])


@pytest.mark.parametrize(
    "request_",
    [
        {"jsonrpc": "2.0", "id": 1, "method": "thread/get"},
        {"jsonrpc": "2.0", "id": 1, "method": "thread/get", "params": {}},
        {"jsonrpc": "2.0", "id": 1, "method": "thread/get", "params": {"thread_id": "t", "surprise": 1}},
        {"jsonrpc": "2.0", "id": 1, "method": "thread/sing", "params": {}},
        {"jsonrpc": "2.0", "id": 1.5, "method": "thread/get", "params": {"thread_id": "t"}},
        {"id": 1, "method": "thread/get", "params": {"thread_id": "t"}},
    ],
)
def test_what_the_types_refuse_does_not_fit(request_: dict[str, Any]) -> None:
    assert not REQUESTS.is_valid(request_)


def test_params_may_be_left_out_where_none_is_needed() -> None:
    REQUESTS.validate({"jsonrpc": "2.0", "id": "a", "method": "workspace/list"})


def test_a_call_shows_its_scope() -> None:
    scopes = {call["title"]: call["x-scope"] for call in DOCUMENTS["requests.json"]["oneOf"]}
    assert scopes == {method.name: method.scope.value for method in METHODS}


def test_errors_carry_their_numbers() -> None:
    assert DOCUMENTS["errors.json"]["x-codes"]["unavailable"] == -32001
    ERRORS.validate({"code": -32602, "message": "m", "data": {"code": "invalid", "kind": "invalid", "path": "$.a"}})
    assert not ERRORS.is_valid({"code": "x", "message": "m"})


def test_requests_and_notifications_are_apart() -> None:
    names = {method.name for method in METHODS}
    assert names.isdisjoint(notification_types())


def test_the_text_is_stable() -> None:
    assert {name: encode(document) for name, document in documents().items()} == {
        name: encode(document) for name, document in DOCUMENTS.items()
    }
    assert msgspec.json.decode(encode(DOCUMENTS["errors.json"])) == DOCUMENTS["errors.json"]
