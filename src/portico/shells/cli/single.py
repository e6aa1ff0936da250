"""RUN_MODE=single: one prompt of the environment or of standard input, its answer, and out."""

import signal
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import replace

import click

from portico.shells.cli.chat import Terminal, piped, run_chat
from portico.shells.cli.conversation import ChatOptions
from portico.shells.cli.host import Host
from portico.shells.cli.screen import readable

PROMPT = "PROMPT"
NO_PROMPT = f"RUN_MODE=single runs one prompt: give it in the variable {PROMPT} or on standard input"


def single(host: Host, environ: Mapping[str, str], options: ChatOptions, terminal: Terminal) -> None:
    """Ends with SystemExit: 0 ok, 1 failed, 130 interrupted. Raises click.UsageError without a prompt, ClientError."""
    with _stopped_by_sigterm():
        prompt = readable(environ.get(PROMPT, "")).strip()
        if not prompt and not terminal.stdin.isatty():
            prompt = piped(terminal.stdin).strip()
        if not prompt:
            raise click.UsageError(NO_PROMPT)
        raise SystemExit(run_chat(host, environ, replace(options, prompt=prompt), terminal))


@contextmanager
def _stopped_by_sigterm() -> Generator[None]:
    """What stops containers stops the turn as Ctrl-C does, so that the thread has its end and tools are not left."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
