"""The terminal UI for tests: over answers that a test lays ready, or over a whole gateway in this process."""

from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import anyio.lowlevel
import msgspec
from textual import events
from textual.pilot import Pilot

from portico.boundary import Boundary, Means
from portico.boundary.events import ComposerTold, PatchesTold, ProvidersTold, TimelineTold, TreeTold, WorkspacesTold
from portico.boundary.pages import settings_told
from portico.boundary.work.workspaces import Screen
from portico.client.registry_plan import RegistryFile
from portico.client.selectors import ProviderRow
from portico.client.timeline import AnyPatch, Row
from portico.client.tree import Node
from portico.protocol.types.gateway import GatewayInfo
from portico.protocol.types.settings import GatewaySettings
from portico.protocol.types.workspace import Workspace
from portico.shells.tui.app import PorticoTui
from portico.shells.tui.glyphs import UNICODE
from portico.shells.tui.palette import palette_of
from portico.shells.tui.phrases import Phrases
from portico.shells.tui.render.document import DocumentLines, Pen
from portico.shells.tui.render.lines import plain
from portico.shells.tui.render.rows import Frame, row_lines
from portico.shells.tui.style import DARK
from tests.boundary.shells import SiteWays
from tests.gateway.main.rig import rehearsing
from tests.kit.gateways import gateway

Answer = dict[str, Any]
DONE: Answer = {}
PALETTE = palette_of(DARK.to_color_system().generate())
PEN = Pen(PALETTE, UNICODE)
GATEWAY = GatewayInfo(
    version="0.1.0", epoch="e", is_local=True, default_model_provider="rehearsal", default_model="rehearsal"
)
SIZE = (110, 26)
SETTLING = 2
"""Rounds through all widgets: a key is answered by a message, and that by another."""
POLL_SECONDS = 0.005
USABLE = ProviderRow("openai", "OpenAI", True, has_key=True)
NODES = (
    Node("f", "folder", "Trips", (Node("lisbon", "thread", "Night train to Lisbon"),)),
    Node("plan", "thread", "Plan"),
    Node("list", "thread", "Shopping"),
)


def workspaces(*names: str) -> WorkspacesTold:
    made = [
        Workspace(id=name, name=name, is_active=True, is_current=False, created_at=0, updated_at=0) for name in names
    ]
    return WorkspacesTold(workspaces=tuple(made), opened=names[0])


def screen(nodes: Sequence[Node] = NODES, providers: Sequence[ProviderRow] = (USABLE,)) -> Screen:
    return Screen(
        gateway=GATEWAY,
        epoch="e",
        workspaces=workspaces("Home", "Work"),
        tree=TreeTold(workspace_id="Home", nodes=tuple(nodes)),
        providers=ProvidersTold(workspace_id="Home", providers=tuple(providers)),
        settings=settings_told(GatewaySettings()),
    )


def lines(row: Row, **given: Any) -> str:
    """A row as it is drawn, 60 cells wide."""
    fields: dict[str, Any] = {"pen": PEN, "phrases": Phrases(), "width": 60, **given}
    frame = Frame(**fields)
    return plain(row_lines(row, frame, DocumentLines()))


def choice(given: Answer, **told: Any) -> Answer:
    """What a choice comes to where there is a default; `told` is what is known of its model."""
    chosen: Answer = {**given["chosen"], **given.get("to", {})}
    if "to" in given:
        chosen["is_manual"] = True
    provider, model = chosen.get("provider") or "rehearsal", chosen.get("model") or "rehearsal"
    names: Answer = {"provider_title": provider, "model_title": model, "row": None, "efforts": []}
    return {"chosen": chosen, "provider": provider, "model": model, **names, **told}


class FakeBackend:
    """Answers by method; what is not laid ready is done and tells nothing. `calls` is all that was asked."""

    def __init__(self, **answers: Any) -> None:
        self.answers: dict[str, Any] = {"gateway_connect": {"gateway": GATEWAY}, "workspace_bootstrap": screen()}
        self.answers |= {"composer_plan": {"action": "start", "provider": "rehearsal", "model": "rehearsal"}}
        self.answers |= {"composer_choice": choice}
        self.answers |= {"composer_send": {"action": "start", "turn_id": "t"}, "thread_create": {"id": "t"}}
        self.answers |= answers
        self.calls: list[tuple[str, Answer]] = []
        self._events: list[Any] = []
        self._came = anyio.Event()

    def tell(self, *events: Any) -> None:
        self._events += events
        self._came.set()

    def rows(self, *rows: Row, thread_id: str = "plan", has_more: bool = False) -> None:
        self.tell(TimelineTold(thread_id=thread_id, cursor="e:1", rows=rows, has_more=has_more))

    def patches(self, *patches: AnyPatch, thread_id: str = "plan") -> None:
        self.tell(PatchesTold(thread_id=thread_id, cursor="e:2", patches=patches))

    def runs(self, turn_id: str | None, thread_id: str = "plan") -> None:
        self.tell(ComposerTold(thread_id=thread_id, running=turn_id))

    async def call(self, method: str, params: bytes = b"{}") -> bytes:
        if method == "gateway_next_events":
            await self._came.wait()
            events, self._events, self._came = self._events, [], anyio.Event()
            return msgspec.json.encode({"status": "ok", "value": {"events": events}})
        given = msgspec.json.decode(params)
        self.calls.append((method, given))
        answer = self.answers.get(method, DONE)
        answer = answer(given) if callable(answer) else answer
        if isinstance(answer, Refusal):
            return msgspec.json.encode({"status": "error", "message": answer.message, "code": answer.code})
        return msgspec.json.encode({"status": "ok", "value": answer})

    def asked(self, method: str) -> list[Answer]:
        """The parameters of every call of it."""
        return [given for name, given in self.calls if name == method]


class Refusal:
    """An answer that refuses."""

    def __init__(self, message: str, code: str = "conflict") -> None:
        self.message = message
        self.code = code


class Person:
    """Who sits before it."""

    def __init__(self, app: PorticoTui, pilot: Pilot[None], backend: FakeBackend) -> None:
        self.app = app
        self.pilot = pilot
        self.backend = backend

    async def press(self, *keys: str) -> None:
        """As `Pilot.press`, which waits for an idle processor after each key, and so for whatever runs beside."""
        for key in keys:
            self.app.post_message(events.Key(key, key if len(key) == 1 else " " if key == "space" else None))
            await self.settled()
        await self.pilot.pause(0)

    async def settled(self) -> None:
        """Every widget took what was posted to it."""
        for _ in range(SETTLING):
            await self.pilot.pause(0)

    async def write(self, text: str) -> None:
        await self.press(*("space" if sign == " " else sign for sign in text))

    async def until(self, fits: Callable[[], object]) -> None:
        with anyio.fail_after(5):
            while not fits():
                await self.pilot.pause(POLL_SECONDS)
        await self.settled()

    async def sees(self, *texts: str) -> None:
        await self.until(lambda: all(text in self.shown for text in texts))

    async def opens(self, thread_id: str = "plan") -> None:
        """Look at a thread of the fake gateway."""
        self.app.begin(self.app.look_at(thread_id))
        await self.until(lambda: self.backend.asked("active_thread_open"))

    @property
    def shown(self) -> str:
        """The screen as text."""
        strips = self.app.screen._compositor.render_strips()  # pyright: ignore[reportPrivateUsage] - there is no other
        return "\n".join(strip.text.rstrip() for strip in strips)


async def _at_once(_: float) -> None:
    """What happened is drawn without a pause."""
    await anyio.lowlevel.checkpoint()


@asynccontextmanager
async def seated(
    backend: FakeBackend | Boundary | None = None, size: tuple[int, int] = SIZE, **given: Any
) -> AsyncGenerator[Person]:
    """A person before the UI with its first screen."""
    used = backend or FakeBackend()
    drafts = given.pop("drafts", None)
    app = PorticoTui(used, sleep=_at_once, **given)
    if drafts is not None:
        app.remember(drafts)
    async with app.run_test(size=size, notifications=True) as pilot:
        fake = used if isinstance(used, FakeBackend) else FakeBackend()
        person = Person(app, pilot, fake)
        if not isinstance(fake.answers["gateway_connect"], Refusal):
            with anyio.fail_after(5):
                await app.is_ready.wait()
        await person.settled()
        yield person


@asynccontextmanager
async def at_a_gateway(folder: Path, **given: Any) -> AsyncGenerator[Person]:
    """A person before the UI on a gateway that rehearses."""
    async with gateway(folder, rehearsing()) as site:
        means = Means(SiteWays(site), RegistryFile(folder / "gateways.json"))
        async with Boundary("python", means).running() as boundary, seated(boundary, **given) as person:
            yield person
