"""Streams that are cut and resumed over real connections, and many prompts one after the other."""

import gc
import random
from contextlib import AsyncExitStack
from pathlib import Path

import anyio
import psutil
import pytest

from tests.interaction.chat.client import Chat, Stream, chat_gateway
from tests.interaction.chat.reading import Sent, last_id, parse, text_of
from tests.kit.vendors import Piece

WORDS = [f"word {n}\n" if n % 5 else "data: \N{PILE OF POO} " for n in range(120)]
ANSWER = "".join(WORDS)


@pytest.mark.promise("chat.resume-exact")
@pytest.mark.parametrize("seed", range(3))
async def test_a_running_stream_that_is_cut_at_random_bytes_loses_and_repeats_nothing(
    tmp_path: Path, seed: int
) -> None:
    """The answer stands still now and then, and its client is cut off in the middle of whatever it reads."""
    dice = random.Random(seed)
    gates = [anyio.Event() for _ in range(8)]
    async with chat_gateway(tmp_path) as chat:
        chat.site.vendor.script("hello", chat.site.vendor.says(*_with(gates)))
        async with chat.stream("hello", onDisconnect="continue") as stream:
            had = await _part(dice, [], stream, gates[:1])
        run = had[0].data["runId"]
        for count in range(2, 9):
            async with chat.resumed(run, last_id(had)) as again:
                had += await _part(dice, had, again, gates[:count])
        async with chat.resumed(run, last_id(had)) as rest:
            done = await rest.end()
        assert text_of([*had, *rest.events]) == ANSWER == done.data["assistantText"]


def _with(gates: list[anyio.Event]) -> list[Piece]:
    """The words, and before every fifteenth a gate."""
    pieces: list[Piece] = list(WORDS)
    for place, gate in reversed(list(enumerate(gates))):
        pieces.insert(15 * place, gate)
    return pieces


async def _part(dice: random.Random, had: list[Sent], stream: Stream, gates: list[anyio.Event]) -> list[Sent]:
    """What comes until the answer stands still before the next gate, cut at any byte behind `ready`."""
    ready = await stream.first("ready")
    gates[-1].set()
    while not (text_of(had) + stream.text).startswith("".join(WORDS[: 15 * len(gates)])):
        assert await stream.more()
    stream.leave()
    events, _ = parse(stream.raw[: dice.randint(0, len(stream.raw))])
    return events or [ready]


@pytest.mark.promise("chat.resume-exact")
async def test_an_ended_stream_that_is_cut_is_whole_again(tmp_path: Path) -> None:
    dice = random.Random(7)
    async with chat_gateway(tmp_path) as chat:
        chat.site.vendor.script("hello", chat.site.vendor.says(*WORDS))
        async with chat.stream("hello") as stream:
            await stream.end()
        run = stream.events[0].data["runId"]
        for _ in range(30):
            had, _ = parse(stream.raw[: dice.randint(len(stream.raw) // 99, len(stream.raw) - 1)])
            async with chat.resumed(run, last_id(had)) as rest:
                await rest.end()
            assert text_of([*had, *rest.events]) == text_of(stream.events)
            assert [event for event in [*had, *rest.events[1:]] if event.id] == stream.events


@pytest.mark.promise("chat.watchers")
async def test_everybody_who_follows_a_run_sees_the_same(tmp_path: Path) -> None:
    async with chat_gateway(tmp_path) as chat, AsyncExitStack() as others:
        gate = anyio.Event()
        chat.site.vendor.script("hello", chat.site.vendor.says("one ", gate, *WORDS))
        first = await others.enter_async_context(chat.stream("hello"))
        await first.shown("one ")
        run = first.events[0].data["runId"]
        second = await others.enter_async_context(chat.resumed(run))
        third = await others.enter_async_context(chat.resumed(run, first.events[-1].id))
        await second.shown("one ")
        await third.first("ready")
        gate.set()
        for stream in (first, second, third):
            await stream.end()
        assert first.text == second.text == "one " + third.text
        assert first.events[1:] == [event for event in second.events[1:] if event.id]


@pytest.mark.promise("chat.restart-attended")
async def test_who_waited_in_a_gateway_that_ended_is_not_answered_by_the_next(tmp_path: Path) -> None:
    async with chat_gateway(tmp_path) as chat:
        chat.site.vendor.script("first", chat.site.vendor.breaks("part", ending="hang"))
        async with chat.stream("first") as first, chat.stream("second") as second:
            await first.shown("part")
            await second.first("ready")
            chat.site.it.gateway.features.turns.hurry()
        kept = await chat.say("for later", "other", onDisconnect="continue")
    async with chat_gateway(tmp_path) as chat:
        await chat.ended()
        assert [request.json for request in chat.site.vendor.asked] == []
        assert kept.status == 200


@pytest.mark.promise("chat.g27")
async def test_g27_a_thousand_prompts_leave_memory_and_files_flat(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.kit.gateways.SECONDS", 100.0)
    async with chat_gateway(tmp_path) as chat:
        await _prompts(chat, 200)
        before = _resources()
        await _prompts(chat, 800)
        after = _resources()
        assert chat.site.it.gateway.app.streams.count == 0
        assert after[0] - before[0] < 32 * 1024 * 1024
        assert after[1] - before[1] < 8


async def _prompts(chat: Chat, count: int) -> None:
    for n in range(count):
        await chat.said("hello", f"c{n % 100}")
        chat.site.vendor.asked.clear()
        chat.site.vendor.seen.clear()


def _resources() -> tuple[int, int]:
    """Resident bytes and open files of this process."""
    gc.collect()
    process = psutil.Process()
    return process.memory_info().rss, process.num_fds()
