"""Efforts are known by any of their spellings."""

import pytest

from portico.protocol.efforts import EFFORTS, normalise_effort


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        *((name, name) for name in EFFORTS),
        ("Maximum", "max"),
        ("extra-high", "xhigh"),
        ("X High", "xhigh"),
        ("xtra_high", "xhigh"),
        ("MED.", "medium"),
        ("min", "minimal"),
        ("Off", "none"),
        ("disabled", "none"),
        ("", None),
        ("very", None),
        ("lowest", None),
        ("High", "high"),
        ("x-high", "xhigh"),
        ("Extra High", "xhigh"),
        ("OFF", "none"),
        ("med.", "medium"),
        ("huge", None),
    ],
)
def test_normalise_effort(text: str, expected: str | None) -> None:
    assert normalise_effort(text) == expected
