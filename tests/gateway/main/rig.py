"""Whole gateways that rehearse, and their turns that take long."""

from dataclasses import replace

from tests.kit.gateways import Setup

REHEARSAL = {"provider": "rehearsal", "model": None}
SLEEP = '/tool exec_command {"command": ["sleep", "30"]}'


def rehearsing(setup: Setup | None = None) -> Setup:
    """A gateway without a vendor."""
    return replace(setup or Setup(), config={**REHEARSAL, **(setup.config if setup else {})})
