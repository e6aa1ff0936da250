"""`portico secrets`: set, list, delete. A value comes from the prompt or standard input, never from argv."""

import sys

import click

from portico.protocol.base import NoParams
from portico.protocol.methods.access import (
    SECRET_DELETE,
    SECRET_LIST,
    SECRET_SET,
    SecretRefParams,
    SecretSetParams,
)
from portico.shells.cli.commands import Cli, listing
from portico.shells.cli.commands.token import told_time

INTERNAL_KINDS = frozenset({"access_signing_key", "authority_salt"})
"""What the gateway keeps for itself: nobody can set or delete it."""


def read_value(what: str) -> str:
    """A secret, hidden at a terminal, else the whole of standard input."""
    if sys.stdin.isatty():
        return click.prompt(what, hide_input=True, type=str)
    value = sys.stdin.read().strip()
    if not value:
        raise click.UsageError("standard input is empty; pipe the value in, or run it at a terminal")
    return value


@click.group("secrets", help="Values in the keystore, by reference.")
def secrets() -> None:
    """The group itself does nothing."""


@secrets.command("list", help="References only; values are never shown.")
@click.option("--all", "is_all", is_flag=True, help="also those that the gateway made for itself")
@click.pass_obj
def list_(cli: Cli, is_all: bool) -> None:
    listed = cli.ask(lambda session: session.connection.call(SECRET_LIST, NoParams()))
    table = listing("reference", "kind", "label", "changed")
    shown = [one for one in listed.secrets if is_all or one.kind not in INTERNAL_KINDS]
    for one in shown:
        table.add_row(one.ref, one.kind, one.label or "", told_time(one.updated_at))
    cli.out.print(table if shown else "no secrets yet")


@secrets.command("set", help="Store the value of REF, read from the prompt or standard input.")
@click.argument("ref")
@click.option("--label", default=None, help="a word for people")
@click.pass_obj
def set_(cli: Cli, ref: str, label: str | None) -> None:
    params = SecretSetParams(ref=ref, value=read_value("value"), label=label)
    answer = cli.ask(lambda session: session.connection.call(SECRET_SET, params))
    cli.out.print(f"{answer.secret.ref} is stored")


@secrets.command("delete", help="Remove REF from the keystore.")
@click.argument("ref")
@click.pass_obj
def delete(cli: Cli, ref: str) -> None:
    answer = cli.ask(lambda session: session.connection.call(SECRET_DELETE, SecretRefParams(ref=ref)))
    cli.out.print(f"{ref} is gone" if answer.deleted else f"there was no {ref}")
