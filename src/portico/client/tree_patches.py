"""What changed in the tree that a shell shows, as patches, so that a tree of 10,000 threads is told whole only once."""

from bisect import bisect_left, insort
from collections.abc import Iterable, Mapping
from dataclasses import replace
from itertools import compress
from operator import is_not

import msgspec

from portico.client.state.tree import Tree
from portico.client.tree import Node, folder_node, folder_parents, from_the_root, is_shown, nodes, order_of, thread_node
from portico.protocol.types.thread import Thread


class TreePut(msgspec.Struct, frozen=True, kw_only=True, tag_field="op", tag="put"):
    """The line as it is now, new, changed or moved: in the folder `parent` (null: the root), directly behind the line
    `after` (null: as the first). `node.children` is empty and says nothing: what a folder holds stays in it.
    """

    node: Node
    parent: str | None
    after: str | None


class TreeDrop(msgspec.Struct, frozen=True, kw_only=True, tag_field="op", tag="drop"):
    """The line is gone, with what is still in it."""

    id: str


TreePatch = TreePut | TreeDrop
NONE: Mapping[str, Thread] = {}
Order = tuple[object, ...]


class TreeLines:
    """The lines as they were told last. `take` costs what changed, and a look at each thread's identity.

    A folder is put before what it holds, a line behind one that stands already: patches are taken in their order.
    """

    def __init__(self, tree: Tree, pending: frozenset[str] = frozenset()) -> None:
        self._tree = Tree()
        self._pending: frozenset[str] = frozenset()
        self._lines: dict[str, Node] = {}
        self._parents: dict[str, str | None] = {}
        self._inside: dict[str | None, list[tuple[Order, str]]] = {}
        self._anew(tree, pending)

    def __len__(self) -> int:
        return len(self._lines)

    def nodes(self) -> tuple[Node, ...]:
        """The whole tree, nested."""
        return nodes(self._tree, self._pending)

    def take(self, tree: Tree, pending: frozenset[str] = frozenset()) -> list[TreePatch]:
        """The patches that make this tree of the one before."""
        changed = self._changed(tree, pending)
        if changed is None:
            return self._anew(tree, pending)
        self._tree, self._pending = tree, pending
        puts: dict[str, None] = {}
        drops: list[TreePatch] = []
        folders: dict[str, None] = {}
        for id_ in changed:
            before = self._parents.get(id_)
            is_there = self._settle(id_)
            if is_there:
                puts[id_] = None
            elif is_there is not None:
                drops.append(TreeDrop(id=id_))
            for folder in (before, self._parents.get(id_)):
                if folder is not None:
                    folders[folder] = None
        for folder in folders:
            puts.update(dict.fromkeys(self._renewed(folder)))
        ordered = sorted(puts, key=lambda id_: order_of(self._lines[id_]))
        return [*(self._put(id_) for id_ in ordered), *drops]

    def _changed(self, tree: Tree, pending: frozenset[str]) -> list[str] | None:
        """Ids of threads that are not what they were; None when folders changed, and all is to be looked at."""
        known = self._tree
        if tree.folders is not known.folders and tree.folders != known.folders:
            return None
        marked = pending ^ self._pending
        if not marked.isdisjoint(tree.folders):
            return None
        found = dict.fromkeys([*_differing(known.threads, tree.threads), *marked])
        if tree.places is not known.places:
            moved = known.places.items() ^ tree.places.items()
            found.update(dict.fromkeys(sorted({id_ for id_, _ in moved})))
        return [id_ for id_ in found if id_ not in tree.folders]

    def _settle(self, id_: str) -> bool | None:
        """The thread's line as it is now: True for one that changed, False for one that went, None for neither."""
        thread = self._tree.threads.get(id_)
        known, parent = self._lines.get(id_), self._parents.get(id_)
        if thread is None or not is_shown(thread):
            if known is None:
                return None
            self._remove(id_)
            return False
        line = thread_node(thread, self._pending)
        place = self._tree.places.get(id_)
        place = place if place in self._tree.folders else None
        if known == line and parent == place:
            return None
        if known is not None:
            self._remove(id_)
        self._insert(line, place)
        return True

    def _renewed(self, folder_id: str | None) -> Iterable[str]:
        """The folders from this one up that are as new as what they hold now."""
        while folder_id is not None:
            line, parent = self._lines[folder_id], self._parents[folder_id]
            newest = self._newest(folder_id)
            if newest != line.updated_at:
                self._lines[folder_id] = replace(line, updated_at=newest)
                yield folder_id
            folder_id = parent

    def _newest(self, folder_id: str) -> int:
        """Folders are the first in one; the first thread is the newest."""
        found: list[int] = []
        for _, id_ in self._inside.get(folder_id, ()):
            found.append(self._lines[id_].updated_at)
            if self._lines[id_].kind == "thread":
                break
        return max(found, default=self._tree.folders[folder_id].updated_at)

    def _insert(self, line: Node, parent: str | None) -> None:
        self._lines[line.id], self._parents[line.id] = line, parent
        insort(self._inside.setdefault(parent, []), (order_of(line), line.id))

    def _remove(self, id_: str) -> None:
        line, inside = self._lines.pop(id_), self._inside[self._parents.pop(id_)]
        del inside[bisect_left(inside, (order_of(line), id_))]

    def _put(self, id_: str) -> TreePut:
        line, parent = self._lines[id_], self._parents[id_]
        place = bisect_left(self._inside[parent], (order_of(line), id_))
        after = self._inside[parent][place - 1][1] if place else None
        return TreePut(node=line, parent=parent, after=after)

    def _anew(self, tree: Tree, pending: frozenset[str]) -> list[TreePatch]:
        """Look at everything; lines of threads that are what they were are kept."""
        lines, parents = self._lines, self._parents
        reused: Mapping[str, Thread] = self._tree.threads if pending == self._pending else NONE
        self._tree, self._pending = tree, pending
        self._lines, self._parents, self._inside = {}, {}, {}
        for thread in tree.threads.values():
            if is_shown(thread) and thread.id not in tree.folders:
                is_same = reused.get(thread.id) is thread and thread.id in lines
                place = tree.places.get(thread.id)
                self._lines[thread.id] = lines[thread.id] if is_same else thread_node(thread, pending)
                self._parents[thread.id] = place if place in tree.folders else None
        self._folders()
        changed = [id_ for id_ in self._walk() if self._is_new(id_, lines, parents)]
        return [*(self._put(id_) for id_ in changed), *(TreeDrop(id=id_) for id_ in lines if id_ not in self._lines)]

    def _folders(self) -> None:
        above = folder_parents(self._tree)
        for id_, line in self._lines.items():
            self._inside.setdefault(self._parents[id_], []).append((order_of(line), id_))
        for held in self._inside.values():
            held.sort()
        for folder_id in reversed(from_the_root(above)):
            newest = self._newest(folder_id)
            self._insert(folder_node(self._tree.folders[folder_id], newest, self._pending), above[folder_id])

    def _walk(self) -> Iterable[str]:
        """Every line, behind the folder that holds it and the line before it."""
        waiting: list[str | None] = [None]
        for folder in waiting:
            for _, id_ in self._inside.get(folder, ()):
                yield id_
                if self._lines[id_].kind == "folder":
                    waiting.append(id_)

    def _is_new(self, id_: str, lines: Mapping[str, Node], parents: Mapping[str, str | None]) -> bool:
        known, line = lines.get(id_), self._lines[id_]
        return (known is not line and known != line) or parents[id_] != self._parents[id_]


def patched(shown: Iterable[Node], patches: Iterable[TreePatch]) -> tuple[Node, ...]:
    """The nested tree after the patches, as a shell takes them. A patch of a line that is not there changes nothing."""
    lines: dict[str, Node] = {}
    inside: dict[str | None, list[str]] = {None: []}
    parents: dict[str, str | None] = {}
    waiting: list[tuple[str | None, Iterable[Node]]] = [(None, shown)]
    for parent, held in waiting:
        for node in held:
            lines[node.id], parents[node.id] = replace(node, children=()), parent
            inside.setdefault(parent, []).append(node.id)
            waiting.append((node.id, node.children))
    for patch in patches:
        id_ = patch.node.id if isinstance(patch, TreePut) else patch.id
        if id_ in parents:
            inside[parents.pop(id_)].remove(id_)
        if isinstance(patch, TreePut):
            held = inside.setdefault(patch.parent, [])
            held.insert(held.index(patch.after) + 1 if patch.after in held else 0, id_)
            lines[id_], parents[id_] = patch.node, patch.parent
    return _nested(lines, inside)


def _nested(lines: Mapping[str, Node], inside: Mapping[str | None, list[str]]) -> tuple[Node, ...]:
    order: list[str | None] = [None]
    for folder in order:
        order.extend(id_ for id_ in inside.get(folder, ()) if id_ in inside)
    made: dict[str | None, tuple[Node, ...]] = {}
    for folder in reversed(order):
        held = (replace(lines[id_], children=made.get(id_, ())) for id_ in inside.get(folder, ()))
        made[folder] = tuple(held)
    return made[None]


def _differing(before: Mapping[str, Thread], after: Mapping[str, Thread]) -> Iterable[str]:
    """Ids of threads that came, went or are other values; mostly both are in one order, with one value changed."""
    if before is after:
        return ()
    if len(before) == len(after):
        pairs = list(
            compress(zip(before.values(), after.values(), strict=True), map(is_not, before.values(), after.values()))
        )
        if all(old.id == new.id for old, new in pairs):
            return [new.id for _, new in pairs]
    return [id_ for id_ in {**before, **after} if before.get(id_) is not after.get(id_)]
