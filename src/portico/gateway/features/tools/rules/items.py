"""A tool call as an item of the timeline: when it starts, and when it is done (reference 5.4)."""

from typing import Any, cast

import msgspec

from portico.gateway.agent.ports import ErrorClass
from portico.gateway.features.tools.ports import Form, Tool, ToolResult
from portico.gateway.features.tools.rules.output import (
    DIAGNOSTIC_LIMIT,
    INLINE_LIMIT,
    Redact,
    excerpt_lines,
    fingerprint,
    recorded,
    shorten,
    without_raw,
)
from portico.gateway.features.tools.rules.patch import PatchError, parse, paths
from portico.gateway.features.tools.rules.policy import DYNAMIC_OUTPUT, RETRY_HINTS, should_retry
from portico.protocol.types.item import (
    BlobRef,
    CommandExecution,
    DynamicToolCall,
    FileChange,
    MetadataStorage,
    NoStorage,
    Outcome,
    ProgressDisplay,
    Recovery,
    ShellDisplay,
    SummaryDisplay,
    ToolItem,
    ToolStatus,
)

STARTED = ProgressDisplay(stage="running", metadata={})
NOTHING = NoStorage()


def begin(tool: Tool | None, item_id: str, name: str, arguments: Any, redact: Redact) -> ToolItem:
    """The item of a call that is about to run; `tool` is None when there is no such tool."""
    fields: dict[str, Any] = {
        "id": item_id,
        "tool_name": redact(name),
        "arguments": recorded(arguments, redact),
        "status": ToolStatus.IN_PROGRESS,
        "recovery_policy": tool.recovery if tool else None,
        "output_policy": tool.output if tool else DYNAMIC_OUTPUT,
        "display": STARTED,
        "storage": NOTHING,
    }
    form: Form = tool.form if tool else "dynamic"
    if form == "command":
        fields["display"] = ShellDisplay()
        return CommandExecution(command=_argv(arguments, redact), **fields)
    if form == "file_change":
        return FileChange(changed_files=[redact(path) for path in changed(arguments)], **fields)
    return DynamicToolCall(**fields)


def _argv(arguments: Any, redact: Redact) -> list[str]:
    command = cast("dict[str, Any]", arguments).get("command") if isinstance(arguments, dict) else None
    words = cast("list[Any]", command) if isinstance(command, list) else []
    return [redact(word) for word in words if isinstance(word, str)]


def changed(arguments: Any) -> list[str]:
    """The files a call would change, as far as its arguments tell."""
    fields = cast("dict[str, Any]", arguments) if isinstance(arguments, dict) else dict[str, Any]()
    patch, path = fields.get("input"), fields.get("path")
    if isinstance(patch, str):
        try:
            return paths(parse(patch))
        except PatchError:
            return []
    return [path] if isinstance(path, str) else []


def finish(item: ToolItem, result: ToolResult, *, is_retryable: bool | None, blob: BlobRef | None) -> ToolItem:
    """The last form of `item`; `result` is redacted already."""
    failed = is_failure(result)
    display, storage = _shown(item, result)
    return msgspec.structs.replace(
        item,
        status=ToolStatus.FAILED if failed else ToolStatus.COMPLETED,
        display=display,
        storage=storage,
        recovery=_recovery(item, result) if result.error_class or result.cut_by else None,
        success=not failed,
        outcome=outcome(result, is_retryable=is_retryable),
        blob=blob,
    )


def is_failure(result: ToolResult) -> bool:
    """An answer that is only incomplete is none."""
    return result.error_class is not None and not (result.error_class == "needs_narrowing" and result.cut_by)


def outcome(result: ToolResult, *, is_retryable: bool | None) -> Outcome:
    """How the call ended, as the timeline and the retry controller see it."""
    error: ErrorClass | None = result.error_class
    incomplete = result.cut_by is not None
    if error is None or not is_failure(result):
        return Outcome(
            status="partial_success" if incomplete else "ok",
            error_class=error,
            retry_hint=result.hint,
            incomplete=incomplete,
            incomplete_reason=result.cut_by,
        )
    again = should_retry(error) if is_retryable is None else is_retryable
    return Outcome(
        status="fatal_error" if error == "internal" else "recoverable_error",
        error_class=error,
        should_retry=again,
        retry_hint=result.hint or RETRY_HINTS.get(error),
        incomplete=incomplete,
        incomplete_reason=result.cut_by,
    )


def _shown(item: ToolItem, result: ToolResult) -> tuple[Any, Any]:
    if result.shell is not None:
        shown = _inline(result.shell)
        # The text stands in the display or in the blob; the storage repeats only the figures.
        return shown, msgspec.structs.replace(shown, stdout=None, stderr=None)
    metadata = without_raw(result.metadata)
    lines, is_cut = excerpt_lines(result.excerpt or (result.content if is_failure(result) else ""))
    if item.output_policy.timeline == "metadata_only":
        lines = []
    summary = SummaryDisplay(
        title=(result.title or item.tool_name)[:200],
        lines=lines,
        metadata=metadata,
        truncated=is_cut or result.cut_by is not None,
    )
    return summary, MetadataStorage(metadata=metadata)


def _inline(shell: ShellDisplay) -> ShellDisplay:
    """At most 64 KiB of text; half of it for each stream when both are long."""
    out, err = shell.stdout or "", shell.stderr or ""
    half = INLINE_LIMIT // 2
    err_cut, was_err_cut = shorten(err, max(half, INLINE_LIMIT - len(out.encode("utf-8", "replace"))))
    out_cut, was_out_cut = shorten(out, max(half, INLINE_LIMIT - len(err_cut.encode("utf-8", "replace"))))
    return msgspec.structs.replace(
        shell,
        stdout=out_cut if shell.stdout is not None else None,
        stderr=err_cut if shell.stderr is not None else None,
        truncated=shell.truncated or was_out_cut or was_err_cut,
    )


def _recovery(item: ToolItem, result: ToolResult) -> Recovery:
    """What may be kept to mend the call: for commands also the end of their output."""
    excerpt = None
    if result.shell is not None:
        excerpt = ((result.shell.stderr or "") or (result.shell.stdout or ""))[-DIAGNOSTIC_LIMIT:] or None
    return Recovery(
        error_class=result.error_class,
        retry_hint=result.hint or (RETRY_HINTS.get(result.error_class) if result.error_class else None),
        incomplete_reason=result.cut_by,
        diagnostic_summary=(result.title or item.tool_name)[:200],
        diagnostic_excerpt=excerpt,
        output_fingerprint=fingerprint(result.content),
        was_truncated=result.cut_by is not None or (result.shell is not None and result.shell.truncated),
    )
