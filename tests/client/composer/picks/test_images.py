"""Images in a message."""

import pytest

from portico.client.composer.draft import Scene
from portico.client.composer.pick import Refusal
from portico.client.composer.picks.images import IMAGES, MAX_IMAGE_BYTES, Image
from portico.client.selectors import ModelRow
from portico.client.words import Phrase, say
from portico.protocol.types.input import ImageInput

BLIND = Scene("t", model=ModelRow("p", "m", "Blind", takes_images=False))
SILENT = Scene("t", model=ModelRow("p", "m", "Silent"))


def image(data: bytes = b"x", media_type: str = "image/png") -> Image:
    return Image("1", "a.png", media_type, data)


@pytest.mark.parametrize(
    ("given", "scene", "expected"),
    [
        pytest.param(image(), SILENT, [], id="a model that does not say"),
        pytest.param(image(), BLIND, [say("composer.images_not_supported", model="Blind")], id="a model without eyes"),
        pytest.param(
            image(media_type="image/svg+xml"), SILENT, [say("composer.image_type", name="a.png")], id="another type"
        ),
        pytest.param(image(b""), SILENT, [say("composer.image_empty", name="a.png")], id="empty"),
        pytest.param(
            image(bytes(MAX_IMAGE_BYTES + 1)),
            SILENT,
            [say("composer.image_too_large", name="a.png", limit=20)],
            id="too large",
        ),
        pytest.param(image(bytes(MAX_IMAGE_BYTES)), SILENT, [], id="as large as may be"),
    ],
)
def test_what_stands_against_an_image(given: Image, scene: Scene, expected: list[Phrase]) -> None:
    assert list(IMAGES.check(given, scene)) == [Refusal(words, "1") for words in expected]


def test_it_is_sent_inline_and_not_printed() -> None:
    assert IMAGES.input_of(image(b"\x89PNG")) == ImageInput(url="data:image/png;base64,iVBORw==")
    assert "PNG" not in repr(image(b"\x89PNG"))
