"""Ids are 21 alphanumerics that nobody can guess; references are short."""

import re

from portico.gateway.kernel.ids import ID_LENGTH, RandomIds
from tests.kit import FakeIds


def test_ids_are_21_alphanumerics_and_differ() -> None:
    ids = RandomIds()
    made = {ids.new() for _ in range(1000)}
    assert len(made) == 1000
    assert all(re.fullmatch(r"[A-Za-z0-9]{21}", one) for one in made)


def test_references_can_be_read_out() -> None:
    assert re.fullmatch(r"[A-Za-z0-9]{8}", RandomIds().short())


def test_fake_ids_have_the_same_shape() -> None:
    ids = FakeIds("thr")
    assert [len(ids.new()), len(ids.new()), len(ids.short())] == [ID_LENGTH, ID_LENGTH, 8]
