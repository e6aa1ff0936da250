"""Which tools a turn may have (design 8)."""

from collections.abc import Iterable, Mapping

from portico.gateway.kernel.errors import Invalid
from portico.protocol.types.workspace import ToolAccess


def check(switch: ToolAccess, known: Iterable[str]) -> None:
    """Raises Invalid when the switch names a tool that does not exist."""
    if isinstance(switch, str):
        return
    unknown = sorted(set(switch) - set(known))
    if unknown:
        raise Invalid(f"unknown tools: {', '.join(unknown)}", code="unknown_tool", path="$.tools", unknown=unknown)


def allowed(switch: ToolAccess, readonly: Mapping[str, bool], *, allow_exec: bool) -> frozenset[str]:
    """The names the switch leaves of the tools; `readonly` says of each whether it only reads.

    Without `allow_exec` only reading tools are left, whatever the switch says.
    """
    match switch:
        case "none":
            names = set[str]()
        case "all":
            names = set(readonly)
        case "readonly":
            names = {name for name, reads in readonly.items() if reads}
        case _:
            names = set(switch) & set(readonly)
    return frozenset(name for name in names if allow_exec or readonly[name])
