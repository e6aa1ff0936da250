"""What sending a draft would do, and why it would not be done."""

from dataclasses import replace
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from portico.client.composer import Draft, Image, Mention, Scene, plan
from portico.client.composer.planning import ENVELOPE_BYTES, MAX_TEXT_CHARS, Plan
from portico.client.selectors import Choice, EffortRow, ModelRow, ProviderRow
from portico.client.words import Phrase, say
from portico.protocol.base import Scope
from portico.protocol.methods.turn import TurnStartParams, TurnSteerParams
from portico.protocol.types.input import ImageInput, MentionInput, Reasoning, TextInput
from portico.protocol.types.thread import ThreadMode

HELLO = Draft("hello", choice=Choice("openai", "gpt-5.5", "high"))
IDLE = Scene("t")
BUSY = Scene("t", running="u")
MODEL = ModelRow("openai", "gpt-5.5", "GPT 5.5", efforts=(EffortRow("high", say("effort.high")),))
SMALL = ModelRow("p", "m", "Small", takes_images=False, takes_tools=False)
DOWN = ProviderRow("openai", "OpenAI", False, say("provider.no_key"))
PICTURE = Image("i", "a.png", "image/png", b"x")
READ = frozenset({Scope.READ})
CHAT = frozenset({Scope.READ, Scope.CHAT})


def planned(draft: Draft, scene: Scene) -> Plan:
    return plan(draft, scene, turn_id="new", steer_id="s")


def start(**fields: Any) -> TurnStartParams:
    given: dict[str, Any] = {
        "input": [TextInput(text="hello")],
        "model": "gpt-5.5",
        "model_provider": "openai",
        "mode": ThreadMode.AGENT,
        "reasoning": Reasoning(effort="high"),
        "when_busy": "queue",
        **fields,
    }
    return TurnStartParams(thread_id="t", turn_id="new", **given)


def steer(delivery: Any) -> TurnSteerParams:
    return TurnSteerParams(
        thread_id="t", expected_turn_id="u", input=[TextInput(text="hello")], steer_id="s", delivery=delivery
    )


@pytest.mark.parametrize(
    ("draft", "scene", "expected"),
    [
        pytest.param(HELLO, IDLE, Plan("start", start()), id="nothing runs"),
        pytest.param(HELLO, replace(IDLE, model=MODEL), Plan("start", start()), id="an effort that is offered"),
        pytest.param(
            Draft("hi"),
            IDLE,
            Plan("start", start(input=[TextInput(text="hi")], model=None, model_provider=None, reasoning=None)),
            id="the gateway's defaults",
        ),
        pytest.param(
            replace(HELLO, busy="steer"),
            IDLE,
            Plan("start", start(when_busy="steer")),
            id="another client may start a turn first",
        ),
        pytest.param(
            HELLO, replace(IDLE, max_frame_bytes=None), Plan("start", start()), id="a carrier without a limit"
        ),
        pytest.param(HELLO, BUSY, Plan("queue", start()), id="it waits for the end of the turn"),
        pytest.param(
            replace(HELLO, busy="steer"),
            BUSY,
            Plan("steer", steer("steer"), start(when_busy="steer")),
            id="it steers the turn",
        ),
        pytest.param(
            replace(HELLO, busy="follow_up"),
            BUSY,
            Plan("follow_up", steer("follow_up"), start(when_busy="follow_up")),
            id="it goes on where the turn would end",
        ),
        pytest.param(
            replace(HELLO, text=" ", picked=(PICTURE, Mention("m", "b.py", "/b.py"))),
            IDLE,
            Plan(
                "start",
                start(input=[ImageInput(url="data:image/png;base64,eA=="), MentionInput(name="b.py", path="/b.py")]),
            ),
            id="picks without text",
        ),
        pytest.param(
            replace(HELLO, mode=ThreadMode.CHAT),
            replace(IDLE, scopes=CHAT, model=replace(MODEL, takes_tools=False)),
            Plan("start", start(mode=ThreadMode.CHAT)),
            id="chat needs neither tools nor their scope",
        ),
    ],
)
def test_what_is_sent(draft: Draft, scene: Scene, expected: Plan) -> None:
    assert planned(draft, scene) == expected


@pytest.mark.parametrize(
    ("draft", "scene", "words"),
    [
        pytest.param(Draft(" \n"), IDLE, say("composer.empty"), id="empty"),
        pytest.param(
            Draft("x" * (MAX_TEXT_CHARS + 1)),
            replace(IDLE, max_frame_bytes=None),
            say("composer.text_too_long", limit=MAX_TEXT_CHARS),
            id="too long a text",
        ),
        pytest.param(
            replace(HELLO, picked=tuple(Mention(str(n), "a", "/a") for n in range(33))),
            IDLE,
            say("composer.too_many_attachments", limit=32),
            id="too many attachments",
        ),
        pytest.param(
            replace(HELLO, picked=(replace(PICTURE, media_type="text/html"),)),
            IDLE,
            say("composer.image_type", name="a.png"),
            id="the wrong type",
        ),
        pytest.param(
            Draft("x", (PICTURE,), mode=ThreadMode.CHAT),
            replace(IDLE, model=SMALL),
            say("composer.images_not_supported", model="Small"),
            id="a model without images",
        ),
        pytest.param(
            Draft("x"),
            replace(IDLE, model=SMALL),
            say("composer.tools_not_supported", model="Small"),
            id="without tools",
        ),
        pytest.param(HELLO, replace(BUSY, queued=32), say("composer.queue_full", limit=32), id="a full queue"),
        pytest.param(HELLO, replace(IDLE, has_provider=False), say("composer.no_provider"), id="no provider at all"),
        pytest.param(
            HELLO,
            replace(IDLE, provider=DOWN),
            say("composer.provider_unusable", provider="OpenAI", why="No key is set"),
            id="the chosen provider cannot be used",
        ),
        pytest.param(
            HELLO, replace(IDLE, scopes=CHAT), say("composer.scope_missing", scope="agent"), id="no scope for tools"
        ),
        pytest.param(
            replace(HELLO, mode=ThreadMode.CHAT),
            replace(IDLE, scopes=READ),
            say("composer.scope_missing", scope="chat"),
            id="may only read",
        ),
        pytest.param(
            replace(HELLO, choice=Choice("openai", "gpt-5.5", "max")),
            replace(IDLE, model=MODEL),
            say("composer.effort", model="GPT 5.5", effort="max"),
            id="an effort that the model does not offer",
        ),
        pytest.param(
            Draft("ü" * 500),
            replace(IDLE, max_frame_bytes=1024),
            say("composer.request_too_large", size=2, limit=1),
            id="too large for the connection",
        ),
    ],
)
def test_what_is_refused(draft: Draft, scene: Scene, words: Phrase) -> None:
    found = planned(draft, scene)
    assert [refusal.words for refusal in found.refusals] == [words]
    assert (found.params, found.otherwise) == (None, None)


def test_every_reason_is_told_at_once() -> None:
    scene = replace(IDLE, scopes=frozenset[Scope](), has_provider=False)
    found = planned(Draft(picked=(Mention("m", "a", ""),)), scene)
    assert [(refusal.words.id, refusal.about) for refusal in found.refusals] == [
        ("composer.bad_path", "m"),
        ("composer.scope_missing", None),
        ("composer.scope_missing", None),
        ("composer.no_provider", None),
    ]


def test_a_steer_asks_no_model() -> None:
    scene = replace(BUSY, has_provider=False, queued=40, model=SMALL)
    assert planned(replace(HELLO, busy="steer"), scene).refusals == ()


@given(st.text(min_size=1, max_size=300), st.integers(0, 2_000))
def test_what_is_planned_fits_the_frame(text: str, limit: int) -> None:
    found = planned(Draft(text), replace(IDLE, max_frame_bytes=limit))
    if found.params is not None:
        assert len(msgspec.json.encode(found.params)) + ENVELOPE_BYTES <= limit
