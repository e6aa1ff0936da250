"""The rig: a gateway process on a home of its own, the fake provider beside it, and their accounts."""

import json
import os
import re
import statistics
import subprocess
import sys
import time
from collections.abc import AsyncGenerator, Callable, Generator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

import anyio
import msgspec
import psutil
from websockets.asyncio.client import ClientConnection, connect

from bench.provider import STAMP

PROVIDER_PORT = int(os.environ.get("BENCH_PROVIDER_PORT", "18180"))
GATEWAY_PORT = int(os.environ.get("BENCH_PORT", "18181"))
PROVIDER_URL = f"http://127.0.0.1:{PROVIDER_PORT}"
START_LIMIT = 30.0
MEGABYTE = 1e6

now = time.monotonic


class Delta(msgspec.Struct):
    delta: str = ""
    turn_id: str = ""


class Frame(msgspec.Struct):
    """As much of a frame as the client looks at."""

    method: str = ""
    id: str = ""
    params: msgspec.Raw = msgspec.Raw(b"{}")
    result: msgspec.Raw = msgspec.Raw(b"null")
    error: Any = None


class Page(msgspec.Struct):
    """As much of a history page as its reader needs to go on."""

    to_version: int
    head_version: int
    events: msgspec.Raw


decode_frame = msgspec.json.Decoder(Frame).decode
decode_delta = msgspec.json.Decoder(Delta).decode
TERMINAL = frozenset({"turn/completed", "turn/failed", "turn/blocked"})


def quantile(values: Sequence[float], part: float) -> float:
    """The value below which `part` of `values` lie; NaN without values."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))] if ordered else float("nan")


def median(values: Sequence[float]) -> float:
    return statistics.median(values) if values else float("nan")


@dataclass(slots=True)
class Seen:
    """What a client saw of one turn: when it asked, each delta's arrival and stamp, when it ended."""

    asked: float = 0.0
    ended: float = 0.0
    arrivals: list[tuple[float, float]] = field(default_factory=list[tuple[float, float]])
    _tail: str = ""

    def take(self, at: float, text: str) -> None:
        text = self._tail + text
        end = 0
        for match in STAMP.finditer(text):
            self.arrivals.append((at, int(match.group(1), 16) / 1e6))
            end = match.end()
        self._tail = text[end:] if end else text[-64:]

    @property
    def first(self) -> float:
        return self.arrivals[0][0]

    @property
    def last(self) -> float:
        return self.arrivals[-1][0]

    def lags_ms(self) -> list[float]:
        return [(at - stamp) * 1e3 for at, stamp in self.arrivals]


def http_json(url: str) -> Any:
    with urlopen(url, timeout=10) as answer:
        return json.loads(answer.read())


def provider_log(script: str) -> list[dict[str, Any]]:
    return http_json(f"{PROVIDER_URL}/ctl/log?id={script}")


@contextmanager
def provider(port: int = PROVIDER_PORT) -> Generator[str]:
    """The fake provider in a process of its own; gives its URL."""
    process = subprocess.Popen([sys.executable, "-m", "bench.provider", "--port", str(port)])
    url = f"http://127.0.0.1:{port}"
    try:
        _until_answers(f"{url}/v1/models")
        yield url
    finally:
        process.terminate()
        process.wait()


def _until_answers(url: str) -> None:
    limit = now() + START_LIMIT
    while now() < limit:
        with suppress(URLError, OSError), urlopen(url, timeout=2) as answer:
            answer.read()
            return
        time.sleep(0.005)
    raise TimeoutError(f"{url} did not answer")


class Gateway:
    """A gateway process; `home` outlives it."""

    def __init__(self, home: Path, *, port: int = GATEWAY_PORT, provider_url: str = PROVIDER_URL) -> None:
        self.home = home
        self.url = f"http://127.0.0.1:{port}"
        self._port = port
        self._provider_url = provider_url
        self._process: subprocess.Popen[bytes] | None = None
        self.started = 0.0

    def start(self) -> None:
        """Return when it has answered its first request."""
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.home),
            "PORTICO_HOME": str(self.home / "portico"),
            "OPENAI_BASE_URL": f"{self._provider_url}/v1",
            "OPENAI_API_KEY": "bench",
            "PROVIDER": "openai",
            "MODEL": "pb-model",
        }
        self.home.mkdir(parents=True, exist_ok=True)
        self.started = now()
        with (self.home / "gateway.log").open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "portico", "up", "--port", str(self._port)],
                env=environment,
                cwd=self.home,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        _until_answers(f"{self.url}/health")

    @property
    def token(self) -> str:
        return (self.home / "portico" / "token").read_text().strip()

    @property
    def process(self) -> psutil.Process:
        assert self._process is not None
        return psutil.Process(self._process.pid)

    def _tree(self) -> list[psutil.Process]:
        with suppress(psutil.NoSuchProcess):
            return [self.process, *self.process.children(recursive=True)]
        return []

    def cpu(self) -> float:
        total = 0.0
        for process in self._tree():
            with suppress(psutil.NoSuchProcess):
                times = process.cpu_times()
                total += times.user + times.system + times.children_user + times.children_system
        return total

    def memory(self) -> float:
        """Resident megabytes of the process tree."""
        return sum(process.memory_info().rss for process in self._tree()) / MEGABYTE

    def kill(self) -> None:
        for process in self._tree():
            process.kill()
        assert self._process is not None
        self._process.wait()

    def stop(self) -> None:
        assert self._process is not None
        self._process.terminate()
        self._process.wait()


@contextmanager
def gateway(home: Path) -> Generator[Gateway]:
    it = Gateway(home)
    it.start()
    try:
        yield it
    finally:
        it.stop()


class Client:
    """One WebSocket connection, at most as clever as a benchmark needs."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._count = 0

    async def send(self, method: str, **params: Any) -> str:
        self._count += 1
        id_ = f"bench{self._count:016d}"
        request = {"jsonrpc": "2.0", "id": id_, "method": method, "params": params}
        await self._socket.send(msgspec.json.encode(request).decode())
        return id_

    async def receive(self) -> tuple[float, Frame]:
        text = await self._socket.recv(decode=False)
        return now(), decode_frame(text)

    async def call(self, method: str, **params: Any) -> Any:
        return msgspec.json.decode(await self.call_raw(method, **params))

    async def call_raw(self, method: str, **params: Any) -> msgspec.Raw:
        """The result as it came: what is measured is the gateway, not this client's decoding."""
        id_ = await self.send(method, **params)
        while True:
            _, frame = await self.receive()
            if frame.id == id_:
                if frame.error is not None:
                    raise RuntimeError(f"{method}: {frame.error}")
                return frame.result

    async def thread(self, thread_id: str, mode: str = "Chat") -> str:
        workspace = (await self.call("workspace/default"))["workspace"]["id"]
        await self.call("thread/start", thread_id=thread_id, workspace_id=workspace, mode=mode)
        return thread_id

    async def turn(self, thread: str, turn: str, prompt: str, seen: Seen | None = None) -> Seen:
        """Run a turn to its end."""
        seen = seen or Seen()
        seen.asked = now()
        id_ = await self.send("turn/start", thread_id=thread, turn_id=turn, input=[{"type": "text", "text": prompt}])
        await self.follow(seen, turn, answer=id_)
        return seen

    async def follow(self, seen: Seen, turn: str = "", answer: str = "") -> None:
        """Take deltas until a turn ends (the one that is named, if one is)."""
        while True:
            at, frame = await self.receive()
            if frame.method == "item/agent_message/delta":
                seen.take(at, decode_delta(frame.params).delta)
            elif frame.id and frame.id == answer and frame.error is not None:
                raise RuntimeError(str(frame.error))
            elif frame.method in TERMINAL:
                seen.ended = at
                return


@asynccontextmanager
async def client(it: Gateway) -> AsyncGenerator[Client]:
    headers = {"Authorization": f"Bearer {it.token}"}
    url = it.url.replace("http", "ws", 1)
    async with connect(url, compression=None, max_size=None, additional_headers=headers) as socket:
        yield Client(socket)


class Peak:
    """The highest resident memory while the block runs."""

    def __init__(self, measure: Callable[[], float]) -> None:
        self._measure = measure
        self.value = measure()

    @asynccontextmanager
    async def watch(self) -> AsyncGenerator[None]:
        async def look() -> None:
            while True:
                self.value = max(self.value, self._measure())
                await anyio.sleep(0.02)

        async with anyio.create_task_group() as group:
            group.start_soon(look)
            yield
            group.cancel_scope.cancel()
        self.value = max(self.value, self._measure())


def text_of(path: Path) -> str:
    return path.read_text(errors="replace") if path.exists() else ""


def version_of_machine() -> str:
    """What the table says about where it was made."""
    model = re.search(r"model name\s*:\s*(.+)", text_of(Path("/proc/cpuinfo")))
    cores = os.cpu_count() or 0
    memory = psutil.virtual_memory().total / 2**30
    return (
        f"{cores} cores ({model.group(1) if model else 'unknown'}), {memory:.0f} GiB, Python {sys.version.split()[0]}"
    )
