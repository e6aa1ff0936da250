"""Processes of tools: the one place that starts them."""

from portico.gateway.adapters.shell.service import Shell, open_shell

__all__ = ["Shell", "open_shell"]
