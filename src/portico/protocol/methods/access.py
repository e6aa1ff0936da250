"""Calls about credentials and secrets (ours, design 6 and 7). Only `issue` and `rotate` show a token, once."""

from typing import Annotated

import msgspec

from portico.protocol.base import Count, NoParams, Params, Scope, Wire
from portico.protocol.methods.base import Method
from portico.protocol.types.access import Secret, Token

DEFAULT_SCOPES = [Scope.READ, Scope.CHAT, Scope.AGENT]
TokenId = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
SecretRef = Annotated[
    str, msgspec.Meta(min_length=1, max_length=1024, pattern=r"^[A-Za-z0-9_.:@-]+(/[A-Za-z0-9_.:@-]+)*$")
]


def _default_scopes() -> list[Scope]:
    return list(DEFAULT_SCOPES)


class TokenIssueParams(Params, frozen=True, kw_only=True):
    name: Annotated[str, msgspec.Meta(min_length=1, max_length=80)] = "token"
    scopes: list[Scope] = msgspec.field(default_factory=_default_scopes)
    ttl_seconds: Annotated[int, msgspec.Meta(ge=1, le=315_360_000)] | None = None


class TokenIssueResponse(Wire, frozen=True, kw_only=True):
    """`secret` is the JWT; it is shown here and nowhere else."""

    token: Token
    secret: str


class TokenListResponse(Wire, frozen=True, kw_only=True):
    tokens: list[Token]


class TokenRevokeParams(Params, frozen=True, kw_only=True):
    token_id: TokenId


class TokenRevokeResponse(Wire, frozen=True, kw_only=True):
    token_id: str
    revoked: bool


class TokenRotateResponse(Wire, frozen=True, kw_only=True):
    """Every issued token and session is void, the home's token file is new."""

    revoked: Count
    secret: str


class SecretListResponse(Wire, frozen=True, kw_only=True):
    secrets: list[Secret]


class SecretSetParams(Params, frozen=True, kw_only=True):
    ref: SecretRef
    value: Annotated[str, msgspec.Meta(min_length=1, max_length=65_536)]
    label: Annotated[str, msgspec.Meta(max_length=200)] | None = None


class SecretRefParams(Params, frozen=True, kw_only=True):
    ref: SecretRef


class SecretSetResponse(Wire, frozen=True, kw_only=True):
    secret: Secret


class SecretDeleteResponse(Wire, frozen=True, kw_only=True):
    ref: str
    deleted: bool


def _tokens(_: object) -> str:
    return "access"


def _secrets(_: object) -> str:
    return "secrets"


TOKEN_ISSUE = Method("token/issue", TokenIssueParams, TokenIssueResponse, Scope.ADMIN, _tokens)
TOKEN_LIST = Method("token/list", NoParams, TokenListResponse, Scope.ADMIN)
TOKEN_REVOKE = Method("token/revoke", TokenRevokeParams, TokenRevokeResponse, Scope.ADMIN, _tokens)
TOKEN_ROTATE = Method("token/rotate", NoParams, TokenRotateResponse, Scope.ADMIN, _tokens)
SECRET_LIST = Method("secret/list", NoParams, SecretListResponse, Scope.ADMIN)
SECRET_SET = Method("secret/set", SecretSetParams, SecretSetResponse, Scope.ADMIN, _secrets)
SECRET_DELETE = Method("secret/delete", SecretRefParams, SecretDeleteResponse, Scope.ADMIN, _secrets)
ALL = (TOKEN_ISSUE, TOKEN_LIST, TOKEN_REVOKE, TOKEN_ROTATE, SECRET_LIST, SECRET_SET, SECRET_DELETE)
