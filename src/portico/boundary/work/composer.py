"""Handlers about what a person is about to send: drafts come as a shell holds them, plans go back."""

from contextlib import suppress
from dataclasses import replace
from typing import Annotated

import msgspec

from portico.boundary.answers import Refused
from portico.boundary.desk import Desk
from portico.boundary.link import Link
from portico.client.composer import Draft, Image, Known, Mention, Plan, Refusal, Scene, plan, refusal_of, scene_of, send
from portico.client.composer.draft import Busy, Picked
from portico.client.composer.planning import Action, too_large
from portico.client.errors import CallFailed
from portico.client.rpc import new_id
from portico.client.selectors import Choice
from portico.client.state.queue import QueueState
from portico.client.state.tree import view
from portico.client.state.types import TurnState
from portico.protocol.base import Params, Wire
from portico.protocol.errors import ErrorKind
from portico.protocol.methods.thread import (
    THREAD_FORK,
    THREAD_GET,
    THREAD_MOVE,
    THREAD_START,
    ThreadForkParams,
    ThreadGetParams,
    ThreadMoveParams,
    ThreadStartParams,
)
from portico.protocol.methods.turn import TurnStartParams, TurnStartResponse
from portico.protocol.types.input import Attachment
from portico.protocol.types.item import UserMessage
from portico.protocol.types.thread import ThreadMode


class ImagePick(Params, frozen=True, kw_only=True, tag_field="kind", tag="image"):
    """`data` is base64 of the file's bytes."""

    key: str
    name: str
    media_type: str
    data: bytes


class MentionPick(Params, frozen=True, kw_only=True, tag_field="kind", tag="mention"):
    key: str
    name: str
    path: str


class Written(Params, frozen=True, kw_only=True):
    """What a person wrote and chose; what is not chosen is the gateway's default."""

    thread_id: str
    text: str = ""
    picked: Annotated[tuple[ImagePick | MentionPick, ...], msgspec.Meta(max_length=64)] = ()
    provider: str | None = None
    model: str | None = None
    effort: str | None = None
    mode: ThreadMode = ThreadMode.AGENT


class DraftParams(Written, frozen=True, kw_only=True):
    """The ids make a retry harmless."""

    busy: Busy = "queue"
    turn_id: str | None = None
    steer_id: str | None = None


class EditParams(Written, frozen=True, kw_only=True):
    """`turn_id` is the turn whose message was edited. The new ids make a retry harmless.

    What was attached to the message goes along, unless `keeps_attachments` is false.
    """

    turn_id: str
    keeps_attachments: bool = True
    new_thread_id: str | None = None
    new_turn_id: str | None = None


class Planned(Wire, frozen=True, kw_only=True, omit_defaults=False):
    """With refusals nothing would be sent. `provider` and `model` are what the choice comes to."""

    action: Action
    refusals: tuple[Refusal, ...] = ()
    provider: str | None = None
    model: str | None = None


class Sent(Wire, frozen=True, kw_only=True):
    """With refusals nothing was sent and the draft stays. `outcome` of a start: started, queued or steered."""

    action: Action
    refusals: tuple[Refusal, ...] = ()
    turn_id: str | None = None
    outcome: str | None = None


class Edited(Wire, frozen=True, kw_only=True):
    """The new thread with the turn that was started in it; with refusals and no `thread_id` nothing was done.

    With both, the thread is there and its turn was refused: the shell opens it and keeps the draft.
    """

    thread_id: str | None = None
    turn_id: str | None = None
    refusals: tuple[Refusal, ...] = ()


async def composer_plan(desk: Desk, p: DraftParams) -> Planned:
    """What sending the draft of an opened thread would do."""
    it, scene = _plan(desk, p)
    return Planned(
        action=it.action,
        refusals=it.refusals,
        provider=scene.provider.name if scene.provider else None,
        model=scene.model.id if scene.model else None,
    )


async def composer_send(desk: Desk, p: DraftParams) -> Sent:
    """Plan and send. What the gateway refuses after all is told in the words of a plan."""
    it, _ = _plan(desk, p)
    if it.refusals:
        return Sent(action=it.action, refusals=it.refusals)
    try:
        answer = await send(desk.link.connection, it)
    except CallFailed as failed:
        return Sent(action=it.action, refusals=(refusal_of(failed),))
    await desk.unsubscribe(p.thread_id)
    if isinstance(answer, TurnStartResponse):
        return Sent(action=it.action, turn_id=answer.turn.id, outcome=answer.outcome)
    # a steer that waits is told by no notification
    desk.link.threads.missed_in(p.thread_id)
    return Sent(action=it.action, turn_id=answer.turn_id, outcome="steered")


async def composer_edit(desk: Desk, p: EditParams) -> Edited:
    """Copy what was before the edited turn into a new thread and start the edited message there; the old one stays."""
    async with desk.looking_at(p.thread_id) as thread:
        state = thread.state
    place = next((place for place, turn in enumerate(state.turns) if turn.id == p.turn_id), None)
    if place is None:
        raise Refused(ErrorKind.NOT_FOUND, "turn_not_found", "there is no such turn", "$.turn_id")
    new_thread_id = p.new_thread_id or new_id()
    draft = _draft(p, "queue")
    scene = _scene(desk, draft, QueueState(new_thread_id), None)
    it = plan(draft, scene, turn_id=p.new_turn_id or new_id(), steer_id="")
    if p.keeps_attachments:
        it = _with(it, scene, _attached(state.turns[place]))
    if it.refusals:
        return Edited(refusals=it.refusals)
    link = desk.link
    await _copy(link, p.thread_id, new_thread_id, state.turns[place - 1].id if place else None)
    try:
        answer = await send(link.connection, it)
    except CallFailed as failed:
        return Edited(thread_id=new_thread_id, refusals=(refusal_of(failed),))
    finally:
        await desk.unsubscribe(new_thread_id)
    return Edited(thread_id=new_thread_id, turn_id=answer.turn.id if isinstance(answer, TurnStartResponse) else None)


async def _copy(link: Link, thread_id: str, new_thread_id: str, through: str | None) -> None:
    """The turns through that one; the first message is edited in a thread that begins anew, beside the old one."""
    connection = link.connection
    if through is not None:
        fork = ThreadForkParams(thread_id=thread_id, new_thread_id=new_thread_id, through_turn_id=through)
        await connection.call(THREAD_FORK, fork)
        return
    old = (await connection.call(THREAD_GET, ThreadGetParams(thread_id=thread_id))).thread
    await connection.call(
        THREAD_START,
        ThreadStartParams(
            thread_id=new_thread_id,
            workspace_id=old.workspace_id,
            name=old.name,
            mode=old.mode,
            model=old.model or None,
            model_provider=old.model_provider or None,
            cwd=old.cwd,
            tools=old.tools,
        ),
    )
    folder_id = view(link.tree.state).places.get(thread_id) if link.tree is not None else None
    if folder_id is not None:
        move = ThreadMoveParams(workspace_id=old.workspace_id, thread_id=new_thread_id, folder_id=folder_id)
        with suppress(CallFailed):
            # the folder may be gone by now: the thread is as good without it
            await connection.call(THREAD_MOVE, move)


def _with(it: Plan, scene: Scene, kept: tuple[Attachment, ...]) -> Plan:
    if not kept or not isinstance(it.params, TurnStartParams):
        return it
    start = msgspec.structs.replace(it.params, input=[*it.params.input, *kept])
    refusal = too_large(start, scene)
    return replace(it, params=start) if refusal is None else Plan(it.action, refusals=(refusal,))


def _attached(turn: TurnState) -> tuple[Attachment, ...]:
    """What was attached to the message that began the turn."""
    messages = (state.item for state in turn.items if isinstance(state.item, UserMessage))
    first = next(messages, None)
    return tuple(first.attachments) if first is not None else ()


def _plan(desk: Desk, p: DraftParams) -> tuple[Plan, Scene]:
    thread = desk.thread(p.thread_id).thread
    draft = _draft(p, p.busy)
    scene = _scene(desk, draft, thread.queue, thread.state.running)
    return plan(draft, scene, turn_id=p.turn_id or new_id(), steer_id=p.steer_id or new_id()), scene


def _scene(desk: Desk, draft: Draft, queue: QueueState, running: str | None) -> Scene:
    return scene_of(queue, running, draft.choice, Known(desk.link.providers, defaults(desk), desk.scopes))


def _draft(p: Written, busy: Busy) -> Draft:
    choice = Choice(p.provider, p.model, p.effort, is_manual=True)
    return Draft(p.text, tuple(_picked(pick) for pick in p.picked), choice, p.mode, busy)


def defaults(desk: Desk) -> Choice:
    """The settings' choice before what the gateway was started with."""
    link = desk.link
    general = link.settings.settings.general if link.settings.settings else None
    if general is not None and general.default_model_provider:
        return Choice(general.default_model_provider, general.default_model)
    return Choice(link.gateway.default_model_provider, link.gateway.default_model) if link.gateway else Choice()


def _picked(pick: ImagePick | MentionPick) -> Picked:
    match pick:
        case ImagePick():
            return Image(pick.key, pick.name, pick.media_type, pick.data)
        case MentionPick():
            return Mention(pick.key, pick.name, pick.path)
