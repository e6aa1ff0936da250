"""What the terminal UI was told, by the newest events; the rows of each opened thread."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from portico.boundary.events import (
    BoundaryEvent,
    ComposerTold,
    ConnectionTold,
    PatchesTold,
    ProvidersTold,
    SettingsTold,
    ThreadGone,
    TimelineTold,
    TreePatchesTold,
    TreeTold,
    WorkspacesTold,
)
from portico.client.timeline import AnyPatch, Put, Row, apply
from portico.client.tree import Node
from portico.client.tree_patches import patched
from portico.protocol.types.gateway import GatewayInfo

Topic = Literal["connection", "workspaces", "tree", "providers", "settings", "rows", "composer", "gone"]


@dataclass(slots=True)
class Opened:
    """An opened thread. `cursor` is that of its last event."""

    thread_id: str
    rows: list[Row] = field(default_factory=list[Row])
    cursor: str | None = None
    has_more: bool = False
    is_loaded: bool = False
    composer: ComposerTold | None = None


@dataclass(slots=True)
class Model:
    """The newest of everything."""

    connection: ConnectionTold | None = None
    workspaces: WorkspacesTold | None = None
    tree: TreeTold | None = None
    providers: ProvidersTold | None = None
    settings: SettingsTold | None = None
    gateway: GatewayInfo | None = None
    opened: Opened | None = None
    thread_id: str | None = None

    @property
    def workspace_name(self) -> str:
        told = self.workspaces
        return next((one.name for one in told.workspaces if one.id == told.opened), "") if told else ""

    @property
    def root(self) -> Path | None:
        """The folder whose files a message can name: the workspace's, where the gateway is on this machine."""
        told = self.workspaces
        if told is None or self.gateway is None or not self.gateway.is_local:
            return None
        root = next((one.root for one in told.workspaces if one.id == told.opened), None)
        return Path(root) if root else None

    @property
    def running(self) -> str | None:
        """The turn that runs on the opened thread."""
        return self.opened.composer.running if self.opened and self.opened.composer else None

    @property
    def waiting(self) -> int:
        """What waits for the opened thread: starts and steers."""
        told = self.opened.composer if self.opened else None
        return len(told.queued) + len(told.steers) if told else 0

    def node(self, node_id: str) -> Node | None:
        return next((node for node in walk(self.tree.nodes) if node.id == node_id), None) if self.tree else None

    def look_at(self, thread_id: str | None) -> None:
        """Another thread is shown; what is told of others is passed over."""
        self.thread_id = thread_id
        self.opened = Opened(thread_id) if thread_id is not None else None

    def older(self, rows: Iterable[Row], *, has_more: bool) -> None:
        """Take a page of rows before those that are here."""
        if self.opened is not None:
            known = {row.key for row in self.opened.rows}
            self.opened.rows = [*(row for row in rows if row.key not in known), *self.opened.rows]
            self.opened.has_more = has_more

    def take(self, event: BoundaryEvent) -> Topic | None:
        """What changed; None for what is of a thread that is not shown."""
        match event:
            case ConnectionTold():
                self.connection = event
                return "connection"
            case WorkspacesTold():
                self.workspaces = event
                return "workspaces"
            case TreeTold():
                self.tree = event
                return "tree"
            case TreePatchesTold(workspace_id=workspace_id, patches=patches):
                if self.tree is not None and self.tree.workspace_id == workspace_id:
                    self.tree = TreeTold(workspace_id=workspace_id, nodes=patched(self.tree.nodes, patches))
                return "tree"
            case ProvidersTold():
                self.providers = event
                return "providers"
            case SettingsTold():
                self.settings = event
                return "settings"
            case TimelineTold() | PatchesTold() | ComposerTold() | ThreadGone():
                return self._of_thread(event)
            case _:
                return None

    def _of_thread(self, event: TimelineTold | PatchesTold | ComposerTold | ThreadGone) -> Topic | None:
        opened = self.opened
        if opened is None or event.thread_id != opened.thread_id:
            return None
        match event:
            case TimelineTold(rows=rows, cursor=cursor, has_more=has_more):
                opened.rows, opened.cursor, opened.has_more, opened.is_loaded = list(rows), cursor, has_more, True
                return "rows"
            case PatchesTold(cursor=cursor):
                opened.cursor = cursor
                opened.rows = self._patched(opened, event)
                return "rows"
            case ComposerTold():
                opened.composer = event
                return "composer"
            case ThreadGone():
                return "gone"

    def _patched(self, opened: Opened, event: PatchesTold) -> list[Row]:
        """A row behind one that is not here belongs to older ones, unless it is the first of all."""
        if not opened.has_more:
            return apply(opened.rows, event.patches)
        known = {row.key for row in opened.rows}
        taken: list[AnyPatch] = []
        for patch in event.patches:
            if isinstance(patch, Put) and patch.key not in known:
                if patch.after not in known:
                    continue
                known.add(patch.key)
            taken.append(patch)
        return apply(opened.rows, taken)


def walk(nodes: Iterable[Node]) -> Iterator[Node]:
    """Every node, each before what it holds."""
    waiting = list(nodes)[::-1]
    while waiting:
        node = waiting.pop()
        yield node
        waiting += reversed(node.children)
