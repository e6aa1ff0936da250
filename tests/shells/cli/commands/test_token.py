"""`portico token`."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.shells.cli.rig import Shell


def test_a_token_is_issued_listed_revoked_and_rotated(shell: Shell) -> None:
    assert shell.ok("token", "list").out == "no tokens yet; `portico token issue` makes one\n"
    issued = shell.ok("token", "issue", "--name", "laptop", "--scope", "read", "--scope", "chat", "--ttl", "30d")
    token_id = issued.err.split()[1]
    assert issued.err == f"token {token_id} (read, chat):\n"
    assert issued.out.count(".") == 2
    assert issued.lines == [issued.out.strip()]
    listed = shell.ok("token", "list").lines
    assert listed[0].split() == ["id", "name", "scopes", "created", "expires", "last", "used"]
    assert listed[1].startswith(f"{token_id}  laptop  read chat  ")
    assert shell.ok("token", "revoke", token_id).out == f"{token_id} is void\n"
    assert shell.ok("token", "revoke", token_id).out == f"{token_id} is void\n"
    assert "revoked" in shell.ok("token", "list").lines[1]
    before = (shell.home / "token").read_text()
    assert "the new token is in the home's token file" in shell.ok("token", "rotate").out
    assert (shell.home / "token").read_text() != before


def test_a_token_lives_a_year_unless_it_is_told_otherwise(shell: Shell) -> None:
    assert "default: a year" in " ".join(shell.ok("token", "issue", "--help").out.split())
    shell.ok("token", "issue")
    year = datetime.now(UTC) + timedelta(days=365)
    assert year.astimezone().strftime("%Y-%m-%d") in shell.ok("token", "list").lines[1]


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        pytest.param(["issue", "--ttl", "soon"], 2, "'soon' is no duration; write 30d, 12h or 90m", id="no duration"),
        pytest.param(["issue", "--ttl", "0d"], 2, "'0d' is no duration", id="no time at all"),
        pytest.param(["issue", "--scope", "root"], 2, "'root' is not one of", id="no such scope"),
        pytest.param(["revoke"], 2, "Missing argument 'TOKEN_ID'", id="which"),
        pytest.param(["revoke", "nobody"], 1, "portico: ", id="no such token"),
    ],
)
def test_refused(shell: Shell, words: list[str], code: int, told: str) -> None:
    ran = shell.run("token", *words)
    assert (ran.code, ran.out) == (code, "")
    assert told in ran.err
    assert "Traceback" not in ran.err
