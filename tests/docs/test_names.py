"""Every name a user may meet stands in the docs: methods, events, settings, keys, variables, commands, metrics."""

import re
from collections.abc import Iterator

import click
import msgspec
from scripts.protocol_doc import settings

from portico.gateway.adapters.master_keys import MODE_VARIABLE, PASSPHRASE_VARIABLE
from portico.gateway.edge.http import Probes
from portico.gateway.edge.metrics import GatewayMetrics
from portico.gateway.edge.sign_in import SignIn
from portico.gateway.edge.web import WebShell
from portico.gateway.features.tools.toolbox import arguments
from portico.gateway.kernel.config_file import ConfigFile
from portico.gateway.kernel.config_variables import VARIABLES
from portico.gateway.kernel.home import Home
from portico.protocol.errors import JSONRPC_CODES
from portico.protocol.methods import METHODS
from portico.protocol.schema import EVENT_TYPES, notification_types
from portico.shells.cli.app import portico
from tests.docs.pages import ROOT, page

GUIDE, OPERATIONS, PROTOCOL = page("docs/guide.md"), page("docs/operations.md"), page("docs/protocol.md")
LATER = {"artifacts", "skills", "apps", "code-store", "logs"}
"""Places of a home that nothing uses yet."""


def test_methods_have_a_heading() -> None:
    headings = {line.strip("# `") for line in PROTOCOL.text.splitlines() if line.startswith("#### ")}
    assert headings == {method.name for method in METHODS}


def test_notifications_have_a_row() -> None:
    assert notification_types().keys() - PROTOCOL.cells == set()


def test_stored_events_have_a_row() -> None:
    assert {str(kind.__struct_config__.tag) for kind in EVENT_TYPES} - PROTOCOL.cells == set()


def test_kinds_of_errors_have_a_row() -> None:
    assert {kind.value for kind in JSONRPC_CODES} - PROTOCOL.cells == set()


def test_settings_have_a_row() -> None:
    assert {name for name, _, _ in settings()} - PROTOCOL.cells == set()


def test_http_routes_have_a_row() -> None:
    shell, probes, sign_in = WebShell.__new__(WebShell), Probes.__new__(Probes), SignIn.__new__(SignIn)
    made = (*shell.routes(), *probes.routes(), *sign_in.routes())
    assert {f"{route.method} {route.path}" for route in made} - PROTOCOL.cells == set()


def test_keys_of_the_file_are_shown() -> None:
    (block,) = OPERATIONS.blocks("toml")
    shown = msgspec.toml.decode(block.encode(), type=dict[str, dict[str, object]])
    tables = ConfigFile()
    wanted = {(table, key) for table in tables.__struct_fields__ for key in getattr(tables, table).__struct_fields__}
    assert {(table, key) for table, keys in shown.items() for key in keys} == wanted


def test_variables_have_a_row() -> None:
    told = {name for cell in OPERATIONS.cells for name in re.findall(r"[A-Z][A-Z_]+", cell)}
    example = re.findall(r"^#?([A-Z][A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE)
    ours = {"PORTICO_HOME", "PORTICO_URL", "PORTICO_TOKEN", PASSPHRASE_VARIABLE, MODE_VARIABLE}
    assert {*VARIABLES, *example, *ours} - told == set()


def test_metrics_have_a_row() -> None:
    source = (ROOT / "src/portico/gateway/edge/metrics.py").read_text()
    names = set(re.findall(r'"(portico_\w+)"', source))
    assert names
    told = {cell.removesuffix("_total") for cell in OPERATIONS.cells}
    assert names - told == set()
    assert GatewayMetrics.render.__doc__


def test_files_of_the_home_have_a_row() -> None:
    names = {path.name for path in vars(Home(ROOT)).values() if path != ROOT}
    told = {cell.rstrip("/") for cell in OPERATIONS.cells}
    assert names - told - LATER == set()


def test_tools_have_a_row() -> None:
    kinds = [
        kind for kind in vars(arguments).values() if isinstance(kind, type) and kind.__base__ is arguments.Arguments
    ]
    names = {re.sub(r"(?<!^)(?=[A-Z])", "_", kind.__name__).lower() for kind in kinds}
    assert len(names) == 7
    assert names - GUIDE.cells == set()


def test_commands_have_a_row_with_their_options() -> None:
    rows = {line.split("`")[1]: line for line in GUIDE.text.splitlines() if line.startswith("| `portico ")}
    missing: list[str] = []
    for name, command in _commands("portico", portico):
        row = rows.get(name, "")
        missing += [] if row else [name]
        missing += [f"{name} {option}" for option in _options(name, command) if f"`{option}`" not in row]
    assert missing == []
    assert rows.keys() == {name for name, _ in _commands("portico", portico)}


def test_options_that_are_shown_exist() -> None:
    known = {name: _options(name, command) for name, command in _commands("portico", portico)}
    for line in GUIDE.text.splitlines():
        if line.startswith("| `portico "):
            name, shown = line.split("`")[1], re.findall(r"`(--[\w-]+)`", line.split("|")[2])
            assert set(shown) == known[name], name


def _commands(name: str, command: click.Command) -> Iterator[tuple[str, click.Command]]:
    if isinstance(command, click.Group):
        for word, inner in command.commands.items():
            yield from _commands(f"{name} {word}", inner)
    else:
        yield name, command


def _options(name: str, command: click.Command) -> set[str]:
    if name == "portico up":
        source = (ROOT / "src/portico/gateway/admin/up.py").read_text()
        return set(re.findall(r'add_argument\("(--[\w-]+)"', source))
    return {option for param in command.params for option in param.opts if option.startswith("--")}
