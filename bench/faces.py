"""The measures of the HTTP faces, each beside JSON-RPC or the bare client."""

import time
from contextlib import AbstractAsyncContextManager

import anyio

from bench.chats import chatting, silent_streams
from bench.floor import Floor, floor
from bench.measures import PARALLEL, Figures, added, rate, uid
from bench.provider import mark
from bench.rig import Gateway, Seen, client, median, quantile

IDLE_STREAMS = 5_000
PASSED = "openai/pb-model"


async def chat(it: Gateway, deltas: int = 20_000, rounds: int = 5) -> Figures:
    """First delta, and deltas a second, by `/v1/chat/stream` and by JSON-RPC in turns."""
    async with client(it) as mine, chatting(it) as face:
        thread = await mine.thread(uid("side"))
        await mine.turn(thread, uid("t"), mark(n=2))
        await face.turn("bench:side", mark(n=2))
        by_rpc: list[float] = []
        by_chat: list[float] = []
        chats: list[float] = []
        calls: list[float] = []
        # in turns: what else the machine does falls on both
        for _ in range(rounds):
            by_rpc += await added(lambda prompt: mine.turn(thread, uid("t"), prompt), turns=10)
            by_chat += await added(lambda prompt: face.turn("bench:side", prompt), turns=10)
            chats.append(_whole(await face.turn(f"bench:{uid('c')}", mark(n=deltas)), deltas))
            long = await mine.thread(uid("r"))
            calls.append(_whole(await mine.turn(long, uid("t"), mark(n=deltas)), deltas))
            calls.append(_whole(await mine.turn(long, uid("t"), mark(n=deltas)), deltas))
            chats.append(_whole(await face.turn(f"bench:{uid('c')}", mark(n=deltas)), deltas))
    return {
        "chat_first_ms": quantile(by_chat, 0.5),
        "rpc_first_ms": quantile(by_rpc, 0.5),
        "chat_deltas_per_s": median(chats),
        "rpc_deltas_per_s": median(calls),
    }


def _whole(seen: Seen, deltas: int) -> float:
    if len(seen.arrivals) != deltas:
        raise RuntimeError(f"{len(seen.arrivals)} of {deltas} deltas arrived")
    return rate(seen)


async def passed(it: Gateway, deltas: int = 20_000, rounds: int = 5) -> Figures:
    """One stream that is passed through, as fast as it goes; beside it the provider's own."""
    async with _through(it) as relayed, floor() as direct:
        await relayed.turn(mark(n=2))
        ours = [_whole(await relayed.turn(mark(n=deltas)), deltas) for _ in range(rounds)]
        bare = [_whole(await direct.turn(mark(n=deltas)), deltas) for _ in range(rounds)]
    return {"passed_per_s": median(ours), "bare_per_s": median(bare)}


async def passed_together(it: Gateway, spacing: int = 20, deltas: int = 200) -> Figures:
    """Fifty streams at once that are passed through: the gateway's processor time beside that of a bare client."""
    async with _through(it) as relayed, floor() as direct:
        await _all(relayed, spacing, 2)
        gateways = it.cpu()
        await _all(relayed, spacing, deltas)
        gateways = it.cpu() - gateways
        await _all(direct, spacing, 2)
        clients = time.process_time()
        await _all(direct, spacing, deltas)
        clients = time.process_time() - clients
    return {"passed_cpu_s": gateways, "bare_cpu_s": clients, "passed_cpu_ratio": gateways / clients}


async def _all(streams: Floor, spacing: int, deltas: int) -> None:
    async def one() -> None:
        _whole(await streams.turn(mark(n=deltas, d=spacing)), deltas)

    async with anyio.create_task_group() as group:
        for _ in range(PARALLEL):
            group.start_soon(one)


def _through(it: Gateway) -> AbstractAsyncContextManager[Floor]:
    return floor(it.url, PASSED, {"authorization": f"Bearer {it.token}"})


async def idle_streams(it: Gateway) -> Figures:
    """What so many silent followers of one thread add to the resident memory."""
    async with client(it) as mine:
        thread = await mine.thread(uid("s"))
        await mine.turn(thread, uid("t"), mark(n=1))
        with silent_streams(it, thread, 10):
            await anyio.sleep(1)
        before = it.memory()
        with silent_streams(it, thread, IDLE_STREAMS):
            # one heartbeat has gone out to each
            await anyio.sleep(17)
            return {"idle_sse_mb": it.memory() - before}
