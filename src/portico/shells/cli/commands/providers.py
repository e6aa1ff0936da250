"""`portico providers`: list, models, set-key, delete-key, configure."""

import click

from portico.protocol.methods.provider import (
    PROVIDER_CONFIGURE,
    PROVIDER_DELETE_API_KEY,
    PROVIDER_LIST,
    PROVIDER_MODELS_LIST,
    PROVIDER_SET_API_KEY,
    ProviderConfigureParams,
    ProviderListParams,
    ProviderListResponse,
    ProviderModelsListResponse,
    ProviderParams,
    ProviderSetApiKeyParams,
)
from portico.protocol.types.provider import Provider
from portico.shells.cli.commands import Cli, listing
from portico.shells.cli.commands.secrets import read_value
from portico.shells.cli.session import Session


@click.group("providers", help="Model providers: their keys, addresses and models.")
def providers() -> None:
    """The group itself does nothing."""


@providers.command("list", help="Providers that can be used now; --all shows every one that is known.")
@click.option("--all", "is_all", is_flag=True, help="also those that lack a key or an address")
@click.pass_obj
def list_(cli: Cli, is_all: bool) -> None:
    async def work(session: Session) -> ProviderListResponse:
        return await session.connection.call(PROVIDER_LIST, ProviderListParams(workspace_id=session.workspace.id))

    table = listing("name", "key", "address", "proxy")
    for one in cli.ask(work).providers:
        if is_all or one.is_usable:
            table.add_row(one.name, _key(one), one.base_url or "", one.proxy_url or "")
    cli.out.print(table)


@providers.command("models", help="The models of a provider.")
@click.argument("provider")
@click.pass_obj
def models(cli: Cli, provider: str) -> None:
    async def work(session: Session) -> ProviderModelsListResponse:
        params = ProviderParams(workspace_id=session.workspace.id, provider=provider)
        return await session.connection.call(PROVIDER_MODELS_LIST, params)

    listed = cli.ask(work, f"asking {provider}")
    table = listing("model", "name", "context")
    for one in listed.models:
        window = one.limits.context_window
        table.add_row(one.id, one.name or "", f"{window:,}" if window else "")
    cli.out.print(table if listed.models else f"{provider} lists no models")
    if listed.error:
        cli.err.print(f"the list may be old: {listed.error}", style="yellow")


@providers.command("set-key", help="Store a provider's key, read from the prompt or standard input.")
@click.argument("provider")
@click.pass_obj
def set_key(cli: Cli, provider: str) -> None:
    key = read_value(f"key for {provider}")

    async def work(session: Session) -> str:
        params = ProviderSetApiKeyParams(workspace_id=session.workspace.id, provider=provider, api_key=key)
        return (await session.connection.call(PROVIDER_SET_API_KEY, params)).provider

    cli.out.print(f"the key of {cli.ask(work)} is stored")


@providers.command("delete-key", help="Remove a provider's stored key.")
@click.argument("provider")
@click.pass_obj
def delete_key(cli: Cli, provider: str) -> None:
    async def work(session: Session) -> bool:
        params = ProviderParams(workspace_id=session.workspace.id, provider=provider)
        return (await session.connection.call(PROVIDER_DELETE_API_KEY, params)).deleted

    cli.out.print(f"the key of {provider} is gone" if cli.ask(work) else f"{provider} had no stored key")


@providers.command("configure", help="Set a provider's base URL or proxy; an empty value clears it.")
@click.argument("provider")
@click.option("--base-url", default=None, help="for compatible servers, e.g. http://127.0.0.1:8000/v1")
@click.option("--proxy", default=None, help="the proxy for this provider's calls")
@click.pass_obj
def configure(cli: Cli, provider: str, base_url: str | None, proxy: str | None) -> None:
    if base_url is None and proxy is None:
        raise click.UsageError("give --base-url or --proxy")

    async def work(session: Session) -> str:
        params = ProviderConfigureParams(
            workspace_id=session.workspace.id,
            provider=provider,
            base_url=base_url or None,
            clear_base_url=base_url == "",
            proxy_url=proxy or None,
            clear_proxy=proxy == "",
        )
        answer = await session.connection.call(PROVIDER_CONFIGURE, params)
        return f"{answer.provider}: base URL {answer.base_url or 'its own'}, proxy {answer.proxy_url or 'none'}"

    cli.out.print(cli.ask(work))


def _key(one: Provider) -> str:
    """Where the key comes from, or why there is none."""
    if one.api_key_configured:
        return one.key_source or "stored"
    if one.is_usable:
        return "not needed"
    return "missing" if one.is_available else "not available yet"
