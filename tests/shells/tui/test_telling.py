"""Lines that tell where one is."""

import pytest
from msgspec.structs import replace

from portico.boundary.events import ComposerTold, ConnectionTold, ProvidersTold, TreeTold
from portico.boundary.work.choosing import ChoiceTold, Chosen
from portico.client.selectors import EffortRow, ProviderRow
from portico.client.state.types import Phase
from portico.client.status import State
from portico.client.timeline import Row
from portico.client.words import say
from portico.protocol.types.thread import ThreadMode
from portico.shells.tui import telling
from portico.shells.tui.model import Model
from portico.shells.tui.phrases import Phrases
from portico.shells.tui.render.lines import Piece
from portico.shells.tui.ui import Picked
from tests.shells.tui.rig import GATEWAY, NODES, PEN, USABLE, workspaces

EN = Phrases()


def words(pieces: list[Piece]) -> str:
    return "".join(text for text, _ in pieces)


def connected(state: State = "online") -> ConnectionTold:
    return ConnectionTold(state=state, words=say("connection.online", name="Portico"), action_words=say("action.retry"))


@pytest.mark.parametrize(
    ("model", "trouble", "expected"),
    [
        (Model(), "", "Starting"),
        (Model(), "nobody answers", "nobody answers · trying again; ctrl+r tries now"),
        (Model(connection=connected()), "", "Connected to Portico"),
        (Model(connection=connected("failed")), "", "Connected to Portico · ctrl+r Try again"),
    ],
)
def test_the_state(model: Model, trouble: str, expected: str) -> None:
    assert words(telling.state(model, Picked(), PEN, EN, trouble)) == expected


def running() -> Model:
    model = Model(connection=connected())
    model.look_at("plan")
    model.take(ComposerTold(thread_id="plan", running="t"))
    assert model.opened is not None
    model.opened.rows = [Row(key="w", kind="work", turn_id="t", phase=Phase.RUNNING, started_at_ms=1_000)]
    return model


def test_a_turn_that_runs() -> None:
    assert words(telling.progress(running(), PEN, EN, 13_400, 1)).strip() == "◓ Working · 12 s"
    assert words(telling.state(running(), Picked(), PEN, EN, "")) == "esc stops · enter queues, ctrl+s steers"
    steering = Picked(is_steering=True)
    assert words(telling.state(running(), steering, PEN, EN, "")) == "esc stops · enter steers, ctrl+s queues"
    assert telling.progress(Model(), PEN, EN, 0, 0) == []


def test_the_choice() -> None:
    chosen = Chosen(provider="p", model="m", effort="high")
    told = ChoiceTold(
        chosen=chosen,
        provider="p",
        model="m",
        provider_title="P",
        model_title="M",
        row=None,
        efforts=(EffortRow("high", say("effort.high")),),
    )
    assert words(telling.choice(Picked(chosen, told, ThreadMode.CHAT), PEN, EN)) == "p/m · High · without tools"
    assert words(telling.choice(Picked(chosen), PEN, EN)) == "p/m · high · with tools"
    assert words(telling.choice(Picked(), PEN, EN)) == "no model · with tools"


def test_names() -> None:
    model = Model(tree=TreeTold(workspace_id="w", nodes=NODES), workspaces=workspaces("Home"))
    assert words(telling.place(model, PEN)) == "Home"
    assert words(telling.place(Model(), PEN)) == "Portico"
    assert telling.title(model, PEN, EN) == []
    model.look_at("plan")
    assert words(telling.title(model, PEN, EN)) == "Plan"
    model.look_at("not told yet")
    assert words(telling.title(model, PEN, EN)) == "New thread"


@pytest.mark.parametrize(
    ("providers", "expected"),
    [
        ((ProviderRow("openai", "OpenAI", False),), "No provider can be used yet"),
        ((ProviderRow("rehearsal", "Rehearsal", True),), "Rehearsal answers without a model"),
        ((USABLE,), "An assistant"),
    ],
)
def test_the_welcome(providers: tuple[ProviderRow, ...], expected: str) -> None:
    default = next((row.name for row in providers if row.is_usable), "")
    gateway = replace(GATEWAY, default_model_provider=default)
    model = Model(providers=ProvidersTold(workspace_id="w", providers=providers), gateway=gateway)
    assert expected in words(telling.welcome(model, PEN, EN))


def test_what_moves() -> None:
    assert telling.is_busy([Row(key="a", kind="tool", phase=Phase.RUNNING)])
    assert not telling.is_busy([])
