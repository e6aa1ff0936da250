"""The ring keeps the newest problems and no secret."""

import msgspec

from portico.boundary.answers import Failed
from portico.boundary.diagnostics import KEPT, Diagnostics
from portico.protocol.errors import ErrorKind

SECRET = "sk-very-secret"
FAILED = Failed(message=f"not {SECRET}", code="invalid", kind=ErrorKind.INVALID, path="$.api_key")


def test_a_refusal_is_kept_without_its_words() -> None:
    ring = Diagnostics()
    ring.refused("provider_set_key", FAILED)
    (problem,) = ring
    assert (problem.number, problem.method, problem.code, problem.path) == (
        1,
        "provider_set_key",
        "invalid",
        "$.api_key",
    )
    assert SECRET not in msgspec.json.encode(problem).decode()


def test_our_own_fault_is_kept_with_its_place() -> None:
    ring = Diagnostics()
    try:
        raise KeyError(SECRET)
    except KeyError as error:
        ref = ring.broke("composer_send", error)
    (problem,) = ring
    assert (problem.ref, problem.code, problem.kind) == (ref, "KeyError", ErrorKind.INTERNAL)
    assert problem.where[-1].startswith("test_diagnostics.py:")
    assert SECRET not in msgspec.json.encode(problem).decode()


def test_only_the_newest_stay() -> None:
    ring = Diagnostics()
    for _ in range(KEPT + 5):
        ring.refused("x", FAILED)
    assert [problem.number for problem in ring] == list(range(6, KEPT + 6))
