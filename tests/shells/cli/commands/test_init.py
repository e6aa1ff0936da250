"""What all commands share."""

from io import StringIO

import anyio.lowlevel
import pytest
from rich.console import Console

from portico.shells.cli.commands import Cli, listing
from tests.shells.cli.commands.test_operations import FakeHost
from tests.shells.cli.rig import host_of

LONG = "a-long-id-that-people-copy-by-hand"


def cli(err: Console) -> Cli:
    return Cli(host_of(FakeHost()), {}, Console(file=StringIO()), err)


@pytest.mark.parametrize("is_terminal", [True, False])
def test_a_status_is_shown_to_people_only(is_terminal: bool) -> None:
    async def work() -> int:
        await anyio.lowlevel.checkpoint()
        return 3

    shown = StringIO()
    assert cli(Console(file=shown, force_terminal=is_terminal)).busy(work, "reading the stars") == 3
    assert ("reading the stars" in shown.getvalue()) is is_terminal


@pytest.mark.parametrize("width", [50, 60, 80, 10_000])
def test_ids_are_never_cut_and_nothing_is_left_out(width: int) -> None:
    shown = StringIO()
    table = listing("id", "name")
    table.add_row(LONG, "a name of many words which is folded")
    Console(file=shown, width=width).print(table)
    text = shown.getvalue()
    assert LONG in text
    assert "…" not in text
    assert all(word in text for word in ("words", "folded"))
