"""The list of gateways as its window shows it, and what a person does there."""

from typing import Annotated, Literal

import msgspec

from portico.client.registry_plan import Registry
from portico.shells.desktop.choice import LOCAL
from portico.shells.desktop.words import say

State = Literal["idle", "open", "busy", "failed"]
Text = Annotated[str, msgspec.Meta(max_length=4_096)]


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the list. `words` say what is with it; a local one is neither changed nor removed."""

    id: str
    name: str
    url: str = ""
    state: State = "idle"
    words: str = ""
    has_token: bool = False
    is_local: bool = False


class Form(msgspec.Struct, frozen=True, kw_only=True):
    """What stands in the form at its opening: a new gateway, or one that needs something. `words` say what."""

    id: str = ""
    name: str = ""
    url: str = ""
    words: str = ""


class View(msgspec.Struct, frozen=True, kw_only=True):
    """All of the window. `refusals` are by field of the form that was sent last; a `form` is opened."""

    entries: tuple[Entry, ...]
    note: str = ""
    form: Form | None = None
    refusals: dict[str, str] = {}
    is_saved: bool = False


class _Intent(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="do"):
    """Base of what the window asks for."""


class Open(_Intent, frozen=True, kw_only=True, tag="open"):
    id: Text


class Save(_Intent, frozen=True, kw_only=True, tag="save"):
    """Without an id a new one. An empty token leaves the one that is stored; `forget` deletes it."""

    id: Text = ""
    name: Text
    url: Text
    token: Text = msgspec.field(default="")
    forget: bool = False

    def __repr__(self) -> str:
        return f"Save(id={self.id!r}, name={self.name!r}, url={self.url!r})"


class Remove(_Intent, frozen=True, kw_only=True, tag="remove"):
    id: Text


Intent = Open | Save | Remove
_decoder = msgspec.json.Decoder(list[Intent])


def intents_of(text: str) -> list[Intent]:
    """What the window has to say; nothing where it is not of this shape."""
    try:
        return _decoder.decode(text)
    except (ValueError, RecursionError):
        return []


def entries(registry: Registry, opened: str | None, said: dict[str, tuple[State, str]]) -> tuple[Entry, ...]:
    """The local gateway, then those of the list; `said` is what is known of some of them."""
    local = Entry(id=LOCAL, name=say("ui.desktop.local"), is_local=True)
    listed = [
        Entry(id=one.id, name=one.name, url=one.url, has_token=one.token_ref is not None) for one in registry.gateways
    ]
    return tuple(_told(entry, opened, said) for entry in (local, *listed))


def _told(entry: Entry, opened: str | None, said: dict[str, tuple[State, str]]) -> Entry:
    state, words = said.get(entry.id, ("open" if entry.id == opened else "idle", ""))
    return msgspec.structs.replace(entry, state=state, words=words)
