"""The built-in tools (reference 9.1)."""

from portico.gateway.features.tools.ports import Tool, ToolPorts
from portico.gateway.features.tools.toolbox.files import file_tools
from portico.gateway.features.tools.toolbox.search import search_tools
from portico.gateway.features.tools.toolbox.shell import shell_tools
from portico.gateway.kernel.redact import Redactor


def builtin_tools(ports: ToolPorts, redactor: Redactor) -> tuple[Tool, ...]:
    """All of them, in the order in which the model sees them."""
    return (
        *shell_tools(ports.shell, ports.files, redactor),
        *file_tools(ports.files, ports.patch),
        *search_tools(ports.search),
    )


__all__ = ["builtin_tools"]
