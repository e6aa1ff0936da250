"""Calls of the boundary as values and errors."""

from pathlib import Path
from typing import Any

import pytest

from portico.client.registry_plan import Registry
from portico.shells.desktop.calls import BoundaryRefused, call
from tests.shells.desktop.rig import boundary


async def test_a_call_answers_its_value(tmp_path: Path) -> None:
    async with boundary(tmp_path) as made:
        assert await call(made, "registry_list", Registry) == Registry()


async def test_a_refusal_is_an_error_with_its_code(tmp_path: Path) -> None:
    async with boundary(tmp_path) as made:
        with pytest.raises(BoundaryRefused, match="no gateway is connected") as refused:
            await call(made, "health", dict[str, Any])
    assert refused.value.code == "not_connected"
