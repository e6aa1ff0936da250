"""A refusal has one of six kinds, and says what a caller can act on."""

import msgspec
import pytest

from portico.gateway.kernel.errors import (
    Conflict,
    Denied,
    GatewayError,
    Internal,
    Invalid,
    NotFound,
    Unavailable,
    misfit,
)
from portico.protocol.errors import ErrorKind


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (Invalid, ErrorKind.INVALID),
        (NotFound, ErrorKind.NOT_FOUND),
        (Conflict, ErrorKind.CONFLICT),
        (Denied, ErrorKind.DENIED),
        (Unavailable, ErrorKind.UNAVAILABLE),
        (Internal, ErrorKind.INTERNAL),
    ],
)
def test_each_kind_has_its_class(error: type[GatewayError], kind: ErrorKind) -> None:
    assert error("no").kind is kind
    assert error("no").code == kind.value


def test_a_refusal_keeps_all_it_was_told() -> None:
    error = Conflict("taken", code="thread_exists", path="$.thread_id", retry_after_seconds=2.0, thread_id="t")
    assert (error.message, error.code, error.path, error.retry_after_seconds, error.details) == (
        "taken",
        "thread_exists",
        "$.thread_id",
        2.0,
        {"thread_id": "t"},
    )
    assert str(error) == "taken"


@pytest.mark.parametrize(
    ("raw", "type_", "expected"),
    [
        (b'{"a":[1,"x"]}', dict[str, list[int]], ("Expected `int`, got `str`", "$[...][1]")),
        (b'"x"', int, ("Expected `int`, got `str`", "")),
    ],
)
def test_a_misfit_is_told_with_its_place(raw: bytes, type_: type, expected: tuple[str, str]) -> None:
    with pytest.raises(msgspec.ValidationError) as refused:
        msgspec.json.decode(raw, type=type_)
    assert misfit(refused.value) == expected
