"""The providers of a workspace and the models that were listed of them."""

from dataclasses import dataclass, replace

from portico.client.state.fresh import Asked, Freshness, Loaded, LoadFailed, Missed
from portico.protocol.events import ProviderChanged
from portico.protocol.methods.provider import ProviderListResponse, ProviderModelsListResponse
from portico.protocol.types.provider import Provider, ProviderModel


@dataclass(frozen=True, slots=True)
class ModelList:
    """Models of one provider. `is_stale`: the gateway could not refresh them (`error`); `is_outdated`: load again."""

    provider: str
    models: tuple[ProviderModel, ...] = ()
    is_stale: bool = False
    error: str | None = None
    is_outdated: bool = False


@dataclass(frozen=True, slots=True)
class ProvidersState:
    """One workspace's; facts of other workspaces leave it as it is."""

    workspace_id: str
    providers: tuple[Provider, ...] = ()
    lists: tuple[ModelList, ...] = ()
    fresh: Freshness = Freshness()

    def get(self, name: str | None) -> Provider | None:
        return next((known for known in self.providers if known.name == name), None)

    def models(self, provider: str | None) -> ModelList | None:
        """The list, if it was read."""
        return next((known for known in self.lists if known.provider == provider), None)

    def model(self, provider: str | None, model: str | None) -> ProviderModel | None:
        known = self.models(provider)
        return next((one for one in known.models if one.id == model), None) if known else None


def reduce(state: ProvidersState, event: object) -> ProvidersState:
    """The next state after an answer or a fact; anything else leaves it as it is."""
    match event:
        case Missed():
            lists = tuple(replace(one, is_outdated=True) for one in state.lists)
            return replace(state, lists=lists, fresh=state.fresh.after(event))
        case Asked() | LoadFailed():
            return replace(state, fresh=state.fresh.after(event))
        case Loaded(number=number, answer=ProviderListResponse(providers=providers)):
            if number <= state.fresh.loaded:
                return state
            return replace(state, providers=tuple(providers), fresh=state.fresh.took(number))
        case ProviderModelsListResponse():
            listed = ModelList(event.provider, tuple(event.models), event.is_stale, event.error)
            others = tuple(known for known in state.lists if known.provider != event.provider)
            return replace(state, lists=(*others, listed))
        case ProviderChanged(workspace_id=state.workspace_id, provider=name):
            lists = tuple(replace(one, is_outdated=True) if one.provider == name else one for one in state.lists)
            return replace(state, lists=lists, fresh=state.fresh.changed())
        case _:
            return state
