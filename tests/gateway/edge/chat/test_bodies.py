"""The rules V1 to V22 and the normalisation of adapters, as tables (chat-http A6, A7)."""

import base64
from typing import Any

import msgspec
import pytest

from portico.gateway.edge.chat.bodies import Prompt, adapter_prompt, direct_prompt, wished
from portico.gateway.edge.request import MAX_BODY, Request
from portico.gateway.kernel.errors import Invalid
from portico.protocol.types.input import ImageInput, TextInput

PNG = base64.b64encode(b"\x89PNG\r\n\x1a\n").decode()
IMAGE = {"type": "image", "data": PNG, "mimeType": "image/png"}
CLEF = "\N{MUSICAL SYMBOL G CLEF}"
"""One character, two UTF-16 units."""

pytestmark = pytest.mark.promise("chat.validation")


def request(body: bytes, path: str = "/v1/chat", **headers: str) -> Request:
    named = [(name.replace("_", "-").encode(), value.encode("latin-1")) for name, value in headers.items()]
    named.append((b"content-length", str(len(body)).encode()))
    scope: dict[str, Any] = {"type": "http", "method": "POST", "scheme": "http", "path": path, "headers": named}

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    return Request(scope, receive)


def encoded(body: object) -> bytes:
    return body if isinstance(body, bytes) else msgspec.json.encode(body)


async def direct(body: object, **headers: str) -> Prompt:
    return await direct_prompt(request(encoded(body), **headers))


async def adapted(**members: object) -> Prompt:
    return await adapter_prompt(request(encoded({"message": "m", **members})))


def body(**members: object) -> dict[str, object]:
    return {"message": "m", **members}


def padded(size: int) -> bytes:
    frame = b'{"message":"' + b'"}'
    return b'{"message":"' + b"x" * (size - len(frame)) + b'"}'


@pytest.mark.parametrize(
    ("given", "path"),
    [
        pytest.param(b"no json", "$", id="V1"),
        pytest.param(b"", "$", id="V1 empty"),
        pytest.param(b'{"message": "\xff"}', "$", id="V1 no UTF-8"),
        pytest.param(b'{"message": "\\ud800"}', "$", id="V1 half a surrogate pair"),
        pytest.param(b"[" * 100_000, "$", id="V1 nested"),
        pytest.param([], "$", id="V2 list"),
        pytest.param("x", "$", id="V2 text"),
        pytest.param(None, "$", id="V2 null"),
        pytest.param(padded(MAX_BODY + 1), None, id="V3"),
        pytest.param({}, "$", id="V5 missing"),
        pytest.param({"message": ""}, "$.message", id="V5 empty"),
        pytest.param({"message": 5}, "$.message", id="V5 number"),
        pytest.param({"message": {}}, "$.message", id="V5 object"),
        pytest.param({"message": None}, "$.message", id="V5 null"),
        pytest.param({"message": " \n\t"}, "$.message", id="V6"),
        pytest.param(body(conversationId="x" * 201), "$.conversationId", id="V8"),
        pytest.param(body(conversationId="a\nb"), "$.conversationId", id="V9 LF"),
        pytest.param(body(conversationId="a\rb"), "$.conversationId", id="V9 CR"),
        pytest.param(body(conversationId="a\0b"), "$.conversationId", id="V9 zero"),
        pytest.param(body(conversationId=7), "$.conversationId", id="V10 number"),
        pytest.param(body(conversationId={}), "$.conversationId", id="V10 object"),
        pytest.param(body(conversationId=None), "$.conversationId", id="V10 null"),
        pytest.param(body(conversationId=""), "$.conversationId", id="V11"),
        pytest.param(body(images={}), "$.images", id="V12 object"),
        pytest.param(body(images="x"), "$.images", id="V12 text"),
        pytest.param(body(images=None), "$.images", id="V12 null"),
        pytest.param(body(images=[IMAGE, "x"]), "$.images[1]", id="V14 text"),
        pytest.param(body(images=[IMAGE, {**IMAGE, "type": "audio"}]), "$.images[1].type", id="V14 type"),
        pytest.param(body(images=[{"type": "image", "data": PNG}]), "$.images[0]", id="V14 no mimeType"),
        pytest.param(body(images=[{**IMAGE, "mimeType": "image/tiff"}]), "$.images[0].mimeType", id="V14 mimeType"),
        pytest.param(body(images=[{**IMAGE, "data": "%%%"}]), "$.images[0].data", id="V14 no base64"),
        pytest.param(body(images=[{**IMAGE, "data": ""}]), "$.images[0].data", id="V14 empty"),
        pytest.param(body(images=[{**IMAGE, "data": 5}]), "$.images[0].data", id="V14 number"),
        pytest.param(body(images=[IMAGE] * 33), "$.images", id="V14 too many"),
        pytest.param(body(streamingBehavior="STEER"), "$.streamingBehavior", id="V15 case"),
        pytest.param(body(streamingBehavior=""), "$.streamingBehavior", id="V15 empty"),
        pytest.param(body(streamingBehavior=True), "$.streamingBehavior", id="V15 true"),
        pytest.param(body(streamingBehavior=None), "$.streamingBehavior", id="V15 null"),
        pytest.param(body(conversationId=CLEF * 101), "$.conversationId", id="V22"),
        pytest.param(body(onDisconnect="stop"), "$.onDisconnect", id="onDisconnect"),
        pytest.param(body(onDisconnect=None), "$.onDisconnect", id="onDisconnect null"),
        pytest.param(body(wait="yes"), "$.wait", id="wait"),
    ],
)
async def test_bad_bodies_are_refused_with_their_place(given: object, path: str | None) -> None:
    with pytest.raises(Invalid) as refused:
        await direct(given)
    assert refused.value.path == path


async def test_an_image_is_named_by_its_place() -> None:
    with pytest.raises(Invalid, match=r"images\[2\]: "):
        await direct(body(images=[IMAGE, IMAGE, 5]))


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        pytest.param(body(), Prompt(None, (TextInput(text="m"),)), id="only a message"),
        pytest.param(padded(MAX_BODY), Prompt(None, (TextInput(text="x" * (MAX_BODY - 14)),)), id="V4"),
        pytest.param(body(conversationId="x" * 200), Prompt("x" * 200, (TextInput(text="m"),)), id="V7"),
        pytest.param(body(images=[]), Prompt(None, (TextInput(text="m"),)), id="V13"),
        pytest.param(body(more=None, threadId=5), Prompt(None, (TextInput(text="m"),)), id="V21"),
        pytest.param(body(conversationId=CLEF * 100), Prompt(CLEF * 100, (TextInput(text="m"),)), id="V22"),
        pytest.param(
            body(images=[{**IMAGE, "name": "n"}]),
            Prompt(None, (TextInput(text="m"), ImageInput(url=f"data:image/png;base64,{PNG}"))),
            id="an image",
        ),
        pytest.param(
            body(streamingBehavior="followUp", onDisconnect="continue", wait=True),
            Prompt(None, (TextInput(text="m"),), behaviour="followUp", on_disconnect="continue", wait=True),
            id="every switch",
        ),
    ],
)
async def test_good_bodies(given: object, expected: Prompt) -> None:
    assert await direct(given) == expected


@pytest.mark.parametrize(
    ("given", "conversation_id", "adapter_key"),
    [
        pytest.param(
            {
                "source": "slack",
                "workspaceId": "T123",
                "channelId": "C456",
                "threadId": "1712233.991",
                "userId": "U789",
            },
            "slack:T123:C456:1712233.991",
            "slack:T123:C456:1712233.991:U789",
            id="slack",
        ),
        pytest.param(
            {"channelId": "room1"}, "generic:default:room1:root", "generic:default:room1:root:anonymous", id="defaults"
        ),
        pytest.param(
            {"source": "matrix", "channelId": "!abc%3Aserver.org", "conversationId": "ignored"},
            "matrix:default:!abc%3Aserver.org:root",
            "matrix:default:!abc%3Aserver.org:root:anonymous",
            id="matrix",
        ),
    ],
)
async def test_an_adapter_names_its_conversation(
    given: dict[str, object], conversation_id: str, adapter_key: str
) -> None:
    prompt = await adapted(**given)
    assert (prompt.conversation_id, prompt.adapter_key) == (conversation_id, adapter_key)
    assert prompt.input == (TextInput(text="m", is_literal=True),)
    assert prompt.aborts


@pytest.mark.parametrize(
    ("given", "path"),
    [
        pytest.param({}, "$", id="V16 missing"),
        pytest.param({"channelId": ""}, "$.channelId", id="V16 empty"),
        *[
            pytest.param({"channelId": "c", name: "a:b"}, f"$.{name}", id=f"V17 {name}")
            for name in ("source", "workspaceId", "channelId", "threadId", "userId")
        ],
        *[
            pytest.param({"channelId": "c", name: 5}, f"$.{name}", id=f"V18 {name}")
            for name in ("source", "workspaceId", "channelId", "threadId", "userId")
        ],
        pytest.param({"channelId": "c", "threadId": None}, "$.threadId", id="V18 null"),
        pytest.param({"channelId": "c" * 190}, "$", id="V19"),
        pytest.param({"channelId": "a\nb"}, "$.channelId", id="V20 LF"),
        pytest.param({"channelId": "c", "userId": "a\rb"}, "$.userId", id="V20 CR"),
        pytest.param({"channelId": "c", "threadId": ""}, "$.threadId", id="an empty segment"),
    ],
)
async def test_bad_adapters_are_refused_with_their_place(given: dict[str, object], path: str) -> None:
    with pytest.raises(Invalid) as refused:
        await adapted(**given)
    assert refused.value.path == path


async def test_a_colon_is_refused_with_what_to_send_instead() -> None:
    with pytest.raises(Invalid, match="%3A"):
        await adapted(channelId="!abc:server.org")


@pytest.mark.parametrize(
    ("members", "aborts"),
    [
        ({}, False),
        ({"conversationId": "c"}, True),
        ({"conversationId": "c", "onDisconnect": "continue"}, False),
    ],
)
async def test_only_a_named_conversation_is_aborted(members: dict[str, object], aborts: bool) -> None:
    assert (await direct(body(**members))).aborts == aborts


async def test_who_sends_a_key_comes_back_and_finds_the_run_unless_it_says_otherwise() -> None:
    named = body(conversationId="c")
    assert not (await direct(named, idempotency_key="k")).aborts
    assert (await direct({**named, "onDisconnect": "abort"}, idempotency_key="k")).aborts


async def test_a_key_claims_what_is_asked_where() -> None:
    first = (await direct(body(), idempotency_key="k")).claim
    assert first is not None
    assert first.key == "k"
    spaced = (await direct(b' {"message" : "m"} ', idempotency_key="k")).claim
    other = (await direct(body(wait=True), idempotency_key="k")).claim
    elsewhere = (await direct_prompt(request(encoded(body()), "/v1/chat/stream", idempotency_key="k"))).claim
    assert spaced == first
    assert len({claim.digest for claim in (first, other, elsewhere) if claim}) == 3
    assert (await direct(body())).claim is None


@pytest.mark.parametrize("key", ["", "k" * 256, "k\xe9y", "a\x00b"])
async def test_bad_keys_are_refused(key: str) -> None:
    with pytest.raises(Invalid, match="Idempotency-Key"):
        await direct(body(), idempotency_key=key)


async def test_a_conversation_may_be_wished_for_without_a_body() -> None:
    assert (await wished(request(b""))).conversation_id is msgspec.UNSET
    assert (await wished(request(b"{}"))).conversation_id is msgspec.UNSET
    assert (await wished(request(b'{"conversationId": "c"}'))).conversation_id == "c"
    for bad in (b"[]", b'{"conversationId": null}', b'{"conversationId": ""}', b"x"):
        with pytest.raises(Invalid):
            await wished(request(bad))
