"""METHODS: the table of contents of the boundary, one row per call."""

from typing import Any

from portico.boundary.events import ProvidersTold, TreeTold
from portico.boundary.method import EVERYWHERE, LOCAL, BoundaryMethod
from portico.boundary.work import choosing, composer, gateway, registry, threads, workspaces
from portico.boundary.work.workspaces import changing_providers, passed
from portico.client.registry_plan import Registry, RegistryPlan
from portico.protocol.base import NoParams
from portico.protocol.methods import access, provider
from portico.protocol.methods import thread as calls
from portico.protocol.methods.base import Method
from portico.protocol.methods.turn import TurnQueueRemoveResponse, TurnRef

Row = BoundaryMethod


def _call(name: str, method: Method[Any, Any], *, is_local: bool = False, is_provider: bool = False) -> BoundaryMethod:
    handler = changing_providers(method) if is_provider else passed(method)
    return Row(name, method.params, method.result, handler, LOCAL if is_local else EVERYWHERE)


METHODS: tuple[BoundaryMethod, ...] = (
    Row("gateway_connect", gateway.ConnectParams, gateway.Connected, gateway.connect),
    Row("gateway_next_events", gateway.NextEventsParams, gateway.NextEvents, gateway.next_events),
    Row("gateway_disconnect", NoParams, gateway.Done, gateway.disconnect),
    Row("workspace_bootstrap", workspaces.BootstrapParams, workspaces.Screen, workspaces.open_workspace),
    Row("workspace_switch", workspaces.SwitchParams, workspaces.Screen, workspaces.switch),
    Row("workspace_create", workspaces.CreateParams, workspaces.Screen, workspaces.create),
    Row("workspace_rename", workspaces.RenameParams, gateway.Done, workspaces.rename),
    Row("provider_list", NoParams, ProvidersTold, workspaces.provider_list),
    Row("provider_list_models", workspaces.ModelsParams, workspaces.Models, workspaces.provider_list_models),
    Row("provider_model_display", workspaces.ModelParams, workspaces.ModelDisplay, workspaces.provider_model_display),
    Row("reasoning_effort_rows", workspaces.ModelParams, workspaces.Efforts, workspaces.reasoning_effort_rows),
    _call("provider_set_key", provider.PROVIDER_SET_API_KEY, is_provider=True),
    _call("provider_delete_key", provider.PROVIDER_DELETE_API_KEY, is_provider=True),
    _call("provider_configure", provider.PROVIDER_CONFIGURE, is_provider=True),
    Row("composer_choice", choosing.ChoiceParams, choosing.ChoiceTold, choosing.composer_choice),
    Row("composer_plan", composer.DraftParams, composer.Planned, composer.composer_plan),
    Row("composer_edit", composer.EditParams, composer.Edited, composer.composer_edit),
    Row("composer_send", composer.DraftParams, composer.Sent, composer.composer_send),
    Row("thread_tree_refresh", NoParams, TreeTold, threads.tree_refresh),
    Row("thread_create", threads.ThreadCreateParams, threads.Created, threads.thread_create),
    Row("thread_rename", threads.ThreadRenameParams, gateway.Done, threads.thread_rename),
    Row("thread_move", threads.ThreadMoveParams, gateway.Done, threads.thread_move),
    Row("thread_delete", threads.ThreadParams, gateway.Done, threads.thread_delete),
    Row("folder_create", threads.FolderCreateParams, threads.Created, threads.folder_create),
    Row("folder_move", threads.FolderMoveParams, gateway.Done, threads.folder_move),
    Row("folder_rename", threads.FolderRenameParams, gateway.Done, threads.folder_rename),
    Row("folder_delete", threads.FolderParams, gateway.Done, threads.folder_delete),
    Row("active_thread_open", threads.OpenParams, gateway.Done, threads.thread_open),
    Row("active_thread_close", threads.ThreadParams, gateway.Done, threads.thread_close),
    Row("active_thread_toggle", threads.ToggleParams, gateway.Done, threads.thread_toggle),
    Row("active_thread_stop", threads.ThreadParams, gateway.Done, threads.thread_stop),
    Row("active_thread_queue_remove", TurnRef, TurnQueueRemoveResponse, threads.queue_remove),
    Row("active_thread_more", threads.MoreParams, threads.Rows, threads.thread_more),
    _call("thread_search", calls.THREAD_SEARCH),
    Row("thread_fork", calls.ThreadForkParams, calls.ThreadForkResponse, threads.thread_fork),
    Row("thread_export", threads.ExportParams, threads.Exported, threads.thread_export),
    Row("settings_get", NoParams, workspaces.SettingsSaved, workspaces.settings_get),
    Row("settings_update", workspaces.SettingsUpdate, workspaces.SettingsSaved, workspaces.settings_update),
    _call("tokens_list", access.TOKEN_LIST),
    _call("tokens_issue", access.TOKEN_ISSUE),
    _call("tokens_revoke", access.TOKEN_REVOKE),
    _call("secrets_list", access.SECRET_LIST, is_local=True),
    _call("secrets_set", access.SECRET_SET, is_local=True),
    _call("secrets_delete", access.SECRET_DELETE, is_local=True),
    Row("registry_list", NoParams, Registry, registry.registry_list, LOCAL),
    Row("registry_add", registry.AddParams, RegistryPlan, registry.registry_add, LOCAL),
    Row("registry_update", registry.UpdateParams, RegistryPlan, registry.registry_update, LOCAL),
    Row("registry_remove", registry.GatewayParams, RegistryPlan, registry.registry_remove, LOCAL),
    Row("registry_select", registry.GatewayParams, RegistryPlan, registry.registry_select, LOCAL),
    Row("health", NoParams, gateway.Health, gateway.health),
    Row("diagnostics", NoParams, gateway.DiagnosticsResult, gateway.diagnostics),
    Row("version", NoParams, gateway.Version, gateway.versions),
    Row("words", gateway.WordsParams, gateway.Words, gateway.words),
    Row("schema", NoParams, gateway.SchemaResult, gateway.schema),
)
