"""The description of the HTTP face as OpenAPI 3.1, made from the table of routes and the types they name."""

import re
from collections.abc import Iterable, Iterator
from http import HTTPStatus
from typing import Any

import msgspec

from portico.gateway.edge.auth import cookie_name
from portico.gateway.edge.refusal import OpenAiRefusal, Refusal
from portico.gateway.edge.request import Request, Response
from portico.gateway.edge.route import HttpRoute, Told
from portico.gateway.kernel.config import DEFAULT_PORT
from portico.gateway.kernel.context import Principal
from portico.protocol.base import Scope

JsonSchema = dict[str, Any]
REF = "#/components/schemas/{name}"
SSE = "text/event-stream"
_PARAMETER = re.compile(r"\{(\w+)(\.\.\.)?\}")
_TEXT: JsonSchema = {"type": "string"}
_ABOUT = """\
Every route but the public ones takes `Authorization: Bearer TOKEN`, or the cookie of a browser that signed in;
`x-scope` names the scope that the credential needs. HEAD is answered as GET without a body, OPTIONS with 204.
A wrong method is 405 with `Allow`, a header that is too large 431. Streams of server-sent events carry comments
while they are silent."""
_STATUS = {
    400: "The request does not fit; `path` says where.",
    401: "The credential is missing, wrong or void.",
    403: "The credential lacks the scope, or this host or origin is not served.",
    404: "Nothing has this name.",
    408: "The request did not come in time.",
    409: "It clashes with what is there.",
    413: "The body is too large.",
    415: "This kind of content is not read.",
    422: "The provider cannot do this.",
    429: "Too much waits, too much was used, or too many credentials were wrong.",
    500: "Something broke; the log of the gateway has it under the reference.",
    502: "The provider failed.",
    503: "The gateway is stopping or busy.",
}
_ALWAYS = (400, 403, 503)
_WITH_CREDENTIAL = (401, 429, 500)
_WITH_BODY = (408, 413)
_WITH_PATH = (404,)
_HEADERS: dict[str, JsonSchema] = {
    "Idempotency-Key": {
        "description": "The same key with the same body gets the same answer and runs nothing twice.",
        "schema": {"type": "string", "minLength": 1, "maxLength": 255},
    },
    "Last-Event-ID": {
        "description": "The `id:` of the last event that came; the stream goes on behind it.",
        "schema": _TEXT,
    },
}
_HINTS = {
    401: {"WWW-Authenticate": {"description": "The scheme to use.", "schema": _TEXT}},
    429: {"Retry-After": {"description": "Seconds to wait.", "schema": {"type": "string", "pattern": "^[0-9]+$"}}},
}
_HINTS[503] = _HINTS[429]


class Described:
    """`GET /openapi.json`: the description of `routes` and of itself."""

    def __init__(self, routes: Iterable[HttpRoute], version: str) -> None:
        self._version = version
        self.routes = (*routes, HttpRoute("GET", "/openapi.json", Scope.READ, self.answer, told=_OWN))
        self._encoded: bytes | None = None

    def document(self) -> JsonSchema:
        return document(self.routes, self._version)

    async def answer(self, request: Request, caller: Principal | None) -> Response:
        del request, caller
        if self._encoded is None:
            self._encoded = msgspec.json.encode(self.document())
        return Response(200, self._encoded, "application/json")


_OWN = Told("This description.", answer=dict[str, Any])


def document(routes: Iterable[HttpRoute], version: str) -> JsonSchema:
    """The description of the routes that say something about themselves."""
    told = [(route, route.told) for route in routes if route.told is not None]
    types = _Types(_named(told))
    paths: dict[str, JsonSchema] = {}
    for route, about in sorted(told, key=lambda pair: (pair[0].path, pair[0].method)):
        paths.setdefault(_PARAMETER.sub(r"{\1}", route.path), {})[route.method.lower()] = _operation(
            route, about, types
        )
    return {
        "openapi": "3.1.0",
        "info": {"title": "Portico", "version": version, "description": _ABOUT.replace("\n", " ")},
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {
            "schemas": types.definitions,
            "responses": {_refusal_name(s, style): _refusal(s, style) for s, style in _refused(told)},
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer", "description": "A token of `portico token issue`."},
                "session": {
                    "type": "apiKey",
                    "in": "cookie",
                    "name": cookie_name(DEFAULT_PORT),
                    "description": "A browser's session, see `POST /auth/session`; the name ends with the port.",
                },
            },
        },
    }


class _Types:
    """The schemas of types; `definitions` are what they refer to."""

    def __init__(self, types: list[Any]) -> None:
        self._places = {id(type_): place for place, type_ in enumerate(types)}
        self._schemas, self._all = _plainly_named(*msgspec.json.schema_components(types, ref_template=REF))
        self.definitions = dict(sorted(self._all.items()))

    def of(self, type_: Any) -> JsonSchema:
        return self._schemas[self._places[id(type_)]]

    def parameters(self, type_: Any) -> Iterator[JsonSchema]:
        """The members of a struct as parameters of the query; the struct itself is no definition."""
        name = self.of(type_)["$ref"].rpartition("/")[2]
        self.definitions.pop(name, None)
        struct = self._all[name]
        for member, schema in struct["properties"].items():
            yield {"name": member, "in": "query", "required": member in struct.get("required", ()), "schema": schema}


def _plainly_named(
    schemas: tuple[JsonSchema, ...], definitions: dict[str, JsonSchema]
) -> tuple[list[JsonSchema], dict[str, JsonSchema]]:
    """Types of one name come with the names of their modules: the folder in front tells them apart as well."""
    encoded = msgspec.json.encode((schemas, definitions)).decode()
    for name in definitions:
        *_, folder, _, plain = ("", "", *name.split("."))
        encoded = encoded.replace(f'{name}"', f'{folder.capitalize()}{plain}"') if "." in name else encoded
    return msgspec.json.decode(encoded, type=tuple[list[JsonSchema], dict[str, JsonSchema]])


def _named(told: Iterable[tuple[HttpRoute, Told]]) -> list[Any]:
    """Every type that routes name, each once."""
    found: dict[int, Any] = {id(Refusal): Refusal, id(OpenAiRefusal): OpenAiRefusal}
    for _, about in told:
        for named in (about.body, about.query, *_several(about.answer), *about.others.values()):
            found.update((id(one), one) for one in _several(named) if not isinstance(one, str))
    return list(found.values())


def _several(named: Any) -> tuple[Any, ...]:
    if named is None:
        return ()
    return named if isinstance(named, tuple) else (named,)  # pyright: ignore[reportUnknownVariableType]


def _operation(route: HttpRoute, told: Told, types: _Types) -> JsonSchema:
    found: JsonSchema = {
        "operationId": _name(route),
        "tags": [_tag(route.path)],
        "summary": told.summary,
        "security": [{"bearer": []}, {"session": []}] if route.scope else [{}, {"bearer": []}, {"session": []}],
        "responses": _responses(route, told, types),
    }
    if route.scope is not None:
        found["x-scope"] = route.scope.value
    if parameters := list(_parameters(route, told, types)):
        found["parameters"] = parameters
    if told.body is not None:
        found["requestBody"] = {"required": told.is_body_required, "content": _content(told.body, types)}
    if told.events:
        found["x-events"] = dict(told.events)
    return found


def _name(route: HttpRoute) -> str:
    """`postV1ChatStream`."""
    words = re.findall(r"[A-Za-z0-9]+", route.path) or ["root"]
    return route.method.lower() + "".join(word[0].upper() + word[1:] for word in words)


def _tag(path: str) -> str:
    first, _, rest = path.removeprefix("/").partition("/")
    return rest.partition("/")[0] if first == "v1" else "gateway"


def _parameters(route: HttpRoute, told: Told, types: _Types) -> Iterator[JsonSchema]:
    for name, rest in _PARAMETER.findall(route.path):
        parameter = {"name": name, "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}}
        yield {**parameter, "description": "It may hold slashes."} if rest else parameter
    if told.query is not None:
        yield from types.parameters(told.query)
    for name in told.headers:
        yield {"name": name, "in": "header", "required": False, **_HEADERS.get(name, {"schema": _TEXT})}


def _responses(route: HttpRoute, told: Told, types: _Types) -> JsonSchema:
    found: JsonSchema = {
        str(s): {"$ref": f"#/components/responses/{_refusal_name(s, route.errors)}"} for s in _statuses(route, told)
    }
    for status, answer in {told.status: told.answer, **told.others}.items():
        about: JsonSchema = {"description": told.summary if status == told.status else _about(status)}
        if answer is not None:
            about["content"] = _content(answer, types, told)
        found[str(status)] = about
    return dict(sorted(found.items()))


def _content(named: Any, types: _Types, told: Told | None = None) -> JsonSchema:
    found: JsonSchema = {}
    for one in _several(named):
        if not isinstance(one, str):
            found["application/json"] = {"schema": types.of(one)}
            continue
        media = one.partition(";")[0]
        found[media] = {"schema": _event(told) if media == SSE and told is not None else _text_of(media)}
    return found


def _text_of(media: str) -> JsonSchema:
    """JSON under a name of its own may be anything; the rest is text."""
    return {} if media.endswith("+json") else _TEXT


def _event(told: Told) -> JsonSchema:
    """What each event of a stream is; so is a schema of `text/event-stream` read before OpenAPI 3.2."""
    name: JsonSchema = {**_TEXT, "enum": list(told.events)} if told.events else _TEXT
    meanings = "".join(f" `{name}`: {meaning}" for name, meaning in told.events.items())
    return {
        "type": "object",
        "description": f"An event of the stream.{meanings}",
        "properties": {"id": _TEXT, "event": name, "data": {**_TEXT, "description": "One line of JSON."}},
    }


def _statuses(route: HttpRoute, told: Told) -> list[int]:
    """The refusals that this route may give."""
    found = {*_ALWAYS, *told.refusals}
    if route.scope is not None:
        found |= {*_WITH_CREDENTIAL}
    if told.body is not None:
        found |= {*_WITH_BODY}
    if "{" in route.path:
        found |= {*_WITH_PATH}
    return sorted(found)


def _refused(told: Iterable[tuple[HttpRoute, Told]]) -> list[tuple[int, str]]:
    return sorted({(status, route.errors) for route, about in told for status in _statuses(route, about)})


def _refusal_name(status: int, style: str) -> str:
    return f"{'OpenAi' if style == 'openai' else ''}Refused{status}"


def _refusal(status: int, style: str) -> JsonSchema:
    schema = {"$ref": REF.format(name="OpenAiRefusal" if style == "openai" else "Refusal")}
    found: JsonSchema = {
        "description": _STATUS.get(status, HTTPStatus(status).phrase),
        "content": {"application/json": {"schema": schema}},
    }
    if status in _HINTS:
        found["headers"] = _HINTS[status]
    return found


def _about(status: int) -> str:
    return _STATUS.get(status) or f"{HTTPStatus(status).phrase}."
