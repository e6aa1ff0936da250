"""The lines that rehearsal obeys: `/tool NAME {json}`, `/say TEXT`, `/think TEXT`, `/fail CLASS`, `/repeat N`. Pure."""

import re
from dataclasses import dataclass
from typing import Literal

MOST_REPEATS = 100_000
_LINE = re.compile(r"\s*/(tool|say|think|fail|repeat)(?:\s+(.*))?\s*")

Verb = Literal["tool", "say", "think", "fail"]
_VERBS: dict[str, Verb] = {"tool": "tool", "say": "say", "think": "think", "fail": "fail"}


@dataclass(frozen=True, slots=True)
class Step:
    """One line, to be done `times` times."""

    verb: Verb
    text: str
    times: int = 1

    @property
    def tool(self) -> tuple[str, str]:
        """Name and arguments of a tool line."""
        name, _, arguments = self.text.partition(" ")
        return name, arguments.strip() or "{}"


def parse(text: str) -> tuple[Step, ...]:
    """The steps of a message; empty if it holds no line of ours. Other lines are ignored."""
    steps: list[Step] = []
    times = 1
    for line in text.splitlines():
        found = _LINE.fullmatch(line)
        if found is None:
            continue
        verb, rest = found[1], found[2] or ""
        if verb == "repeat":
            times = _times(rest)
            continue
        steps.append(Step(_VERBS[verb], rest, times))
        times = 1
    return tuple(steps)


def round_of(steps: tuple[Step, ...], number: int) -> tuple[tuple[Step, ...], bool]:
    """The steps of provider call `number` (from 0), and whether it is the last.

    A call ends after a run of tool lines: those are called together, and what follows waits for their results.
    """
    rounds: list[list[Step]] = [[]]
    for step in steps:
        current = rounds[-1]
        if current and current[-1].verb == "tool" and step.verb != "tool":
            rounds.append([step])
        else:
            current.append(step)
    if number >= len(rounds):
        return (), True
    steps_now = tuple(rounds[number])
    return steps_now, not any(step.verb == "tool" for step in steps_now)


def _times(text: str) -> int:
    return max(0, min(int(text), MOST_REPEATS)) if text.strip().isdecimal() else 1
