"""What tools need from adapters, and how a tool describes itself to the runner."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Protocol

from portico.gateway.agent.ports import DeltaSink, ErrorClass, ExecutionClass
from portico.gateway.features.tools.rules.patch import FilePatch
from portico.protocol.types.item import OutputPolicy, RecoveryPolicy, ShellDisplay

Category = Literal["file_read", "file_write", "shell_command", "network", "mcp_read", "mcp_write_or_unknown"]
Form = Literal["command", "file_change", "dynamic"]


class ToolFault(Exception):
    """A failure that the model should see; tools and adapters raise it, the runner makes an outcome of it.

    `is_retryable` overrides what the error class says; `hint` tells the model what to do instead.
    """

    def __init__(
        self, error_class: ErrorClass, message: str, *, hint: str | None = None, is_retryable: bool | None = None
    ) -> None:
        super().__init__(message)
        self.error_class: ErrorClass = error_class
        self.message = message
        self.hint = hint
        self.is_retryable = is_retryable


@dataclass(frozen=True, slots=True)
class Command:
    """A process to run: argv without a shell, in the folder `cwd`.

    `timeout_seconds` None means no limit; `output_limit` ends it after so many bytes of standard output.
    """

    argv: tuple[str, ...]
    cwd: Path
    timeout_seconds: float | None = None
    output_limit: int | None = None


@dataclass(frozen=True, slots=True)
class Exit:
    """How a command ended. `code` is None when it was ended by us; a signal n is 128 + n."""

    code: int | None
    duration_ms: int
    timed_out: bool = False
    limited: bool = False


Stream = Literal["stdout", "stderr"]
OutputSink = Callable[[Stream, bytes], None]


class Reader(Protocol):
    """Turns the bytes of a stream into text that may be shown; `flush` gives the rest at its end."""

    def feed(self, data: bytes) -> str: ...

    def flush(self) -> str: ...


@dataclass(frozen=True, slots=True)
class SessionOutput:
    """What a terminal session printed since it was last read. `exit_code` is None while it runs."""

    session_id: str
    argv: tuple[str, ...]
    text: str
    is_running: bool
    exit_code: int | None
    lost_bytes: int
    duration_ms: int


class ShellPort(Protocol):
    """Runs processes. All raise ToolFault; a cancelled call returns after its processes are gone."""

    async def run(self, command: Command, sink: OutputSink) -> Exit:
        """Run to the end, with no input; `sink` gets the output as it comes."""
        ...

    async def open(self, owner: str, command: Command, reader: Reader, yield_seconds: float) -> SessionOutput:
        """Start on a terminal of its own; answers after `yield_seconds` or at its end."""
        ...

    async def talk(self, owner: str, session_id: str, chars: str, yield_seconds: float) -> SessionOutput:
        """Type `chars` into a session of `owner`; answers like `open`."""
        ...

    def argv_of(self, owner: str, session_id: str) -> tuple[str, ...]:
        """What runs in the session; empty when there is none."""
        ...

    async def end(self, owner: str) -> None:
        """End all sessions of `owner`."""
        ...


@dataclass(frozen=True, slots=True)
class ReadWish:
    """Lines `start_line` to `end_line` (from 1, inclusive), at most `max_bytes` of them."""

    start_line: int = 1
    end_line: int | None = None
    max_bytes: int = 2 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class FileText:
    """The lines that were read. `is_cut`: there would have been more in the range than fits."""

    path: Path
    lines: tuple[str, ...]
    first_line: int
    size_bytes: int
    is_cut: bool


@dataclass(frozen=True, slots=True)
class WrittenFile:
    path: Path
    size_bytes: int
    is_new: bool


@dataclass(frozen=True, slots=True)
class ListWish:
    depth: int
    limit: int
    include_hidden: bool


@dataclass(frozen=True, slots=True)
class Listing:
    """Paths relative to the folder, with `/` after folders and `@` after links, sorted."""

    path: Path
    names: tuple[str, ...]
    is_cut: bool


class FilesPort(Protocol):
    """Reads and writes files. `path` is as the model wrote it, relative to `cwd`. All raise ToolFault."""

    async def read(self, cwd: Path, path: str, wish: ReadWish) -> FileText: ...

    async def write(self, cwd: Path, path: str, content: str, wish: "WriteWish") -> WrittenFile: ...

    async def list(self, cwd: Path, path: str, wish: ListWish) -> Listing: ...

    def folder(self, cwd: Path, path: str) -> Path:
        """The real path of an existing folder."""
        ...


@dataclass(frozen=True, slots=True)
class WriteWish:
    create_dirs: bool
    overwrite: bool


class PatchPort(Protocol):
    """Changes several files, all or none. Raises ToolFault with nothing changed."""

    async def apply(self, cwd: Path, patches: tuple[FilePatch, ...]) -> tuple[str, ...]:
        """One line per file: `A path`, `M path`, `D path`, `R old -> new`."""
        ...


@dataclass(frozen=True, slots=True)
class SearchWish:
    """`max_bytes` bounds the text of the matches, `timeout_seconds` the search."""

    pattern: str
    path: str
    glob: str
    is_case_sensitive: bool
    max_results: int
    max_bytes: int
    timeout_seconds: float


@dataclass(frozen=True, slots=True)
class Match:
    path: str
    line: int
    text: str


@dataclass(frozen=True, slots=True)
class Found:
    """`cut_by` says why there may be more matches than these."""

    matches: tuple[Match, ...]
    cut_by: Literal["max_results", "max_output_bytes", "timeout"] | None = None


class SearchPort(Protocol):
    """Searches files for a regular expression. Raises ToolFault."""

    async def search(self, cwd: Path, wish: SearchWish) -> Found: ...


class BlobPort(Protocol):
    """Keeps large output by its digest."""

    async def put(self, data: bytes) -> tuple[str, int]:
        """Store `data` durably; its sha256 in hex and its size."""
        ...


@dataclass(frozen=True, slots=True)
class ToolPorts:
    """The adapters behind the built-in tools."""

    shell: ShellPort
    files: FilesPort
    patch: PatchPort
    search: SearchPort
    blobs: BlobPort


@dataclass(frozen=True, slots=True)
class ToolPlace:
    """Whose tools these are and where they run: both folders absolute."""

    workspace_id: str
    thread_id: str
    turn_id: str
    root: Path
    cwd: Path


@dataclass(frozen=True, slots=True)
class ToolRun:
    """One run of a tool: its place, and where output goes while it runs."""

    place: ToolPlace
    sink: DeltaSink


@dataclass(frozen=True, slots=True)
class ToolResult:
    """What a tool gave, before redaction and limits.

    `content` is for the model; `whole` is what is kept of it when it differs; `title`, `excerpt` and `metadata` are
    for the timeline; `shell` replaces those for commands. `cut_by` says why the answer is not complete.
    """

    content: str
    title: str = ""
    excerpt: str = ""
    metadata: dict[str, Any] = field(default_factory=dict[str, Any])
    shell: ShellDisplay | None = None
    whole: str | None = None
    error_class: ErrorClass | None = None
    hint: str | None = None
    cut_by: str | None = None


def no_session(_: Mapping[str, Any]) -> str:
    return ""


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool and its six decisions (design 8). `parameters` is the JSON Schema of an object.

    `aliases` maps names that models use to ours; `argv` names fields whose text is a command line.
    """

    name: str
    description: str
    parameters: dict[str, Any]
    execution_class: ExecutionClass
    form: Form
    category: Category
    output: OutputPolicy
    recovery: RecoveryPolicy
    run: Callable[[ToolRun, dict[str, Any]], Awaitable[ToolResult]]
    session: Callable[[Mapping[str, Any]], str] = no_session
    aliases: Mapping[str, str] = field(default_factory=dict[str, str])
    argv: frozenset[str] = frozenset()

    @property
    def is_readonly(self) -> bool:
        return self.category in {"file_read", "mcp_read"}
