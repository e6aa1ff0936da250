"""A small gateway of threads and turns on real SQLite, with a scripted model and fake tools."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import anyio
import msgspec

from portico.gateway.adapters.host import HostFiles
from portico.gateway.agent.model import ToolCall, ToolSpec
from portico.gateway.agent.ports import DeltaSink, ModelPort, PreparedCall, ToolOutcome, ToolPort
from portico.gateway.features.threads import ThreadService, project
from portico.gateway.features.tools import ToolPlace
from portico.gateway.features.turns import Chosen, TurnPorts, TurnReader, TurnService, Wish
from portico.gateway.kernel.config import Config, LiveConfig
from portico.gateway.kernel.context import ALL_SCOPES, Principal
from portico.gateway.kernel.errors import Invalid, NotFound
from portico.gateway.kernel.lanes import Lanes
from portico.gateway.kernel.metrics import NoMetrics
from portico.gateway.log.writer import LogWriter
from portico.gateway.rpc import CallContext
from portico.gateway.store.engine import Group, Query, ResultRow, Store, StoreUnavailable
from portico.protocol.base import Scope
from portico.protocol.events import Event
from portico.protocol.methods.thread import ThreadStartParams
from portico.protocol.methods.turn import TurnRef, TurnStartParams, TurnStartResponse
from portico.protocol.types.input import TextInput
from portico.protocol.types.settings import GatewaySettings
from portico.protocol.types.thread import Thread, ThreadMode
from portico.protocol.types.turn import Turn, TurnStatus
from portico.protocol.types.workspace import ToolAccess, Workspace
from tests.kit.clock import FakeClock
from tests.kit.ids import FakeIds
from tests.kit.logs import running_log
from tests.kit.models import ScriptedModel
from tests.kit.stores import sqlite_store
from tests.kit.tools import FakeTools

READONLY = ("look",)


@dataclass
class FakeModels:
    """Every provider name opens `port`, except `nobody`; `wishes` tells what was asked."""

    port: ModelPort
    takes_images: bool | None = None
    wishes: list[Wish] = field(default_factory=list[Wish])

    async def choose(self, thread: Thread, wish: Wish) -> Chosen:
        self.wishes.append(wish)
        if wish.provider == "nobody":
            raise Invalid("unknown provider", code="unknown_provider", path="$.model_provider")
        provider = wish.provider or thread.model_provider or "rehearsal"
        model = wish.model or thread.model or "scripted-1"
        return Chosen(provider, model, self.port, wish.effort, self.takes_images)


@dataclass
class Boxes:
    """Binds the test's tools; `bound` tells with what."""

    tools: FakeTools
    bound: list[tuple[ToolPlace, ToolAccess, bool]] = field(default_factory=list[Any])

    def bind(self, place: ToolPlace, switch: ToolAccess, *, allow_exec: bool) -> ToolPort:
        self.bound.append((place, switch, allow_exec))
        names = set(self.tools.tools)
        if isinstance(switch, list):
            if set(switch) - names:
                raise Invalid("unknown tools", code="unknown_tool", path="$.tools")
            names &= set(switch)
        elif switch == "none":
            names = set[str]()
        if switch == "readonly" or not allow_exec:
            names &= set(READONLY)
        return Bound(self.tools, frozenset(names))


@dataclass(frozen=True)
class Bound:
    tools: FakeTools
    names: frozenset[str]

    @property
    def specs(self) -> tuple[ToolSpec, ...]:
        return tuple(spec for spec in self.tools.specs if spec.name in self.names)

    def prepare(self, call: ToolCall, item_id: str) -> PreparedCall:
        return self.tools.prepare(call, item_id)

    async def run(self, prepared: PreparedCall, sink: DeltaSink) -> ToolOutcome:
        return await self.tools.run(prepared, sink)


@dataclass
class OneWorkspace:
    workspace: Workspace

    async def get(self, workspace_id: str) -> Workspace:
        if workspace_id != self.workspace.id:
            raise NotFound("no such workspace")
        return self.workspace


@dataclass
class FixedSettings:
    settings: GatewaySettings = field(default_factory=GatewaySettings)

    def current(self) -> GatewaySettings:
        return self.settings


class FailingStore:
    """A store whose disk goes away after `commits` more commits, until `heal`; commits wait for `hold`."""

    def __init__(self, store: Store, commits: int | None = None) -> None:
        self._store = store
        self.left = commits
        self.commits = 0
        self.hold: anyio.Event | None = None
        self.held = anyio.Event()

    @property
    def dialect(self) -> str:
        return self._store.dialect

    def heal(self) -> None:
        self.left = None

    def hang(self) -> anyio.Event:
        """Commits wait until the event is set; `held` is when one does."""
        self.hold = anyio.Event()
        return self.hold

    async def read(self, sql: str, args: Sequence[Any] = ()) -> list[ResultRow]:
        return await self._store.read(sql, args)

    async def snapshot(self, *queries: Query) -> list[list[ResultRow]]:
        return await self._store.snapshot(*queries)

    async def apply(self, group: Group) -> None:
        if self.hold is not None:
            self.held.set()
            await self.hold.wait()
        if self.left is not None:
            if self.left <= 0:
                raise StoreUnavailable("the disk is full", code="disk_full", reason="disk_full")
            self.left -= 1
        await self._store.apply(group)
        self.commits += 1

    async def backup(self, target: str) -> None:
        await self._store.backup(target)

    async def check(self) -> list[str]:
        return await self._store.check()


class Following:
    """A connection that remembers what it follows."""

    def __init__(self) -> None:
        self.id = "c1"
        self.is_local = True
        self.workspace_id: str | None = None
        self.streams: dict[str, int] = {}

    def select_workspace(self, workspace_id: str) -> None:
        self.workspace_id = workspace_id

    def subscribe(self, stream: str, version: int) -> None:
        self.streams.setdefault(stream, version)

    def unsubscribe(self, stream: str) -> bool:
        return self.streams.pop(stream, None) is not None


@dataclass
class Setup:
    """What a home is made of; tests change what they are about."""

    model: ModelPort = field(default_factory=ScriptedModel)
    tools: FakeTools = field(default_factory=FakeTools)
    config: dict[str, Any] = field(default_factory=dict[str, Any])
    clock: FakeClock = field(default_factory=FakeClock)
    workspace_tools: ToolAccess | None = None
    commits: int | None = None
    grace_seconds: float = 10.0


@dataclass
class Home:
    """The parts, and short forms of the calls that tests make."""

    ports: TurnPorts
    turns: TurnService
    reader: TurnReader
    threads: ThreadService
    log: LogWriter
    store: FailingStore
    clock: FakeClock
    models: FakeModels
    boxes: Boxes
    root: Path
    workspaces: OneWorkspace

    async def thread(self, thread_id: str = "t1", **given: Any) -> None:
        wish = ThreadStartParams(thread_id=thread_id, workspace_id="w1", **given)
        await self.threads.start(caller(), wish)

    async def start(self, turn_id: str = "u1", text: str = "hello", **given: Any) -> TurnStartResponse:
        ctx = given.pop("ctx", None) or caller()
        return await self.turns.start(ctx, params(turn_id, text, **given))

    async def turn(self, turn_id: str = "u1", thread_id: str = "t1") -> Turn:
        return (await self.reader.get(caller(), TurnRef(thread_id=thread_id, turn_id=turn_id))).turn

    async def ended(self, turn_id: str = "u1", thread_id: str = "t1") -> Turn:
        """The turn once it has ended; waits for commits."""
        woken = [anyio.Event()]
        watch = await self.log.watch(f"thread:{thread_id}", lambda: woken[0].set())  # noqa: PLW0108 - the event changes
        with anyio.fail_after(5):
            while True:
                woken[0] = anyio.Event()
                row = await self.threads.turn(thread_id, turn_id)
                if row is not None and row.turn.status is not TurnStatus.IN_PROGRESS:
                    break
                await woken[0].wait()
        watch.close()
        return row.turn

    async def events(self, thread_id: str = "t1", turn_id: str | None = None) -> list[Event]:
        """The thread's stream as it is stored, its versions without holes."""
        await self.log.flush()
        sql = "select version, turn_id, data from event where stream = $1 order by version"
        rows = await self.log.read(sql, (f"thread:{thread_id}",))
        assert [version for version, _, _ in rows] == list(range(1, len(rows) + 1))
        chosen = [data for _, turn, data in rows if turn_id in {None, turn}]
        return [msgspec.json.decode(data, type=_Stored).payload for data in chosen]

    async def texts(self, thread_id: str = "t1") -> list[str]:
        """What user and agent said."""
        items = await self.threads.conversation(thread_id)
        return [msgspec.json.decode(item.data)["text"] for item in items]


class _Stored(msgspec.Struct):
    payload: Event


@asynccontextmanager
async def home(folder: Path, setup: Setup | None = None) -> AsyncGenerator[Home]:
    """A home on the database in `folder`; turns are not accepted yet."""
    setup = setup or Setup()
    root = folder / "root"
    root.mkdir(exist_ok=True)
    async with sqlite_store(folder) as sqlite:
        store = FailingStore(sqlite, setup.commits)
        async with running_log(store, [project], setup.clock) as log:
            yield _home(folder, setup, store, log)


@asynccontextmanager
async def working_home(folder: Path, setup: Setup | None = None) -> AsyncGenerator[Home]:
    """A home that recovers, then runs turns while the block runs."""
    async with home(folder, setup) as made:
        await made.turns.recover()
        async with made.turns.accepting():
            yield made


def _home(folder: Path, setup: Setup, store: FailingStore, log: LogWriter) -> Home:
    root = folder / "root"
    made = Workspace(
        id="w1",
        name="One",
        is_active=True,
        is_current=True,
        created_at=1,
        updated_at=1,
        root=str(root),
        tools=setup.workspace_tools,
    )
    ids, clock, workspaces = FakeIds(), setup.clock, OneWorkspace(made)
    models, boxes = FakeModels(setup.model), Boxes(setup.tools)
    threads = ThreadService(log, clock, ids, workspaces)
    ports = TurnPorts(
        log=log,
        threads=threads,
        workspaces=workspaces,
        settings=FixedSettings(),
        models=models,
        tools=boxes,
        host=HostFiles(folder),
        config=LiveConfig(Config(home=folder, default_root=root, **setup.config)),
        clock=clock,
        ids=ids,
        lanes=Lanes(),
        metrics=NoMetrics(),
    )
    turns = TurnService(ports, setup.grace_seconds)
    return Home(
        ports=ports,
        turns=turns,
        reader=TurnReader(threads),
        threads=threads,
        log=log,
        store=store,
        clock=clock,
        models=models,
        boxes=boxes,
        root=root,
        workspaces=workspaces,
    )


def caller(*scopes: Scope, connection: Following | None = None) -> CallContext:
    """A call with these scopes; without any with all of them."""
    principal = Principal(id="p", name="p", scopes=frozenset(scopes) or ALL_SCOPES, kind="token")
    return CallContext(principal=principal, connection=connection or Following())


def params(turn_id: str = "u1", text: str = "hello", thread_id: str = "t1", **given: Any) -> TurnStartParams:
    given.setdefault("input", [TextInput(text=text)])
    return TurnStartParams(thread_id=thread_id, turn_id=turn_id, **given)


CHAT = ThreadMode.CHAT
