"""Real tools in a temporary folder: real processes and files, a blob store in memory."""

import hashlib
import os
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from portico.gateway.adapters.files import Files
from portico.gateway.adapters.grep import Search
from portico.gateway.adapters.guard import Guard
from portico.gateway.adapters.patch import Patches
from portico.gateway.adapters.shell import Shell, open_shell
from portico.gateway.agent.model import ToolCall
from portico.gateway.agent.ports import ToolOutcome, ToolPort
from portico.gateway.features.tools import Tool, ToolPlace, ToolPorts, ToolsService
from portico.gateway.kernel.clock import SystemClock
from portico.gateway.kernel.redact import Redactor
from portico.protocol.types.workspace import ToolAccess
from tests.kit.ids import FakeIds


@dataclass(slots=True)
class MemoryBlobs:
    """The BlobPort, kept in a dictionary."""

    stored: dict[str, bytes] = field(default_factory=dict[str, bytes])

    async def put(self, data: bytes) -> tuple[str, int]:
        digest = hashlib.sha256(data).hexdigest()
        self.stored[digest] = data
        return digest, len(data)


@dataclass(slots=True)
class ToolShop:
    """Tools at work in the folder `work`; `home` is the gateway's own. `deltas` is what the timeline saw."""

    work: Path
    home: Path
    shell: Shell
    service: ToolsService
    blobs: MemoryBlobs
    redactor: Redactor
    deltas: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])

    def bind(self, switch: ToolAccess = "all", *, allow_exec: bool = True, thread_id: str = "thread") -> ToolPort:
        place = ToolPlace("workspace", thread_id, "turn", self.work, self.work)
        return self.service.bind(place, switch, allow_exec=allow_exec)

    async def call(self, name: str, arguments: Any, tools: ToolPort | None = None) -> ToolOutcome:
        """Prepare and run one call; `arguments` is a text as it came, or what is encoded to one."""
        tools = tools or self.bind()
        text = arguments if isinstance(arguments, str) else msgspec.json.encode(arguments).decode()
        return await tools.run(tools.prepare(ToolCall("call", name, text), "item"), self._sink)

    def _sink(self, piece: str, stream: str) -> None:
        self.deltas.append((stream, piece))


@asynccontextmanager
async def tool_shop(
    folder: Path, secrets: Sequence[str] = (), extra: Sequence[Tool] = (), ripgrep: str | None = None
) -> AsyncGenerator[ToolShop]:
    """Tools in `folder`/work; the processes they leave end with the block."""
    work, home = folder / "work", folder / "home"
    work.mkdir()
    home.mkdir()
    redactor, blobs, ids, guard = Redactor(secrets), MemoryBlobs(), FakeIds(), Guard(home)
    async with open_shell(os.environ, SystemClock(), ids, home) as shell:
        ports = ToolPorts(shell, Files(guard), Patches(guard), Search(shell, guard, ripgrep), blobs)
        yield ToolShop(work, home, shell, ToolsService(ports, redactor, ids, extra), blobs, redactor)
