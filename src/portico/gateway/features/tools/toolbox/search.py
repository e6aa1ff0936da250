"""Searching files by their content."""

from portico.gateway.features.tools.ports import Found, SearchPort, SearchWish, Tool, ToolResult, ToolRun
from portico.gateway.features.tools.toolbox.arguments import GrepFiles, reading_tool, typed


def search_tools(search: SearchPort) -> tuple[Tool, ...]:
    async def grep_files(run: ToolRun, wish: GrepFiles) -> ToolResult:
        found = await search.search(
            run.place.cwd,
            SearchWish(
                pattern=wish.pattern,
                path=wish.path or ".",
                glob=wish.glob,
                is_case_sensitive=wish.case_sensitive,
                max_results=wish.max_results,
                max_bytes=wish.max_output_bytes,
                timeout_seconds=wish.timeout_ms / 1000,
            ),
        )
        return _result(found, wish)

    return (reading_tool("grep_files", GrepFiles, typed(GrepFiles, grep_files)),)


def _result(found: Found, wish: GrepFiles) -> ToolResult:
    """Lines as `path:number:text`. An answer that was cut is not complete: the request must be narrowed."""
    lines = "\n".join(f"{match.path}:{match.line}:{match.text}" for match in found.matches)
    files = len({match.path for match in found.matches})
    title = f"Searched for {wish.pattern}: {len(found.matches)} lines in {files} files"
    metadata = {"pattern": wish.pattern, "path": wish.path, "matches": len(found.matches), "files": files}
    if found.cut_by is None:
        return ToolResult(lines or "[no line matches]", title=title, excerpt=lines, metadata=metadata)
    note = f"[cut by {found.cut_by}; narrow the pattern, the path or the glob]"
    return ToolResult(
        "\n".join(part for part in (lines, note) if part),
        title=title,
        excerpt=lines,
        metadata=metadata,
        error_class="needs_narrowing",
        hint="narrow the pattern, the path or the glob",
        cut_by=found.cut_by,
    )
