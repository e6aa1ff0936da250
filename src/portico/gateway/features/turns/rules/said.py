"""What a user sends into a turn: checked, as an item of the timeline, and as a message for the model."""

import base64
import binascii
import ipaddress
from collections.abc import Iterable, Mapping, Sequence
from urllib.parse import urlsplit

from portico.gateway.agent.model import ImagePart, TextPart, UserMessage
from portico.gateway.kernel.errors import GatewayError, Invalid, Unavailable
from portico.protocol.methods.turn import ContextMessage
from portico.protocol.types.input import (
    Attachment,
    ImageInput,
    LocalFileInput,
    LocalImageInput,
    MentionInput,
    TextInput,
    UserInput,
)
from portico.protocol.types.item import UserMessage as UserItem

MAX_ATTACHMENTS = 32
MAX_IMAGE_BYTES = 20 * 1024 * 1024
MAX_TEXT_CHARS = 1_048_576
MAX_PATH_CHARS = 4_096

_SIGNATURES = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg", b"GIF8": "image/gif"}
IMAGE_TYPES = frozenset({*_SIGNATURES.values(), "image/webp"})

Images = Mapping[str, ImagePart]
"""Images of the gateway host that were read, by the path they were named with."""


def check(given: Sequence[UserInput], path: str = "$.input") -> None:
    """Refuse input that is empty, too large or of a kind that cannot be given to a model yet; says where."""
    texts = [part for part in given if isinstance(part, TextInput)]
    if len(given) - len(texts) > MAX_ATTACHMENTS:
        raise Invalid(f"a turn takes at most {MAX_ATTACHMENTS} attachments", code="too_many_attachments", path=path)
    if sum(len(part.text) for part in texts) > MAX_TEXT_CHARS:
        raise Invalid(f"the text is longer than {MAX_TEXT_CHARS} characters", code="text_too_long", path=path)
    if len(given) == len(texts) and not any(part.text.strip() for part in texts):
        raise Invalid("the input is empty", code="empty_input", path=path)
    for place, part in enumerate(given):
        _check_part(part, f"{path}[{place}]")


def check_context(context: Sequence[ContextMessage]) -> None:
    """The same for what a caller tells of earlier: the user's like input, the assistant's as text."""
    for place, told in enumerate(context):
        path = f"$.context[{place}].content"
        if told.role == "user":
            check(told.content, path)
            continue
        for number, part in enumerate(told.content):
            if not isinstance(part, TextInput):
                raise Invalid("what the assistant said is text", code="unsupported_input", path=f"{path}[{number}]")


def check_images(model: str, takes_images: bool | None, place: str | None) -> None:
    """Refuse the image at `place` for a model that is known to take none."""
    if place is not None and takes_images is False:
        raise Invalid(f"{model} does not take images", code="images_not_supported", path=place)


def first_image(given: Sequence[UserInput], context: Sequence[ContextMessage] = ()) -> str | None:
    """Where the first image stands in the parameters."""
    places = [(f"$.context[{n}].content", told.content) for n, told in enumerate(context)]
    for path, parts in (("$.input", given), *places):
        for number, part in enumerate(parts):
            if isinstance(part, ImageInput | LocalImageInput):
                return f"{path}[{number}]"
    return None


def local_images(given: Iterable[UserInput], path: str = "$.input") -> list[tuple[str, str]]:
    """Paths of images on the gateway host, each with its place in the parameters."""
    return [(part.path, f"{path}[{n}].path") for n, part in enumerate(given) if isinstance(part, LocalImageInput)]


def item(item_id: str, given: Sequence[UserInput]) -> UserItem:
    """The input as the timeline shows it. One literal text makes all of it literal: nothing of it is a command then."""
    texts = [part for part in given if isinstance(part, TextInput)]
    attachments: list[Attachment] = [part for part in given if not isinstance(part, TextInput)]
    literal = any(part.is_literal for part in texts)
    return UserItem(id=item_id, text=text_of(texts), attachments=attachments, literal=literal)


def text_of(given: Iterable[UserInput]) -> str:
    return "\n".join(part.text for part in given if isinstance(part, TextInput))


def given_as(said: UserItem) -> list[UserInput]:
    """An item as input that says the same."""
    texts = [TextInput(text=said.text, is_literal=said.literal)] if said.text else []
    return [*texts, *said.attachments]


def message(said: UserItem, images: Images) -> UserMessage:
    """The input as the model reads it; an image that is no longer there is named instead."""
    parts = [part for attachment in said.attachments for part in _parts(attachment, images)]
    if said.text:
        parts.append(TextPart(said.text, said.literal))
    return UserMessage(tuple(parts))


def image_of(data: bytes) -> ImagePart | None:
    """The image that `data` is, by its first bytes; None for anything else."""
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return ImagePart("image/webp", data)
    return next((ImagePart(kind, data) for sign, kind in _SIGNATURES.items() if data.startswith(sign)), None)


def _check_part(part: UserInput, place: str) -> None:
    match part:
        case TextInput():
            pass
        case ImageInput(url=url):
            _image(url, f"{place}.url")
        case LocalImageInput(path=path) | LocalFileInput(path=path) | MentionInput(path=path):
            if not path or len(path) > MAX_PATH_CHARS or "\0" in path:
                raise Invalid("this is no path", path=f"{place}.path")
        case _:
            kind = part.__struct_config__.tag
            raise Unavailable(f"input of the kind {kind} is not supported yet", code="unsupported_input", path=place)


def _image(url: str, place: str) -> ImagePart:
    """The image of a URL. Raises Invalid with `place`."""
    if url.startswith("data:"):
        return _inline_image(url, place)
    host = _https_host(url)
    if host is None:
        raise Invalid("an image must be a data URL or an https URL without credentials", path=place)
    if host == "localhost" or _is_private(host):
        raise Invalid("the address of the image is a private one", path=place)
    return ImagePart("", url=url)


def _inline_image(url: str, place: str) -> ImagePart:
    head, _, body = url.partition(",")
    kind, *options = head.removeprefix("data:").split(";")
    if kind not in IMAGE_TYPES or options[-1:] != ["base64"]:
        raise Invalid(f"an inline image must be base64 of {', '.join(sorted(IMAGE_TYPES))}", path=place)
    if len(body) // 4 * 3 > MAX_IMAGE_BYTES + 2:
        raise Invalid(f"an image is larger than {MAX_IMAGE_BYTES} bytes", code="image_too_large", path=place)
    try:
        data = base64.b64decode(body, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Invalid("the inline image is no valid base64", path=place) from error
    if len(data) > MAX_IMAGE_BYTES:
        raise Invalid(f"an image is larger than {MAX_IMAGE_BYTES} bytes", code="image_too_large", path=place)
    if not data:
        raise Invalid("the inline image is empty", path=place)
    return ImagePart(kind, data)


def _https_host(url: str) -> str | None:
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        return None
    is_plain = parts.scheme == "https" and "@" not in parts.netloc and len(url) <= MAX_PATH_CHARS
    return host if is_plain else None


def _is_private(host: str) -> bool:
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return False


def _parts(attachment: Attachment, images: Images) -> list[TextPart | ImagePart]:
    match attachment:
        case ImageInput(url=url):
            try:
                return [_image(url, "")]
            except GatewayError:
                return [TextPart("[an image that can no longer be read]")]
        case LocalImageInput(path=path):
            return [images[path] if path in images else TextPart(f"[the image {path}, no longer there]")]
        case LocalFileInput(path=path):
            return [TextPart(f"[attached file: {path}]")]
        case MentionInput(name=name, path=path):
            return [TextPart(f"[mentioned: {name} ({path})]")]
        case _:
            return []
