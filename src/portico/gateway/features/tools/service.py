"""The tools of the gateway, and their binding to a turn."""

import shutil
from collections.abc import Iterable

from portico.gateway.agent.ports import ToolPort
from portico.gateway.features.tools.ports import Tool, ToolPlace, ToolPorts
from portico.gateway.features.tools.rules import access
from portico.gateway.features.tools.rules.validation import Validators
from portico.gateway.features.tools.runner import BoundTools, Workshop
from portico.gateway.features.tools.toolbox import builtin_tools
from portico.gateway.kernel.ids import Ids
from portico.gateway.kernel.redact import Redactor
from portico.protocol.types.workspace import ToolAccess


class ToolsService:
    """Knows every tool. `extra` are tools of other features (MCP, memory, tasks...), given by the composition root."""

    def __init__(self, ports: ToolPorts, redactor: Redactor, ids: Ids, extra: Iterable[Tool] = ()) -> None:
        self._shell = ports.shell
        tools = {tool.name: tool for tool in (*builtin_tools(ports, redactor), *extra)}
        self._readonly = {name: tool.is_readonly for name, tool in tools.items()}
        self._workshop = Workshop(
            tools=tools,
            blobs=ports.blobs,
            redactor=redactor,
            ids=ids,
            validators=Validators(),
            shell="bash" if shutil.which("bash") else "sh",
            argv_of=ports.shell.argv_of,
        )

    @property
    def names(self) -> tuple[str, ...]:
        """Every tool that a switch may name."""
        return tuple(self._readonly)

    def check(self, switch: ToolAccess) -> None:
        """Raises Invalid when the switch names a tool that does not exist."""
        access.check(switch, self._readonly)

    def allowed(self, switch: ToolAccess, *, allow_exec: bool) -> frozenset[str]:
        """What the switch leaves; without `allow_exec` only the reading tools. Raises Invalid like `check`."""
        access.check(switch, self._readonly)
        return access.allowed(switch, self._readonly, allow_exec=allow_exec)

    def bind(self, place: ToolPlace, switch: ToolAccess, *, allow_exec: bool) -> ToolPort:
        """The tools of one turn. Raises Invalid when the switch names a tool that does not exist."""
        return BoundTools(self._workshop, place, self.allowed(switch, allow_exec=allow_exec))

    def warm(self) -> None:
        """Load what the first call would wait for; for a thread, after the listener is up."""
        self._workshop.validators.warm()

    async def end_thread(self, thread_id: str) -> None:
        """End what still runs for a thread that is gone."""
        await self._shell.end(thread_id)
