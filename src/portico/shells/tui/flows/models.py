"""Which model answers: a list over all usable providers, the efforts it offers, and the mode."""

from portico.boundary.work.workspaces import Efforts, Models
from portico.client.selectors import ModelRow, ProviderRow
from portico.protocol.types.thread import ThreadMode
from portico.shells.tui.calls import Told
from portico.shells.tui.phrases import amount
from portico.shells.tui.ui import Ui
from portico.shells.tui.widgets.choices import Choice

DEFAULT = "\0default"


async def pick_model(ui: Ui) -> None:
    """A model, then its effort if it has any. An effort that it does not offer is let go."""
    phrases = ui.phrases
    choices = [Choice(DEFAULT, phrases.say("ui.tui.model.default"), is_current=ui.picked.model is None)]
    known: dict[str, ModelRow] = {}
    for provider in usable(ui):
        for row in await _models(ui, provider):
            known[f"{row.provider}\0{row.id}"] = row
            choices.append(_choice(ui, provider, row))
    chosen = await ui.choose(phrases.say("ui.tui.model.pick"), choices)
    if chosen is None:
        return
    row = known.get(chosen.id)
    ui.picked.provider, ui.picked.model = (row.provider, row.id) if row else (None, None)
    offered = {effort.value for effort in row.efforts} if row else set[str]()
    if ui.picked.effort not in offered:
        ui.picked.effort = None
    ui.show_status()
    if offered:
        await pick_effort(ui)


async def pick_effort(ui: Ui) -> None:
    """How long the model may think."""
    provider, model = ui.picked.provider, ui.picked.model
    if provider is None or model is None:
        ui.tell(ui.phrases.say("ui.tui.effort.model_first"))
        return
    efforts = (await ui.calls.ask("reasoning_effort_rows", Efforts, provider=provider, model=model)).efforts
    if not efforts:
        ui.tell(ui.phrases.say("ui.tui.effort.none"))
        return
    first = Choice(DEFAULT, ui.phrases.say("ui.tui.effort.default"), is_current=ui.picked.effort is None)
    choices = [
        Choice(one.value, ui.phrases.phrase(one.title), is_current=one.value == ui.picked.effort) for one in efforts
    ]
    chosen = await ui.choose(ui.phrases.say("ui.tui.effort.pick"), [first, *choices])
    if chosen is not None:
        ui.picked.effort = None if chosen.id == DEFAULT else chosen.id
        ui.show_status()


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
    except Told as told:
        ui.tell(f"{provider.title}: {told}", is_error=True)
        return []
    return [row for row in answer.models if row.is_active]


def _choice(ui: Ui, provider: ProviderRow, row: ModelRow) -> Choice:
    hints: list[str] = []
    if row.context_window:
        hints.append(ui.phrases.say("ui.tui.model.window", size=amount(row.context_window)))
    if row.price is not None:
        hints.append(ui.phrases.phrase(row.price))
    is_current = (ui.picked.provider, ui.picked.model) == (row.provider, row.id)
    detail = provider.title if row.title == row.id else f"{provider.title}  {row.id}"
    return Choice(f"{row.provider}\0{row.id}", row.title, detail, "  ".join(hints), is_current=is_current)
