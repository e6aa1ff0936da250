"""Model names of the OpenAI-compatible face: `portico`, `portico/<workspace>`, `provider/model`."""

from collections.abc import Iterable
from dataclasses import dataclass

from portico.gateway.features.providers import canonical_name
from portico.gateway.kernel.errors import Invalid, NotFound
from portico.protocol.types.workspace import Workspace

PORTICO = "portico"
"""The gateway itself: an Agent turn with its tools."""
MAX_NAME = 256
_SHOWN = 120


@dataclass(frozen=True, slots=True)
class Portico:
    """A turn of the gateway; `workspace` is an id or a name, None the default workspace."""

    workspace: str | None = None


@dataclass(frozen=True, slots=True)
class Provider:
    """A model of a provider, by the provider's own name and the model's name there."""

    provider: str
    model: str


def parse_model(name: str) -> Portico | Provider:
    """What `name` means; the part behind the first slash may hold slashes. Raises NotFound (`model_not_found`)."""
    if len(name) > MAX_NAME or not name.isprintable():
        raise unknown_model(name)
    head, slash, rest = name.partition("/")
    if head == PORTICO and (rest or not slash):
        return Portico(rest or None)
    if not head or not rest:
        raise unknown_model(name)
    try:
        return Provider(canonical_name(head), rest)
    except Invalid as error:
        raise unknown_model(name) from error


def find_workspace(workspaces: Iterable[Workspace], named: str, model: str) -> Workspace:
    """The workspace with the id `named`, else the first one with that name. Raises NotFound (`model_not_found`)."""
    known = list(workspaces)
    for workspace in known:
        if workspace.id == named:
            return workspace
    for workspace in known:
        if workspace.name == named:
            return workspace
    raise unknown_model(model)


def unknown_model(name: str) -> NotFound:
    """The refusal of a model name, as OpenAI words it."""
    shown = name if len(name) <= _SHOWN else name[:_SHOWN] + "…"
    return NotFound(f"there is no model {shown!r}; GET /v1/models lists them", code="model_not_found", path="model")
