"""Calls about providers (reference 3.4)."""

from typing import Annotated

import msgspec

from portico.protocol.base import Id, Params, Scope, Wire
from portico.protocol.methods.base import Method, by_workspace
from portico.protocol.types.provider import Provider, ProviderModel

ProviderName = Annotated[str, msgspec.Meta(min_length=1, max_length=80)]


class ProviderListParams(Params, frozen=True, kw_only=True):
    workspace_id: Id


class ProviderListResponse(Wire, frozen=True, kw_only=True):
    providers: list[Provider]


class ProviderParams(Params, frozen=True, kw_only=True):
    workspace_id: Id
    provider: ProviderName


class ProviderModelsListResponse(Wire, frozen=True, kw_only=True):
    """`is_stale` and `error` (ours): the last refresh failed, the list is the last good one."""

    provider: str
    models: list[ProviderModel]
    is_stale: bool = False
    error: str | None = None


class ProviderSetApiKeyParams(Params, frozen=True, kw_only=True):
    workspace_id: Id
    provider: ProviderName
    api_key: Annotated[str, msgspec.Meta(min_length=1, max_length=4096)]


class ProviderSetApiKeyResponse(Wire, frozen=True, kw_only=True):
    provider: str
    updated: bool


class ProviderDeleteApiKeyResponse(Wire, frozen=True, kw_only=True):
    provider: str
    deleted: bool


class ProviderConfigureParams(Params, frozen=True, kw_only=True):
    """`base_url` and `clear_base_url` are ours."""

    workspace_id: Id
    provider: ProviderName
    api_key: Annotated[str, msgspec.Meta(min_length=1, max_length=4096)] | None = None
    proxy_url: str | None = None
    clear_proxy: bool = False
    base_url: str | None = None
    clear_base_url: bool = False


class ProviderConfigureResponse(Wire, frozen=True, kw_only=True):
    provider: str
    api_key_updated: bool
    proxy_updated: bool
    proxy_deleted: bool
    proxy_url: str | None = None
    base_url: str | None = None


PROVIDER_LIST = Method("provider/list", ProviderListParams, ProviderListResponse, Scope.READ)
PROVIDER_MODELS_LIST = Method("provider/models/list", ProviderParams, ProviderModelsListResponse, Scope.READ)
PROVIDER_SET_API_KEY = Method(
    "provider/set_api_key", ProviderSetApiKeyParams, ProviderSetApiKeyResponse, Scope.ADMIN, by_workspace
)
PROVIDER_DELETE_API_KEY = Method(
    "provider/delete_api_key", ProviderParams, ProviderDeleteApiKeyResponse, Scope.ADMIN, by_workspace
)
PROVIDER_CONFIGURE = Method(
    "provider/configure", ProviderConfigureParams, ProviderConfigureResponse, Scope.ADMIN, by_workspace
)
ALL = (PROVIDER_LIST, PROVIDER_MODELS_LIST, PROVIDER_SET_API_KEY, PROVIDER_DELETE_API_KEY, PROVIDER_CONFIGURE)
