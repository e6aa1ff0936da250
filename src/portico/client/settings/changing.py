"""From changed rows to the update that saves them, or why they cannot be saved. A preflight: the gateway decides."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from msgspec.structs import replace

from portico.client.connection import Connection
from portico.client.errors import CallFailed
from portico.client.settings.pages import PAGES, field_of
from portico.client.words import Phrase, say
from portico.protocol.methods.settings import SETTINGS_UPDATE, SettingsResponse, SettingsUpdateParams
from portico.protocol.types.settings import GatewaySettings, GeneralUpdate, SettingsPatch

UPDATE_PATH = "$.update."


@dataclass(frozen=True, slots=True)
class Planned:
    """The update, or the refusals by row id; with neither nothing changes."""

    patch: SettingsPatch | None = None
    refusals: tuple[tuple[str, Phrase], ...] = ()


def changed(settings: GatewaySettings, changes: Mapping[str, Any]) -> Planned:
    """What saves the values by row id over `settings`."""
    refusals: list[tuple[str, Phrase]] = []
    taken: dict[str, dict[str, Any]] = {}
    for field_id, given in changes.items():
        field = field_of(field_id)
        refusal = say("settings.unknown") if field is None else field.refusal(given)
        if field is None or refusal is not None:
            refusals.append((field_id, refusal or say("settings.unknown")))
            continue
        value = given.strip() if isinstance(given, str) else given
        if value != field.value_in(settings) and not (value == "" and field.value_in(settings) is None):
            taken.setdefault(field.part, {})[field.name] = value
    refusals += _disorder(settings, taken)
    if refusals:
        return Planned(refusals=tuple(refusals))
    return Planned(_patch(settings, taken) if taken else None)


async def save(connection: Connection, patch: SettingsPatch) -> SettingsResponse:
    """The gateway's answer, to be reduced. Raises CallFailed (see `place_of`), ClientError."""
    return await connection.call(SETTINGS_UPDATE, SettingsUpdateParams(update=patch))


def place_of(failed: CallFailed) -> tuple[str | None, Phrase]:
    """The row that the gateway refuses, where it is one, and the words for it."""
    path = (failed.path or "").removeprefix(UPDATE_PATH)
    return (path if field_of(path) else None), say("settings.refused", why=failed.message)


def _disorder(settings: GatewaySettings, taken: Mapping[str, Mapping[str, Any]]) -> list[tuple[str, Phrase]]:
    """Fields that would exceed the one that bounds them."""
    found: list[tuple[str, Phrase]] = []
    for field in (field for page in PAGES for field in page.fields if field.at_most is not None):
        bound = field_of(field.at_most or "")
        part = taken.get(field.part, {})
        if bound is None or not {field.name, bound.name} & set(part):
            continue
        value = part.get(field.name, field.value_in(settings))
        if value > part.get(bound.name, bound.value_in(settings)):
            words = say("settings.order", smaller=str(say(field.title)), larger=str(say(bound.title)))
            found.append((field.id if field.name in part else bound.id, words))
    return found


def _patch(settings: GatewaySettings, taken: Mapping[str, Mapping[str, Any]]) -> SettingsPatch:
    """`memory` is sent whole, the others only with what changes (reference 13.7)."""
    return SettingsPatch(
        general=GeneralUpdate(**taken["general"]) if "general" in taken else None,
        memory=replace(settings.memory, **taken["memory"]) if "memory" in taken else None,
        thread_episodic=dict(taken["thread_episodic"]) if "thread_episodic" in taken else None,
    )
