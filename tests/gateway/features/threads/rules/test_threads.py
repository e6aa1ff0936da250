"""Decisions about one thread: who may start, change and delete it, and where it works."""

from typing import Any

import msgspec
import pytest

from portico.gateway.features.threads.rules import threads
from portico.gateway.features.threads.rules.state import Known, StreamHead, ThreadState
from portico.gateway.kernel.errors import Conflict, Denied, GatewayError, Invalid, NotFound
from portico.gateway.log import Append, Batch, Drop, Put
from portico.protocol.events import ThreadClosed, ThreadStarted, ThreadTreeChanged, ThreadUpdated
from portico.protocol.methods.thread import ThreadStartParams, ThreadUpdateParams
from portico.protocol.types.thread import OriginKind, SidebarVisibility, Thread, ThreadMode, ThreadStatus

PLAIN = Thread(
    workspace_id="w",
    id="t",
    preview="",
    mode=ThreadMode.AGENT,
    model="",
    model_provider="",
    created_at=5,
    updated_at=5,
    status=ThreadStatus.IDLE,
    origin_kind=OriginKind.USER,
    sidebar_visibility=SidebarVisibility.VISIBLE,
)
FULL = msgspec.structs.replace(
    PLAIN,
    name="Plan",
    mode=ThreadMode.CHAT,
    model="m",
    model_provider="p",
    origin_kind=OriginKind.TASK_RUN,
    sidebar_visibility=SidebarVisibility.HIDDEN,
    agent_nickname="Ada",
    agent_role="r",
    cwd="/src",
    tools=["read_file"],
)
ABSENT = Known(StreamHead(), None)
DELETED = Known(StreamHead(head=9, decided=9, workspace_id="w", erased_at=7), None)


def known(thread: Thread = FULL, **fields: Any) -> Known:
    head: dict[str, Any] = {"head": 4, "decided": 3, "workspace_id": thread.workspace_id, **fields}
    return Known(StreamHead(**head), thread)


def wish(**fields: Any) -> ThreadStartParams:
    given: dict[str, Any] = {"thread_id": "t", "workspace_id": "w", **fields}
    return ThreadStartParams(**given)


def tree_changed(reason: threads.TreeReason) -> Append:
    event = ThreadTreeChanged(workspace_id="w", thread_id="t", reason=reason)
    return Append("workspace:w", event, flow=True, workspace_id="w")


SAME = {name: getattr(FULL, name) for name in FULL.__struct_fields__ if name in ThreadStartParams.__struct_fields__}
SAME.pop("ephemeral")


def test_a_new_thread_is_written_with_its_tree_announcement() -> None:
    thread, batch = threads.start(ABSENT, wish(), 5)
    assert thread == PLAIN
    assert batch == Batch(
        appends=(Append("thread:t", ThreadStarted(thread=PLAIN), workspace_id="w"), tree_changed("thread_started")),
        expected=(("thread:t", 0),),
    )


def test_a_new_thread_takes_what_is_given() -> None:
    assert threads.start(ABSENT, wish(**SAME), 5)[0] == FULL


@pytest.mark.parametrize(
    "fields",
    [pytest.param({}, id="only the ids"), pytest.param(SAME, id="everything")]
    + [pytest.param({name: value}, id=name) for name, value in SAME.items()],
)
def test_the_same_values_open_the_thread(fields: dict[str, Any]) -> None:
    assert threads.start(known(), wish(**fields), 99) == (FULL, None)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("workspace_id", "w2"),
        ("name", "Other"),
        ("mode", ThreadMode.AGENT),
        ("model", "m2"),
        ("model_provider", "p2"),
        ("origin_kind", OriginKind.USER),
        ("sidebar_visibility", SidebarVisibility.VISIBLE),
        ("agent_nickname", "Bob"),
        ("agent_role", "s"),
        ("cwd", "/other"),
        ("tools", "all"),
    ],
)
def test_another_value_is_a_conflict(name: str, value: Any) -> None:
    with pytest.raises(Conflict) as refusal:
        threads.start(known(), wish(**{name: value}), 99)
    assert (refusal.value.code, refusal.value.path) == ("thread_exists", f"$.{name}")


def test_a_deleted_id_is_not_used_again() -> None:
    with pytest.raises(Conflict) as refusal:
        threads.start(DELETED, wish(), 99)
    assert refusal.value.code == "thread_deleted"


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        pytest.param({"name": "  a b "}, {"name": "a b"}, id="spaces around"),
        pytest.param({"name": " ", "model": "", "agent_role": "\n"}, {}, id="empty is not given"),
        pytest.param({"name": "x" * 255}, {"name": "x" * 255}, id="the longest"),
        pytest.param({"name": " " + "x" * 255}, {"name": "x" * 255}, id="the longest after trimming"),
    ],
)
def test_texts_are_trimmed(fields: dict[str, Any], expected: dict[str, Any]) -> None:
    assert threads.trimmed(wish(**fields)) == wish(**expected)


@pytest.mark.parametrize("name", ["name", "model", "model_provider", "agent_nickname", "agent_role"])
@pytest.mark.parametrize("text", ["x" * 256, "a\0"])
def test_texts_that_cannot_be_kept(name: str, text: str) -> None:
    with pytest.raises(Invalid) as refusal:
        threads.trimmed(wish(**{name: text}))
    assert refusal.value.path == f"$.{name}"


def state(thread: Thread = FULL) -> ThreadState:
    return ThreadState(thread, decided=3, head=4, open_turn=None)


def change(**fields: Any) -> ThreadUpdateParams:
    return ThreadUpdateParams(workspace_id="w", thread_id="t", **fields)


def test_an_update_is_decided_on_the_state_it_saw() -> None:
    expected = msgspec.structs.replace(FULL, name="Other", updated_at=8)
    thread, batch = threads.update(state(), change(name=" Other "), 8)
    assert thread == expected
    assert batch == Batch(
        appends=(Append("thread:t", ThreadUpdated(thread=expected)), tree_changed("thread_updated")),
        expected=(("thread:t", 3),),
    )


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        pytest.param({"name": ""}, {"name": None}, id="an empty name clears it"),
        pytest.param({"name": "  "}, {"name": None}, id="and so do spaces"),
        pytest.param({"model": "", "model_provider": " "}, {"model": "", "model_provider": ""}, id="default model"),
        pytest.param({"model": " m2 "}, {"model": "m2"}, id="model"),
        pytest.param({"mode": ThreadMode.AGENT}, {"mode": ThreadMode.AGENT}, id="mode"),
        pytest.param({"cwd": "/b"}, {"cwd": "/b"}, id="folder"),
        pytest.param({"tools": "none"}, {"tools": "none"}, id="switch"),
        pytest.param({"tools": []}, {"tools": []}, id="no tool"),
    ],
)
def test_update(fields: dict[str, Any], expected: dict[str, Any]) -> None:
    changed = msgspec.structs.replace(FULL, updated_at=8, **expected)
    assert threads.update(state(), change(**fields), 8)[0] == changed


@pytest.mark.parametrize("fields", [{}, {"name": " Plan "}, {"tools": ["read_file"], "cwd": "/src", "model": "m"}])
def test_an_update_to_the_same_writes_nothing(fields: dict[str, Any]) -> None:
    assert threads.update(state(), change(**fields), 8) == (FULL, None)


@pytest.mark.parametrize("name", ["name", "model", "model_provider"])
def test_an_update_to_what_cannot_be_kept(name: str) -> None:
    with pytest.raises(Invalid) as refusal:
        threads.update(state(), change(**{name: "a\0"}), 8)
    assert refusal.value.path == f"$.{name}"


def test_what_exists_is_told_with_its_versions() -> None:
    assert threads.existing(known(open_turn="a"), "t") == ThreadState(FULL, decided=3, head=4, open_turn="a")
    assert threads.existing(known(), "t", "w").thread == FULL


@pytest.mark.parametrize(
    ("found", "workspace_id"),
    [
        pytest.param(ABSENT, None, id="never was"),
        pytest.param(DELETED, None, id="was deleted"),
        pytest.param(known(erased_at=7), None, id="is being deleted"),
        pytest.param(known(), "w2", id="is of another workspace"),
    ],
)
def test_what_does_not_exist(found: Known, workspace_id: str | None) -> None:
    with pytest.raises(NotFound) as refusal:
        threads.existing(found, "t", workspace_id)
    assert refusal.value.code == "thread_not_found"


def test_a_deletion_is_one_batch() -> None:
    own = ("turn", "turn_item", "queued_turn", "turn_signal", "conversation", "request_claim")
    closed = ThreadClosed(workspace_id="w", thread_id="t")
    assert threads.delete(known(), "w", "t") == Batch(
        appends=(Append("workspace:w", closed, workspace_id="w"), tree_changed("thread_closed")),
        records=(
            Drop("thread", {"id": "t"}),
            *(Drop(table, {"thread_id": "t"}) for table in own),
            Drop("blob_ref", {"stream": "thread:t"}),
            Put("search_backlog", {"thread_id": "t"}, {}),
        ),
        erase=("thread:t",),
    )


PASSING = msgspec.structs.replace(PLAIN, ephemeral=True)


def test_nobody_is_told_of_an_ephemeral_thread() -> None:
    thread, batch = threads.start(ABSENT, wish(ephemeral=True), 5)
    assert thread == PASSING
    assert batch == Batch(
        appends=(Append("thread:t", ThreadStarted(thread=PASSING), workspace_id="w"),), expected=(("thread:t", 0),)
    )
    state = ThreadState(PASSING, 1, 1, None)
    changed, update = threads.update(state, ThreadUpdateParams(workspace_id="w", thread_id="t", name="x"), 6)
    assert changed.ephemeral
    assert update is not None
    assert [append.stream for append in update.appends] == ["thread:t"]
    assert threads.delete(known(PASSING), "w", "t") == threads.erasure(["t"])


@pytest.mark.parametrize(
    ("fields", "is_told"),
    [
        pytest.param({}, True, id="nothing else names it"),
        pytest.param({"name": "Plan"}, False, id="it has a name"),
        pytest.param({"preview": "earlier words"}, False, id="it began before"),
        pytest.param({"ephemeral": True}, False, id="it is in no tree"),
    ],
)
def test_first_words_are_told_to_the_tree(fields: dict[str, Any], *, is_told: bool) -> None:
    told = threads.first_words(msgspec.structs.replace(PLAIN, **({"name": None, "preview": ""} | fields)))
    changed = ThreadTreeChanged(workspace_id="w", thread_id="t", reason="thread_updated")
    expected = Append("workspace:w", changed, flow=True, workspace_id="w")
    assert told == ((expected,) if is_told else ())


@pytest.mark.parametrize(
    ("there", "ephemeral", "is_opened"),
    [(PASSING, True, True), (PASSING, False, True), (PLAIN, False, True), (PLAIN, True, False)],
)
def test_a_thread_that_stays_is_not_opened_as_an_ephemeral_one(there: Thread, ephemeral: bool, is_opened: bool) -> None:
    if is_opened:
        assert threads.start(known(there), wish(ephemeral=ephemeral), 9) == (there, None)
        return
    with pytest.raises(Conflict) as refusal:
        threads.start(known(there), wish(ephemeral=ephemeral), 9)
    assert (refusal.value.code, refusal.value.path) == ("thread_exists", "$.ephemeral")


def test_an_erasure_of_many_is_one_batch() -> None:
    batch = threads.erasure(["a", "b"])
    assert batch.erase == ("thread:a", "thread:b")
    assert batch.appends == ()
    assert batch.records[:2] == (Drop("thread", {"id": "a"}), Drop("thread", {"id": "b"}))
    assert Drop("blob_ref", {"stream": "thread:b"}) in batch.records


def test_a_second_deletion_does_nothing() -> None:
    assert threads.delete(DELETED, "w", "t") is None


@pytest.mark.parametrize(("found", "workspace_id"), [(ABSENT, "w"), (known(), "w2"), (DELETED, "w2")])
def test_only_the_workspace_deletes_its_thread(found: Known, workspace_id: str) -> None:
    with pytest.raises(NotFound):
        threads.delete(found, workspace_id, "t")


@pytest.mark.parametrize(
    ("given", "host", "may_leave_root", "expected"),
    [
        pytest.param("/r", ("/r", True), False, "/r", id="the root"),
        pytest.param("/r/a", ("/r/a", True), False, "/r/a", id="inside"),
        pytest.param("/link", ("/r/a", True), False, "/r/a", id="a link to the inside"),
        pytest.param("/r/link", ("/x", True), False, Denied, id="a link to the outside"),
        pytest.param("/rr", ("/rr", True), False, Denied, id="a neighbour of the same beginning"),
        pytest.param("/x", ("/x", False), False, Denied, id="what is outside stays unknown"),
        pytest.param("/x", ("/x", True), True, "/x", id="outside as admin"),
        pytest.param("/x", ("/x", False), True, Invalid, id="missing outside as admin"),
        pytest.param("/r/a", ("/r/a", False), False, Invalid, id="missing inside"),
        pytest.param("a", ("/r/a", True), True, Invalid, id="relative"),
        pytest.param("", ("/r", True), True, Invalid, id="empty"),
        pytest.param("/r/\0", ("/r", True), True, Invalid, id="NUL"),
    ],
)
def test_the_working_folder(
    given: str, host: tuple[str, bool], may_leave_root: bool, expected: str | type[GatewayError]
) -> None:
    real, is_folder = host

    def settle() -> str:
        return threads.settle_cwd(given, real, "/r", is_folder=is_folder, may_leave_root=may_leave_root)

    if isinstance(expected, str):
        assert settle() == expected
    else:
        with pytest.raises(expected):
            settle()


def test_without_a_root_only_an_admin_chooses_a_folder() -> None:
    assert threads.settle_cwd("/a", "/a", None, is_folder=True, may_leave_root=True) == "/a"
    with pytest.raises(Denied) as refusal:
        threads.settle_cwd("/a", "/a", None, is_folder=True, may_leave_root=False)
    assert refusal.value.code == "cwd_outside_root"
