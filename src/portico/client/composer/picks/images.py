"""Images from a picker, a drop or the clipboard: sent inline as data URLs."""

import base64
from collections.abc import Iterator
from dataclasses import dataclass, field

from portico.client.composer.draft import Picked, Scene
from portico.client.composer.pick import Pick, Refusal
from portico.client.words import say
from portico.protocol.types.input import ImageInput

MAX_IMAGE_BYTES = 20 * 1024 * 1024
MEDIA_TYPES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
"""What the gateway takes."""
_MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Image(Picked):
    """The bytes as they are in the file."""

    name: str
    media_type: str
    data: bytes = field(repr=False)


def _check(image: Image, scene: Scene) -> Iterator[Refusal]:
    if image.media_type not in MEDIA_TYPES:
        yield Refusal(say("composer.image_type", name=image.name), image.key)
    if not image.data:
        yield Refusal(say("composer.image_empty", name=image.name), image.key)
    if len(image.data) > MAX_IMAGE_BYTES:
        limit = MAX_IMAGE_BYTES // _MIB
        yield Refusal(say("composer.image_too_large", name=image.name, limit=limit), image.key)
    if scene.model is not None and scene.model.takes_images is False:
        yield Refusal(say("composer.images_not_supported", model=scene.model.title), image.key)


def _input(image: Image) -> ImageInput:
    return ImageInput(url=f"data:{image.media_type};base64,{base64.b64encode(image.data).decode()}")


IMAGES = Pick("image", Image, _check, _input)
