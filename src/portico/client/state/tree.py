"""A workspace's tree: what the gateway last told, and over it what this client did and has no answer for yet.

An edit shows at once. While it is unanswered, and after its answer until a load that was asked for later has come,
it is applied again over whatever the gateway tells; a refused one is forgotten, and nothing else with it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from msgspec.structs import replace as changed_struct

from portico.client.state.fresh import Asked, Freshness, Loaded, LoadFailed, Missed
from portico.client.state.notices import TreeHint
from portico.protocol import events as ev
from portico.protocol.methods.thread import ThreadTreeResponse
from portico.protocol.types.thread import (
    OriginKind,
    SidebarVisibility,
    Thread,
    ThreadFolder,
    ThreadMode,
    ThreadStatus,
)


@dataclass(frozen=True, slots=True)
class CreateThread:
    """The id is the client's; without a name the thread is shown as a new one."""

    thread_id: str
    name: str | None = None
    mode: ThreadMode = ThreadMode.AGENT


@dataclass(frozen=True, slots=True)
class RenameThread:
    thread_id: str
    name: str


@dataclass(frozen=True, slots=True)
class MoveThread:
    """Without a folder it goes to the root."""

    thread_id: str
    folder_id: str | None = None


@dataclass(frozen=True, slots=True)
class DeleteThread:
    thread_id: str


@dataclass(frozen=True, slots=True)
class CreateFolder:
    folder_id: str
    name: str
    parent_folder_id: str | None = None


@dataclass(frozen=True, slots=True)
class MoveFolder:
    folder_id: str
    parent_folder_id: str | None = None


@dataclass(frozen=True, slots=True)
class RenameFolder:
    folder_id: str
    name: str


@dataclass(frozen=True, slots=True)
class DeleteFolder:
    """Layout only: what is inside goes to the folder around it."""

    folder_id: str


Edit = CreateThread | RenameThread | MoveThread | DeleteThread | CreateFolder | MoveFolder | RenameFolder | DeleteFolder


@dataclass(frozen=True, slots=True)
class Began:
    """This client asks for an edit, under an id of its own."""

    id: str
    edit: Edit


@dataclass(frozen=True, slots=True)
class Accepted:
    """The gateway did it."""

    id: str


@dataclass(frozen=True, slots=True)
class Refused:
    """The gateway did not do it, or nobody knows."""

    id: str


@dataclass(frozen=True, slots=True)
class Pending:
    """`accepted` is how many loads had been asked for when the gateway did it: a later one knows it."""

    id: str
    edit: Edit
    accepted: int | None = None


@dataclass(frozen=True, slots=True)
class Tree:
    """Threads and folders by id, and the folder of each placed thread."""

    threads: Mapping[str, Thread] = field(default_factory=dict[str, Thread])
    folders: Mapping[str, ThreadFolder] = field(default_factory=dict[str, ThreadFolder])
    places: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class TreeState:
    """One workspace's; facts of other workspaces leave it as it is."""

    workspace_id: str
    told: Tree = Tree()
    pending: tuple[Pending, ...] = ()
    fresh: Freshness = Freshness()


def reduce(state: TreeState, event: object) -> TreeState:
    """The next state after an edit, an answer or a fact; anything else leaves it as it is."""
    match event:
        case Asked() | LoadFailed() | Missed():
            return replace(state, fresh=state.fresh.after(event))
        case Loaded(number=number, answer=ThreadTreeResponse() as answer):
            return _loaded(state, number, answer)
        case Began(id=id_, edit=edit):
            is_known = any(one.id == id_ for one in state.pending)
            return state if is_known else replace(state, pending=(*state.pending, Pending(id_, edit)))
        case Accepted(id=id_):
            return _accepted(state, id_)
        case Refused(id=id_):
            left = tuple(one for one in state.pending if one.id != id_)
            return state if left == state.pending else replace(state, pending=left, fresh=state.fresh.changed())
        case _:
            return _fact(state, event)


def view(state: TreeState) -> Tree:
    """The tree as this client shows it: what was told, and its own edits over it, in their order."""
    if not state.pending:
        return state.told
    return applied(state.told, state.workspace_id, (one.edit for one in state.pending))


def applied(tree: Tree, workspace_id: str, edits: Iterable[Edit]) -> Tree:
    """The tree after the edits; one that does not fit (any more) does nothing."""
    following = _Draft(workspace_id, dict(tree.threads), dict(tree.folders), dict(tree.places))
    for edit in edits:
        following.apply(edit)
    return Tree(following.threads, following.folders, following.places)


def _loaded(state: TreeState, number: int, answer: ThreadTreeResponse) -> TreeState:
    if number <= state.fresh.loaded or answer.workspace_id != state.workspace_id:
        return state
    told = Tree(
        {thread.id: _same(state.told.threads.get(thread.id), thread) for thread in answer.threads},
        {folder.id: folder for folder in answer.folders},
        {place.thread_id: place.folder_id for place in answer.placements if place.folder_id is not None},
    )
    pending = tuple(one for one in state.pending if one.accepted is None or one.accepted >= number)
    return replace(state, told=told, pending=pending, fresh=state.fresh.took(number))


def _same(known: Thread | None, told: Thread) -> Thread:
    """The value of before where it is equal: who shows the tree looks at what is another one only."""
    return known if known is not None and known == told else told


def _accepted(state: TreeState, id_: str) -> TreeState:
    if not any(one.id == id_ and one.accepted is None for one in state.pending):
        return state
    asked = state.fresh.asked
    pending = tuple(replace(one, accepted=asked) if one.id == id_ else one for one in state.pending)
    return replace(state, pending=pending, fresh=state.fresh.changed())


def _fact(state: TreeState, event: object) -> TreeState:
    """A thread's fact shows at once; a thread that catches up tells old ones too, so a load has the last word."""
    match event:
        case TreeHint(workspace_id=state.workspace_id):
            return replace(state, fresh=state.fresh.changed())
        case ev.ThreadStarted(thread=thread) | ev.ThreadUpdated(thread=thread):
            if thread.workspace_id != state.workspace_id:
                return state
            told = replace(state.told, threads={**state.told.threads, thread.id: thread})
            return replace(state, told=told, fresh=state.fresh.changed())
        case ev.ThreadClosed(workspace_id=state.workspace_id, thread_id=thread_id):
            threads = {id_: thread for id_, thread in state.told.threads.items() if id_ != thread_id}
            return replace(state, told=replace(state.told, threads=threads), fresh=state.fresh.changed())
        case _:
            return state


@dataclass(slots=True)
class _Draft:
    """A copy of the tree that edits change in place."""

    workspace_id: str
    threads: dict[str, Thread]
    folders: dict[str, ThreadFolder]
    places: dict[str, str]

    def apply(self, edit: Edit) -> None:
        match edit:
            case CreateThread():
                self._create_thread(edit)
            case RenameThread(thread_id=id_, name=name) if id_ in self.threads:
                self.threads[id_] = changed_struct(self.threads[id_], name=name.strip() or None)
            case MoveThread(thread_id=id_, folder_id=folder_id) if id_ in self.threads:
                self._place(id_, folder_id)
            case DeleteThread(thread_id=id_):
                self.threads.pop(id_, None)
                self.places.pop(id_, None)
            case CreateFolder():
                self._create_folder(edit)
            case MoveFolder(folder_id=id_, parent_folder_id=parent) if id_ in self.folders:
                if self._may_hold(id_, parent):
                    self.folders[id_] = changed_struct(self.folders[id_], parent_folder_id=parent)
            case RenameFolder(folder_id=id_, name=name) if id_ in self.folders and name.strip():
                self.folders[id_] = changed_struct(self.folders[id_], name=name.strip())
            case DeleteFolder(folder_id=id_) if id_ in self.folders:
                self._delete_folder(id_)
            case _:
                pass

    def _create_thread(self, edit: CreateThread) -> None:
        if edit.thread_id in self.threads:
            return
        newest = max((thread.updated_at for thread in self.threads.values()), default=0)
        self.threads[edit.thread_id] = Thread(
            workspace_id=self.workspace_id,
            id=edit.thread_id,
            name=edit.name,
            preview="",
            mode=edit.mode,
            model="",
            model_provider="",
            created_at=newest,
            updated_at=newest,
            status=ThreadStatus.IDLE,
            origin_kind=OriginKind.USER,
            sidebar_visibility=SidebarVisibility.VISIBLE,
        )

    def _place(self, thread_id: str, folder_id: str | None) -> None:
        if folder_id is None:
            self.places.pop(thread_id, None)
        elif folder_id in self.folders:
            self.places[thread_id] = folder_id

    def _create_folder(self, edit: CreateFolder) -> None:
        parent = edit.parent_folder_id
        if edit.folder_id in self.folders or (parent is not None and parent not in self.folders):
            return
        self.folders[edit.folder_id] = ThreadFolder(
            id=edit.folder_id,
            workspace_id=self.workspace_id,
            parent_folder_id=parent,
            name=edit.name,
            created_at=0,
            updated_at=0,
        )

    def _may_hold(self, folder_id: str, parent_id: str | None) -> bool:
        """The parent is there and not inside the folder; a circle that the gateway told is not followed for ever."""
        for _ in range(len(self.folders) + 1):
            if parent_id is None:
                return True
            if parent_id == folder_id or parent_id not in self.folders:
                return False
            parent_id = self.folders[parent_id].parent_folder_id
        return False

    def _delete_folder(self, folder_id: str) -> None:
        parent = self.folders.pop(folder_id).parent_folder_id
        for id_, folder in self.folders.items():
            if folder.parent_folder_id == folder_id:
                self.folders[id_] = changed_struct(folder, parent_folder_id=parent)
        inside = [id_ for id_, place in self.places.items() if place == folder_id]
        for id_ in inside:
            self._place(id_, parent)
