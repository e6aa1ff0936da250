"""What every type of the wire is made of: struct bases, scopes, limits, ids."""

from enum import StrEnum
from typing import Annotated, Any

import msgspec

type_safe_id = r"^[A-Za-z0-9_.:-]{1,64}$"
Id = Annotated[str, msgspec.Meta(pattern=type_safe_id, min_length=1, max_length=64)]
"""A client-made or ours-made id: 1 to 64 safe characters; ours are 21 alphanumerics (reference 2.3)."""

SAFE_INT = 2**53 - 1
Count = Annotated[int, msgspec.Meta(ge=0, le=SAFE_INT)]
Seconds = Annotated[int, msgspec.Meta(ge=0, le=SAFE_INT)]
"""Unix seconds; fields that end in `_at`."""


class Wire(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A value with snake_case keys; absent optional fields are omitted (reference 2.4)."""


class WireCamel(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """A value with camelCase keys."""


class Params(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """Parameters of a call, snake_case; an unknown name is refused with its path."""


class ParamsCamel(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True, rename="camel"
):
    """Parameters of a call, camelCase."""


class NoParams(Params, frozen=True, kw_only=True):
    """A call without parameters."""


def no_items() -> list[Any]:
    """Default of a list that is always sent: `omit_defaults` leaves only `list` itself out."""
    return []


class Scope(StrEnum):
    """What a credential may do; they stand alone (design 6)."""

    READ = "read"
    CHAT = "chat"
    AGENT = "agent"
    ADMIN = "admin"
