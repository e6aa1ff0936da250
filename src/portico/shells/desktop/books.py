"""The list of gateways and their tokens, changed through the boundary's plans and the keyring."""

from typing import Any

import anyio.to_thread

from portico.boundary import Boundary
from portico.boundary.calls import Calls
from portico.client.registry_plan import Registry, RegistryPlan, RemoteGateway
from portico.client.rpc import new_id
from portico.shells.desktop.keys import Tokens
from portico.shells.desktop.listing import Save


class Books:
    """`boundary` must run. Raises ClientError where the file or the keyring refuses."""

    def __init__(self, boundary: Boundary, tokens: Tokens) -> None:
        self._calls = Calls(boundary)
        self._tokens = tokens

    @property
    def note(self) -> str:
        """What is to be said about how tokens are kept."""
        return self._tokens.note

    async def list(self) -> Registry:
        return await self._calls.ask("registry_list", Registry)

    async def token(self, gateway: RemoteGateway) -> str | None:
        """The stored token of a gateway."""
        if gateway.token_ref is None:
            return None
        return await anyio.to_thread.run_sync(self._tokens.get, gateway.token_ref)

    async def save(self, form: Save) -> RegistryPlan:
        """Add or change one; with refusals nothing is done. The id of a new one is in the plan's list, at its end."""
        token = form.token.strip()
        fields: dict[str, Any] = {"name": form.name, "url": form.url}
        if not form.id:
            return await self._carry_out("registry_add", token, id=new_id(), has_token=bool(token), **fields)
        change = "put" if token else "delete" if form.forget else None
        return await self._carry_out("registry_update", token, id=form.id, token=change, **fields)

    async def remove(self, gateway_id: str) -> RegistryPlan:
        return await self._carry_out("registry_remove", "", id=gateway_id)

    async def select(self, gateway_id: str) -> RegistryPlan:
        return await self._carry_out("registry_select", "", id=gateway_id)

    async def _carry_out(self, method: str, secret: str, **params: Any) -> RegistryPlan:
        """A new token is stored before the list names it, an old one forgotten after the list does not any more."""
        plan = await self._calls.ask(method, RegistryPlan, **params, is_saved=False)
        if plan.refusals:
            return plan
        for change in plan.tokens:
            if change.kind == "put":
                await anyio.to_thread.run_sync(self._tokens.put, change.ref, secret)
        saved = await self._calls.ask(method, RegistryPlan, **params)
        for change in saved.tokens:
            if change.kind == "delete":
                await anyio.to_thread.run_sync(self._tokens.delete, change.ref)
        return saved
