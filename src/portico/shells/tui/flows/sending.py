"""Sending what was written, stopping what runs, and taking back what waits."""

from portico.boundary.calls import BoundaryRefused
from portico.boundary.work.composer import Sent
from portico.boundary.work.threads import Created
from portico.client.rpc import new_id
from portico.protocol.types.input import TextInput
from portico.shells.tui.drafts import Draft, with_ids
from portico.shells.tui.ui import Ui
from portico.shells.tui.widgets.choices import Choice

DETAIL = 200


async def send(ui: Ui, text: str) -> None:
    """The draft is empty at once and comes back if the message is refused. Raises BoundaryRefused."""
    thread_id = ui.model.thread_id
    ui.drafts.put(thread_id, Draft(text=text, picks=ui.drafts.of(thread_id).picks))
    draft = with_ids(ui.drafts.of(thread_id), new_id(), new_id())
    ui.put_draft(Draft())
    try:
        if thread_id is None:
            thread_id = await _new_thread(ui)
        refused = await _send(ui, thread_id, draft)
    except BoundaryRefused:
        _give_back(ui, thread_id, draft)
        raise
    if refused:
        _give_back(ui, thread_id, draft)
        ui.tell(refused, is_error=True)


async def stop(ui: Ui) -> None:
    """Cancel the turn that runs."""
    if ui.model.thread_id is not None and ui.model.running is not None:
        await ui.calls.do("active_thread_stop", thread_id=ui.model.thread_id)


async def queue(ui: Ui) -> None:
    """What waits, to take one of it back."""
    told = ui.model.opened.composer if ui.model.opened else None
    if told is None or not told.queued:
        ui.tell(ui.phrases.say("ui.tui.queue.empty"))
        return
    choices = [
        Choice(one.turn_id, " ".join(part.text for part in one.input if isinstance(part, TextInput))[:DETAIL])
        for one in told.queued
    ]
    chosen = await ui.choose(ui.phrases.say("ui.tui.queue.remove"), choices)
    if chosen is not None:
        await ui.calls.do("active_thread_queue_remove", thread_id=told.thread_id, turn_id=chosen.id)


async def _new_thread(ui: Ui) -> str:
    """The thread that the first message makes; the empty page becomes it."""
    thread_id = new_id()
    await ui.calls.ask("thread_create", Created, thread_id=thread_id, mode=ui.picked.mode)
    ui.picked.adopt(thread_id)
    await ui.look_at(thread_id)
    return thread_id


async def _send(ui: Ui, thread_id: str, draft: Draft) -> str:
    """Why it was refused; nothing when it was sent. Raises BoundaryRefused: whether it arrived is not known then."""
    ui.drafts.sending(thread_id, draft)
    answer = await ui.calls.ask(
        "composer_send",
        Sent,
        thread_id=thread_id,
        text=draft.text,
        picked=draft.picks,
        busy="steer" if ui.picked.is_steering else "queue",
        turn_id=draft.turn_id,
        steer_id=draft.steer_id,
        **ui.picked.params,
    )
    ui.drafts.sent(thread_id)
    return "; ".join(ui.phrases.phrase(refusal.words) for refusal in answer.refusals)


def _give_back(ui: Ui, thread_id: str | None, draft: Draft) -> None:
    """To the composer, if its thread is still shown and nothing else was written; else it waits with the thread."""
    if thread_id is not None:
        ui.drafts.sent(thread_id)
    if not ui.drafts.of(thread_id).is_empty:
        return
    ui.drafts.put(thread_id, draft)
    if ui.model.thread_id == thread_id:
        ui.put_draft(draft)
