"""Applies patches to files: all of them, or none."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import anyio.to_thread

from portico.gateway.adapters.files import open_text, stage, writable
from portico.gateway.adapters.guard import Guard, fault_of
from portico.gateway.features.tools import FilePatch, ToolFault, apply_hunks

BIGGEST = 16 * 1024 * 1024
BOM = "\ufeff"


@dataclass(slots=True)
class _File:
    """A file the patch touches: as it is on disk (`old` None: absent), and as it is to be."""

    path: str
    old: bytes | None
    mode: int | None
    new: bytes | None


@dataclass(slots=True)
class _Undo:
    """What was done so far, so that it can be taken back."""

    done: list[tuple[Path, _File]] = field(default_factory=list["tuple[Path, _File]"])
    staged: list[Path | None] = field(default_factory=list["Path | None"])
    folders: list[Path] = field(default_factory=list[Path])


class Patches:
    """The PatchPort of the tools."""

    def __init__(self, guard: Guard) -> None:
        self._guard = guard

    async def apply(self, cwd: Path, patches: tuple[FilePatch, ...]) -> tuple[str, ...]:
        """Change the files; a cancellation never cuts it. Raises ToolFault, PatchError: then nothing is changed."""
        return await anyio.to_thread.run_sync(self._apply, cwd, patches)

    def _apply(self, cwd: Path, patches: tuple[FilePatch, ...]) -> tuple[str, ...]:
        files: dict[Path, _File] = {}
        told = [self._plan(cwd, patch, files) for patch in patches]
        undo = _Undo()
        try:
            for real, file in files.items():
                _prepare(real, file, undo)
            _commit(files, undo)
        except OSError as error:
            _take_back(undo)
            raise fault_of(error, error.filename2 or error.filename or "a file") from error
        return tuple(told)

    def _plan(self, cwd: Path, patch: FilePatch, files: dict[Path, _File]) -> str:
        real = self._guard.resolve(cwd, patch.path, for_writing=True)
        file = self._file(real, patch.path, files)
        if patch.kind == "add":
            if file.new is not None:
                raise ToolFault("execution_failed", f"{patch.path} exists already", hint="use *** Update File")
            file.new = patch.content.encode("utf-8", "replace")
            return f"A {patch.path}"
        if file.new is None:
            raise ToolFault("not_found", f"{patch.path} does not exist")
        if patch.kind == "delete":
            file.new = None
            return f"D {patch.path}"
        changed = _changed(file.new, patch)
        if patch.move_to is None:
            file.new = changed
            return f"M {patch.path}"
        target = self._file(self._guard.resolve(cwd, patch.move_to, for_writing=True), patch.move_to, files)
        if target.new is not None and target is not file:
            raise ToolFault("execution_failed", f"{patch.move_to} exists already", hint="delete it first")
        file.new, target.new, target.mode = None, changed, file.mode
        return f"R {patch.path} -> {patch.move_to}"

    def _file(self, real: Path, path: str, files: dict[Path, _File]) -> _File:
        if real not in files:
            files[real] = self._load(real, path)
        return files[real]

    def _load(self, real: Path, path: str) -> _File:
        try:
            mode = writable(self._guard, real, path)
        except OSError as error:
            raise fault_of(error, path) from error
        if mode is None:
            return _File(path, None, None, None)
        with open_text(self._guard, real, path) as (file, size):
            if size > BIGGEST:
                raise ToolFault("execution_failed", f"{path} is too big to patch ({size} bytes)", is_retryable=False)
            old = file.read()
        return _File(path, old, mode, old)


def _changed(old: bytes, patch: FilePatch) -> bytes:
    text = old.decode("utf-8", "surrogateescape")
    bom = BOM if text.startswith(BOM) else ""
    changed = bom + apply_hunks(text.removeprefix(BOM), patch.hunks, patch.path)
    # Lines of the file keep their bytes; lone surrogates of the patch itself cannot be written.
    return changed.encode("utf-8", "surrogateescape" if _is_encodable(changed) else "replace")


def _is_encodable(text: str) -> bool:
    try:
        text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return False
    return True


def _prepare(real: Path, file: _File, undo: _Undo) -> None:
    if file.new is None or file.new == file.old:
        undo.staged.append(None)
        return
    for folder in _missing(real.parent):
        folder.mkdir(exist_ok=True)
        undo.folders.append(folder)
    undo.staged.append(stage(real, file.new, file.mode))


def _missing(folder: Path) -> Iterable[Path]:
    missing = [parent for parent in (folder, *folder.parents) if not parent.exists()]
    return reversed(missing)


def _commit(files: dict[Path, _File], undo: _Undo) -> None:
    for (real, file), staged in zip(files.items(), list(undo.staged), strict=True):
        if staged is not None:
            staged.replace(real)
        elif file.new is None and file.old is not None:
            real.unlink()
        else:
            continue
        undo.done.append((real, file))


def _take_back(undo: _Undo) -> None:
    """Put back what was changed, as far as the system lets us."""
    for real, file in reversed(undo.done):
        with suppress(OSError):
            if file.old is None:
                real.unlink()
            else:
                stage(real, file.old, file.mode).replace(real)
    for staged in undo.staged:
        if staged is not None:
            staged.unlink(missing_ok=True)
    for folder in reversed(undo.folders):
        with suppress(OSError):
            folder.rmdir()
