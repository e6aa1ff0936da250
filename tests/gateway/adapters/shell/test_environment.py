"""The allow-list of the environment."""

import pytest

from portico.gateway.adapters.shell.environment import DEFAULT_PATH, child_environment


@pytest.mark.parametrize(
    ("name", "value", "is_kept"),
    [
        ("PATH", "/bin", True),
        ("HOME", "/home/me", True),
        ("LC_ALL", "C", True),
        ("VIRTUAL_ENV", "/v", True),
        ("HTTPS_PROXY", "http://proxy:3128", True),
        ("HTTPS_PROXY", "http://me:secret@proxy:3128", False),
        ("GATEWAY_AUTH_TOKEN", "x", False),
        ("GATEWAY_HOST", "x", False),
        ("PORTICO_HOME", "x", False),
        ("OPENAI_API_KEY", "x", False),
        ("ANTHROPIC_API_KEY", "x", False),
        ("AWS_SESSION_TOKEN", "x", False),
        ("SSH_AUTH_SOCK", "x", False),
        ("LD_PRELOAD", "x", False),
        ("PYTHONPATH", "x", False),
    ],
)
def test_only_what_is_listed_is_inherited(name: str, value: str, is_kept: bool) -> None:
    assert (child_environment({name: value}, "1", "dumb").get(name) == value) is is_kept


def test_every_process_has_a_path_a_terminal_and_its_mark() -> None:
    assert child_environment({"TERM": "other"}, "7-1", "dumb") == {
        "PATH": DEFAULT_PATH,
        "TERM": "dumb",
        "PORTICO_CALL": "7-1",
    }
