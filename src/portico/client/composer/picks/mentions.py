"""Files of the gateway host that a message names, by their path."""

from collections.abc import Iterator
from dataclasses import dataclass

from portico.client.composer.draft import Picked, Scene
from portico.client.composer.pick import Pick, Refusal
from portico.client.words import say
from portico.protocol.types.input import MentionInput

MAX_PATH_CHARS = 4_096


@dataclass(frozen=True, slots=True)
class Mention(Picked):
    """`name` is what a person reads, `path` what the model is told."""

    name: str
    path: str


def _check(mention: Mention, _: Scene) -> Iterator[Refusal]:
    if not mention.path or len(mention.path) > MAX_PATH_CHARS or "\0" in mention.path:
        yield Refusal(say("composer.bad_path", name=mention.name), mention.key)


def _input(mention: Mention) -> MentionInput:
    return MentionInput(name=mention.name, path=mention.path)


MENTIONS = Pick("mention", Mention, _check, _input)
