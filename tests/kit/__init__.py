"""Fakes for clock, ids and models, and the small tools that tests share."""

from tests.kit.clock import FakeClock
from tests.kit.ids import FakeIds

__all__ = ["FakeClock", "FakeIds"]
