"""Server-sent events as a client reads them."""

from dataclasses import dataclass
from typing import Any

import msgspec


@dataclass(frozen=True)
class Sent:
    """One event as it came."""

    name: str
    data: Any
    id: str | None = None


def parse(raw: bytes) -> tuple[list[Sent], bytes]:
    """The whole events of `raw`, and what is left of it; comments are dropped."""
    *whole, rest = raw.split(b"\n\n")
    return [_event(block) for block in whole if block.strip() and not block.startswith(b":")], rest


def _event(block: bytes) -> Sent:
    fields = dict(line.split(": ", 1) for line in block.decode().split("\n"))
    return Sent(fields.get("event", "message"), msgspec.json.decode(fields["data"]), fields.get("id"))


def last_id(events: list[Sent]) -> str | None:
    """What a client would name to go on."""
    return next((event.id for event in reversed(events) if event.id is not None), None)


def text_of(events: list[Sent]) -> str:
    """What the deltas of the answer add up to."""
    return "".join(event.data["delta"] for event in events if event.name == "assistant_text_delta")
