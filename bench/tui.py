"""From a key to the screen of the terminal UI while an answer streams, in this process, 500 deltas a second."""

import statistics
import time

import anyio
import anyio.lowlevel
import msgspec

from portico.boundary.events import ComposerTold, PatchesTold, ProvidersTold, TimelineTold, TreeTold, WorkspacesTold
from portico.boundary.work.choosing import ChoiceTold, Chosen
from portico.boundary.work.workspaces import Screen
from portico.client.markdown import MarkdownStream
from portico.client.state.types import Phase
from portico.client.timeline import AnyPatch, Append, Mark, Row
from portico.client.tree import Node
from portico.protocol.types.gateway import GatewayInfo
from portico.shells.tui.app import PorticoTui

Figures = dict[str, float]
THREAD, ANSWER = "t", "answer"
DELTA = "words that **stream** on and on. "
DELTAS_PER_SECOND = 500
EVENT_SECONDS = 1 / 30
KEYS = 60
ROWS = 200
"""What a shell gets of a thread at first, however many turns it has."""


class Streaming:
    """A boundary with one thread whose last answer grows as long as it is read."""

    def __init__(self) -> None:
        self._told: list[object] = []
        self._markdown = MarkdownStream()
        self._text = ""
        self._due = 0.0

    async def call(self, method: str, params: bytes = b"{}") -> bytes:
        del params
        return msgspec.json.encode({"status": "ok", "value": await self._value(method)})

    async def _value(self, method: str) -> object:
        match method:
            case "gateway_next_events":
                return {"events": await self._events()}
            case "gateway_connect":
                return {"gateway": _GATEWAY}
            case "workspace_bootstrap":
                return _SCREEN
            case "active_thread_open":
                self._told = [_snapshot(), ComposerTold(thread_id=THREAD, running="turn")]
                return {}
            case "composer_choice":
                return _CHOICE
            case _:
                return {}

    async def _events(self) -> list[object]:
        await anyio.sleep(max(self._due - time.monotonic(), 0.0))
        self._due = time.monotonic() + EVENT_SECONDS
        told, self._told = self._told, []
        return [*told, self._patches()]

    def _patches(self) -> PatchesTold:
        more = DELTA * round(DELTAS_PER_SECOND * EVENT_SECONDS)
        if len(self._text) % 600 < len(more):
            more += "\n\n```py\nx = 1\n```\n\n"
        self._text += more
        patches: list[AnyPatch] = [Append(key=ANSWER, text=more)]
        tail = self._markdown.update(self._text)
        if tail is not None:
            patches.append(Mark(key=ANSWER, keep=tail.keep, blocks=tail.blocks, notice=tail.notice))
        return PatchesTold(thread_id=THREAD, cursor="c", patches=tuple(patches))


_GATEWAY = GatewayInfo(
    version="0.1.0", epoch="e", is_local=True, default_model_provider="rehearsal", default_model="rehearsal"
)
_SCREEN = Screen(
    gateway=_GATEWAY,
    epoch="e",
    workspaces=WorkspacesTold(workspaces=()),
    tree=TreeTold(workspace_id="w", nodes=tuple(Node(str(n), "thread", f"Thread {n}") for n in range(1_000))),
    providers=ProvidersTold(workspace_id="w", providers=()),
)
_CHOICE = ChoiceTold(
    chosen=Chosen(),
    provider="rehearsal",
    model="rehearsal",
    provider_title="Rehearsal",
    model_title="Rehearsal",
    row=None,
    efforts=(),
)


def _snapshot() -> TimelineTold:
    rows = [Row(key=f"r{n}", kind="assistant", text=DELTA * 10, turn_id=str(n)) for n in range(ROWS)]
    rows.append(Row(key=ANSWER, kind="assistant", phase=Phase.RUNNING, turn_id="turn"))
    return TimelineTold(thread_id=THREAD, cursor="c", rows=tuple(rows), has_more=True)


async def key_to_screen() -> Figures:
    """Milliseconds from a key to the frame that shows its letter; to the first rows of a thread."""
    app = PorticoTui(Streaming())
    async with app.run_test(size=(160, 50)) as pilot:
        await app.is_ready.wait()
        opened = time.perf_counter()
        app.begin(app.look_at(THREAD))
        while not app.timeline.text_of(ANSWER):
            await pilot.pause(0)
        first = (time.perf_counter() - opened) * 1e3
        lags = [await _lag(app) for _ in range(KEYS)]
    return {
        "tui_key_p50_ms": statistics.median(lags),
        "tui_key_p95_ms": statistics.quantiles(lags, n=20)[-1],
        "tui_open_ms": first,
    }


async def _lag(app: PorticoTui) -> float:
    """One letter: from its event to the screen that is refreshed with it."""
    before, drawn = app.composer.text, anyio.Event()
    begun = time.perf_counter()
    app.simulate_key("x")
    while app.composer.text == before:
        await anyio.lowlevel.checkpoint()
    app.call_after_refresh(drawn.set)
    await drawn.wait()
    took = time.perf_counter() - begun
    await anyio.sleep(0.02)
    return took * 1e3
