"""Input: what is refused and where, how it is shown, what the model reads."""

import base64

import pytest

from portico.gateway.agent.model import ImagePart, TextPart, UserMessage
from portico.gateway.features.turns.rules import said
from portico.gateway.kernel.errors import GatewayError
from portico.protocol.errors import ErrorKind
from portico.protocol.types.input import (
    ArtifactInput,
    AudioInput,
    FileInput,
    ImageInput,
    LocalAudioInput,
    LocalFileInput,
    LocalImageInput,
    LocalVideoInput,
    MentionInput,
    SkillInput,
    TextInput,
    UserInput,
    VideoInput,
)
from portico.protocol.types.item import UserMessage as UserItem

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256))
HI = TextInput(text="hi")


def inline(data: bytes, kind: str = "image/png") -> ImageInput:
    return ImageInput(url=f"data:{kind};base64,{base64.b64encode(data).decode()}")


def url(text: str) -> list[UserInput]:
    return [HI, ImageInput(url=text)]


INVALID, UNAVAILABLE = ErrorKind.INVALID, ErrorKind.UNAVAILABLE
AT_URL = "$.input[1].url"


@pytest.mark.parametrize(
    "given",
    [
        pytest.param([HI], id="text"),
        pytest.param([inline(PNG)], id="a picture alone"),
        pytest.param([TextInput(text=""), HI], id="one text of two is empty"),
        pytest.param([HI, LocalImageInput(path="a.png"), LocalFileInput(path="b"), MentionInput(name="c", path="c")]),
        pytest.param(url("https://example.org/a.png"), id="https"),
        pytest.param([HI, *[inline(b"x")] * 32], id="32 attachments"),
        pytest.param([TextInput(text="x" * 1_000_000)], id="a long text"),
    ],
)
def test_good_input(given: list[UserInput]) -> None:
    said.check(given)


@pytest.mark.parametrize(
    ("given", "kind", "path"),
    [
        pytest.param([], INVALID, "$.input", id="nothing"),
        pytest.param([TextInput(text=" \n")], INVALID, "$.input", id="blank"),
        pytest.param([TextInput(text="x" * 999_999), HI], INVALID, "$.input", id="too much text"),
        pytest.param([HI, *[inline(b"x")] * 33], INVALID, "$.input", id="33 attachments"),
        pytest.param(url("data:image/png;base64,%%%"), INVALID, AT_URL, id="no base64"),
        pytest.param(url("data:image/png;base64,AAA"), INVALID, AT_URL, id="cut base64"),
        pytest.param(url("data:image/png;base64,"), INVALID, AT_URL, id="empty image"),
        pytest.param(url("data:image/png,AAAA"), INVALID, AT_URL, id="not base64"),
        pytest.param(url("data:image/svg+xml;base64,AAAA"), INVALID, AT_URL, id="a kind that can hold scripts"),
        pytest.param(url("data:text/html;base64,AAAA"), INVALID, AT_URL, id="no image"),
        pytest.param(url("http://example.org/a.png"), INVALID, AT_URL, id="plain http"),
        pytest.param(url("https://u:p@example.org/a.png"), INVALID, AT_URL, id="credentials"),
        pytest.param(url("https:///a.png"), INVALID, AT_URL, id="no host"),
        pytest.param(url("https://localhost/a.png"), INVALID, AT_URL, id="localhost"),
        pytest.param(url("https://10.0.0.1/a.png"), INVALID, AT_URL, id="private address"),
        pytest.param(url("https://[::1]/a.png"), INVALID, AT_URL, id="loopback address"),
        pytest.param(url("https://[::1/a.png"), INVALID, AT_URL, id="broken address"),
        pytest.param(url("file:///etc/passwd"), INVALID, AT_URL, id="file URL"),
        pytest.param(url("https://example.org/" + "a" * 5_000), INVALID, AT_URL, id="long URL"),
        pytest.param([HI, LocalImageInput(path="")], INVALID, "$.input[1].path", id="no path"),
        pytest.param([HI, LocalFileInput(path="a\0b")], INVALID, "$.input[1].path", id="NUL in a path"),
        pytest.param([HI, MentionInput(name="n", path="p" * 5_000)], INVALID, "$.input[1].path", id="long path"),
        pytest.param([HI, AudioInput(url="u")], UNAVAILABLE, "$.input[1]", id="audio"),
        pytest.param([HI, LocalAudioInput(path="p")], UNAVAILABLE, "$.input[1]", id="local audio"),
        pytest.param([HI, VideoInput(url="u")], UNAVAILABLE, "$.input[1]", id="video"),
        pytest.param([HI, LocalVideoInput(path="p")], UNAVAILABLE, "$.input[1]", id="local video"),
        pytest.param([HI, FileInput(url="u")], UNAVAILABLE, "$.input[1]", id="file by URL"),
        pytest.param([HI, ArtifactInput(artifact_id="a")], UNAVAILABLE, "$.input[1]", id="artifact"),
        pytest.param([HI, SkillInput(name="n", path="p")], UNAVAILABLE, "$.input[1]", id="skill"),
    ],
)
def test_bad_input_is_refused_with_its_place(given: list[UserInput], kind: ErrorKind, path: str) -> None:
    with pytest.raises(GatewayError) as refused:
        said.check(given)
    assert (refused.value.kind, refused.value.path) == (kind, path)


def test_an_image_may_have_twenty_mebibytes_and_no_more() -> None:
    said.check([inline(bytes(said.MAX_IMAGE_BYTES))])
    for more in (1, 100):
        with pytest.raises(GatewayError) as refused:
            said.check([inline(bytes(said.MAX_IMAGE_BYTES + more))])
        assert refused.value.code == "image_too_large"


def test_a_picture_reaches_the_message_byte_for_byte() -> None:
    item = said.item("i", [TextInput(text="one"), inline(PNG), TextInput(text="two")])
    assert item == UserItem(id="i", text="one\ntwo", attachments=[inline(PNG)])
    assert said.message(item, {}) == UserMessage((ImagePart("image/png", PNG), TextPart("one\ntwo")))


def test_other_attachments_are_named_in_words() -> None:
    given: list[UserInput] = [
        LocalImageInput(path="a.png"),
        LocalImageInput(path="gone.png"),
        LocalFileInput(path="b.txt"),
        MentionInput(name="c", path="d"),
        ImageInput(url="https://example.org/e.png"),
        ImageInput(url="data:broken"),
        SkillInput(name="later", path="p"),
    ]
    picture = ImagePart("image/png", PNG)
    message = said.message(said.item("i", given), {"a.png": picture})
    assert message.parts == (
        picture,
        TextPart("[the image gone.png, no longer there]"),
        TextPart("[attached file: b.txt]"),
        TextPart("[mentioned: c (d)]"),
        ImagePart("", url="https://example.org/e.png"),
        TextPart("[an image that can no longer be read]"),
    )
    assert said.local_images(given) == [("a.png", "$.input[0].path"), ("gone.png", "$.input[1].path")]


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        pytest.param(PNG, "image/png", id="png"),
        pytest.param(b"\xff\xd8\xff\xe0", "image/jpeg", id="jpeg"),
        pytest.param(b"GIF89a", "image/gif", id="gif"),
        pytest.param(b"RIFF\0\0\0\0WEBPVP8 ", "image/webp", id="webp"),
        pytest.param(b"RIFF\0\0\0\0WAVE", None, id="wav"),
        pytest.param(b"#!/bin/sh", None, id="a script"),
        pytest.param(b"", None, id="nothing"),
    ],
)
def test_an_image_is_known_by_its_first_bytes(data: bytes, kind: str | None) -> None:
    assert said.image_of(data) == (None if kind is None else ImagePart(kind, data))
