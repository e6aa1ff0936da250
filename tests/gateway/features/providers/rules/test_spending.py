"""Whether a credential may go on, and where a page begins."""

import pytest

from portico.gateway.features.providers.rules.spending import check_cap, cursor_of, place_of
from portico.gateway.kernel.errors import Invalid, Unavailable
from portico.protocol.types.usage import UsageRow


@pytest.mark.parametrize(("spent", "cap"), [(0, 1), (99, 100)])
def test_below_the_cap_a_call_goes_on(spent: int, cap: int) -> None:
    check_cap(spent, cap)


@pytest.mark.parametrize(("spent", "cap"), [(0, 0), (100, 100), (101, 100)])
def test_at_the_cap_it_does_not(spent: int, cap: int) -> None:
    with pytest.raises(Unavailable) as refused:
        check_cap(spent, cap)
    assert refused.value.code == "spend_cap_reached"
    assert refused.value.retry_after_seconds is not None


def test_a_cursor_names_its_row() -> None:
    row = UsageRow(
        id="a:b",
        at=7,
        principal="p",
        provider="openai",
        model="m",
        face="chat_completions",
        input_tokens=1,
        output_tokens=1,
        cached_input_tokens=0,
        reasoning_tokens=0,
        status="completed",
        duration_ms=1,
    )
    assert place_of(cursor_of(row)) == (7, "a:b")


def test_without_a_cursor_it_begins_before_every_row() -> None:
    at, row_id = place_of(None)
    assert (at, row_id) > (2**50, "z" * 64)


@pytest.mark.parametrize(
    "cursor", ["", ":", "7", "7:", ":a", "x:a", "-7:a", "7.0:a", "\u0667:a", "9" * 16 + ":a", "7:\0"]
)
def test_other_cursors_are_refused(cursor: str) -> None:
    with pytest.raises(Invalid) as refused:
        place_of(cursor)
    assert refused.value.path == "$.cursor"
