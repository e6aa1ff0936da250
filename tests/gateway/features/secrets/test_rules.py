"""How secrets are named and redacted."""

import pytest

from portico.gateway.features.secrets import rules
from portico.gateway.kernel.errors import Denied, Invalid


@pytest.mark.parametrize(
    ("ref", "kind"),
    [
        ("provider_api_key/workspace:W:provider:openai", "provider_api_key"),
        ("a/b/c", "a"),
        ("GITHUB_TOKEN", "secret"),
    ],
)
def test_kind_of(ref: str, kind: str) -> None:
    assert rules.kind_of(ref) == kind


@pytest.mark.parametrize("ref", ["access_signing_key/home", "authority_salt/home"])
def test_the_gateways_own_secrets_are_not_for_calls(ref: str) -> None:
    with pytest.raises(Denied) as refusal:
        rules.check_callable(ref)
    assert refusal.value.code == "secret_reserved"


def test_other_secrets_are() -> None:
    rules.check_callable("mcp_secret/x")


@pytest.mark.parametrize("value", ["", "  \n", "a\0b"])
def test_values_that_cannot_be_kept(value: str) -> None:
    with pytest.raises(Invalid) as refusal:
        rules.check_value(value)
    assert refusal.value.path == "$.value"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("sk-123456", ("sk-123456",)),
        ("http://proxy:3128", ("http://proxy:3128",)),
        ("http://me:p%40ss@proxy:1", ("http://me:p%40ss@proxy:1", "p%40ss", "p@ss")),
        ("http://me:pass@proxy:1", ("http://me:pass@proxy:1", "pass")),
        ("http://[broken", ("http://[broken",)),
    ],
)
def test_redactable(value: str, expected: tuple[str, ...]) -> None:
    assert rules.redactable(value) == expected
