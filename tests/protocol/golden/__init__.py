"""Golden messages: what stands on the wire, to the letter, and readers for it."""

from pathlib import Path
from typing import Any

import msgspec

FOLDER = Path(__file__).parent


class MethodExample(msgspec.Struct, frozen=True, kw_only=True):
    """A call with every parameter that it may have, and a full answer."""

    method: str
    params: dict[str, Any]
    result: dict[str, Any]


class EventExample(msgspec.Struct, frozen=True, kw_only=True):
    """A fact as replay tells it (`payload`) and as it is announced (`method`, `params`)."""

    method: str
    payload: dict[str, Any]
    params: dict[str, Any]


def methods() -> list[MethodExample]:
    return msgspec.json.Decoder(MethodExample).decode_lines((FOLDER / "methods.jsonl").read_bytes())


def events() -> list[EventExample]:
    return msgspec.json.Decoder(EventExample).decode_lines((FOLDER / "events.jsonl").read_bytes())


def seed_003() -> dict[str, dict[str, Any]]:
    """The samples of the threads document by file name: requests, and `*.result` of one answer."""
    return {path.stem: msgspec.json.decode(path.read_bytes()) for path in sorted((FOLDER / "seed_003").glob("*.json"))}
