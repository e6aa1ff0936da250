"""Old rows in today's form: one pure step per schema, so that the log is never rewritten."""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from portico.gateway.log.plan import SCHEMA

Step = Callable[[dict[str, Any]], dict[str, Any]]
STEPS: Mapping[int, Step] = {}
"""From the schema that is the key to the next one; the argument is the whole decoded `HistoryEvent`."""


def upcast(data: bytes, schema: int, steps: Mapping[int, Step] = STEPS, newest: int = SCHEMA) -> bytes:
    """`data` of `schema` in the form of `newest`; KeyError when a step is missing."""
    if schema == newest:
        return data
    value = msgspec.json.decode(data)
    for step in range(schema, newest):
        value = steps[step](value)
    return msgspec.json.encode(value)
