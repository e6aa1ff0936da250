# pyright: basic, reportMissingImports=false
"""Our adapter for a side-by-side bench of gateways: put this file's path first in its list of peers.

The bench that loads it offers `peerbench` as a module: an `Adapter` base class, the provider's address and its clock.
"""

import itertools
import sys
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import anyio
import msgspec
from peerbench import PROVIDER, Adapter, now
from websockets.asyncio.client import ClientConnection, connect

DELTA = "item/agent_message/delta"
TERMINAL = frozenset({"turn/completed", "turn/failed", "turn/blocked"})


class ADAPTER(Adapter):
    """`portico up` on a home of its own; a connection per thread."""

    name = "ours"
    version = "0.1.0"
    transport = "WebSocket JSON-RPC"
    shell_tool = "exec_command"
    shell_args: dict[str, Any] = {"command": ["true"]}
    home: str
    port: int
    _ids = itertools.count(1)

    async def start(self) -> None:
        home = Path(self.home) / "portico"
        environment = {
            "PORTICO_HOME": str(home),
            "OPENAI_BASE_URL": f"{PROVIDER}/v1",
            "OPENAI_API_KEY": "bench",
            "PROVIDER": "openai",
            "MODEL": "pb-model",
        }
        self.sockets: dict[str, ClientConnection] = {}
        self.spawn([sys.executable, "-m", "portico", "up", "--port", str(self.port)], env=environment)
        await self.wait_http(f"http://127.0.0.1:{self.port}/health", ok=lambda status: status == 200)
        self.token = (home / "token").read_text().strip()

    async def _connect(self) -> ClientConnection:
        headers = {"Authorization": f"Bearer {self.token}"}
        url = f"ws://127.0.0.1:{self.port}/"
        return await connect(url, compression=None, max_size=None, additional_headers=headers)

    async def _call(self, socket: ClientConnection, method: str, **params: Any) -> Any:
        id_ = f"bench{next(self._ids):016d}"
        await socket.send(
            msgspec.json.encode({"jsonrpc": "2.0", "id": id_, "method": method, "params": params}).decode()
        )
        while True:
            frame = msgspec.json.decode(await socket.recv(decode=False))
            if frame.get("id") == id_:
                if "error" in frame:
                    raise RuntimeError(str(frame["error"]))
                return frame["result"]

    async def create_thread(self) -> str:
        socket = await self._connect()
        thread = f"thread{now():.6f}{next(self._ids)}".replace(".", "_")
        workspace = (await self._call(socket, "workspace/default"))["workspace"]["id"]
        await self._call(socket, "thread/start", thread_id=thread, workspace_id=workspace, mode="Agent")
        self.sockets[thread] = socket
        return thread

    async def run_turn(self, thread: str, prompt: str) -> AsyncGenerator[tuple[float, str]]:
        socket = self.sockets.get(thread)
        if socket is None:
            socket = self.sockets[thread] = await self._connect()
        params = {
            "thread_id": thread,
            "turn_id": f"turn{now():.6f}{next(self._ids)}".replace(".", "_"),
            "input": [{"type": "text", "text": prompt}],
        }
        request = {"jsonrpc": "2.0", "id": "turn", "method": "turn/start", "params": params}
        await socket.send(msgspec.json.encode(request).decode())
        while True:
            text = await socket.recv(decode=False)
            at = now()
            frame = msgspec.json.decode(text)
            if frame.get("method") == DELTA:
                yield at, frame["params"]["delta"]
            elif frame.get("method") in TERMINAL:
                return
            elif "error" in frame:
                raise RuntimeError(str(frame["error"]))

    async def subscribe(self, thread: str, ready: anyio.Event) -> AsyncGenerator[tuple[float, str]]:
        socket = await self._connect()
        async with socket:
            await self._call(socket, "thread/get", thread_id=thread)
            ready.set()
            while True:
                text = await socket.recv(decode=False)
                at = now()
                frame = msgspec.json.decode(text)
                if frame.get("method") == DELTA:
                    yield at, frame["params"]["delta"]

    async def read_history(self, thread: str) -> tuple[int, int]:
        socket = self.sockets[thread]
        items, size, after = 0, 0, 0
        while True:
            page = await self._call(
                socket, "thread/history", thread_id=thread, limit=20_000, after_version=after, include_deltas=False
            )
            items += len(page["events"])
            size += len(msgspec.json.encode(page))
            after = page["to_version"]
            if after >= page["head_version"]:
                return items, size

    async def thread_state(self, thread: str) -> str:
        async with await self._connect() as socket:
            page = await self._call(socket, "thread/history", thread_id=thread, limit=20_000)
        kept = sum(len(event["payload"].get("delta", "")) for event in page["events"])
        last = [event["payload"]["turn"]["status"] for event in page["events"] if "turn" in event["payload"]][-1]
        return f"{kept} characters of deltas kept, last turn {last}"

    async def disconnect(self) -> None:
        for socket in self.sockets.values():
            await socket.close()
        self.sockets.clear()

    async def close(self) -> None:
        await self.disconnect()
        await self.stop_proc()
