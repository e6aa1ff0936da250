"""The measures of the table, each against a running gateway; all times in the unit that the row names."""

import itertools
import shutil
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack, suppress
from pathlib import Path

import anyio
import msgspec
from websockets.exceptions import ConnectionClosed

from bench.floor import Floor
from bench.provider import mark
from bench.rig import Client, Gateway, Page, Peak, Seen, client, gateway, median, now, provider_log, quantile

Figures = dict[str, float]
TURNS = 30
PARALLEL = 50
WATCHERS = 50
HISTORY_TURNS = 1_000

_numbers = itertools.count(1)


def uid(kind: str) -> str:
    """An id that no other turn or thread of this run has."""
    return f"{kind}{next(_numbers):012d}"


async def cold(home: Path, rounds: int = 5) -> Figures:
    """Process start to the first answered request, and to the first delta of the first turn. A home that exists."""
    ready: list[float] = []
    first: list[float] = []
    for _ in range(rounds + 1):
        with gateway(home) as it:
            answered = now()
            async with client(it) as mine:
                thread = await mine.thread(uid("cold"))
                seen = await mine.turn(thread, uid("t"), mark(n=1))
        ready.append(answered - it.started)
        first.append(seen.first - it.started)
    return {"ready_s": median(ready[1:]), "first_delta_s": median(first[1:])}


async def idle(it: Gateway) -> Figures:
    """Resident memory at rest, and what 100 threads with one short turn each add."""
    async with client(it) as mine:
        await mine.turn(await mine.thread(uid("w")), uid("t"), mark(n=1))
        await anyio.sleep(2)
        before = it.memory()
        for _ in range(100):
            await mine.turn(await mine.thread(uid("i")), uid("t"), mark(n=1))
        await anyio.sleep(2)
        return {"idle_mb": before, "per_100_threads_mb": it.memory() - before}


async def added(run: Callable[[str], Awaitable[Seen]], turns: int = TURNS) -> list[float]:
    """Milliseconds that a turn takes beyond the provider's own time to its first delta."""
    added: list[float] = []
    for _ in range(turns):
        script = uid("c")
        seen = await run(mark(id=script, n=5, d=2))
        row = provider_log(script)[0]
        added.append((seen.first - seen.asked - (row["t_first"] - row["t_arrive"])) * 1e3)
    return added


async def latency(it: Gateway) -> Figures:
    """Turns one after another on one thread, then one of 300 deltas 5 ms apart."""
    async with client(it) as mine:
        thread = await mine.thread(uid("lat"))
        await mine.turn(thread, uid("t"), mark(n=2))
        cpu = it.cpu()
        lags_to_first = await added(lambda prompt: mine.turn(thread, uid("t"), prompt))
        cpu = it.cpu() - cpu
        lags = (await mine.turn(thread, uid("t"), mark(n=300, d=5))).lags_ms()
    return {
        "added_p50_ms": quantile(lags_to_first, 0.5),
        "added_p95_ms": quantile(lags_to_first, 0.95),
        "cpu_ms_per_turn": cpu / TURNS * 1e3,
        "delta_p50_ms": quantile(lags, 0.5),
        "delta_p99_ms": quantile(lags, 0.99),
    }


async def floor_latency(direct: Floor) -> Figures:
    await direct.turn(mark(n=2))
    lags_to_first = await added(direct.turn)
    lags = (await direct.turn(mark(n=300, d=5))).lags_ms()
    return {
        "added_p50_ms": quantile(lags_to_first, 0.5),
        "added_p95_ms": quantile(lags_to_first, 0.95),
        "delta_p50_ms": quantile(lags, 0.5),
        "delta_p99_ms": quantile(lags, 0.99),
    }


def rate(seen: Seen) -> float:
    return len(seen.arrivals) / (seen.last - seen.arrivals[0][1])


async def throughput(it: Gateway, deltas: int = 20_000, rounds: int = 3) -> Figures:
    """One turn of many small deltas, as fast as they go."""
    rates: list[float] = []
    cpus: list[float] = []
    peaks: list[float] = []
    async with client(it) as mine:
        for _ in range(rounds):
            thread = await mine.thread(uid("many"))
            cpu, peak = it.cpu(), Peak(it.memory)
            async with peak.watch():
                seen = await mine.turn(thread, uid("t"), mark(n=deltas))
            if len(seen.arrivals) != deltas:
                raise RuntimeError(f"{len(seen.arrivals)} of {deltas} deltas arrived")
            cpus.append(it.cpu() - cpu)
            rates.append(rate(seen))
            peaks.append(peak.value)
    return {"deltas_per_s": median(rates), "deltas_cpu_s": median(cpus), "deltas_peak_mb": max(peaks)}


async def floor_throughput(direct: Floor, deltas: int = 20_000, rounds: int = 3) -> Figures:
    return {"deltas_per_s": median([rate(await direct.turn(mark(n=deltas))) for _ in range(rounds)])}


async def concurrency(it: Gateway, spacing: int, deltas: int = 200) -> Figures:
    """Fifty turns at once, each on a thread and a connection of its own."""
    seen = [Seen() for _ in range(PARALLEL)]
    async with AsyncExitStack() as stack:
        clients = [await stack.enter_async_context(client(it)) for _ in range(PARALLEL)]
        threads = [await mine.thread(uid("p")) for mine in clients]
        cpu, start = it.cpu(), now()
        async with anyio.create_task_group() as group:
            for mine, thread, one in zip(clients, threads, seen, strict=True):
                group.start_soon(mine.turn, thread, uid("t"), mark(n=deltas, d=spacing), one)
        total = now() - start
        cpu = it.cpu() - cpu
    return _together(seen, total, cpu, spacing, deltas)


def _together(seen: list[Seen], total: float, cpu: float, spacing: int, deltas: int) -> Figures:
    lost = sum(deltas - len(one.arrivals) for one in seen)
    if lost:
        raise RuntimeError(f"{lost} deltas were lost")
    name = f"par{spacing}"
    lags = [lag for one in seen for lag in one.lags_ms()]
    return {f"{name}_s": total, f"{name}_delta_p95_ms": quantile(lags, 0.95), f"{name}_cpu_s": cpu}


async def floor_concurrency(direct: Floor, spacing: int, deltas: int = 200) -> Figures:
    seen = [Seen() for _ in range(PARALLEL)]

    async def one(number: int) -> None:
        seen[number] = await direct.turn(mark(n=deltas, d=spacing))

    start = now()
    async with anyio.create_task_group() as group:
        for number in range(PARALLEL):
            group.start_soon(one, number)
    return _together(seen, now() - start, 0.0, spacing, deltas)


async def fanout(it: Gateway, deltas: int = 2_000, rounds: int = 3) -> Figures:
    """Fifty more connections watch one turn."""
    rates = [await _fanout_once(it, deltas) for _ in range(rounds)]
    return {"deliveries_per_s": median(rates)}


async def _fanout_once(it: Gateway, deltas: int) -> float:
    watched = [Seen() for _ in range(WATCHERS)]
    async with AsyncExitStack() as stack:
        driver = await stack.enter_async_context(client(it))
        thread = await driver.thread(uid("f"))
        watchers = [await stack.enter_async_context(client(it)) for _ in range(WATCHERS)]
        for watcher in watchers:
            await watcher.call("thread/get", thread_id=thread)
        start = now()
        async with anyio.create_task_group() as group:
            for watcher, seen in zip(watchers, watched, strict=True):
                group.start_soon(watcher.follow, seen)
            await driver.turn(thread, uid("t"), mark(n=deltas))
    if any(len(seen.arrivals) != deltas for seen in watched):
        raise RuntimeError("a watcher missed deltas")
    return WATCHERS * deltas / (max(seen.last for seen in watched) - start)


async def _read_back(mine: Client, thread: str, include_deltas: bool) -> float:
    start = now()
    after = 0
    while True:
        raw = await mine.call_raw(
            "thread/history", thread_id=thread, after_version=after, limit=100_000, include_deltas=include_deltas
        )
        page = msgspec.json.decode(raw, type=Page)
        after = page.to_version
        if after >= page.head_version:
            return (now() - start) * 1e3


async def history(it: Gateway) -> Figures:
    """A thread of 1,000 turns: its last turn against its tenth, and reading it back whole."""
    times: list[float] = []
    async with client(it) as mine:
        thread = await mine.thread(uid("h"))
        for _ in range(HISTORY_TURNS):
            seen = await mine.turn(thread, uid("t"), mark(n=2))
            times.append(seen.ended - seen.asked)
        bare = [await _read_back(mine, thread, False) for _ in range(7)]
        full = [await _read_back(mine, thread, True) for _ in range(7)]
    return {
        "history_ms": median(bare),
        "history_deltas_ms": median(full),
        "turn_1000_ratio": median(times[-20:]) / median(times[5:25]),
    }


async def tool(it: Gateway, rounds: int = 20) -> Figures:
    """From the end of the provider's tool call to the follow-up request; the tool runs `true`."""
    gaps: list[float] = []
    async with client(it) as mine:
        thread = await mine.thread(uid("tool"), mode="Agent")
        for _ in range(rounds):
            script = uid("x")
            await mine.turn(thread, uid("t"), mark(id=script, n=1, tool="exec_command", args={"command": ["true"]}))
            rows = provider_log(script)
            gaps.append((rows[1]["t_arrive"] - rows[0]["t_end"]) * 1e3)
    return {"tool_ms": median(gaps)}


async def durability(home: Path) -> Figures:
    """kill -9 in mid-turn: how much of what the client saw is there after the restart."""
    shutil.rmtree(home, ignore_errors=True)
    it = Gateway(home)
    it.start()
    thread, seen = uid("k"), Seen()
    async with client(it) as mine:
        await mine.thread(thread)
        async with anyio.create_task_group() as group:
            group.start_soon(_until_killed, mine, thread, seen)
            await anyio.sleep(2.0)
            it.kill()
    with gateway(home) as again:
        async with client(again) as mine:
            page = await mine.call("thread/history", thread_id=thread, limit=100_000)
    kept = Seen()
    for event in page["events"]:
        kept.take(0.0, event["payload"].get("delta", ""))
    ended = [event["payload"]["turn"]["status"] for event in page["events"] if "turn" in event["payload"]][-1]
    return {
        "killed_seen": float(len(seen.arrivals)),
        "killed_kept": float(len(kept.arrivals)),
        "killed_marked": float(ended == "Interrupted"),
    }


async def _until_killed(mine: Client, thread: str, seen: Seen) -> None:
    with suppress(ConnectionClosed, OSError):
        await mine.turn(thread, uid("t"), mark(n=300, d=10), seen)
