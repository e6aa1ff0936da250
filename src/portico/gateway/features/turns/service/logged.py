"""Tools whose calls are told in the gateway's log: which, how long, how they ended; never with what they were given."""

from portico.gateway.agent.model import ToolCall, ToolSpec
from portico.gateway.agent.ports import DeltaSink, PreparedCall, ToolOutcome, ToolPort
from portico.gateway.features.tools import ToolPlace
from portico.gateway.kernel.clock import Clock
from portico.gateway.kernel.logging import get_logger

logger = get_logger(__name__)


class LoggedTools:
    """A ToolPort around another one (VERBOSE_TOOLS). No line holds an argument or output."""

    def __init__(self, tools: ToolPort, place: ToolPlace, clock: Clock) -> None:
        self._tools = tools
        self._clock = clock
        self._logger = logger.bind(thread=place.thread_id, turn=place.turn_id)

    @property
    def specs(self) -> tuple[ToolSpec, ...]:
        return self._tools.specs

    def prepare(self, call: ToolCall, item_id: str) -> PreparedCall:
        prepared = self._tools.prepare(call, item_id)
        if prepared.refusal is not None:
            error = prepared.refusal.error_class or "unknown"
            self._logger.info("tool call refused", tool=self._name(prepared), item=item_id, outcome=error)
        return prepared

    async def run(self, prepared: PreparedCall, sink: DeltaSink) -> ToolOutcome:
        """Run it between two lines; a cancelled one has its second line too."""
        name, item_id, began = self._name(prepared), prepared.item.id, self._clock.monotonic()
        self._logger.info("tool call started", tool=name, item=item_id)
        told = "cancelled"
        try:
            outcome = await self._tools.run(prepared, sink)
            told = (outcome.error_class or "unknown") if outcome.is_error else "ok"
            return outcome
        finally:
            spent = round((self._clock.monotonic() - began) * 1_000)
            self._logger.info("tool call ended", tool=name, item=item_id, duration_ms=spent, outcome=told)

    def _name(self, prepared: PreparedCall) -> str:
        """A tool that there is; what else the model calls by a name may be anything."""
        name = prepared.call.name
        return name if any(spec.name == name for spec in self._tools.specs) else "unknown"
