"""Fixtures of the command line's tests."""

from tests.shells.cli.rig import shell

__all__ = ["shell"]
