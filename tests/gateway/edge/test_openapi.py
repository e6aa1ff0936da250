"""The description of the HTTP face says of each route what it takes and what it answers."""

from typing import Annotated, Any

import msgspec
import pytest

from portico.gateway.edge.chat import records
from portico.gateway.edge.errors import error_body
from portico.gateway.edge.openai import responses
from portico.gateway.edge.openapi import Described, document
from portico.gateway.edge.refusal import OpenAiRefusal, Refusal
from portico.gateway.edge.request import Request, Response
from portico.gateway.edge.route import ErrorStyle, HttpRoute, Told
from portico.gateway.kernel.context import Principal
from portico.gateway.kernel.errors import Denied, GatewayError, Invalid, Unavailable
from portico.protocol.base import Params, Scope, Wire


class Page(Params, frozen=True, kw_only=True):
    limit: Annotated[int, msgspec.Meta(ge=1, le=9)] = 5
    of: str


class Asked(Params, frozen=True, kw_only=True):
    text: str


class Given(Wire, frozen=True, kw_only=True):
    asked: list[Asked] = []


async def handler(request: Request, caller: Principal | None) -> Response:
    raise AssertionError(request, caller)


def described(
    path: str, told: Told, method: str = "GET", scope: Scope | None = Scope.READ, errors: ErrorStyle = "plain"
) -> dict[str, Any]:
    return document([HttpRoute(method, path, scope, handler, errors, told=told)], "1.2")


def operation(path: str, told: Told, **given: Any) -> dict[str, Any]:
    (methods,) = described(path, told, **given)["paths"].values()
    (found,) = methods.values()
    return found


def test_a_route_that_says_nothing_is_not_described() -> None:
    assert document([HttpRoute("GET", "/quiet", None, handler)], "1")["paths"] == {}


def test_json_under_a_name_of_its_own_may_be_anything() -> None:
    told = Told("X.", answer=("application/manifest+json", "text/css; charset=utf-8"), others={304: None})
    answers = operation("/x", told)["responses"]
    content: dict[str, Any] = {"application/manifest+json": {"schema": {}}, "text/css": {"schema": {"type": "string"}}}
    assert answers["200"] == {"description": "X.", "content": content}
    assert answers["304"] == {"description": "Not Modified."}


def test_the_head_of_the_document() -> None:
    found = described("/v1/x", Told("X."))
    assert (found["openapi"], found["info"]["title"], found["info"]["version"]) == ("3.1.0", "Portico", "1.2")
    assert set(found["components"]["securitySchemes"]) == {"bearer", "session"}
    assert "Refusal" in found["components"]["schemas"]


def test_what_a_route_needs() -> None:
    protected = operation("/v1/chat", Told("X."), scope=Scope.CHAT)
    assert (protected["x-scope"], protected["security"]) == ("chat", [{"bearer": []}, {"session": []}])
    public = operation("/health", Told("X."), scope=None)
    assert ("x-scope" in public, public["security"][0]) == (False, {})
    assert (protected["tags"], public["tags"]) == (["chat"], ["gateway"])


@pytest.mark.parametrize(
    ("method", "path", "name"),
    [
        ("GET", "/", "getRoot"),
        ("POST", "/v1/chat/stream", "postV1ChatStream"),
        ("GET", "/v1/chat/runs/{runId}/stream", "getV1ChatRunsRunIdStream"),
        ("GET", "/v1/models/{id...}", "getV1ModelsId"),
    ],
)
def test_names_of_operations(method: str, path: str, name: str) -> None:
    assert operation(path, Told("X."), method=method)["operationId"] == name


def test_parameters_of_the_path_the_query_and_the_header() -> None:
    told = Told("X.", query=Page, headers=("Last-Event-ID", "X-Other"))
    found = described("/v1/a/{name}/{rest...}", told)
    assert list(found["paths"]) == ["/v1/a/{name}/{rest}"]
    parameters = found["paths"]["/v1/a/{name}/{rest}"]["get"]["parameters"]
    assert [(p["in"], p["name"], p["required"]) for p in parameters] == [
        ("path", "name", True),
        ("path", "rest", True),
        ("query", "limit", False),
        ("query", "of", True),
        ("header", "Last-Event-ID", False),
        ("header", "X-Other", False),
    ]
    assert parameters[2]["schema"] == {"type": "integer", "minimum": 1, "maximum": 9, "default": 5}
    assert "Page" not in found["components"]["schemas"]


def test_bodies_and_answers_are_types_or_media_types() -> None:
    told = Told(
        "X.",
        body=Asked,
        answer=(Given, "text/event-stream"),
        others={202: Given, 204: None},
        events={"ready": "it began"},
    )
    found = described("/v1/a", told, method="POST")
    post = found["paths"]["/v1/a"]["post"]
    assert post["requestBody"] == {
        "required": True,
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Asked"}}},
    }
    answers = post["responses"]
    assert set(answers["200"]["content"]) == {"application/json", "text/event-stream"}
    event = answers["200"]["content"]["text/event-stream"]["schema"]
    assert ("`ready`: it began" in event["description"], event["properties"]["event"]["enum"]) == (True, ["ready"])
    assert post["x-events"] == {"ready": "it began"}
    assert ("content" in answers["202"], "content" in answers["204"]) == (True, False)
    assert {"Asked", "Given", "Refusal"} <= set(found["components"]["schemas"])


def test_types_of_one_name_are_told_apart_by_their_folders() -> None:
    found = described("/v1/a", Told("X.", answer=records.Deleted, others={202: responses.Deleted, 204: Given}))
    assert {"ChatDeleted", "OpenaiDeleted", "Given"} <= set(found["components"]["schemas"])
    answers = found["paths"]["/v1/a"]["get"]["responses"]
    assert answers["200"]["content"]["application/json"]["schema"] == {"$ref": "#/components/schemas/ChatDeleted"}


@pytest.mark.parametrize(
    ("path", "given", "told", "expected"),
    [
        ("/livez", {"scope": None}, Told("X.", status=204), {204, 400, 403, 503}),
        ("/v1/a", {}, Told("X."), {200, 400, 401, 403, 429, 500, 503}),
        ("/v1/a", {"method": "POST"}, Told("X.", body=Asked), {200, 400, 401, 403, 408, 413, 429, 500, 503}),
        ("/v1/{a}", {}, Told("X.", refusals=(409, 410)), {200, 400, 401, 403, 404, 409, 410, 429, 500, 503}),
    ],
)
def test_which_refusals_a_route_may_give(path: str, given: dict[str, Any], told: Told, expected: set[int]) -> None:
    assert {int(status) for status in operation(path, told, **given)["responses"]} == expected


def test_every_refusal_that_is_named_is_there_in_the_style_of_its_route() -> None:
    found = described("/v1/a", Told("X."), errors="openai")
    answers = found["paths"]["/v1/a"]["get"]["responses"]
    assert answers["401"] == {"$ref": "#/components/responses/OpenAiRefused401"}
    refused = found["components"]["responses"]["OpenAiRefused401"]
    assert refused["content"]["application/json"]["schema"] == {"$ref": "#/components/schemas/OpenAiRefusal"}
    assert "WWW-Authenticate" in refused["headers"]
    assert set(found["components"]["responses"]) == {f"OpenAiRefused{s}" for s in (400, 401, 403, 429, 500, 503)}


@pytest.mark.parametrize(
    "error",
    [
        Invalid("wrong", path="$.a"),
        Denied("no", code="missing_credential", scope="chat"),
        Unavailable("later", retry_after_seconds=1.5),
    ],
)
def test_refusals_are_written_as_they_are_described(error: GatewayError) -> None:
    plain = msgspec.json.decode(error_body(error, "plain"), type=Refusal, strict=True)
    assert (plain.error, plain.code, plain.kind, plain.path) == (error.message, error.code, error.kind, error.path)
    theirs = msgspec.json.decode(error_body(error, "openai"), type=OpenAiRefusal, strict=True).error
    assert (theirs.message, theirs.code, theirs.param) == (error.message, error.code, "a" if error.path else None)


async def test_the_description_describes_itself_and_is_encoded_once() -> None:
    it = Described([HttpRoute("GET", "/v1/a", Scope.READ, handler, told=Told("A."))], "1")
    own = it.routes[-1]
    assert (own.path, own.scope) == ("/openapi.json", Scope.READ)
    request: Any = None
    first, second = await it.answer(request, None), await it.answer(request, None)
    assert first.body is second.body
    assert msgspec.json.decode(first.body) == msgspec.json.decode(msgspec.json.encode(it.document()))
    assert set(it.document()["paths"]) == {"/v1/a", "/openapi.json"}
