"""`portico up`: run the gateway in the foreground until a signal ends it."""

import argparse
import os
import signal
import sys
import webbrowser
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any, Protocol, TextIO, cast

import anyio
import anyio.to_thread
import msgspec

from portico.gateway.admin import qr
from portico.gateway.features.access import PROCESS
from portico.gateway.kernel.config import Config, load, reload
from portico.gateway.kernel.errors import GatewayError
from portico.gateway.kernel.logging import Level, configure
from portico.gateway.kernel.redact import Redactor, secret_environment_values
from portico.gateway.main import Running, Stop, serve
from portico.gateway.main.build import VERSION
from portico.gateway.rpc import CallContext
from portico.protocol.base import NoParams
from portico.protocol.methods.settings import GATEWAY_INFO

EXIT_FAILED = 1
EXIT_KILLED = 130
REHEARSAL = "rehearsal"
REAL_MODEL = "set OPENAI_API_KEY, ANTHROPIC_API_KEY or OPENAI_BASE_URL, or start Ollama, for a real model"


class Announcement(msgspec.Struct, frozen=True, kw_only=True):
    """The one line of `--json`."""

    url: str
    ws: str
    pid: int
    version: str


class Single(Protocol):
    """Runs one prompt at the terminal (RUN_MODE=single); the exit code. `folder` is where tools run."""

    def __call__(self, home: Path | None, folder: Path, *, is_verbose: bool, is_json: bool) -> int: ...


def main(arguments: Sequence[str], single: Single) -> int:
    """The exit code: 0 after a stop that was asked for, 1 when it could not start or broke; in single mode its own."""
    options = parse(arguments)
    refusals: list[GatewayError | OSError] = []
    try:
        config = configured(options)
        if config.run_mode == "single":
            folder = config.default_root
            return single(options.home, folder, is_verbose=config.verbose_tools, is_json=options.json)
        anyio.run(_up, config, options, backend_options={"use_uvloop": sys.platform != "win32"})
    except* (GatewayError, OSError) as group:
        refusals.append(first_of(group))
    return failed(refusals[0]) if refusals else 0


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """The options; exits with 2 on a usage error."""
    parser = argparse.ArgumentParser(prog="portico up", description="Run the gateway in the foreground.")
    parser.add_argument("--host", help="address to listen on (default 127.0.0.1)")
    parser.add_argument("--port", type=int, help="port to listen on (default 17878; 0: any)")
    parser.add_argument("--home", type=Path, help="the runtime home (default ~/.portico)")
    parser.add_argument("--json", action="store_true", help="print one line of JSON once it is ready")
    parser.add_argument("--no-ui", action="store_true", help="serve no web page")
    parser.add_argument("--open", action="store_true", help="open the sign-in link in a browser")
    parser.add_argument("--qr", action="store_true", help="print the sign-in link for a phone also without a terminal")
    parser.add_argument("--auth", choices=["token", "none"], help="none: an open server, on loopback only")
    parser.add_argument("--tls-cert", type=Path, help="certificate file (PEM)")
    parser.add_argument("--tls-key", type=Path, help="its key file (PEM)")
    parser.add_argument("--allow-exec", action="store_true", help="all tools also when others can reach this gateway")
    return parser.parse_args(arguments)


def configured(options: argparse.Namespace) -> Config:
    """The configuration of this start. Raises Invalid."""
    flags: dict[str, Any] = {
        "host": options.host,
        "port": options.port,
        "auth_mode": options.auth,
        "web_ui": False if options.no_ui else None,
        "tls_cert": options.tls_cert,
        "tls_key": options.tls_key,
        "allow_exec": True if options.allow_exec else None,
    }
    config = load(flags, os.environ, options.home)
    redactor = Redactor(secret_environment_values(config.environment))
    configure(cast(Level, config.log_level), redact=redactor.text)
    return config


async def _up(config: Config, options: argparse.Namespace) -> None:
    stop, hangup = Stop(), Hangup(sys.stderr)
    async with anyio.create_task_group() as group:
        await group.start(listen_for_signals, stop, hangup)

        def ready(it: Running) -> None:
            hangup.it = it
            tell(options, it)
            if not options.json:
                group.start_soon(tell_more, options, it)

        await serve(config, stop, ready)
        group.cancel_scope.cancel()


class Hangup:
    """What SIGHUP means: read the configuration anew, or stop when the terminal that it was started on is gone."""

    def __init__(self, terminal: TextIO) -> None:
        self._terminal = terminal
        self._had_terminal = terminal.isatty()
        self.it: Running | None = None

    @property
    def is_end(self) -> bool:
        return self._had_terminal and not self._terminal.isatty()

    async def reload(self) -> None:
        """Before the gateway is ready there is nothing to reload: its configuration has just been read."""
        if self.it is None:
            return
        outside = self.it.gateway.outside
        told = await anyio.to_thread.run_sync(reload, outside.config)
        if told is outside.config:
            return
        configure(cast(Level, told.log_level), redact=self.it.gateway.redactor.text)
        outside.live.take(told)


async def listen_for_signals(stop: Stop, hangup: Hangup, *, task_status: anyio.abc.TaskStatus[None]) -> None:
    """The first signal drains, the second ends the grace, the third the process; SIGHUP is for `hangup`."""
    with anyio.open_signal_receiver(signal.SIGINT, signal.SIGTERM, signal.SIGHUP) as signals:
        task_status.started()
        async for number in signals:
            if number == signal.SIGHUP and not hangup.is_end:
                await hangup.reload()
                continue
            if stop.hurried.is_set():
                os._exit(EXIT_KILLED)
            (stop.hurried if stop.asked.is_set() else stop.asked).set()


def tell(options: argparse.Namespace, it: Running) -> None:
    """Say where the gateway is and how to talk to it."""
    place = it.listening
    if options.json:
        line = Announcement(url=place.url, ws=place.ws, pid=os.getpid(), version=VERSION)
        print(msgspec.json.encode(line).decode(), flush=True)
        return
    config = it.gateway.outside.config
    print(f"portico {VERSION} at {place.url}")
    if config.auth_mode == "none":
        print("  OPEN: anybody on this machine may use it (--auth none)")
    elif config.web_ui:
        link = f"{place.url}/#code={it.gateway.features.access.make_code()[0]}"
        print(f"  sign in with a browser:   {link}")
        if options.open:
            webbrowser.open(link)
    print("  talk from a terminal:     portico chat")
    print(f"  home:                     {config.home}")
    if not config.session_persist:
        print("  conversations:            in memory only, gone at the end (SESSION_PERSIST)")
    print(f"  tools run in:             {config.default_root}", flush=True)


async def tell_more(options: argparse.Namespace, it: Running) -> None:
    """Say what takes a moment to find out."""
    if options.qr or sys.stdout.isatty():
        await tell_phone(options, it)
    await tell_model(it)


async def tell_phone(options: argparse.Namespace, it: Running) -> None:
    """Offer a sign-in link of its own to a phone, where one can reach this gateway and there is a page."""
    config = it.gateway.outside.config
    if not config.web_ui or config.auth_mode == "none":
        return
    address = await anyio.to_thread.run_sync(qr.phone_address, config.host)
    if address is None:
        if options.qr:
            print(f"  sign in with a phone:     none can reach {config.host}; listen on another address (--host)")
        return
    link = f"{it.listening.at(address)}/#code={it.gateway.features.access.make_code()[0]}"
    is_coloured = sys.stdout.isatty() and not config.environment.get("NO_COLOR")
    print(f"  sign in with a phone:     {link}")
    print_if_possible(await anyio.to_thread.run_sync(partial(qr.drawing, link, is_coloured=is_coloured)))
    if config.tls_cert is None:
        print(
            "  without TLS a phone can use it, but not install it or open it offline (--tls-cert, --tls-key)",
            flush=True,
        )


def print_if_possible(drawing: str) -> None:
    """Nothing, where the terminal's encoding has no blocks."""
    with suppress(UnicodeEncodeError):
        print(drawing)


async def tell_model(it: Running) -> None:
    """Say which model a first turn gets; asked for after everything else, since it may look for an Ollama."""
    print(f"  model:                    {await model_line(it)}", flush=True)


async def model_line(it: Running) -> str:
    """The default provider and model, or why there is none, and what would be a real one."""
    gateway = it.gateway
    try:
        info = (await gateway.dispatcher.call(CallContext(PROCESS), GATEWAY_INFO, NoParams())).gateway
    except GatewayError as error:
        return f"none: {error.message}"
    if info.default_model_provider == REHEARSAL:
        return f"rehearsal, which plays one; {REAL_MODEL}"
    return f"{info.default_model_provider}/{info.default_model or 'the first one that it lists'}"


def failed(error: GatewayError | OSError) -> int:
    """Say in one line why it does not run; the exit code."""
    print(f"portico: {error}", file=sys.stderr)
    return EXIT_FAILED


def first_of(group: BaseExceptionGroup[GatewayError | OSError]) -> GatewayError | OSError:
    """The first refusal inside nested groups."""
    inner = group.exceptions[0]
    return first_of(inner) if isinstance(inner, BaseExceptionGroup) else inner
