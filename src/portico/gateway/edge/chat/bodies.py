"""What a caller of the chat face sends: types, the rules V1 to V22, adapters as conversations (chat-http A5 to A7)."""

import base64
import binascii
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import msgspec

from portico.gateway.edge.idempotency import claim_of
from portico.gateway.edge.request import Request
from portico.gateway.kernel.errors import Invalid, misfit
from portico.protocol.methods.conversation import RequestClaim
from portico.protocol.types.input import ImageInput, TextInput, UserInput

MAX_ID_UNITS = 200
"""UTF-16 units, as the seed's language counts (V22)."""
MAX_IMAGES = 32
IMAGE_TYPES = ("image/png", "image/jpeg", "image/gif", "image/webp")

Behaviour = Literal["steer", "followUp"]
OnDisconnect = Literal["abort", "continue"]
IN_ID = {"minLength": 1, "maxLength": MAX_ID_UNITS, "pattern": r"^[^\r\n]+$"}
"""What the description says beyond the type; the rules are checked below, with words of their own."""
Message = Annotated[str, msgspec.Meta(extra_json_schema={"pattern": r"\S"})]
Images = Annotated[
    list[Any],
    msgspec.Meta(extra_json_schema={"items": {"$ref": "#/components/schemas/ChatImage"}, "maxItems": MAX_IMAGES}),
]
Segment = Annotated[str, msgspec.Meta(extra_json_schema={**IN_ID, "pattern": r"^[^:\r\n]+$"})]
Text = Annotated[str, msgspec.Meta(extra_json_schema=IN_ID)] | msgspec.UnsetType


class ChatImage(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """An inline picture: base64 of PNG, JPEG, GIF or WebP."""

    type: Literal["image"]
    data: str
    mime_type: str


class ChatBase(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What both kinds of routes take. Members that are not known are ignored.

    `onDisconnect` is `abort` unless it is said, but `continue` with an `Idempotency-Key`: who sends it comes back.
    """

    message: Message
    images: Images = []
    streaming_behavior: Behaviour | msgspec.UnsetType = msgspec.UNSET
    on_disconnect: OnDisconnect | msgspec.UnsetType = msgspec.UNSET
    wait: bool = False


class ChatBody(ChatBase, frozen=True, kw_only=True, rename="camel"):
    """`POST /v1/chat` and `/v1/chat/stream`."""

    conversation_id: Text = msgspec.UNSET


class AdapterBody(ChatBase, frozen=True, kw_only=True, rename="camel"):
    """`POST /v1/adapters/chat` and `/v1/adapters/chat/stream`."""

    channel_id: Segment
    source: Segment = "generic"
    workspace_id: Segment = "default"
    thread_id: Segment = "root"
    user_id: Segment = "anonymous"


class ConversationBody(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """`POST /v1/conversations`."""

    conversation_id: Text = msgspec.UNSET


@dataclass(frozen=True, slots=True)
class Prompt:
    """A checked request. `conversation_id` None: the gateway makes one; `claim`: its caller may send it again."""

    conversation_id: str | None
    input: tuple[UserInput, ...]
    claim: RequestClaim | None = None
    adapter_key: str | None = None
    behaviour: Behaviour | None = None
    on_disconnect: OnDisconnect = "abort"
    wait: bool = False

    @property
    def aborts(self) -> bool:
        """Losing the client ends what its own request began (A10.3)."""
        return self.conversation_id is not None and self.on_disconnect == "abort"


async def direct_prompt(request: Request) -> Prompt:
    """The prompt of a direct route. Raises Invalid."""
    body: ChatBody = await request.json(ChatBody)
    conversation_id = None if body.conversation_id is msgspec.UNSET else body.conversation_id
    if conversation_id is not None:
        check_id(conversation_id)
    return _prompt(body, conversation_id, None, claim_of(request, msgspec.json.encode(body)))


async def adapter_prompt(request: Request) -> Prompt:
    """The prompt of an adapter route: its ids name the conversation, its text is never a command. Raises Invalid."""
    body: AdapterBody = await request.json(AdapterBody)
    conversation_id, adapter_key = adapter_ids(body)
    return _prompt(body, conversation_id, adapter_key, claim_of(request, msgspec.json.encode(body)))


async def wished(request: Request) -> ConversationBody:
    """The body of `POST /v1/conversations`; none is `{}`. Raises Invalid."""
    if not request.has_body():
        return ConversationBody()
    body: ConversationBody = await request.json(ConversationBody)
    if body.conversation_id is not msgspec.UNSET:
        check_id(body.conversation_id)
    return body


def adapter_ids(body: AdapterBody) -> tuple[str, str]:
    """`source:workspaceId:channelId:threadId`, and the same with `:userId`. Raises Invalid."""
    segments = {
        "source": body.source,
        "workspaceId": body.workspace_id,
        "channelId": body.channel_id,
        "threadId": body.thread_id,
        "userId": body.user_id,
    }
    for name, value in segments.items():
        if not value:
            raise Invalid(f"{name} is empty", path=f"$.{name}")
        if ":" in value:
            raise Invalid(f"{name} holds a colon, which parts the ids: send %3A instead", path=f"$.{name}")
        if "\n" in value or "\r" in value:
            raise Invalid(f"{name} holds a line break", path=f"$.{name}")
    parts = list(segments.values())
    conversation_id = ":".join(parts[:4])
    check_id(conversation_id, "$")
    return conversation_id, ":".join(parts)


def check_id(conversation_id: str, path: str = "$.conversationId") -> None:
    """V7 to V11. Raises Invalid."""
    if not conversation_id:
        raise Invalid("conversationId is empty", path=path)
    if len(conversation_id.encode("utf-16-le", "surrogatepass")) // 2 > MAX_ID_UNITS:
        raise Invalid(f"conversationId is longer than {MAX_ID_UNITS} UTF-16 units", path=path)
    if any(sign in conversation_id for sign in "\n\r\0"):
        raise Invalid("conversationId holds a line break or a zero", path=path)


def _prompt(body: ChatBase, conversation_id: str | None, adapter_key: str | None, claim: RequestClaim | None) -> Prompt:
    if not body.message.strip():
        raise Invalid("message is empty", code="empty_input", path="$.message")
    behaviour = None if body.streaming_behavior is msgspec.UNSET else body.streaming_behavior
    text = TextInput(text=body.message, is_literal=adapter_key is not None)
    return Prompt(
        conversation_id=conversation_id,
        input=(text, *_images(body.images)),
        claim=claim,
        adapter_key=adapter_key,
        behaviour=behaviour,
        on_disconnect=_on_disconnect(body, claim),
        wait=body.wait,
    )


def _on_disconnect(body: ChatBase, claim: RequestClaim | None) -> OnDisconnect:
    if body.on_disconnect is not msgspec.UNSET:
        return body.on_disconnect
    return "abort" if claim is None else "continue"


def _images(given: list[Any]) -> list[ImageInput]:
    if len(given) > MAX_IMAGES:
        raise Invalid(f"there are more than {MAX_IMAGES} images", code="too_many_attachments", path="$.images")
    return [_image(element, place) for place, element in enumerate(given)]


def _image(element: Any, place: int) -> ImageInput:
    """V14: the message says which element is wrong."""
    path = f"$.images[{place}]"
    try:
        image = msgspec.convert(element, ChatImage)
    except msgspec.ValidationError as error:
        message, inner = misfit(error)
        raise Invalid(f"images[{place}]: {message}", path=path + inner.removeprefix("$")) from error
    if image.mime_type not in IMAGE_TYPES:
        raise Invalid(f"images[{place}]: mimeType must be one of {', '.join(IMAGE_TYPES)}", path=f"{path}.mimeType")
    try:
        size = len(base64.b64decode(image.data, validate=True))
    except (binascii.Error, ValueError) as error:
        raise Invalid(f"images[{place}]: data is no valid base64", path=f"{path}.data") from error
    if not size:
        raise Invalid(f"images[{place}]: data is empty", path=f"{path}.data")
    return ImageInput(url=f"data:{image.mime_type};base64,{image.data}")
