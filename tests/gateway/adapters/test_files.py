"""Reading, writing and listing, with everything that can be wrong with a path."""

import errno
import os
import stat
from pathlib import Path

import pytest

from portico.gateway.adapters import files as module
from portico.gateway.adapters.files import Files
from portico.gateway.adapters.guard import Guard
from portico.gateway.features.tools import ListWish, ReadWish, ToolFault, WriteWish


@pytest.fixture
def work(tmp_path: Path) -> Path:
    work = tmp_path / "work"
    work.mkdir()
    return work


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(Guard(tmp_path / "home"))


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*"))


REPLACE = WriteWish(create_dirs=True, overwrite=True)


@pytest.mark.parametrize(
    ("content", "wish", "expected"),
    [
        pytest.param(b"a\nb\nc\n", ReadWish(), (("a", "b", "c"), False), id="whole"),
        pytest.param(b"a\nb\nc", ReadWish(), (("a", "b", "c"), False), id="no newline at the end"),
        pytest.param(b"a\nb\nc\n", ReadWish(2, 2), (("b",), False), id="one line"),
        pytest.param(b"a\nb\nc\n", ReadWish(2), (("b", "c"), False), id="to the end"),
        pytest.param(b"a\nb\n", ReadWish(9), ((), False), id="beyond the end"),
        pytest.param(b"", ReadWish(), ((), False), id="empty"),
        pytest.param(b"a\r\nb\r\n", ReadWish(), (("a", "b"), False), id="carriage returns"),
        pytest.param(b"\xff\n", ReadWish(), (("\ufffd",), False), id="no UTF-8"),
        pytest.param(b"aa\nbb\n", ReadWish(max_bytes=6), (("aa", "bb"), False), id="just enough bytes"),
        pytest.param(b"aa\nbb\n", ReadWish(max_bytes=5), (("aa",), True), id="too few bytes"),
        pytest.param(b"aaaa\n", ReadWish(max_bytes=2), (("aa",), True), id="one long line"),
        pytest.param(b"aaaa\nb\n", ReadWish(2, max_bytes=2), (("b",), False), id="after a long line"),
        pytest.param(b"x" * 200_000 + b"\nb\n", ReadWish(2), (("b",), False), id="after a very long line"),
    ],
)
async def test_read(
    work: Path, files: Files, content: bytes, wish: ReadWish, expected: tuple[tuple[str, ...], bool]
) -> None:
    (work / "a").write_bytes(content)
    found = await files.read(work, "a", wish)
    assert ((found.lines, found.is_cut), found.size_bytes) == (expected, len(content))


async def test_a_link_is_followed(work: Path, files: Files) -> None:
    (work / "a").write_text("x")
    (work / "b").symlink_to("a")
    assert (await files.read(work, "b", ReadWish())).path == work / "a"


def plant(work: Path) -> None:
    (work / "folder").mkdir()
    (work / "binary").write_bytes(b"\x7fELF\0\0")
    (work / "loop").symlink_to("loop")
    (work / "dangling").symlink_to("nowhere")
    (work / "file").write_text("x")
    os.mkfifo(work / "pipe")


@pytest.mark.parametrize(
    ("path", "error_class"),
    [
        pytest.param("none", "not_found", id="missing"),
        pytest.param("none/a", "not_found", id="in a missing folder"),
        pytest.param("file/a", "not_found", id="below a file"),
        pytest.param("dangling", "not_found", id="a link to nothing"),
        pytest.param("folder", "invalid_arguments", id="a folder"),
        pytest.param("binary", "execution_failed", id="binary"),
        pytest.param("loop", "permission_denied", id="a loop of links"),
        pytest.param("pipe", "invalid_arguments", id="a named pipe"),
        pytest.param("/dev/null", "invalid_arguments", id="a device"),
        pytest.param("x" * 300, "invalid_arguments", id="a name that is too long"),
    ],
)
async def test_what_cannot_be_read(work: Path, files: Files, path: str, error_class: str) -> None:
    plant(work)
    with pytest.raises(ToolFault) as fault:
        await files.read(work, path, ReadWish())
    assert fault.value.error_class == error_class


async def test_a_file_without_permission(work: Path, files: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    (work / "a").write_text("x")

    def refuse(*_: object, **__: object) -> int:
        raise PermissionError(errno.EACCES, "no")

    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(ToolFault) as fault:
        await files.read(work, "a", ReadWish())
    assert fault.value.error_class == "permission_denied"


async def test_a_line_far_into_a_very_large_file_needs_narrowing(
    work: Path, files: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_SCANNED", 100)
    (work / "a").write_text("x\n" * 100)
    assert (await files.read(work, "a", ReadWish(1, 3))).lines == ("x", "x", "x")
    with pytest.raises(ToolFault) as fault:
        await files.read(work, "a", ReadWish(90))
    assert fault.value.error_class == "needs_narrowing"


async def test_write_makes_folders_and_keeps_the_mode(work: Path, files: Files) -> None:
    written = await files.write(work, "a/b/c", "x", WriteWish(create_dirs=True, overwrite=False))
    assert (written.path, written.size_bytes, written.is_new) == (work / "a/b/c", 1, True)
    written.path.chmod(0o755)
    again = await files.write(work, "a/b/c", "yy", REPLACE)
    assert (again.is_new, written.path.read_text()) == (False, "yy")
    assert stat.S_IMODE(written.path.stat().st_mode) == 0o755
    assert names_in(work / "a/b") == ["c"]


async def test_write_goes_through_a_link(work: Path, files: Files) -> None:
    (work / "a").write_text("x")
    (work / "b").symlink_to("a")
    await files.write(work, "b", "y", REPLACE)
    assert ((work / "a").read_text(), (work / "b").is_symlink()) == ("y", True)


@pytest.mark.parametrize(
    ("path", "wish", "error_class"),
    [
        pytest.param("file", WriteWish(create_dirs=True, overwrite=False), "execution_failed", id="exists"),
        pytest.param("a/b", WriteWish(create_dirs=False, overwrite=False), "not_found", id="no folder"),
        pytest.param("folder", REPLACE, "invalid_arguments", id="a folder"),
        pytest.param("pipe", REPLACE, "invalid_arguments", id="a named pipe"),
        pytest.param("file/a", REPLACE, "not_found", id="below a file"),
        pytest.param("../home/token", REPLACE, "permission_denied", id="the token"),
        pytest.param("x" * 300, REPLACE, "invalid_arguments", id="a name that is too long"),
    ],
)
async def test_what_cannot_be_written(work: Path, files: Files, path: str, wish: WriteWish, error_class: str) -> None:
    plant(work)
    before = names_in(work)
    with pytest.raises(ToolFault) as fault:
        await files.write(work, path, "new", wish)
    assert fault.value.error_class == error_class
    assert (names_in(work), (work / "file").read_text()) == (before, "x")


async def test_a_full_disk_leaves_the_old_file(work: Path, files: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    (work / "a").write_text("old")

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fchmod", full)
    with pytest.raises(ToolFault) as fault:
        await files.write(work, "a", "new", REPLACE)
    assert (fault.value.message, fault.value.is_retryable) == ("the disk is full", False)
    assert (names_in(work), (work / "a").read_text()) == (["a"], "old")


async def test_a_read_only_file_is_not_replaced(work: Path, files: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    (work / "a").write_text("old")

    def refuse(*_: object) -> bool:
        return False

    monkeypatch.setattr(os, "access", refuse)
    with pytest.raises(ToolFault) as fault:
        await files.write(work, "a", "new", REPLACE)
    assert fault.value.error_class == "permission_denied"


def tree(work: Path) -> None:
    (work / "b/c/d").mkdir(parents=True)
    (work / "b/c/e").touch()
    (work / ".hidden").mkdir()
    (work / ".hidden/x").touch()
    (work / "a").touch()
    (work / "link").symlink_to("b")


@pytest.mark.parametrize(
    ("wish", "names", "is_cut"),
    [
        pytest.param(ListWish(1, 100, False), ("a", "b/", "link@"), False, id="one level"),
        pytest.param(ListWish(2, 100, False), ("a", "b/", "b/c/", "link@"), False, id="two levels"),
        pytest.param(ListWish(9, 100, False), ("a", "b/", "b/c/", "b/c/d/", "b/c/e", "link@"), False, id="all levels"),
        pytest.param(ListWish(2, 100, True), (".hidden/", ".hidden/x", "a", "b/", "b/c/", "link@"), False, id="hidden"),
        pytest.param(ListWish(9, 3, False), ("a", "b/", "link@"), True, id="a limit"),
        pytest.param(ListWish(1, 3, False), ("a", "b/", "link@"), False, id="a limit that is just enough"),
    ],
)
async def test_list(work: Path, files: Files, wish: ListWish, names: tuple[str, ...], is_cut: bool) -> None:
    tree(work)
    listing = await files.list(work, ".", wish)
    assert (listing.names, listing.is_cut) == (names, is_cut)


@pytest.mark.parametrize(("path", "error_class"), [("none", "not_found"), ("a", "invalid_arguments")])
async def test_what_cannot_be_listed(work: Path, files: Files, path: str, error_class: str) -> None:
    tree(work)
    with pytest.raises(ToolFault) as fault:
        await files.list(work, path, ListWish(1, 9, False))
    assert fault.value.error_class == error_class


async def test_a_folder_that_may_not_be_read_is_shown_but_not_entered(
    work: Path, files: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    tree(work)
    scan = os.scandir

    def refuse(path: Path) -> object:
        if Path(path).name == "b":
            raise PermissionError(errno.EACCES, "no")
        return scan(path)

    monkeypatch.setattr(os, "scandir", refuse)
    assert (await files.list(work, ".", ListWish(9, 9, False))).names == ("a", "b/", "link@")
    with pytest.raises(ToolFault):
        await files.list(work, "b", ListWish(1, 9, False))


async def test_names_that_are_no_text_are_shown(work: Path, files: Files) -> None:
    (work / os.fsdecode(b"a\xff")).touch()
    assert (await files.list(work, ".", ListWish(1, 9, False))).names == ("a\ufffd",)
