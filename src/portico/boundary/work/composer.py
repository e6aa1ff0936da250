"""Handlers about what a person is about to send: drafts come as a shell holds them, plans go back."""

from portico.boundary.desk import Desk
from portico.client.composer import Draft, Image, Known, Mention, Plan, Refusal, Scene, plan, refusal_of, scene_of, send
from portico.client.composer.draft import Busy, Picked
from portico.client.composer.planning import Action
from portico.client.errors import CallFailed
from portico.client.rpc import new_id
from portico.client.selectors import Choice
from portico.protocol.base import Params, Wire
from portico.protocol.methods.turn import TurnStartResponse
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


class DraftParams(Params, frozen=True, kw_only=True):
    """What is not chosen is the gateway's default. The ids make a retry harmless."""

    thread_id: str
    text: str = ""
    picked: tuple[ImagePick | MentionPick, ...] = ()
    provider: str | None = None
    model: str | None = None
    effort: str | None = None
    mode: ThreadMode = ThreadMode.AGENT
    busy: Busy = "queue"
    turn_id: str | None = None
    steer_id: str | None = None


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
    return Sent(action=it.action, turn_id=answer.turn_id, outcome="steered")


def _plan(desk: Desk, p: DraftParams) -> tuple[Plan, Scene]:
    link = desk.link
    thread = desk.thread(p.thread_id).thread
    known = Known(link.providers, _defaults(desk), desk.means.scopes)
    choice = Choice(p.provider, p.model, p.effort, is_manual=True)
    scene = scene_of(thread.queue, thread.state.running, choice, known)
    draft = Draft(p.text, tuple(_picked(pick) for pick in p.picked), choice, p.mode, p.busy)
    return plan(draft, scene, turn_id=p.turn_id or new_id(), steer_id=p.steer_id or new_id()), scene


def _defaults(desk: Desk) -> Choice:
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
