"""The table of the OpenAI-compatible face."""

from pathlib import Path

from portico.gateway.edge.openai.asked import MAX_BODY
from portico.protocol.base import Scope
from tests.gateway.edge.openai.asking import asking


async def test_every_route_is_described_and_refuses_in_openais_shape(tmp_path: Path) -> None:
    async with asking(tmp_path) as asker:
        routes = {
            f"{route.method} {route.path}": route
            for route in asker.site.it.gateway.app.routes
            if route.path.startswith(("/v1/chat/completions", "/v1/responses", "/v1/models"))
        }
        assert {name: route.scope for name, route in routes.items()} == {
            "GET /v1/models": Scope.READ,
            "GET /v1/models/{id...}": Scope.READ,
            "POST /v1/chat/completions": Scope.CHAT,
            "POST /v1/responses": Scope.CHAT,
            "GET /v1/responses/{id}": Scope.READ,
            "DELETE /v1/responses/{id}": Scope.CHAT,
            "POST /v1/responses/{id}/cancel": Scope.CHAT,
        }
        assert all(route.errors == "openai" and route.told is not None for route in routes.values())
        large = [name for name, route in routes.items() if route.max_body == MAX_BODY]
        assert large == ["POST /v1/chat/completions", "POST /v1/responses"]
        told = await asker.ask("GET", "/v1/responses")
        assert (told.status, told.error["code"], told.headers["allow"]) == (405, "method_not_allowed", "POST")
