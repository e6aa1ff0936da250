"""The settings snapshot begins with the reference's defaults (13.7)."""

from typing import Any

import msgspec

from portico.protocol.types.settings import GatewaySettings
from tests.protocol import golden


def test_the_defaults_are_the_references() -> None:
    example: dict[str, Any] = next(row.result for row in golden.methods() if row.method == "settings/get")
    assert msgspec.to_builtins(GatewaySettings()) == example["settings"]


def test_two_snapshots_share_no_list() -> None:
    assert GatewaySettings().cli_runtimes.instances is not GatewaySettings().cli_runtimes.instances
