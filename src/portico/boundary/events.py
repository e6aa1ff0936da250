"""What a shell is told: a tagged union. Everything but patches and notices is a snapshot, the newest only."""

from portico.client.selectors import ProviderRow
from portico.client.status import Action, State
from portico.client.timeline import AnyPatch, Row
from portico.client.tree import Node
from portico.client.tree_patches import TreePatch
from portico.client.words import Phrase
from portico.protocol.base import Wire
from portico.protocol.methods.turn import QueuedSteer, QueuedTurn
from portico.protocol.types.turn import TurnStatus
from portico.protocol.types.workspace import Workspace


class Told(Wire, frozen=True, kw_only=True, omit_defaults=False, tag_field="event"):
    """Base of the events."""


class ConnectionTold(Told, frozen=True, kw_only=True, tag="connection"):
    """The state of the connection, as a person understands it."""

    state: State
    words: Phrase
    action: Action | None = None
    action_words: Phrase | None = None
    detail: str = ""
    retry_seconds: float = 0.0


class WorkspacesTold(Told, frozen=True, kw_only=True, tag="workspaces"):
    """`opened` is the one that this shell looks at."""

    workspaces: tuple[Workspace, ...]
    opened: str | None = None


class TreeTold(Told, frozen=True, kw_only=True, tag="tree"):
    """The whole tree of the opened workspace, with this shell's own edits, in the place of what the shell has."""

    workspace_id: str
    nodes: tuple[Node, ...]


class TreePatchesTold(Told, frozen=True, kw_only=True, tag="tree_patches"):
    """What follows on the tree that was told before: taken in their order, each on the lines after the one before."""

    workspace_id: str
    patches: tuple[TreePatch, ...]


class ProvidersTold(Told, frozen=True, kw_only=True, tag="providers"):
    workspace_id: str
    providers: tuple[ProviderRow, ...]


class SettingRow(Wire, frozen=True, kw_only=True, omit_defaults=False):
    """A line of a page of settings."""

    id: str
    kind: str
    title: Phrase
    value: bool | int | float | str | list[str] | None
    choices: tuple[str, ...] = ()


class SettingsPage(Wire, frozen=True, kw_only=True, omit_defaults=False):
    id: str
    title: Phrase
    rows: tuple[SettingRow, ...]


class SettingsTold(Told, frozen=True, kw_only=True, tag="settings"):
    pages: tuple[SettingsPage, ...]


class TimelineTold(Told, frozen=True, kw_only=True, tag="timeline"):
    """An opened thread's newest rows, in the place of what the shell has of it. `has_more`: older ones can be read."""

    thread_id: str
    cursor: str
    rows: tuple[Row, ...]
    has_more: bool


class PatchesTold(Told, frozen=True, kw_only=True, tag="patches"):
    """What follows on the cursor before. A `put` behind a row that the shell does not have belongs to older rows."""

    thread_id: str
    cursor: str
    patches: tuple[AnyPatch, ...]


class ComposerTold(Told, frozen=True, kw_only=True, tag="composer"):
    """What an opened thread's composer needs: the turn that runs, and what waits for it."""

    thread_id: str
    running: str | None
    queued: tuple[QueuedTurn, ...] = ()
    steers: tuple[QueuedSteer, ...] = ()


class ThreadGone(Told, frozen=True, kw_only=True, tag="thread_gone"):
    """An opened thread was deleted; it is closed."""

    thread_id: str


class TurnEnded(Told, frozen=True, kw_only=True, tag="turn_ended"):
    """A turn of the opened workspace is over, told once; `name` is that of its thread, `elapsed_ms` what it took."""

    thread_id: str
    turn_id: str
    name: str
    status: TurnStatus
    elapsed_ms: int | None = None


BoundaryEvent = (
    ConnectionTold
    | WorkspacesTold
    | TreeTold
    | TreePatchesTold
    | ProvidersTold
    | SettingsTold
    | TimelineTold
    | PatchesTold
    | ComposerTold
    | ThreadGone
    | TurnEnded
)
