"""Sending what was written, stopping what runs, and taking back what waits."""

from portico.boundary.work.composer import Sent
from portico.boundary.work.threads import Created
from portico.client.rpc import new_id
from portico.protocol.types.input import TextInput
from portico.shells.tui.calls import Told
from portico.shells.tui.ui import Ui, Unsent
from portico.shells.tui.widgets.choices import Choice

DETAIL = 200


async def send(ui: Ui, text: str) -> None:
    """The draft is empty at once and comes back if the message is refused. Raises Told."""
    thread_id = ui.model.thread_id
    ui.put_draft("")
    is_new = thread_id is None
    try:
        if thread_id is None:
            thread_id = await _new_thread(ui)
        refused = await _send(ui, thread_id, text)
        if is_new and not refused:
            # a thread without a name is called by its first words, which only a load of the tree tells
            await ui.calls.do("thread_tree_refresh")
    except Told:
        _give_back(ui, thread_id, text)
        raise
    if refused:
        _give_back(ui, thread_id, text)
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
    mode = ui.picked.mode
    await ui.calls.ask("thread_create", Created, thread_id=thread_id, mode=mode)
    await ui.look_at(thread_id)
    return thread_id


async def _send(ui: Ui, thread_id: str, text: str) -> str:
    """Why it was refused; nothing when it was sent."""
    known = ui.drafts.unsent.get(thread_id)
    unsent = known if known is not None and known.text == text else Unsent(text, new_id(), new_id())
    ui.drafts.unsent[thread_id] = unsent
    picked = ui.picked
    answer = await ui.calls.ask(
        "composer_send",
        Sent,
        thread_id=thread_id,
        text=text,
        provider=picked.provider,
        model=picked.model,
        effort=picked.effort,
        mode=picked.mode,
        busy="steer" if picked.is_steering else "queue",
        turn_id=unsent.turn_id,
        steer_id=unsent.steer_id,
    )
    ui.drafts.unsent.pop(thread_id, None)
    return "; ".join(ui.phrases.phrase(refusal.words) for refusal in answer.refusals)


def _give_back(ui: Ui, thread_id: str | None, text: str) -> None:
    """To the composer, if its thread is still shown and nothing else was written; else it waits with the thread."""
    if ui.model.thread_id == thread_id and not ui.drafts.texts.get(thread_id):
        ui.put_draft(text)
    elif not ui.drafts.texts.get(thread_id):
        ui.drafts.texts[thread_id] = text
