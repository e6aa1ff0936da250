"""The models that can be named over the OpenAI-compatible face."""

from typing import Literal

import msgspec

from portico.gateway.edge.face import Face
from portico.gateway.edge.openai.naming import PORTICO, unknown_model
from portico.gateway.edge.request import Request, Response
from portico.gateway.edge.route import HttpRoute, Told
from portico.gateway.features.providers import ProviderService
from portico.gateway.features.workspaces import DEFAULT_WORKSPACE_ID
from portico.gateway.kernel.context import Principal
from portico.protocol.base import NoParams, Scope
from portico.protocol.methods.workspace import WORKSPACE_LIST
from portico.protocol.types.provider import ProviderModel
from portico.protocol.types.workspace import Workspace


class Model(msgspec.Struct, frozen=True, kw_only=True):
    """A model in OpenAI's shape; `created` in Unix seconds, 0 where the vendor does not say."""

    id: str
    object: Literal["model"] = "model"
    created: int
    owned_by: str


class Models(msgspec.Struct, frozen=True, kw_only=True):
    """OpenAI's list shape."""

    object: Literal["list"] = "list"
    data: list[Model]


class ModelRoutes:
    """`portico`, `portico/<workspace id>`, and `provider/model` of every provider that could be used now."""

    def __init__(self, face: Face, providers: ProviderService) -> None:
        self._face = face
        self._providers = providers

    def routes(self) -> tuple[HttpRoute, ...]:
        every = Told("List the models that chat completions and responses take.", answer=Models)
        one = Told("Read one model of the list.", answer=Model)
        return (
            HttpRoute("GET", "/v1/models", Scope.READ, self.list, "openai", told=every),
            HttpRoute("GET", "/v1/models/{id...}", Scope.READ, self.get, "openai", told=one),
        )

    async def list(self, request: Request, caller: Principal | None) -> Response:
        """Never waits for a vendor: lists are refreshed behind the caller's back."""
        return Response.json(Models(data=await self._models(request, caller)))

    async def get(self, request: Request, caller: Principal | None) -> Response:
        """Raises NotFound (`model_not_found`)."""
        name = request.params["id"]
        for model in await self._models(request, caller):
            if model.id == name:
                return Response.json(model)
        raise unknown_model(name)

    async def _models(self, request: Request, caller: Principal | None) -> "list[Model]":
        ctx = self._face.context(request, caller)
        workspaces = (await self._face.call(ctx, WORKSPACE_LIST, NoParams())).workspaces
        usable = await self._providers.usable_models(DEFAULT_WORKSPACE_ID)
        return [Model(id=PORTICO, created=0, owned_by=PORTICO), *map(_of_workspace, workspaces), *_chatting(usable)]


def _of_workspace(workspace: Workspace) -> Model:
    return Model(id=f"{PORTICO}/{workspace.id}", created=workspace.created_at, owned_by=PORTICO)


def _chatting(models: list[ProviderModel]) -> list[Model]:
    """Each once, under its provider's name; what cannot chat is left out."""
    named = {
        f"{model.provider}/{model.id}": Model(
            id=f"{model.provider}/{model.id}", created=model.created or 0, owned_by=model.owned_by or model.provider
        )
        for model in models
        if model.active is not False and not model.capabilities.embeddings
    }
    return list(named.values())
