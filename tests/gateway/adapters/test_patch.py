"""Patches on real files: all of them, or none."""

import errno
import os
from pathlib import Path

import pytest

from portico.gateway.adapters import patch as module
from portico.gateway.adapters.guard import Guard
from portico.gateway.adapters.patch import Patches
from portico.gateway.features.tools import PatchError, ToolFault
from portico.gateway.features.tools.rules.patch import parse

FILES = {"a": "one\ntwo\n", "b": "bee\n", "sub/c": "sea\n"}


@pytest.fixture
def work(tmp_path: Path) -> Path:
    work = tmp_path / "work"
    for name, text in FILES.items():
        (work / name).parent.mkdir(parents=True, exist_ok=True)
        (work / name).write_text(text)
    return work


@pytest.fixture
def patches(tmp_path: Path) -> Patches:
    return Patches(Guard(tmp_path / "home"))


async def apply(patches: Patches, work: Path, *lines: str) -> tuple[str, ...]:
    return await patches.apply(work, parse("\n".join(["*** Begin Patch", *lines, "*** End Patch"])))


def texts(work: Path) -> dict[str, str]:
    return {str(path.relative_to(work)): path.read_text() for path in work.rglob("*") if path.is_file()}


@pytest.mark.parametrize(
    ("lines", "told", "changes"),
    [
        pytest.param(("*** Add File: new/x/y", "+1"), ("A new/x/y",), {"new/x/y": "1\n"}, id="add with folders"),
        pytest.param(("*** Delete File: b",), ("D b",), {"b": None}, id="delete"),
        pytest.param(("*** Update File: a", "-two", "+2"), ("M a",), {"a": "one\n2\n"}, id="update"),
        pytest.param(
            ("*** Update File: a", "*** Move to: d/e", "-two", "+2"),
            ("R a -> d/e",),
            {"a": None, "d/e": "one\n2\n"},
            id="move and update",
        ),
        pytest.param(
            ("*** Update File: a", "*** Move to: a", "-two"), ("R a -> a",), {"a": "one\n"}, id="move to itself"
        ),
        pytest.param(
            ("*** Update File: a", "-two", "*** Update File: a", "-one", "+1"),
            ("M a", "M a"),
            {"a": "1\n"},
            id="twice the same file",
        ),
        pytest.param(
            ("*** Delete File: a", "*** Add File: a", "+new"), ("D a", "A a"), {"a": "new\n"}, id="delete and add"
        ),
        pytest.param(("*** Update File: a", " one"), ("M a",), {}, id="nothing changes"),
        pytest.param(("*** Add File: n", "+1", "*** Delete File: n"), ("A n", "D n"), {}, id="add and delete"),
    ],
)
async def test_apply(
    work: Path, patches: Patches, lines: tuple[str, ...], told: tuple[str, ...], changes: dict[str, str | None]
) -> None:
    assert await apply(patches, work, *lines) == told
    after = FILES | changes
    assert texts(work) == {name: text for name, text in after.items() if text is not None}


GOOD = ("*** Update File: a", "-two", "+2", "*** Delete File: b", "*** Add File: new/n", "+n")


@pytest.mark.parametrize(
    ("bad", "error_class"),
    [
        pytest.param(("*** Update File: none", "+x"), "not_found", id="update a missing file"),
        pytest.param(("*** Delete File: none",), "not_found", id="delete a missing file"),
        pytest.param(("*** Add File: sub/c", "+x"), "execution_failed", id="add over a file"),
        pytest.param(("*** Update File: sub/c", "*** Move to: a", "+x"), "execution_failed", id="move over a file"),
        pytest.param(("*** Delete File: sub",), "invalid_arguments", id="delete a folder"),
        pytest.param(("*** Update File: binary", "+x"), "execution_failed", id="a binary file"),
        pytest.param(("*** Add File: ../home/token", "+x"), "permission_denied", id="the token"),
        pytest.param(("*** Add File: a/below", "+x"), "not_found", id="below a file"),
        pytest.param(("*** Update File: sub/c", "*** Move to: ../home/lock", "+x"), "permission_denied", id="the lock"),
    ],
)
async def test_one_bad_file_leaves_all_as_they_were(
    work: Path, patches: Patches, bad: tuple[str, ...], error_class: str
) -> None:
    (work / "binary").write_bytes(b"\0")
    before = texts(work)
    with pytest.raises(ToolFault) as fault:
        await apply(patches, work, *GOOD, *bad)
    assert fault.value.error_class == error_class
    assert texts(work) == before
    assert not (work / "new").exists()


async def test_a_hunk_without_a_place_leaves_all_as_they_were(work: Path, patches: Patches) -> None:
    with pytest.raises(PatchError):
        await apply(patches, work, *GOOD, "*** Update File: sub/c", "-four")
    assert texts(work) == FILES


@pytest.mark.parametrize("fails_at", [1, 2, 3])
async def test_a_failure_in_the_middle_is_taken_back(
    work: Path, patches: Patches, monkeypatch: pytest.MonkeyPatch, fails_at: int
) -> None:
    (work / "a").chmod(0o751)
    calls = 0
    replace, unlink = os.replace, os.unlink

    def count() -> None:
        nonlocal calls
        calls += 1
        if calls == fails_at:
            raise OSError(errno.ENOSPC, "No space left on device")

    def counted_replace(source: Path, target: Path) -> None:
        count()
        replace(source, target)

    def counted_unlink(path: Path) -> None:
        count()
        unlink(path)

    monkeypatch.setattr(os, "replace", counted_replace)
    monkeypatch.setattr(os, "unlink", counted_unlink)
    with pytest.raises(ToolFault) as fault:
        await apply(patches, work, *GOOD)
    assert fault.value.message == "the disk is full"
    assert texts(work) == FILES
    assert ((work / "a").stat().st_mode & 0o777, (work / "new").exists()) == (0o751, False)


async def test_no_room_for_the_new_files_changes_nothing(
    work: Path, patches: Patches, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> Path:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(module, "stage", full)
    with pytest.raises(ToolFault):
        await apply(patches, work, *GOOD)
    assert texts(work) == FILES


async def test_a_file_that_is_too_big_is_refused(work: Path, patches: Patches, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BIGGEST", 3)
    with pytest.raises(ToolFault) as fault:
        await apply(patches, work, "*** Update File: a", "-two")
    assert "too big" in fault.value.message


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param(b"\xef\xbb\xbfone\ntwo\n", b"\xef\xbb\xbfone\n2\n", id="a byte order mark"),
        pytest.param(b"\xff\ntwo\n", b"\xff\n2\n", id="no UTF-8"),
        pytest.param(b"one\r\ntwo\r\n", b"one\r\n2\r\n", id="carriage returns"),
    ],
)
async def test_bytes_that_the_patch_does_not_name_stay(work: Path, patches: Patches, old: bytes, new: bytes) -> None:
    (work / "a").write_bytes(old)
    await apply(patches, work, "*** Update File: a", "-two", "+2")
    assert (work / "a").read_bytes() == new


async def test_the_mode_goes_with_a_moved_file(work: Path, patches: Patches) -> None:
    (work / "a").chmod(0o750)
    await apply(patches, work, "*** Update File: a", "*** Move to: z")
    assert (work / "z").stat().st_mode & 0o777 == 0o750
