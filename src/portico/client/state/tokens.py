"""The credentials that the gateway issued, for those who may see them; a token's secret is never part of it."""

from dataclasses import dataclass, replace

from portico.client.state.fresh import Asked, Freshness, Loaded, LoadFailed, Missed
from portico.protocol.events import TokensChanged
from portico.protocol.methods.access import TokenIssueResponse, TokenListResponse
from portico.protocol.types.access import Token


@dataclass(frozen=True, slots=True)
class TokensState:
    """In the gateway's order."""

    tokens: tuple[Token, ...] = ()
    fresh: Freshness = Freshness()

    @property
    def own(self) -> Token | None:
        """The credential that this client uses, where it is an issued one."""
        return next((token for token in self.tokens if token.is_current), None)


def reduce(state: TokensState, event: object) -> TokensState:
    """The next state after an answer or a fact; anything else leaves it as it is."""
    match event:
        case Asked() | LoadFailed() | Missed():
            return replace(state, fresh=state.fresh.after(event))
        case Loaded(number=number, answer=TokenListResponse(tokens=tokens)):
            if number <= state.fresh.loaded:
                return state
            return TokensState(tuple(tokens), state.fresh.took(number))
        case TokenIssueResponse(token=token):
            others = tuple(known for known in state.tokens if known.id != token.id)
            return TokensState((*others, token), state.fresh.changed())
        case TokensChanged():
            return replace(state, fresh=state.fresh.changed())
        case _:
            return state
