"""What a settings update gives, and why one is refused (reference 13.7)."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import msgspec
from msgspec.structs import replace

from portico.gateway.kernel.errors import GatewayError, Invalid, Unavailable, misfit
from portico.gateway.log import Change, EventContext, Put
from portico.protocol.events import Event, SettingsChanged
from portico.protocol.types.settings import (
    CliRuntimeInstance,
    CliRuntimesSettings,
    GatewaySettings,
    GeneralSettings,
    GeneralUpdate,
    MemorySettings,
    ModelSelection,
    RemoteAccessSettings,
    RemoteAccessUpdate,
    SettingsPatch,
    ThreadEpisodicSettings,
    VectorSearchSettings,
)

ROW_NAME = "gateway"
MAX_PROVIDER = 80
MAX_MODEL = 160
MAX_SERVER = 255
MAX_PATH = 4_096
MAX_RUNTIMES = 32
AT_LEAST_ONE = ("max_candidate_work", "max_segments", "min_results", "index_batch_limit", "max_attempts")
ORDERED = (
    ("default_prompt_chars", "max_prompt_chars"),
    ("default_max_candidates", "max_candidate_work"),
    ("retry_base_delay_secs", "retry_max_delay_secs"),
)
REPORTED = ("provider_key", "refill_status", "local_model_status")
"""Fields of `vector_search` that the gateway tells and nobody sets."""

CanonicalProvider = Callable[[str], str]
S = TypeVar("S", bound=msgspec.Struct)


def update(known: GatewaySettings, patch: SettingsPatch, canonical_provider: CanonicalProvider) -> GatewaySettings:
    """The snapshot after `patch`. Raises Invalid with the path, Unavailable for a switch whose feature is missing."""
    changed = known
    if patch.general is not None:
        changed = replace(changed, general=_general(known.general, patch.general, canonical_provider))
    if patch.memory is not None:
        changed = replace(changed, memory=_memory(patch.memory, canonical_provider))
    if patch.thread_episodic is not None:
        changed = replace(changed, thread_episodic=_thread_episodic(known.thread_episodic, patch.thread_episodic))
    if patch.cli_runtimes is not None:
        changed = replace(changed, cli_runtimes=_cli_runtimes(patch.cli_runtimes))
    if patch.remote_access is not None:
        changed = replace(changed, remote_access=_remote_access(known.remote_access, patch.remote_access))
    return changed


def project(event: Event, where: EventContext) -> tuple[Change, ...]:
    """The row of table `setting`."""
    del where
    if not isinstance(event, SettingsChanged):
        return ()
    return (Put("setting", {"name": ROW_NAME}, {"data": msgspec.json.encode(event.settings)}),)


def _general(known: GeneralSettings, wished: GeneralUpdate, canonical_provider: CanonicalProvider) -> GeneralSettings:
    path = "$.update.general"
    _refuse_switch(wished.keepawake is True, "keeping the machine awake", f"{path}.keepawake")
    changed = known
    if wished.keepawake is not None:
        changed = replace(changed, keepawake=wished.keepawake)
    if wished.preflight_model is not None:
        selection = _selection(wished.preflight_model, f"{path}.preflight_model", canonical_provider)
        changed = replace(changed, preflight_model=selection)
    if wished.default_model_provider is not None:
        name = _cut(wished.default_model_provider, MAX_PROVIDER)
        named = _provider(name, f"{path}.default_model_provider", canonical_provider) if name else None
        changed = replace(changed, default_model_provider=named)
    if wished.default_model is not None:
        changed = replace(changed, default_model=_cut(wished.default_model, MAX_MODEL) or None)
    if wished.tools is not None:
        changed = replace(changed, tools=wished.tools)
    return changed


def _memory(wished: MemorySettings, canonical_provider: CanonicalProvider) -> MemorySettings:
    path = "$.update.memory"
    _refuse_switch(wished.debug_trace_enabled, "the memory trace", f"{path}.debug_trace_enabled")
    _refuse_switch(wished.strict_diagnostics_enabled, "strict diagnostics", f"{path}.strict_diagnostics_enabled")
    selection = _selection(wished.proactive_writes_model, f"{path}.proactive_writes_model", canonical_provider)
    return replace(wished, proactive_writes_model=selection)


def _selection(wished: ModelSelection, path: str, canonical_provider: CanonicalProvider) -> ModelSelection:
    if wished.source == "thread":
        return ModelSelection(source="thread")
    provider = _cut(wished.model_provider or "", MAX_PROVIDER)
    model = _cut(wished.model or "", MAX_MODEL)
    if not provider or not model:
        missing = "model" if provider else "model_provider"
        raise Invalid("a custom selection names provider and model", path=f"{path}.{missing}")
    named = _provider(provider, f"{path}.model_provider", canonical_provider)
    return ModelSelection(source="custom", model_provider=named, model=model)


def _provider(name: str, path: str, canonical_provider: CanonicalProvider) -> str:
    try:
        return canonical_provider(name)
    except GatewayError as error:
        raise Invalid(error.message, code=error.code, path=path) from error


def _thread_episodic(known: ThreadEpisodicSettings, wished: Mapping[str, Any]) -> ThreadEpisodicSettings:
    path = "$.update.thread_episodic"
    changed = _merged(known, {name: value for name, value in wished.items() if name != "vector_search"}, path)
    if "vector_search" in wished:
        changed = replace(changed, vector_search=_vector_search(known.vector_search, wished["vector_search"]))
    for name in AT_LEAST_ONE:
        if getattr(changed, name) < 1:
            raise Invalid(f"{name} is at least 1", path=f"{path}.{name}")
    for smaller, larger in ORDERED:
        if getattr(changed, smaller) > getattr(changed, larger):
            place = smaller if smaller in wished else larger
            raise Invalid(f"{smaller} is at most {larger}", path=f"{path}.{place}")
    return changed


def _vector_search(known: VectorSearchSettings, wished: Any) -> VectorSearchSettings:
    path = "$.update.thread_episodic.vector_search"
    if not isinstance(wished, dict):
        raise Invalid("Expected `object`", path=path)
    changed = _merged(known, wished, path)  # pyright: ignore[reportUnknownArgumentType]  # raw JSON, narrowed there
    for name in REPORTED:
        if getattr(changed, name) != getattr(known, name):
            raise Invalid(f"{name} is told by the gateway and cannot be set", path=f"{path}.{name}")
    _refuse_switch(changed.enabled, "vector search", f"{path}.enabled")
    return replace(changed, model=_cut(changed.model, MAX_MODEL), local_model=_cut(changed.local_model, MAX_MODEL))


def _merged(known: S, wished: Mapping[str, Any], path: str) -> S:
    """`known` with the named fields replaced; names and types are checked against its type."""
    for name in wished:
        if name not in known.__struct_fields__:
            raise Invalid("there is no such setting", path=f"{path}.{name[:80]}")
    try:
        return msgspec.convert({**msgspec.to_builtins(known), **wished}, type(known))
    except (ValueError, RecursionError) as error:
        message, place = misfit(error)
        raise Invalid(message, path=path + place.removeprefix("$")) from error


def _cli_runtimes(wished: CliRuntimesSettings) -> CliRuntimesSettings:
    path = "$.update.cli_runtimes.instances"
    if len(wished.instances) > MAX_RUNTIMES:
        raise Invalid(f"at most {MAX_RUNTIMES} runtimes", path=path)
    seen: set[str] = set()
    kept: list[CliRuntimeInstance] = []
    for place, instance in enumerate(wished.instances):
        kept.append(_runtime(instance, f"{path}[{place}]"))
        if kept[-1].id in seen:
            raise Invalid("two runtimes have this id", path=f"{path}[{place}].id")
        seen.add(kept[-1].id)
    return CliRuntimesSettings(instances=kept)


def _runtime(instance: CliRuntimeInstance, path: str) -> CliRuntimeInstance:
    _refuse_switch(instance.enabled, "this CLI runtime", f"{path}.enabled")
    for name, value in (("id", instance.id), ("display_name", instance.display_name)):
        if not value.strip() or not value.isprintable():
            raise Invalid(f"{name} is empty or not printable", path=f"{path}.{name}")
    for name, value in (
        ("home_path", instance.home_path),
        ("binary_path", instance.binary_path),
        ("shadow_home_path", instance.shadow_home_path),
    ):
        if value is not None and (not value.strip() or "\0" in value or len(value) > MAX_PATH):
            raise Invalid(f"{name} is no path", path=f"{path}.{name}")
    return replace(instance, id=_cut(instance.id, MAX_PROVIDER), display_name=_cut(instance.display_name, MAX_PROVIDER))


def _remote_access(known: RemoteAccessSettings, wished: RemoteAccessUpdate) -> RemoteAccessSettings:
    path = "$.update.remote_access"
    _refuse_switch(wished.enabled is True, "remote access", f"{path}.enabled")
    _refuse_switch(wished.key is not None, "remote access", f"{path}.key")
    if wished.server is None:
        return known
    server = wished.server.strip()
    if len(server) > MAX_SERVER or not server.isprintable():
        raise Invalid("this is no server's name", path=f"{path}.server")
    return replace(known, server=server or None)


def _cut(text: str, length: int) -> str:
    return text.strip()[:length].rstrip()


def _refuse_switch(is_asked: bool, feature: str, path: str) -> None:
    if is_asked:
        raise Unavailable(f"{feature} is not part of this gateway yet", code="feature_unavailable", path=path)
