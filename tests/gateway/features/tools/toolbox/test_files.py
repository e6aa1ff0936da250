"""read_file, write_file, apply_patch and list_dir, on real files."""

from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import anyio
import pytest

from portico.protocol.types.item import FileChange, MetadataStorage, SummaryDisplay, ToolStatus
from tests.kit.toolshop import ToolShop, tool_shop


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncGenerator[ToolShop]:
    async with tool_shop(tmp_path, ["hunter2-very-secret"]) as made:
        with anyio.fail_after(10):
            yield made


async def test_a_file_is_read_with_line_numbers(shop: ToolShop) -> None:
    (shop.work / "a.txt").write_text("one\ntwo\nthree\n")
    outcome = await shop.call("read_file", {"path": "a.txt", "start_line": 2})
    assert outcome.content == "     2\ttwo\n     3\tthree"
    assert isinstance(outcome.item.display, SummaryDisplay)
    assert outcome.item.display.title == "Read a.txt, lines 2 to 3"
    assert isinstance(outcome.item.storage, MetadataStorage)
    assert outcome.item.storage.metadata["content"]["kind"] == "redacted_raw"


@pytest.mark.parametrize(
    ("content", "arguments", "expected"),
    [
        pytest.param("", {}, "[the file is empty]", id="empty"),
        pytest.param("a\n", {"start_line": 5}, "[the file has no line 5]", id="beyond the end"),
        pytest.param(
            "aa\nbb\ncc\n",
            {"max_bytes": 6},
            "     1\taa\n     2\tbb\n[cut after max_bytes=6; go on with start_line=3]",
            id="cut",
        ),
    ],
)
async def test_what_was_left_out_is_said(
    shop: ToolShop, content: str, arguments: dict[str, Any], expected: str
) -> None:
    (shop.work / "a").write_text(content)
    assert (await shop.call("read_file", {"path": "a", **arguments})).content == expected


async def test_a_cut_file_is_a_partial_success(shop: ToolShop) -> None:
    (shop.work / "a").write_text("aa\nbb\n")
    outcome = await shop.call("read_file", {"path": "a", "max_bytes": 3})
    assert outcome.item.outcome is not None
    assert (outcome.is_error, outcome.item.outcome.status, outcome.item.outcome.incomplete_reason) == (
        False,
        "partial_success",
        "max_bytes",
    )


async def test_an_end_before_the_start_is_refused(shop: ToolShop) -> None:
    outcome = await shop.call("read_file", {"path": "a", "start_line": 3, "end_line": 2})
    assert outcome.error_class == "invalid_arguments"


async def test_a_secret_in_a_file_is_redacted(shop: ToolShop) -> None:
    (shop.work / "a").write_text("key=hunter2-very-secret\n")
    outcome = await shop.call("read_file", {"path": "a"})
    assert outcome.content == "     1\tkey=[redacted]"
    assert "hunter2" not in repr(outcome.item)


async def test_a_large_file_is_kept_in_a_blob(shop: ToolShop) -> None:
    (shop.work / "a").write_text("x" * 99 + "\n" * 1 + ("y" * 99 + "\n") * 1_000)
    outcome = await shop.call("read_file", {"path": "a"})
    assert outcome.item.blob is not None
    assert shop.blobs.stored[outcome.item.blob.sha256].decode() == outcome.content


async def test_a_file_is_written(shop: ToolShop) -> None:
    outcome = await shop.call("write_file", {"path": "sub/a", "content": "täxt"})
    assert (shop.work / "sub/a").read_text() == "täxt"
    assert outcome.content == "Created sub/a (5 bytes)"
    assert isinstance(outcome.item, FileChange)
    assert (outcome.item.changed_files, outcome.item.status) == (["sub/a"], ToolStatus.COMPLETED)
    again = await shop.call("write_file", {"path": "sub/a", "content": "x"})
    assert (again.error_class, (shop.work / "sub/a").read_text()) == ("execution_failed", "täxt")
    replaced = await shop.call("write_file", {"path": "sub/a", "content": "x", "overwrite": "true"})
    assert (replaced.content, (shop.work / "sub/a").read_text()) == ("Replaced sub/a (1 bytes)", "x")


PATCH = "*** Begin Patch\n*** Add File: new\n+x\n*** Update File: old\n-a\n+b\n*** End Patch"


@pytest.mark.parametrize("field", ["input", "patch", "Patch"])
async def test_a_patch_is_applied(shop: ToolShop, field: str) -> None:
    (shop.work / "old").write_text("a\n")
    outcome = await shop.call("apply_patch", {field: PATCH})
    assert outcome.content == "Changed 2 files:\nA new\nM old"
    assert ((shop.work / "new").read_text(), (shop.work / "old").read_text()) == ("x\n", "b\n")
    assert isinstance(outcome.item, FileChange)
    assert outcome.item.changed_files == ["new", "old"]


@pytest.mark.parametrize(
    ("text", "error"),
    [
        pytest.param("nonsense", "invalid_arguments", id="no patch"),
        pytest.param(PATCH.replace("-a", "-z"), "execution_failed", id="no such line"),
        pytest.param(PATCH.replace("File: old", "File: none"), "not_found", id="no such file"),
    ],
)
async def test_a_patch_that_does_not_fit_changes_nothing(shop: ToolShop, text: str, error: str) -> None:
    (shop.work / "old").write_text("a\n")
    outcome = await shop.call("apply_patch", {"input": text})
    assert outcome.error_class == error
    assert [path.name for path in shop.work.iterdir()] == ["old"]


async def test_a_folder_is_listed(shop: ToolShop) -> None:
    (shop.work / "sub").mkdir()
    (shop.work / "a").touch()
    outcome = await shop.call("list_dir", {})
    assert outcome.content == "a\nsub/"
    assert isinstance(outcome.item.display, SummaryDisplay)
    assert outcome.item.display.title == "Listed . (2 entries)"


async def test_an_empty_folder_says_so(shop: ToolShop) -> None:
    assert (await shop.call("list_dir", "")).content == "[the folder is empty]"


async def test_a_long_list_is_cut(shop: ToolShop) -> None:
    for name in "abc":
        (shop.work / name).touch()
    outcome = await shop.call("list_dir", {"limit": 2})
    assert outcome.content.startswith("a\nb\n[cut after limit=2 entries")
