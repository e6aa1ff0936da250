"""Input: what is refused and where, how it is shown, what the model reads."""

import base64

import msgspec
import pytest

from portico.gateway.agent.model import ImagePart, TextPart, UserMessage
from portico.gateway.features.turns.rules import said
from portico.gateway.kernel.errors import GatewayError
from portico.protocol.errors import ErrorKind
from portico.protocol.methods.turn import ContextMessage
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
        pytest.param([TextInput(text="x" * said.MAX_TEXT_CHARS)], id="a long text"),
    ],
)
def test_good_input(given: list[UserInput]) -> None:
    said.check(given)


@pytest.mark.parametrize(
    ("given", "kind", "path"),
    [
        pytest.param([], INVALID, "$.input", id="nothing"),
        pytest.param([TextInput(text=" \n")], INVALID, "$.input", id="blank"),
        pytest.param([TextInput(text="x" * (said.MAX_TEXT_CHARS - 1)), HI], INVALID, "$.input", id="too much text"),
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


def asked(*content: UserInput) -> ContextMessage:
    return ContextMessage(role="user", content=list(content))


def answered(*content: UserInput) -> ContextMessage:
    return ContextMessage(role="assistant", content=list(content))


@pytest.mark.parametrize(
    "context",
    [
        pytest.param([], id="none"),
        pytest.param([asked(HI, inline(PNG)), answered(HI, HI)], id="a picture and texts"),
        pytest.param([answered()], id="an empty answer"),
    ],
)
def test_good_context(context: list[ContextMessage]) -> None:
    said.check_context(context)


@pytest.mark.parametrize(
    ("context", "kind", "code", "path"),
    [
        pytest.param([asked(HI), asked()], INVALID, "empty_input", "$.context[1].content", id="an empty question"),
        pytest.param(
            [asked(HI, ImageInput(url="http://x"))], INVALID, None, "$.context[0].content[1].url", id="a bad picture"
        ),
        pytest.param(
            [asked(AudioInput(url="x"), HI)], UNAVAILABLE, "unsupported_input", "$.context[0].content[0]", id="audio"
        ),
        pytest.param(
            [asked(HI), answered(HI, inline(PNG))],
            INVALID,
            "unsupported_input",
            "$.context[1].content[1]",
            id="an answer with a picture",
        ),
        pytest.param(
            [asked(TextInput(text="x" * (said.MAX_TEXT_CHARS + 1)))],
            INVALID,
            "text_too_long",
            "$.context[0].content",
            id="too long",
        ),
    ],
)
def test_bad_context(context: list[ContextMessage], kind: ErrorKind, code: str | None, path: str) -> None:
    with pytest.raises(GatewayError) as refused:
        said.check_context(context)
    assert (refused.value.kind, refused.value.path) == (kind, path)
    assert code is None or refused.value.code == code


@pytest.mark.parametrize(
    ("given", "context", "place"),
    [
        pytest.param([HI], [asked(HI)], None, id="none"),
        pytest.param([HI, inline(PNG)], [asked(inline(PNG))], "$.input[1]", id="in the input"),
        pytest.param([LocalImageInput(path="a")], [], "$.input[0]", id="of the host"),
        pytest.param([HI], [answered(HI), asked(HI, inline(PNG))], "$.context[1].content[1]", id="in the context"),
    ],
)
def test_the_first_picture_and_a_model_without_eyes(
    given: list[UserInput], context: list[ContextMessage], place: str | None
) -> None:
    assert said.first_image(given, context) == place
    for takes in (True, None):
        said.check_images("m", takes, place)
    if place is None:
        said.check_images("m", False, place)
        return
    with pytest.raises(GatewayError) as refused:
        said.check_images("m", False, place)
    error = refused.value
    assert (error.kind, error.code, error.path) == (INVALID, "images_not_supported", place)


@pytest.mark.parametrize(
    ("given", "literal"),
    [
        pytest.param([HI], False, id="plain"),
        pytest.param([TextInput(text="/say hi", is_literal=True)], True, id="literal"),
        pytest.param([HI, TextInput(text="/say hi", is_literal=True)], True, id="one of two"),
    ],
)
def test_literal_text_stays_literal_for_the_model_and_in_the_timeline(given: list[UserInput], literal: bool) -> None:
    shown = said.item("i", given)
    assert shown.literal is literal
    [part] = said.message(shown, {}).parts
    assert isinstance(part, TextPart)
    assert part.literal is literal
    again = msgspec.json.decode(msgspec.json.encode(shown), type=UserItem)
    assert said.item("i", said.given_as(again)) == shown


def test_an_item_as_input_says_the_same() -> None:
    given: list[UserInput] = [inline(PNG), LocalFileInput(path="a")]
    assert said.given_as(said.item("i", given)) == given
    assert said.given_as(said.item("i", [*given, HI])) == [HI, *given]
