"""Handlers about the list of gateways. Raw tokens never come here: plans name the references that a shell stores."""

from typing import Literal

import anyio.to_thread

from portico.boundary.answers import Refused
from portico.boundary.desk import Desk
from portico.client import registry_plan as plans
from portico.client.registry_plan import Registry, RegistryFile, RegistryPlan
from portico.protocol.base import NoParams, Params
from portico.protocol.errors import ErrorKind


class AddParams(Params, frozen=True, kw_only=True):
    """`is_saved` false only plans: a shell stores a token that is to be put, then calls again to save."""

    id: str
    name: str
    url: str
    has_token: bool = False
    is_saved: bool = True


class UpdateParams(Params, frozen=True, kw_only=True):
    """`token` is `put` for a new one, `delete` to forget it."""

    id: str
    name: str | None = None
    url: str | None = None
    token: Literal["put", "delete"] | None = None
    is_saved: bool = True


class GatewayParams(Params, frozen=True, kw_only=True):
    id: str
    is_saved: bool = True


async def registry_list(desk: Desk, _: NoParams) -> Registry:
    return await anyio.to_thread.run_sync(_file(desk).load)


async def registry_add(desk: Desk, p: AddParams) -> RegistryPlan:
    known = await registry_list(desk, NoParams())
    return await _save(desk, plans.add(known, p.id, p.name, p.url, has_token=p.has_token), is_saved=p.is_saved)


async def registry_update(desk: Desk, p: UpdateParams) -> RegistryPlan:
    known = await registry_list(desk, NoParams())
    return await _save(desk, plans.update(known, p.id, name=p.name, url=p.url, token=p.token), is_saved=p.is_saved)


async def registry_remove(desk: Desk, p: GatewayParams) -> RegistryPlan:
    return await _save(desk, plans.remove(await registry_list(desk, NoParams()), p.id), is_saved=p.is_saved)


async def registry_select(desk: Desk, p: GatewayParams) -> RegistryPlan:
    return await _save(desk, plans.select(await registry_list(desk, NoParams()), p.id), is_saved=p.is_saved)


def _file(desk: Desk) -> RegistryFile:
    if desk.means.registry is None:
        raise Refused(ErrorKind.UNAVAILABLE, "no_registry", "this shell keeps no list of gateways")
    return desk.means.registry


async def _save(desk: Desk, plan: RegistryPlan, *, is_saved: bool) -> RegistryPlan:
    if is_saved and not plan.refusals:
        await anyio.to_thread.run_sync(_file(desk).save, plan.registry)
    return plan
