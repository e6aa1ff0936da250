"""`portico token`: issue, list, revoke, rotate."""

import re
from datetime import UTC, datetime

import click

from portico.protocol.base import NoParams, Scope
from portico.protocol.methods.access import (
    DEFAULT_SCOPES,
    TOKEN_ISSUE,
    TOKEN_LIST,
    TOKEN_REVOKE,
    TOKEN_ROTATE,
    TokenIssueParams,
    TokenRevokeParams,
)
from portico.shells.cli.commands import Cli, listing

UNITS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800}


class Duration(click.ParamType[int]):
    """`30d`, `12h`, `90m`; a bare number is seconds."""

    name = "duration"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> int:
        match = re.fullmatch(r"(\d+)([smhdw]?)", str(value))
        if match is None or not int(match.group(1)):
            self.fail(f"{value!r} is no duration; write 30d, 12h or 90m", param, ctx)
        return int(match.group(1)) * UNITS[match.group(2) or "s"]


@click.group("token", help="Credentials for clients; works with or without a running gateway.")
def token() -> None:
    """The group itself does nothing."""


@token.command("issue", help="Make a token; it is shown once.")
@click.option("--name", default="token", show_default=True, help="what the list calls it")
@click.option("--scope", "scopes", multiple=True, type=click.Choice([s.value for s in Scope]), help="may be repeated")
@click.option("--ttl", type=Duration(), default=None, help="how long it lives: 30d, 12h; default: a year")
@click.pass_obj
def issue(cli: Cli, name: str, scopes: tuple[str, ...], ttl: int | None) -> None:
    wanted = [Scope(scope) for scope in scopes] or DEFAULT_SCOPES
    params = TokenIssueParams(name=name, scopes=wanted, ttl_seconds=ttl)
    issued = cli.ask(lambda session: session.connection.call(TOKEN_ISSUE, params))
    # the token alone on standard output: it can be piped
    cli.err.print(f"token {issued.token.id} ({', '.join(issued.token.scopes)}):", style="dim")
    click.echo(issued.secret)


@token.command("list", help="The tokens that were issued.")
@click.pass_obj
def list_(cli: Cli) -> None:
    listed = cli.ask(lambda session: session.connection.call(TOKEN_LIST, NoParams()))
    table = listing("id", "name", "scopes", "created", "expires", "last used")
    for one in listed.tokens:
        state = "revoked" if one.revoked_at else told_time(one.expires_at, "never")
        scopes = " ".join(one.scopes)
        table.add_row(one.id, one.name, scopes, told_time(one.created_at), state, told_time(one.last_used_at, "never"))
    cli.out.print(table if listed.tokens else "no tokens yet; `portico token issue` makes one")


@token.command("revoke", help="Make one token void at once.")
@click.argument("token_id")
@click.pass_obj
def revoke(cli: Cli, token_id: str) -> None:
    params = TokenRevokeParams(token_id=token_id)
    answer = cli.ask(lambda session: session.connection.call(TOKEN_REVOKE, params))
    cli.out.print(f"{answer.token_id} is void")


@token.command("rotate", help="Make every token and browser session void; the home's token file is new.")
@click.pass_obj
def rotate(cli: Cli) -> None:
    answer = cli.ask(lambda session: session.connection.call(TOKEN_ROTATE, NoParams()))
    cli.out.print(f"{answer.revoked} credentials are void; the new token is in the home's token file")


def told_time(at: int | None, otherwise: str = "") -> str:
    """Unix seconds for people, in the machine's time zone."""
    return datetime.fromtimestamp(at, UTC).astimezone().strftime("%Y-%m-%d %H:%M") if at else otherwise
