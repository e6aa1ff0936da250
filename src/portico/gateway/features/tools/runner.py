"""Runs one tool call: repairs and checks its arguments, runs it, redacts and limits what it gave.

The one place of tools where the unexpected becomes an answer (style, errors).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import msgspec

from portico.gateway.agent.model import ToolCall, ToolSpec
from portico.gateway.agent.ports import DeltaSink, ErrorClass, PreparedCall, ToolOutcome
from portico.gateway.features.tools.ports import BlobPort, Tool, ToolFault, ToolPlace, ToolResult, ToolRun
from portico.gateway.features.tools.rules import items
from portico.gateway.features.tools.rules.output import INLINE_LIMIT, KEPT_LIMIT, MODEL_LIMIT, clean, recorded, shorten
from portico.gateway.features.tools.rules.repair import NotArguments, expected, parse, repair
from portico.gateway.features.tools.rules.validation import Validators
from portico.gateway.kernel.errors import GatewayError, Unavailable
from portico.gateway.kernel.ids import Ids
from portico.gateway.kernel.logging import get_logger
from portico.gateway.kernel.redact import Redactor
from portico.protocol.errors import ErrorKind
from portico.protocol.types.item import BlobRef, CommandExecution, ShellDisplay, ToolItem

logger = get_logger(__name__)

KINDS: dict[ErrorKind, ErrorClass] = {
    ErrorKind.INVALID: "invalid_arguments",
    ErrorKind.NOT_FOUND: "not_found",
    ErrorKind.DENIED: "permission_denied",
    ErrorKind.CONFLICT: "execution_failed",
    ErrorKind.UNAVAILABLE: "execution_failed",
    ErrorKind.INTERNAL: "internal",
}


@dataclass(frozen=True, slots=True)
class Workshop:
    """What all bound tools share. `argv_of` tells what runs in a terminal session of a thread."""

    tools: Mapping[str, Tool]
    blobs: BlobPort
    redactor: Redactor
    ids: Ids
    validators: Validators
    shell: str
    argv_of: Callable[[str, str], tuple[str, ...]]


class BoundTools:
    """The tools of one turn (the loop's ToolPort): only those in `names` can be called."""

    def __init__(self, workshop: Workshop, place: ToolPlace, names: frozenset[str]) -> None:
        self._workshop = workshop
        self._place = place
        self._names = names
        self._specs = tuple(
            ToolSpec(tool.name, tool.description, tool.parameters)
            for tool in workshop.tools.values()
            if tool.name in names
        )

    @property
    def specs(self) -> tuple[ToolSpec, ...]:
        return self._specs

    def prepare(self, call: ToolCall, item_id: str) -> PreparedCall:
        """The call with its arguments repaired and checked; a refusal is an outcome. Never raises."""
        tool = self._workshop.tools.get(call.name)
        arguments: dict[str, Any] = {}
        refusal: ToolFault | None = None
        try:
            arguments = parse(call.arguments)
            if tool is not None:
                argv = dict.fromkeys(tool.argv, self._workshop.shell)
                arguments = repair(arguments, tool.parameters, tool.aliases, argv)
            tool = self._offered(call.name)
            self._workshop.validators.check(tool.name, tool.parameters, arguments)
        except NotArguments as error:
            fields = f" Expected fields: {expected(tool.parameters)}" if tool else ""
            refusal = ToolFault("invalid_arguments", f"{error}.{fields}")
        except ToolFault as fault:
            refusal = fault
        item = self._begin(tool, call, item_id, arguments)
        prepared = PreparedCall(
            call=call,
            arguments=arguments,
            item=item,
            execution_class=tool.execution_class if tool else "shared",
            session=tool.session(arguments) if tool else "",
        )
        if refusal is None:
            return prepared
        return replace(prepared, refusal=self._outcome(item, *self._fault_result(refusal), blob=None))

    async def run(self, prepared: PreparedCall, sink: DeltaSink) -> ToolOutcome:
        """Run it. Failures are outcomes; only cancellation passes through, after the processes are gone."""
        if prepared.refusal is not None:
            return prepared.refusal
        retryable: bool | None = None
        try:
            tool = self._offered(prepared.call.name)
            result = self._redacted(await tool.run(ToolRun(self._place, sink), prepared.arguments))
            blob = await self._stored(result)
        except ToolFault as fault:
            result, retryable = self._fault_result(fault)
            blob = None
        except GatewayError as error:
            result, retryable = self._fault_result(ToolFault(KINDS[error.kind], error.message))
            blob = None
        except Exception:
            ref = self._workshop.ids.short()
            logger.exception("a tool broke", tool=prepared.call.name, ref=ref)
            result, retryable = self._fault_result(ToolFault("internal", f"the tool broke (reference {ref})"))
            blob = None
        return self._outcome(prepared.item, result, retryable, blob=blob)

    def _offered(self, name: str) -> Tool:
        tool = self._workshop.tools.get(name)
        if tool is not None and name in self._names:
            return tool
        offered = ", ".join(spec.name for spec in self._specs) or "none"
        if tool is None:
            raise ToolFault("not_found", f"there is no tool {name[:100]!r}; there are: {offered}")
        raise ToolFault("permission_denied", f"{name} is switched off here; there are: {offered}", is_retryable=False)

    def _begin(self, tool: Tool | None, call: ToolCall, item_id: str, arguments: dict[str, Any]) -> ToolItem:
        redact = self._workshop.redactor.text
        item = items.begin(tool, item_id, call.name, arguments, redact)
        if not isinstance(item, CommandExecution):
            return item
        session = arguments.get("session_id")
        typed_into = self._workshop.argv_of(self._place.thread_id, session) if isinstance(session, str) else ()
        return msgspec.structs.replace(
            item, command=item.command or [redact(word) for word in typed_into], cwd=str(self._place.cwd)
        )

    def _fault_result(self, fault: ToolFault) -> tuple[ToolResult, bool | None]:
        message = f"Error ({fault.error_class}): {fault.message}" + (f" Hint: {fault.hint}" if fault.hint else "")
        result = ToolResult(message, title=fault.message, error_class=fault.error_class, hint=fault.hint)
        return self._redacted(result), fault.is_retryable

    def _redacted(self, result: ToolResult) -> ToolResult:
        """Every text of it redacted; what a shell printed is so already, piece by piece."""
        redact = self._workshop.redactor.text
        return replace(
            result,
            content=clean(redact(result.content)),
            title=clean(redact(result.title)),
            excerpt=clean(redact(result.excerpt)),
            metadata=recorded(result.metadata, redact, longest=KEPT_LIMIT),
            whole=clean(redact(result.whole)) if result.whole is not None else None,
            hint=redact(result.hint) if result.hint else None,
        )

    async def _stored(self, result: ToolResult) -> BlobRef | None:
        whole = result.whole if result.whole is not None else result.content
        if len(whole) * 4 <= INLINE_LIMIT:
            return None
        data = shorten(whole, KEPT_LIMIT)[0].encode("utf-8", "replace")
        if len(data) <= INLINE_LIMIT:
            return None
        try:
            digest, size = await self._workshop.blobs.put(data)
        except Unavailable as error:
            # The tool has run: its answer counts, even where the disk has no room for all of it.
            logger.warning("an output could not be kept", reason=error.message)
            return None
        return BlobRef(sha256=digest, size_bytes=size)

    def _outcome(
        self, item: ToolItem, result: ToolResult, retryable: bool | None, *, blob: BlobRef | None
    ) -> ToolOutcome:
        if isinstance(item, CommandExecution) and result.shell is None:
            result = replace(result, shell=ShellDisplay(stderr=result.content))
        return ToolOutcome(
            content=shorten(result.content, MODEL_LIMIT)[0],
            item=items.finish(item, result, is_retryable=retryable, blob=blob),
            is_error=items.is_failure(result),
            error_class=result.error_class,
        )
