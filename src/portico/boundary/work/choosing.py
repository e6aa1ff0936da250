"""Handlers about what a message goes to: how one choice follows another, and what it is called."""

from dataclasses import replace

from portico.boundary.desk import Desk
from portico.boundary.work.composer import defaults
from portico.boundary.work.workspaces import ModelsParams, provider_list_models
from portico.client.composer import Known
from portico.client.composer.scene import effective
from portico.client.errors import CallFailed
from portico.client.selectors import Choice, EffortRow, effort_rows, model_row
from portico.client.selectors.choice import of_thread
from portico.client.selectors.models import ModelRow
from portico.client.selectors.names import model_name, provider_name
from portico.protocol.base import Params, Wire


class Chosen(Params, frozen=True, kw_only=True):
    """What was chosen so far; null is the default. `is_manual`: a person did, so a thread's own model leaves it."""

    provider: str | None = None
    model: str | None = None
    effort: str | None = None
    is_manual: bool = False


class ChoiceParams(Params, frozen=True, kw_only=True):
    """`chosen` is the choice so far; `to` what a person chooses now. Without `to` it is only said what it comes to."""

    thread_id: str | None = None
    chosen: Chosen = Chosen()
    to: Chosen | None = None


class ChoiceTold(Wire, frozen=True, kw_only=True, omit_defaults=False):
    """The choice as it is to be kept, and what it comes to: names, and the efforts that its model offers."""

    chosen: Chosen
    provider: str | None
    model: str | None
    provider_title: str
    model_title: str
    row: ModelRow | None
    efforts: tuple[EffortRow, ...]


async def composer_choice(desk: Desk, p: ChoiceParams) -> ChoiceTold:
    """Another model leaves the effort of the one before; a thread's model holds until a person chooses."""
    known = Known(desk.link.providers, defaults(desk), desk.scopes)
    choice = _next(_choice(p.chosen).resolved(_of_thread(desk, p.thread_id, known)), p.to)
    provider, model = effective(choice, known)
    listed = desk.link.providers.models(provider)
    if provider is not None and (listed is None or listed.is_outdated):
        await _read_models(desk, provider)
    found = desk.link.providers.model(provider, model)
    efforts = effort_rows(found)
    if found is not None:
        choice = choice.within(efforts)
    row = model_row(found) if found is not None else None
    return ChoiceTold(
        chosen=Chosen(provider=choice.provider, model=choice.model, effort=choice.effort, is_manual=choice.is_manual),
        provider=provider,
        model=model,
        provider_title=provider_name(provider) if provider else "",
        model_title=row.title if row is not None else model_name(model) if model else "",
        row=row,
        efforts=efforts,
    )


def _next(choice: Choice, to: Chosen | None) -> Choice:
    if to is None:
        return choice
    if (to.provider, to.model) != (choice.provider, choice.model):
        choice = choice.with_model(to.provider, to.model)
        return choice.with_effort(to.effort) if to.effort is not None else choice
    return choice.with_effort(to.effort)


def _choice(chosen: Chosen) -> Choice:
    return Choice(chosen.provider, chosen.model, chosen.effort, is_manual=chosen.is_manual)


def _of_thread(desk: Desk, thread_id: str | None, known: Known) -> Choice:
    """The thread's own model; the effort of its last turn goes with it if that turn had the same model."""
    opened = desk.opened.get(thread_id) if thread_id is not None else None
    state = opened.thread.state if opened is not None else None
    if state is None or state.thread is None:
        return Choice()
    choice = of_thread(state.thread)
    last = state.current.turn if state.current is not None else None
    is_same = last is not None and (last.model_provider, last.model) == effective(choice, known)
    return replace(choice, effort=last.effort) if last is not None and is_same else choice


async def _read_models(desk: Desk, provider: str) -> None:
    """A provider that lists nothing now has models without names and efforts, or those that were listed before."""
    try:
        await provider_list_models(desk, ModelsParams(provider=provider))
    except CallFailed:
        return
