"""A token has three scopes unless more or fewer were asked for."""

from portico.protocol.base import Scope
from portico.protocol.methods.access import SECRET_SET, TOKEN_ISSUE, SecretSetParams, TokenIssueParams


def test_a_token_reads_chats_and_acts() -> None:
    assert TokenIssueParams().scopes == [Scope.READ, Scope.CHAT, Scope.AGENT]
    assert TokenIssueParams().scopes is not TokenIssueParams().scopes


def test_credentials_are_changed_one_at_a_time() -> None:
    assert TOKEN_ISSUE.lane is not None
    assert SECRET_SET.lane is not None
    assert TOKEN_ISSUE.lane(TokenIssueParams()) == "access"
    assert SECRET_SET.lane(SecretSetParams(ref="a", value="b")) == "secrets"
