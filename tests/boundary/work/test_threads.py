"""The tree and the opened threads by name."""

from pathlib import Path

import msgspec

from tests.boundary.shells import Shell, started


def names(one: Shell) -> list[str]:
    return [node["name"] for node in one.seen.get("tree", {"nodes": []})["nodes"]]


async def test_the_tree_is_edited(tmp_path: Path) -> None:
    async with started(tmp_path) as one:
        folder = (await one.ok("folder_create", name="Work"))["id"]
        inner = (await one.ok("folder_create", name="Deep", parent_folder_id=folder))["id"]
        thread = (await one.ok("thread_create", name="Plan", folder_id=folder, thread_id="t1"))["id"]
        await one.ok("thread_rename", thread_id=thread, name="Plans")
        await one.ok("folder_move", folder_id=inner)
        tree = await one.ok("thread_tree_refresh")
        assert [(node["name"], len(node["children"])) for node in tree["nodes"]] == [("Deep", 0), ("Work", 1)]
        await one.ok("thread_move", thread_id=thread)
        await one.ok("folder_rename", folder_id=folder, name=" Done ")
        await one.until(lambda: "tree" in one.seen and names(one) == ["Deep", "Done", "Plans"])
        await one.ok("folder_delete", folder_id=inner)
        await one.until(lambda: names(one) == ["Done", "Plans"])
        await one.ok("thread_delete", thread_id=thread)
        await one.until(lambda: names(one) == ["Done"])


async def test_a_refused_edit_is_undone(tmp_path: Path) -> None:
    async with started(tmp_path) as one:
        folder = (await one.ok("folder_create", name="Work"))["id"]
        assert (await one.failed("folder_move", folder_id=folder, parent_folder_id="none"))["kind"] == "not_found"
        assert (await one.failed("folder_rename", folder_id=folder, name=" "))["path"] == "$.name"
        assert (await one.failed("folder_rename", folder_id=folder, name="n" * 256))["kind"] == "invalid"
        assert (await one.failed("folder_rename", folder_id="none", name="n"))["kind"] == "not_found"
        tree = await one.ok("thread_tree_refresh")
        assert [(node["name"], node["is_pending"]) for node in tree["nodes"]] == [("Work", False)]


async def test_a_thread_is_searched_forked_folded_and_exported(tmp_path: Path) -> None:
    async with started(tmp_path) as one:
        id_ = (await one.ok("thread_create", name="Plan"))["id"]
        await one.ok("active_thread_open", thread_id=id_)
        await one.ok("composer_send", thread_id=id_, text="/say the quick fox")
        await one.until(lambda: "the quick fox" in one.texts(id_, "assistant") and ended(one))
        work = next((row for row in one.rows[id_] if row.kind == "work"), None)
        if work is not None:
            await one.ok("active_thread_toggle", thread_id=id_, key=work.key, is_open=True)
        keys = [row.key for row in one.rows[id_]]
        page = await one.ok("active_thread_more", thread_id=id_, before=keys[-1], limit=1)
        assert ([row["key"] for row in page["rows"]], page["has_more"]) == (keys[-2:-1], len(keys) > 2)
        workspace_id = one.boundary.desk.workspace_id
        found = await one.ok("thread_search", workspace_id=workspace_id, query="quick")
        assert {hit["thread_id"] for hit in found["items"]} == {id_}
        fork = await one.ok("thread_fork", thread_id=id_, new_thread_id="fork")
        assert fork["thread"]["forked_from"]["thread_id"] == id_
        assert "the quick fox" in (await one.ok("thread_export", thread_id=id_))["text"]
        assert "## Sie" in (await one.ok("thread_export", thread_id=id_, language="de"))["text"]
        assert (await one.failed("thread_export", thread_id=id_, language="fr"))["path"] == "$.language"
        text = (await one.ok("thread_export", thread_id=id_, format="json"))["text"]
        assert msgspec.json.decode(text)["thread"]["id"] == id_


def ended(one: Shell) -> bool:
    return one.seen["composer"]["running"] is None


async def test_a_thread_that_is_not_open_is_exported(tmp_path: Path) -> None:
    async with started(tmp_path) as one:
        id_ = (await one.ok("thread_create", name="Plan"))["id"]
        assert "Plan" in (await one.ok("thread_export", thread_id=id_))["text"]
        assert one.boundary.desk.opened == {}
        assert (await one.failed("thread_export", thread_id="none"))["kind"] == "not_found"


async def test_a_shell_that_comes_back_says_what_it_had_open_and_how_much_it_takes(tmp_path: Path) -> None:
    async with started(tmp_path) as one:
        id_ = (await one.ok("thread_create"))["id"]
        await one.ok("active_thread_open", thread_id=id_)
        await one.ok("composer_send", thread_id=id_, text='/tool list_files {"path": "."}')
        await one.until(lambda: "composer" in one.seen and ended(one) and bool(one.texts(id_, "assistant")))
        work = next(row.key for row in one.rows[id_] if row.kind == "work")
        await one.ok("active_thread_close", thread_id=id_)
        await one.ok("active_thread_open", thread_id=id_, toggles={work: True})
        await one.poll()
        shown = [row.key for row in one.rows[id_]]
        assert next(row.is_open for row in one.rows[id_] if row.key == work)
        await one.ok("active_thread_open", thread_id=id_, limit=2)
        await one.poll()
        assert [row.key for row in one.rows[id_]] == shown[-2:]
        assert one.seen["timeline"]["has_more"]


async def test_a_thread_without_a_name_is_called_by_what_was_said_first(tmp_path: Path) -> None:
    async with started(tmp_path) as one:
        id_ = (await one.ok("thread_create"))["id"]
        await one.ok("active_thread_open", thread_id=id_)
        await one.ok("composer_send", thread_id=id_, text="/say hello")
        await one.until(lambda: names(one) == ["/say hello"])
