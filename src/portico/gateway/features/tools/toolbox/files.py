"""Reading, writing, patching and listing files."""

from dataclasses import replace

from portico.gateway.features.tools.ports import (
    FilesPort,
    FileText,
    Listing,
    ListWish,
    PatchPort,
    ReadWish,
    Tool,
    ToolFault,
    ToolResult,
    ToolRun,
    WriteWish,
)
from portico.gateway.features.tools.rules import patch
from portico.gateway.features.tools.rules.policy import NEVER
from portico.gateway.features.tools.toolbox.arguments import (
    ApplyPatch,
    Arguments,
    ListDir,
    ReadFile,
    RunTool,
    WriteFile,
    given,
    reading_tool,
    typed,
)

PATCH_HINT = "read the file again and take its lines over as they are"


def file_tools(files: FilesPort, patches: PatchPort) -> tuple[Tool, ...]:
    async def read_file(run: ToolRun, wish: ReadFile) -> ToolResult:
        end = given(wish.end_line)
        if end is not None and end < wish.start_line:
            raise ToolFault("invalid_arguments", "end_line is before start_line")
        return _read(await files.read(run.place.cwd, wish.path, ReadWish(wish.start_line, end, wish.max_bytes)), wish)

    async def write_file(run: ToolRun, wish: WriteFile) -> ToolResult:
        written = await files.write(run.place.cwd, wish.path, wish.content, WriteWish(wish.create_dirs, wish.overwrite))
        verb = "Created" if written.is_new else "Replaced"
        line = f"{verb} {wish.path} ({written.size_bytes} bytes)"
        metadata = {"path": str(written.path), "size_bytes": written.size_bytes, "is_new": written.is_new}
        return ToolResult(line, title=line, metadata=metadata)

    async def apply_patch(run: ToolRun, wish: ApplyPatch) -> ToolResult:
        try:
            lines = await patches.apply(run.place.cwd, patch.parse(wish.input))
        except patch.PatchError as error:
            if error.kind == "syntax":
                raise ToolFault("invalid_arguments", f"the patch cannot be read: {error.message}") from error
            raise ToolFault("execution_failed", error.message, hint=PATCH_HINT) from error
        title = f"Changed {len(lines)} file{'' if len(lines) == 1 else 's'}"
        told = "\n".join(lines)
        return ToolResult(f"{title}:\n{told}", title=title, excerpt=told, metadata={"changes": list(lines)})

    async def list_dir(run: ToolRun, wish: ListDir) -> ToolResult:
        listing = await files.list(run.place.cwd, wish.path, ListWish(wish.depth, wish.limit, wish.include_hidden))
        return _listed(listing, wish)

    return (
        reading_tool("read_file", ReadFile, typed(ReadFile, read_file)),
        _changing_tool("write_file", WriteFile, typed(WriteFile, write_file)),
        replace(_changing_tool("apply_patch", ApplyPatch, typed(ApplyPatch, apply_patch)), aliases={"patch": "input"}),
        reading_tool("list_dir", ListDir, typed(ListDir, list_dir)),
    )


def _changing_tool(name: str, kind: type[Arguments], run: RunTool) -> Tool:
    return replace(
        reading_tool(name, kind, run),
        execution_class="exclusive",
        form="file_change",
        category="file_write",
        recovery=NEVER,
    )


def _read(found: FileText, wish: ReadFile) -> ToolResult:
    """Lines as `number<tab>text`; a cut says where to go on."""
    last = found.first_line + len(found.lines) - 1
    numbered = [f"{number:>6}\t{line}" for number, line in enumerate(found.lines, found.first_line)]
    note = _read_note(found, wish, last)
    title = f"Read {wish.path}" + (f", lines {found.first_line} to {last}" if found.lines else "")
    metadata = {
        "path": str(found.path),
        "start_line": found.first_line,
        "end_line": last,
        "size_bytes": found.size_bytes,
        "content": "\n".join(found.lines),
    }
    return ToolResult(
        "\n".join([*numbered, *([note] if note else [])]),
        title=title,
        excerpt="\n".join(found.lines[:40]),
        metadata=metadata,
        cut_by="max_bytes" if found.is_cut else None,
    )


def _read_note(found: FileText, wish: ReadFile, last: int) -> str:
    if found.is_cut:
        return f"[cut after max_bytes={wish.max_bytes}; go on with start_line={last + 1}]"
    if not found.lines:
        return "[the file is empty]" if not found.size_bytes else f"[the file has no line {wish.start_line}]"
    return ""


def _listed(listing: Listing, wish: ListDir) -> ToolResult:
    names = "\n".join(listing.names)
    note = f"[cut after limit={wish.limit} entries; list a folder below it, or give a higher limit]"
    content = "\n".join(part for part in (names, note if listing.is_cut else "") if part) or "[the folder is empty]"
    title = f"Listed {wish.path} ({len(listing.names)}{'+' if listing.is_cut else ''} entries)"
    metadata = {"path": str(listing.path), "entries": len(listing.names)}
    return ToolResult(
        content, title=title, excerpt=names, metadata=metadata, cut_by="limit" if listing.is_cut else None
    )
