"""The gateway's settings as this client last heard of them."""

from dataclasses import dataclass, replace

from portico.client.state.fresh import Asked, Freshness, Loaded, LoadFailed, Missed
from portico.protocol.events import SettingsChanged
from portico.protocol.methods.settings import SettingsResponse
from portico.protocol.types.settings import GatewaySettings


@dataclass(frozen=True, slots=True)
class SettingsState:
    """None until they were read."""

    settings: GatewaySettings | None = None
    fresh: Freshness = Freshness()


def reduce(state: SettingsState, event: object) -> SettingsState:
    """The next state after an answer or a fact; anything else leaves it as it is."""
    match event:
        case Asked() | LoadFailed() | Missed():
            return replace(state, fresh=state.fresh.after(event))
        case Loaded(number=number, answer=SettingsResponse(settings=settings)):
            if number <= state.fresh.loaded:
                return state
            return SettingsState(settings, state.fresh.took(number))
        case SettingsResponse(settings=settings) | SettingsChanged(settings=settings):
            return SettingsState(settings, state.fresh.told())
        case _:
            return state
