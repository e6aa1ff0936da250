"""Running programs: one shot, or on a terminal that goes on."""

from collections.abc import Mapping
from typing import Any

import msgspec

from portico.gateway.agent.ports import ErrorClass
from portico.gateway.features.tools.ports import (
    Command,
    Exit,
    FilesPort,
    SessionOutput,
    ShellPort,
    Stream,
    Tool,
    ToolResult,
    ToolRun,
)
from portico.gateway.features.tools.rules.output import (
    DELTA_CHUNK,
    DELTA_LIMIT,
    KEPT_LIMIT,
    HeadTail,
    TextReader,
    clean,
    model_limit,
    shorten,
)
from portico.gateway.features.tools.rules.policy import SESSION_BOUND, SHELL_OUTPUT
from portico.gateway.features.tools.toolbox.arguments import (
    ExecCommand,
    WriteStdin,
    description_of,
    given,
    schema_of,
    typed,
)
from portico.gateway.kernel.redact import Redactor
from portico.protocol.types.item import ShellDisplay

COMMAND_NOT_FOUND = 127


class Recorder:
    """Takes a command's output as it comes: redacted to the timeline and to what is kept of it."""

    def __init__(self, run: ToolRun, redactor: Redactor) -> None:
        self._run = run
        self._readers = {name: TextReader(redactor.stream()) for name in ("stdout", "stderr")}
        self.kept: dict[str, HeadTail] = {name: HeadTail(KEPT_LIMIT) for name in ("stdout", "stderr")}
        self._delta_room = DELTA_LIMIT

    def take(self, stream: Stream, data: bytes) -> None:
        self.show(stream, self._readers[stream].feed(data))

    def close(self) -> None:
        self.show("stdout", self._readers["stdout"].flush())
        self.show("stderr", self._readers["stderr"].flush())

    def show(self, stream: Stream, text: str) -> None:
        """Redacted text: kept, and shown as deltas of at most 64 KiB, 4 MiB in all."""
        if not text:
            return
        self.kept[stream].feed(text)
        # A character is at most four bytes: pieces of a quarter never grow above the chunk.
        step = DELTA_CHUNK if text.isascii() else DELTA_CHUNK // 4
        for start in range(0, len(text), step):
            piece = text[start : start + step]
            self._delta_room -= len(piece) if piece.isascii() else len(piece.encode("utf-8", "replace"))
            if self._delta_room < 0:
                return
            self._run.sink(piece, stream)


def shell_tools(shell: ShellPort, files: FilesPort, redactor: Redactor) -> tuple[Tool, ...]:
    async def exec_command(run: ToolRun, wish: ExecCommand) -> ToolResult:
        folder = files.folder(run.place.cwd, wish.workdir or ".")
        recorder = Recorder(run, redactor)
        limit = model_limit(given(wish.max_output_tokens))
        if wish.tty:
            command = Command(tuple(wish.command), folder)
            reader = TextReader(redactor.stream())
            output = await shell.open(run.place.thread_id, command, reader, wish.yield_time_ms / 1000)
            return _session_result(output, recorder, limit, redactor)
        command = Command(tuple(wish.command), folder, wish.timeout_ms / 1000)
        ended = await shell.run(command, recorder.take)
        recorder.close()
        return _result(wish, ended, recorder, limit, redactor)

    async def write_stdin(run: ToolRun, wish: WriteStdin) -> ToolResult:
        owner, limit = run.place.thread_id, model_limit(given(wish.max_output_tokens))
        output = await shell.talk(owner, wish.session_id, wish.chars, wish.yield_time_ms / 1000)
        return _session_result(output, Recorder(run, redactor), limit, redactor)

    return (
        Tool(
            name="exec_command",
            description=description_of(ExecCommand),
            parameters=schema_of(ExecCommand),
            execution_class="session",
            form="command",
            category="shell_command",
            output=SHELL_OUTPUT,
            recovery=SESSION_BOUND,
            run=typed(ExecCommand, exec_command),
            session=_shell_session,
            argv=frozenset({"command"}),
        ),
        Tool(
            name="write_stdin",
            description=description_of(WriteStdin),
            parameters=schema_of(WriteStdin),
            execution_class="session",
            form="command",
            category="shell_command",
            output=SHELL_OUTPUT,
            recovery=SESSION_BOUND,
            run=typed(WriteStdin, write_stdin),
            session=_typing_session,
        ),
    )


def _shell_session(_: Mapping[str, Any]) -> str:
    """Commands of one round may build on each other: they run in the order they were given."""
    return "shell"


def _typing_session(arguments: Mapping[str, Any]) -> str:
    return f"shell:{arguments.get('session_id', '')}"


def _result(wish: ExecCommand, ended: Exit, recorder: Recorder, limit: int, redactor: Redactor) -> ToolResult:
    fields: dict[str, Any] = {
        "command": [redactor.text(word) for word in wish.command],
        "exit_code": ended.code,
        "timed_out": ended.timed_out,
        "duration_ms": ended.duration_ms,
    }
    display = ShellDisplay(
        stdout=recorder.kept["stdout"].text(),
        stderr=recorder.kept["stderr"].text(),
        exit_code=ended.code,
        duration_ms=ended.duration_ms,
        timed_out=ended.timed_out,
        truncated=any(kept.left_out for kept in recorder.kept.values()),
    )
    error = _error_class(ended.code, timed_out=ended.timed_out)
    hint = f"it was ended after {wish.timeout_ms} ms; give more timeout_ms, or use tty" if ended.timed_out else None
    return _told(fields, display, recorder, limit, error=error, hint=hint)


def _session_result(output: SessionOutput, recorder: Recorder, limit: int, redactor: Redactor) -> ToolResult:
    recorder.show("stdout", output.text)
    fields: dict[str, Any] = {
        "command": [redactor.text(word) for word in output.argv],
        "session_id": output.session_id if output.is_running else None,
        "is_running": output.is_running,
        "exit_code": output.exit_code,
        "timed_out": False,
        "duration_ms": output.duration_ms,
    }
    if output.lost_bytes:
        fields["lost_bytes"] = output.lost_bytes
    display = ShellDisplay(
        stdout=recorder.kept["stdout"].text(),
        exit_code=output.exit_code,
        duration_ms=output.duration_ms,
        truncated=output.lost_bytes > 0,
    )
    return _told(fields, display, recorder, limit, error=_error_class(output.exit_code, timed_out=False), hint=None)


def _error_class(code: int | None, *, timed_out: bool) -> ErrorClass | None:
    if timed_out:
        return "timeout"
    if code == COMMAND_NOT_FOUND:
        return "command_not_found"
    return "execution_failed" if code else None


def _told(  # noqa: PLR0913 - one place that makes the answer
    fields: dict[str, Any],
    display: ShellDisplay,
    recorder: Recorder,
    limit: int,
    *,
    error: ErrorClass | None,
    hint: str | None,
) -> ToolResult:
    """The answer for the model within its limit; standard error gets at most half of it when both are long."""
    out, err = display.stdout or "", display.stderr or ""
    left = {name: kept.left_out for name, kept in recorder.kept.items()}
    told_err, err_cut = shorten(err, max(limit // 2, limit - len(out.encode("utf-8", "replace"))), left["stderr"])
    told_out, out_cut = shorten(out, max(limit // 2, limit - len(told_err.encode("utf-8", "replace"))), left["stdout"])
    fields |= {"truncated": out_cut or err_cut or display.truncated}
    content = msgspec.json.encode({**fields, "stdout": clean(told_out), "stderr": clean(told_err)}).decode()
    whole = None
    if out_cut or err_cut:
        whole = msgspec.json.encode({**fields, "stdout": clean(out), "stderr": clean(err)}).decode()
    return ToolResult(content=content, whole=whole, shell=display, error_class=error, hint=hint)
