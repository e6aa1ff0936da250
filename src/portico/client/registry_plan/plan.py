"""Changes to the list of gateways as values: the list after them, and what happens to a token. Pure.

A token itself is in no plan and in no list: the shell's own secret store holds it under the reference.
"""

import re
from dataclasses import dataclass
from hashlib import sha256
from typing import Literal

import msgspec
from msgspec.structs import replace

from portico.client.bootstrap import name_refusal
from portico.client.registry_plan.address import address_of
from portico.client.words import Phrase, say
from portico.protocol.base import type_safe_id

MAX_NAME = 80


class RemoteGateway(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A gateway by its root URL. `token_ref` names its token in the shell's secret store; None has none."""

    id: str
    name: str
    url: str
    token_ref: str | None = None


class Registry(msgspec.Struct, frozen=True, kw_only=True):
    """The gateways in the order in which they were added; `selected` is the id of one of them."""

    gateways: tuple[RemoteGateway, ...] = ()
    selected: str | None = None

    def get(self, gateway_id: str | None) -> RemoteGateway | None:
        return next((known for known in self.gateways if known.id == gateway_id), None)


@dataclass(frozen=True, slots=True)
class TokenChange:
    """`put`: the shell stores the token that the person gave; `delete`: it forgets it."""

    kind: Literal["put", "delete"]
    ref: str


@dataclass(frozen=True, slots=True)
class RegistryPlan:
    """With `refusals` (by field) nothing is done. `warnings` are shown and do not stand against it."""

    registry: Registry
    tokens: tuple[TokenChange, ...] = ()
    refusals: tuple[tuple[str, Phrase], ...] = ()
    warnings: tuple[Phrase, ...] = ()


def add(known: Registry, gateway_id: str, name: str, url: str, *, has_token: bool) -> RegistryPlan:
    """One more; the first is selected. The same again is a retry and changes nothing."""
    if re.fullmatch(type_safe_id, gateway_id) is None:
        return RegistryPlan(known, refusals=(("id", say("registry.bad_id")),))
    ref = _ref(gateway_id, url) if has_token else None
    wished = RemoteGateway(id=gateway_id, name=name.strip(), url=url, token_ref=ref)
    before = known.get(gateway_id)
    if before is not None and before != replace(wished, url=address_of(url).url):
        return RegistryPlan(known, refusals=(("id", say("registry.id_taken")),))
    return _put(known, wished, (TokenChange("put", ref),) if ref else ())


def update(
    known: Registry,
    gateway_id: str,
    *,
    name: str | None = None,
    url: str | None = None,
    token: Literal["put", "delete"] | None = None,
) -> RegistryPlan:
    """Another name or address; `token` is `put` for a new one, `delete` to forget it.

    Another address forgets the token unless a new one comes with it: it belongs to the gateway that issued it.
    """
    before = known.get(gateway_id)
    if before is None:
        return _missing(known)
    wished = replace(before, name=before.name if name is None else name.strip(), url=before.url if url is None else url)
    has_moved = address_of(wished.url).url != before.url
    ref = None if token == "delete" or has_moved else before.token_ref
    if token == "put":
        ref = _ref(gateway_id, wished.url)
    changes = [TokenChange("put", ref)] if token == "put" and ref else []
    if before.token_ref and before.token_ref != ref:
        changes.append(TokenChange("delete", before.token_ref))
    return _put(known, replace(wished, token_ref=ref), tuple(changes))


def remove(known: Registry, gateway_id: str) -> RegistryPlan:
    """Gone with its token; the one before it is selected if it was."""
    before = known.get(gateway_id)
    if before is None:
        return _missing(known)
    left = tuple(gateway for gateway in known.gateways if gateway.id != gateway_id)
    selected = known.selected
    if selected == gateway_id:
        selected = left[max(known.gateways.index(before) - 1, 0)].id if left else None
    changes = (TokenChange("delete", before.token_ref),) if before.token_ref else ()
    return RegistryPlan(Registry(gateways=left, selected=selected), changes)


def select(known: Registry, gateway_id: str) -> RegistryPlan:
    """The one that the shell connects to."""
    if known.get(gateway_id) is None:
        return _missing(known)
    return RegistryPlan(replace(known, selected=gateway_id))


def _ref(gateway_id: str, url: str) -> str:
    """A reference for each address, so that a token never goes to the address before or after."""
    return f"gateway/{gateway_id}/{sha256(address_of(url).url.encode()).hexdigest()[:12]}"


def _missing(known: Registry) -> RegistryPlan:
    return RegistryPlan(known, refusals=(("id", say("registry.missing")),))


def _put(known: Registry, wished: RemoteGateway, changes: tuple[TokenChange, ...]) -> RegistryPlan:
    address = address_of(wished.url)
    refusals: list[tuple[str, Phrase]] = []
    if words := name_refusal(wished.name, MAX_NAME):
        refusals.append(("name", words))
    if address.refusal is not None:
        refusals.append(("url", address.refusal))
    twin = next((one for one in known.gateways if one.url == address.url and one.id != wished.id), None)
    if twin is not None:
        refusals.append(("url", say("registry.duplicate", name=twin.name)))
    if refusals:
        return RegistryPlan(known, refusals=tuple(refusals))
    kept = replace(wished, url=address.url)
    gateways = tuple(kept if one.id == kept.id else one for one in known.gateways)
    if known.get(kept.id) is None:
        gateways = (*known.gateways, kept)
    warnings = (address.warning,) if address.warning and kept.token_ref else ()
    return RegistryPlan(Registry(gateways=gateways, selected=known.selected or kept.id), changes, warnings=warnings)
