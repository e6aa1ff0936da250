"""What running turns needs from elsewhere: the log's fences, models, tools, the host's files."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from portico.gateway.agent.ports import ModelPort, ToolPort
from portico.gateway.agent.prompt import Document
from portico.gateway.features.threads import ThreadService
from portico.gateway.features.tools import ToolPlace
from portico.gateway.kernel.clock import Clock
from portico.gateway.kernel.config import LiveConfig
from portico.gateway.kernel.errors import GatewayError
from portico.gateway.kernel.ids import Ids
from portico.gateway.kernel.lanes import Lanes
from portico.gateway.kernel.metrics import Metrics
from portico.gateway.log import EventLog
from portico.protocol.types.settings import GatewaySettings
from portico.protocol.types.thread import Thread
from portico.protocol.types.workspace import ToolAccess, Workspace


class RunLog(EventLog, Protocol):
    """The log, as the task that runs a turn sees it."""

    def watch_run(self, stream: str, fence: int, refused: Callable[[GatewayError], None]) -> Callable[[], None]:
        """Tell `refused` when the run with `fence` may not write to `stream` any more. Returns the undo."""
        ...


@dataclass(frozen=True, slots=True)
class Wish:
    """What a start says about its model; None leaves it to the thread, the settings, the gateway."""

    provider: str | None = None
    model: str | None = None
    effort: str | None = None
    has_images: bool = False


@dataclass(frozen=True, slots=True)
class Chosen:
    """The model of a turn, opened. `effort` is canonical; `takes_images` is None where nobody said.

    `context_tokens` is its context window where somebody said.
    """

    provider: str
    model: str
    port: ModelPort
    effort: str | None = None
    takes_images: bool | None = None
    context_tokens: int | None = None


class Models(Protocol):
    """Chooses and opens models."""

    async def choose(self, thread: Thread, wish: Wish) -> Chosen:
        """Raises Invalid for an unknown provider or an effort that the model does not list, Unavailable without one."""
        ...


class Toolboxes(Protocol):
    """Binds tools to a turn."""

    def bind(self, place: ToolPlace, switch: ToolAccess, *, allow_exec: bool) -> ToolPort:
        """Raises Invalid when the switch names a tool that does not exist."""
        ...


class Workspaces(Protocol):
    """The workspaces that threads belong to."""

    async def get(self, workspace_id: str) -> Workspace:
        """The workspace, its `root` filled in; NotFound when there is none."""
        ...


class Settings(Protocol):
    def current(self) -> GatewaySettings: ...


class Host(Protocol):
    """The gateway host's files, as far as a prompt and a picture need them."""

    def documents(self) -> Sequence[Document]:
        """Those of SOUL.md, IDENTITY.md, USER.md that are there, in this order. Cheap: called at every start."""
        ...

    async def read(self, path: str, root: Path, limit: int) -> bytes:
        """A file inside `root`. Raises Invalid when it is outside, missing, no plain file, or above `limit` bytes."""
        ...


@dataclass(frozen=True, slots=True)
class TurnPorts:
    """Everything around turns. `lanes` are the dispatcher's: a start from the queue stands in its thread's lane."""

    log: RunLog
    threads: ThreadService
    workspaces: Workspaces
    settings: Settings
    models: Models
    tools: Toolboxes
    host: Host
    config: LiveConfig
    clock: Clock
    ids: Ids
    lanes: Lanes
    metrics: Metrics
