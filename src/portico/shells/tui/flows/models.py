"""Which model answers: a list over all usable providers, the efforts it offers, and the mode."""

from portico.boundary.calls import BoundaryRefused
from portico.boundary.work.choosing import ChoiceTold, Chosen
from portico.boundary.work.workspaces import Models
from portico.client.selectors import ModelRow, ProviderRow
from portico.protocol.types.thread import ThreadMode
from portico.shells.tui.phrases import amount
from portico.shells.tui.ui import Ui
from portico.shells.tui.widgets.choices import Choice

DEFAULT = "\0default"


async def follow(ui: Ui, to: Chosen | None = None) -> ChoiceTold:
    """Ask what the choice comes to, or what follows when `to` is chosen now. Raises BoundaryRefused."""
    thread_id = ui.model.thread_id
    given = {} if to is None else {"to": to}
    told = await ui.calls.ask("composer_choice", ChoiceTold, thread_id=thread_id, chosen=ui.picked.chosen, **given)
    if ui.model.thread_id == thread_id:
        ui.picked.take(thread_id, told)
        ui.show_status()
    return told


async def pick_model(ui: Ui) -> None:
    """A model, then its effort if it has any."""
    phrases, now = ui.phrases, ui.picked.chosen
    choices = [Choice(DEFAULT, phrases.say("ui.tui.model.default"), is_current=now.model is None)]
    known: dict[str, ModelRow] = {}
    for provider in usable(ui):
        for row in await _models(ui, provider):
            known[f"{row.provider}\0{row.id}"] = row
            choices.append(_choice(ui, provider, row))
    chosen = await ui.choose(phrases.say("ui.tui.model.pick"), choices)
    if chosen is None:
        return
    row = known.get(chosen.id)
    told = await follow(ui, Chosen(provider=row.provider, model=row.id) if row else Chosen())
    if row is not None and told.efforts:
        await _pick_effort(ui, told)


async def pick_effort(ui: Ui) -> None:
    """How long the model may think."""
    told = await follow(ui)
    if told.efforts:
        await _pick_effort(ui, told)
    else:
        ui.tell(ui.phrases.say("ui.tui.effort.none"))


async def _pick_effort(ui: Ui, told: ChoiceTold) -> None:
    now = told.chosen
    first = Choice(DEFAULT, ui.phrases.say("ui.tui.effort.default"), is_current=now.effort is None)
    offered = [
        Choice(one.value, ui.phrases.phrase(one.title), is_current=one.value == now.effort) for one in told.efforts
    ]
    chosen = await ui.choose(ui.phrases.say("ui.tui.effort.pick"), [first, *offered])
    if chosen is not None:
        effort = None if chosen.id == DEFAULT else chosen.id
        await follow(ui, Chosen(provider=now.provider, model=now.model, effort=effort))


def turn_mode(ui: Ui) -> None:
    """With tools, or without."""
    ui.picked.mode = ThreadMode.CHAT if ui.picked.mode is ThreadMode.AGENT else ThreadMode.AGENT
    ui.show_status()


def turn_steering(ui: Ui) -> None:
    """What is written while a turn runs: into it, or behind it."""
    ui.picked.is_steering = not ui.picked.is_steering
    ui.show_status()


def usable(ui: Ui) -> list[ProviderRow]:
    """Providers that a turn could use now."""
    return [row for row in ui.model.providers.providers if row.is_usable] if ui.model.providers else []


async def _models(ui: Ui, provider: ProviderRow) -> list[ModelRow]:
    """One that does not answer does not hide the others."""
    try:
        answer = await ui.calls.ask("provider_list_models", Models, provider=provider.name)
    except BoundaryRefused as told:
        ui.tell(f"{provider.title}: {told}", is_error=True)
        return []
    return [row for row in answer.models if row.is_active]


def _choice(ui: Ui, provider: ProviderRow, row: ModelRow) -> Choice:
    hints: list[str] = []
    if row.context_window:
        hints.append(ui.phrases.say("ui.tui.model.window", size=amount(row.context_window)))
    if row.price is not None:
        hints.append(ui.phrases.phrase(row.price))
    is_current = (ui.picked.chosen.provider, ui.picked.chosen.model) == (row.provider, row.id)
    detail = provider.title if row.title == row.id else f"{provider.title}  {row.id}"
    return Choice(f"{row.provider}\0{row.id}", row.title, detail, "  ".join(hints), is_current=is_current)
