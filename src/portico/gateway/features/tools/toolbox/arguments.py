"""The arguments of the built-in tools (reference 9.1): one struct each, and the schema that the model sees."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any, TypeVar

import msgspec

from portico.gateway.features.tools.ports import Tool, ToolResult, ToolRun
from portico.gateway.features.tools.rules.policy import FILE_OUTPUT, SAFE

MIB = 1024 * 1024
LONGEST_COMMAND_MS = 3_600_000
LONGEST_YIELD_MS = 60_000
DEFAULT_YIELD_MS = 120
MOST_TOKENS = MIB // 2
"""More would be above the 2 MiB that a model gets at most."""

A = TypeVar("A", bound="Arguments")


class Arguments(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the model gives; no extra keys."""


def about(description: str, **limits: Any) -> msgspec.Meta:
    return msgspec.Meta(description=description, **limits)


_Yield = Annotated[int, about("How long to wait for output, in ms", ge=0, le=LONGEST_YIELD_MS)]
_Tokens = Annotated[int, about("Upper limit of the answer, in tokens", ge=1, le=MOST_TOKENS)]


class ExecCommand(Arguments, frozen=True, kw_only=True):
    """Run a program. `command` is argv, there is no shell: for pipes and the like use ["bash", "-lc", "..."]. What it \
leaves running ends with it, unless tty is true: that opens a terminal session that goes on."""

    command: Annotated[list[str], about("Program and arguments", min_length=1, max_length=4096)]
    workdir: Annotated[str, about("Folder to run in, relative to the current one")] = ""
    timeout_ms: Annotated[int, about("Ended after so long (without tty)", ge=1, le=LONGEST_COMMAND_MS)] = 60_000
    max_output_tokens: _Tokens | msgspec.UnsetType = msgspec.UNSET
    yield_time_ms: _Yield = DEFAULT_YIELD_MS
    tty: Annotated[bool, about("Open a terminal session; answers with its session_id")] = False


class WriteStdin(Arguments, frozen=True, kw_only=True):
    """Type into a terminal session and read what it printed since the last time. Without chars it only reads."""

    session_id: str
    chars: Annotated[str, about("What to type; end a line with \\n, Ctrl-C is \\u0003")] = ""
    yield_time_ms: _Yield = DEFAULT_YIELD_MS
    max_output_tokens: _Tokens | msgspec.UnsetType = msgspec.UNSET


class ReadFile(Arguments, frozen=True, kw_only=True):
    """Read a text file, with line numbers."""

    path: Annotated[str, about("Relative to the current folder", min_length=1)]
    start_line: Annotated[int, about("First line, from 1", ge=1)] = 1
    end_line: Annotated[int, about("Last line, inclusive", ge=1)] | msgspec.UnsetType = msgspec.UNSET
    max_bytes: Annotated[int, about("Read no more than this", ge=1, le=2 * MIB)] = 256 * 1024


class WriteFile(Arguments, frozen=True, kw_only=True):
    """Write a whole text file. To change a part of one, use apply_patch."""

    path: Annotated[str, about("Relative to the current folder", min_length=1)]
    content: Annotated[str, about("The whole new text", max_length=8 * MIB)]
    create_dirs: Annotated[bool, about("Make missing folders")] = True
    overwrite: Annotated[bool, about("Replace a file that exists")] = False


class ApplyPatch(Arguments, frozen=True, kw_only=True):
    """Change files: all of the patch, or nothing. Format: "*** Begin Patch", then for each file one of \
"*** Add File: path" (lines with +), "*** Delete File: path", "*** Update File: path" (optionally "*** Move to: path"; \
hunks that begin with "@@ line above", lines with " " for context, "-" removed, "+" added), then "*** End Patch"."""

    input: Annotated[str, about("The patch", min_length=1, max_length=8 * MIB)]


class ListDir(Arguments, frozen=True, kw_only=True):
    """List a folder."""

    path: Annotated[str, about("Relative to the current folder")] = "."
    depth: Annotated[int, about("How many levels", ge=1, le=16)] = 1
    limit: Annotated[int, about("At most so many entries", ge=1, le=5_000)] = 500
    include_hidden: Annotated[bool, about("Also names that begin with a dot")] = False


class GrepFiles(Arguments, frozen=True, kw_only=True):
    """Search files for a regular expression, line by line."""

    pattern: Annotated[str, about("The regular expression", min_length=1, max_length=4096)]
    path: Annotated[str, about("File or folder, relative to the current one")] = "."
    glob: Annotated[str, about("Only files like this, as *.py", max_length=1024)] = ""
    max_results: Annotated[int, about("At most so many lines", ge=1, le=5_000)] = 200
    max_output_bytes: Annotated[int, about("At most so many bytes", ge=1, le=2 * MIB)] = 256 * 1024
    case_sensitive: bool = True
    timeout_ms: Annotated[int, about("Ended after so long", ge=1, le=120_000)] = 20_000


def schema_of(kind: type[Arguments]) -> dict[str, Any]:
    """JSON Schema of an object, as providers take it."""
    _, components = msgspec.json.schema_components([kind])
    schema = dict(components[kind.__name__])
    return {key: value for key, value in schema.items() if key not in {"title", "description"}}


def description_of(kind: type[Arguments]) -> str:
    return (kind.__doc__ or "").strip()


RunTool = Callable[[ToolRun, dict[str, Any]], Awaitable[ToolResult]]


def reading_tool(name: str, kind: type[Arguments], run: RunTool) -> Tool:
    """A tool that only reads files: it may run beside others, and again."""
    return Tool(
        name=name,
        description=description_of(kind),
        parameters=schema_of(kind),
        execution_class="shared",
        form="dynamic",
        category="file_read",
        output=FILE_OUTPUT,
        recovery=SAFE,
        run=run,
    )


def typed(kind: type[A], run: Callable[[ToolRun, A], Awaitable[ToolResult]]) -> RunTool:
    """A tool's function over its own struct, as the runner calls it: the arguments are checked already."""

    async def call(tool_run: ToolRun, arguments: dict[str, Any]) -> ToolResult:
        return await run(tool_run, msgspec.convert(arguments, kind))

    return call


def given(value: int | msgspec.UnsetType) -> int | None:
    return value if isinstance(value, int) else None
