"""From a draft and its scene to the call that sends it, or the reasons why it cannot be sent. Pure.

A preflight for the person who writes: the gateway decides for itself.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import msgspec

from portico.client.composer.draft import Draft, Scene
from portico.client.composer.pick import Refusal
from portico.client.composer.picks import pick_of
from portico.client.words import say
from portico.protocol.base import Scope
from portico.protocol.methods.turn import TurnStartParams, TurnSteerParams
from portico.protocol.types.input import Reasoning, TextInput, TurnCapability, UserInput
from portico.protocol.types.thread import ThreadMode

MAX_TEXT_CHARS = 1_048_576
MAX_ATTACHMENTS = 32
MAX_QUEUED = 32
ENVELOPE_BYTES = 256
"""What a frame has beside its parameters."""
_KIB = 1024

Action = Literal["start", "queue", "steer", "follow_up"]


@dataclass(frozen=True, slots=True)
class Plan:
    """What sending would do. With `refusals` nothing is sent; `params` is then None.

    A steer has `otherwise`: the start that says the same when its turn has ended meanwhile.
    """

    action: Action
    params: TurnStartParams | TurnSteerParams | None = None
    otherwise: TurnStartParams | None = None
    refusals: tuple[Refusal, ...] = ()


def plan(draft: Draft, scene: Scene, *, turn_id: str, steer_id: str) -> Plan:
    """The plan; the ids are the client's, and the same ones again make a retry harmless."""
    action = action_of(draft, scene)
    refusals = tuple(_refusals(draft, scene, action))
    if refusals:
        return Plan(action, refusals=refusals)
    start = _start(draft, scene, turn_id)
    if refusal := too_large(start, scene):
        return Plan(action, refusals=(refusal,))
    if action in {"start", "queue"}:
        return Plan(action, start)
    return Plan(action, _steer(draft, scene, steer_id), start)


def action_of(draft: Draft, scene: Scene) -> Action:
    """While a turn runs, what the person chose for that; else a start."""
    return "start" if scene.running is None else draft.busy


def _refusals(draft: Draft, scene: Scene, action: Action) -> Iterator[Refusal]:
    if not draft.text.strip() and not draft.picked:
        yield Refusal(say("composer.empty"))
    if len(draft.text) > MAX_TEXT_CHARS:
        yield Refusal(say("composer.text_too_long", limit=MAX_TEXT_CHARS))
    if sum(pick_of(picked).is_attachment for picked in draft.picked) > MAX_ATTACHMENTS:
        yield Refusal(say("composer.too_many_attachments", limit=MAX_ATTACHMENTS))
    for picked in draft.picked:
        yield from pick_of(picked).check(picked, scene)
    if action == "queue" and scene.queued >= MAX_QUEUED:
        yield Refusal(say("composer.queue_full", limit=MAX_QUEUED))
    yield from _scopes(draft, scene)
    if action in {"start", "queue"}:
        yield from _model(draft, scene)


def _scopes(draft: Draft, scene: Scene) -> Iterator[Refusal]:
    needed = (Scope.CHAT, Scope.AGENT) if draft.mode is ThreadMode.AGENT else (Scope.CHAT,)
    for scope in needed if scene.scopes is not None else ():
        if scope not in (scene.scopes or ()):
            yield Refusal(say("composer.scope_missing", scope=scope.value))


def _model(draft: Draft, scene: Scene) -> Iterator[Refusal]:
    if not scene.has_provider:
        yield Refusal(say("composer.no_provider"))
    elif scene.provider is not None and not scene.provider.is_usable:
        why = scene.provider.why_not or say("provider.unusable")
        yield Refusal(say("composer.provider_unusable", provider=scene.provider.title, why=str(why)))
    if scene.model is None:
        return
    if draft.mode is ThreadMode.AGENT and scene.model.takes_tools is False:
        yield Refusal(say("composer.tools_not_supported", model=scene.model.title))
    if draft.choice.within(scene.model.efforts) != draft.choice:
        effort = draft.choice.effort or ""
        yield Refusal(say("composer.effort", model=scene.model.title, effort=effort))


def _start(draft: Draft, scene: Scene, turn_id: str) -> TurnStartParams:
    """`when_busy` is the person's choice even when no turn is known to run: another client may start one first."""
    return TurnStartParams(
        thread_id=scene.thread_id,
        turn_id=turn_id,
        input=_input(draft),
        capabilities=_capabilities(draft),
        model=draft.choice.model,
        model_provider=draft.choice.provider,
        mode=draft.mode,
        reasoning=Reasoning(effort=draft.choice.effort) if draft.choice.effort else None,
        when_busy=draft.busy,
    )


def _steer(draft: Draft, scene: Scene, steer_id: str) -> TurnSteerParams:
    return TurnSteerParams(
        thread_id=scene.thread_id,
        expected_turn_id=scene.running or "",
        input=_input(draft),
        steer_id=steer_id,
        delivery="follow_up" if draft.busy == "follow_up" else "steer",
    )


def _input(draft: Draft) -> list[UserInput]:
    text: list[UserInput] = [TextInput(text=draft.text)] if draft.text.strip() else []
    added = (pick_of(picked).input_of(picked) for picked in draft.picked)
    return [*text, *(part for part in added if part is not None)]


def _capabilities(draft: Draft) -> list[TurnCapability]:
    added = (pick_of(picked).capability_of(picked) for picked in draft.picked)
    return [capability for capability in added if capability is not None]


def too_large(start: TurnStartParams, scene: Scene) -> Refusal | None:
    """What stands against the start where it does not go through the connection as one frame."""
    if scene.max_frame_bytes is None:
        return None
    size = len(msgspec.json.encode(start)) + ENVELOPE_BYTES
    if size <= scene.max_frame_bytes:
        return None
    limit = scene.max_frame_bytes // _KIB
    return Refusal(say("composer.request_too_large", size=-(-size // _KIB), limit=limit))
