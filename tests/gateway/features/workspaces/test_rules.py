"""What may be done to workspaces."""

from collections.abc import Mapping

import msgspec
import pytest

from portico.gateway.features.workspaces import rules
from portico.gateway.features.workspaces.rules import DEFAULT_WORKSPACE_ID, Wish
from portico.gateway.kernel.errors import Conflict, Denied, GatewayError, Invalid, NotFound
from portico.gateway.log import EventContext, Patch, Put
from portico.protocol.events import TokensChanged, WorkspaceChanged
from portico.protocol.types.workspace import ToolAccess, Workspace, WorkspaceChangeKind

NOW = 1_800_000_000
A = Workspace(id="a", name="A", is_active=True, is_current=True, created_at=1, updated_at=1)
B = Workspace(id="b", name="B", is_active=True, is_current=False, created_at=2, updated_at=2, root="/srv", tools="none")
BOTH: Mapping[str, Workspace] = {"a": A, "b": B}
WHERE = EventContext(stream="gateway", version=1, at=NOW, workspace_id="", thread_id="", turn_id=None)


def is_folder(path: str) -> bool:
    return path in {"/", "/srv", "/home/me"}


def changed(kind: WorkspaceChangeKind, workspace: Workspace, **fields: object) -> WorkspaceChanged:
    return WorkspaceChanged(kind=kind, workspace=msgspec.structs.replace(workspace, **fields))


@pytest.mark.parametrize(
    ("known", "workspace_id", "wished", "expected"),
    [
        pytest.param(
            {},
            "a",
            Wish(name="A"),
            changed(WorkspaceChangeKind.CREATED, A, created_at=NOW, updated_at=NOW),
            id="the first one becomes current",
        ),
        pytest.param(
            {"a": A},
            "b",
            Wish(name="B", root="/srv", tools="none"),
            changed(WorkspaceChangeKind.CREATED, B, created_at=NOW, updated_at=NOW),
            id="a further one does not",
        ),
        pytest.param(BOTH, "b", Wish(name="B", root="/srv", tools="none"), None, id="a retry does nothing"),
        pytest.param(
            {},
            "c",
            Wish(),
            changed(WorkspaceChangeKind.CREATED, A, id="c", name="Default Workspace", created_at=NOW, updated_at=NOW),
            id="without a name",
        ),
    ],
)
def test_create(
    known: Mapping[str, Workspace], workspace_id: str, wished: Wish, expected: WorkspaceChanged | None
) -> None:
    assert rules.create(known, workspace_id, wished, NOW) == expected


@pytest.mark.parametrize(
    "wished", [Wish(name="Other", root="/srv", tools="none"), Wish(name="B"), Wish(name="B", root="/srv", tools="all")]
)
def test_create_with_other_values_conflicts(wished: Wish) -> None:
    with pytest.raises(Conflict) as refusal:
        rules.create(BOTH, "b", wished, NOW)
    assert refusal.value.code == "workspace_exists"


def test_the_default_is_made_once_and_is_current_only_without_another() -> None:
    first = rules.default({}, NOW)
    beside = rules.default({"a": A}, NOW)
    assert first is not None
    assert beside is not None
    assert (first.workspace.id, first.workspace.is_current) == (DEFAULT_WORKSPACE_ID, True)
    assert (beside.workspace.id, beside.workspace.is_current) == (DEFAULT_WORKSPACE_ID, False)
    assert rules.default({DEFAULT_WORKSPACE_ID: first.workspace}, NOW) is None


def test_select() -> None:
    assert rules.select(BOTH, "a", NOW) is None
    expected = changed(WorkspaceChangeKind.CURRENT_CHANGED, B, is_current=True, updated_at=NOW)
    assert rules.select(BOTH, "b", NOW) == expected
    with pytest.raises(NotFound):
        rules.select(BOTH, "c", NOW)


@pytest.mark.parametrize(
    ("wished", "fields"),
    [
        pytest.param(Wish(), None, id="nothing asked"),
        pytest.param(Wish(name="B", root="/srv", tools="none"), None, id="nothing new"),
        pytest.param(Wish(name="C"), {"name": "C"}, id="renamed"),
        pytest.param(Wish(root="/", tools=["read_file"]), {"root": "/", "tools": ["read_file"]}, id="root and tools"),
    ],
)
def test_update(wished: Wish, fields: dict[str, object] | None) -> None:
    expected = None if fields is None else changed(WorkspaceChangeKind.UPDATED, B, updated_at=NOW, **fields)
    assert rules.update(BOTH, "b", wished, NOW) == expected


def test_update_of_an_unknown_one() -> None:
    with pytest.raises(NotFound) as refusal:
        rules.update(BOTH, "c", Wish(name="C"), NOW)
    assert refusal.value.code == "workspace_not_found"


@pytest.mark.parametrize(
    ("name", "root", "tools", "is_admin", "expected"),
    [
        pytest.param("  Plan ", None, None, False, Wish(name="Plan"), id="trimmed"),
        pytest.param(None, "/home/me/../../srv/", "none", True, Wish(root="/srv", tools="none"), id="normal form"),
        pytest.param(None, None, ["x"], True, Wish(tools=["x"]), id="tools by name"),
        pytest.param("  ", None, None, True, Invalid("", path="$.name"), id="blank name"),
        pytest.param("a\0b", None, None, True, Invalid("", path="$.name"), id="NUL in the name"),
        pytest.param("x" * 201, None, None, True, Invalid("", path="$.name"), id="long name"),
        pytest.param(None, "srv", None, True, Invalid("", path="$.root"), id="relative root"),
        pytest.param(None, "~/x", None, True, Invalid("", path="$.root"), id="home is not expanded"),
        pytest.param(None, "", None, True, Invalid("", path="$.root"), id="empty root"),
        pytest.param(None, "/srv\0", None, True, Invalid("", path="$.root"), id="NUL in the root"),
        pytest.param(None, "/missing", None, True, Invalid("", path="$.root"), id="missing root"),
        pytest.param(None, "/srv", None, False, Denied("", path="$.root"), id="root without admin"),
        pytest.param(None, None, "all", False, Denied("", path="$.tools"), id="tools without admin"),
    ],
)
def test_wish(
    name: str | None, root: str | None, tools: ToolAccess | None, is_admin: bool, expected: Wish | GatewayError
) -> None:
    if isinstance(expected, Wish):
        assert rules.wish(name, root, tools, is_admin=is_admin, is_folder=is_folder) == expected
        return
    with pytest.raises(type(expected)) as refusal:
        rules.wish(name, root, tools, is_admin=is_admin, is_folder=is_folder)
    assert refusal.value.path == expected.path


def test_projection_keeps_one_current() -> None:
    row = {
        "name": "B",
        "is_active": 1,
        "is_current": 0,
        "root": "/srv",
        "tools": b'"none"',
        "created_at": 2,
        "updated_at": 2,
    }
    put = Put("workspace", {"id": "b"}, row)
    assert rules.project(changed(WorkspaceChangeKind.UPDATED, B), WHERE) == (put,)
    assert rules.project(changed(WorkspaceChangeKind.CURRENT_CHANGED, B, is_current=True, tools=None), WHERE) == (
        Patch("workspace", {"is_current": 1}, {"is_current": 0}),
        Put("workspace", {"id": "b"}, {**row, "is_current": 1, "tools": None}),
    )
    assert rules.project(TokensChanged(change="issued", token_id="t"), WHERE) == ()
