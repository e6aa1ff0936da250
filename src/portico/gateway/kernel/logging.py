"""Structured logs: one line per fact, constant message, ids as fields; never a secret.

It stands on the standard library alone, so that importing it costs nothing and the lines of libraries take the
same way: JSON lines, or plain text where a person watches, both redacted (decision 0003).
"""

import logging
import sys
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any, Literal, TextIO

import msgspec

Level = Literal["debug", "info", "warning", "error"]
_NUMBER: dict[str, int] = {"debug": 10, "info": 20, "warning": 30, "error": 40}
QUIET_LIBRARIES = ("uvicorn.access", "websockets", "aiohttp.access", "asyncio")
_context: ContextVar[Mapping[str, Any] | None] = ContextVar("portico_log_context", default=None)
_FIELDS = "portico_fields"


class Logger:
    """Writes facts. Keyword arguments are fields, positional ones fill `%s` of the message."""

    __slots__ = ("_bound", "_target")

    def __init__(self, name: str, bound: Mapping[str, Any] | None = None) -> None:
        self._target = logging.getLogger(name)
        self._bound: Mapping[str, Any] = bound or {}

    def bind(self, **fields: Any) -> "Logger":
        """The same logger with fields that stand on each of its lines."""
        return Logger(self._target.name, {**self._bound, **fields})

    def debug(self, message: str, /, *args: object, **fields: Any) -> None:
        self._log(logging.DEBUG, message, args, fields)

    def info(self, message: str, /, *args: object, **fields: Any) -> None:
        self._log(logging.INFO, message, args, fields)

    def warning(self, message: str, /, *args: object, **fields: Any) -> None:
        self._log(logging.WARNING, message, args, fields)

    def error(self, message: str, /, *args: object, **fields: Any) -> None:
        self._log(logging.ERROR, message, args, fields)

    def exception(self, message: str, /, *args: object, **fields: Any) -> None:
        """An error with the traceback of the exception at hand; at the three boundaries only."""
        self._log(logging.ERROR, message, args, {"exc_info": True, **fields})

    def _log(self, level: int, message: str, args: tuple[object, ...], fields: dict[str, Any]) -> None:
        if not self._target.isEnabledFor(level):
            return
        exc_info = fields.pop("exc_info", None)
        known = {**(_context.get() or {}), **self._bound, **fields}
        self._target.log(level, message, *args, exc_info=exc_info, extra={_FIELDS: known}, stacklevel=3)


def get_logger(name: str) -> Logger:
    """A logger that carries the context of request, thread and turn."""
    return Logger(name)


@contextmanager
def log_context(**fields: Any) -> Generator[None]:
    """Every line written inside the block, in this task and those it starts, carries `fields`."""
    token = _context.set({**(_context.get() or {}), **fields})
    try:
        yield
    finally:
        _context.reset(token)


def configure(
    level: Level = "info",
    *,
    redact: Callable[[str], str] | None = None,
    json: bool | None = None,
    stream: TextIO | None = None,
) -> None:
    """Send all lines, those of libraries too, to `stream` (standard error), each through `redact`.

    `json` None chooses JSON lines, or plain text where the stream is a terminal. Calling again replaces.
    """
    target: TextIO = stream or sys.stderr
    as_json = not target.isatty() if json is None else json
    handler = logging.StreamHandler(target)
    handler.setFormatter(_Formatter(redact, as_json=as_json))
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(_NUMBER[level])
    for name in QUIET_LIBRARIES:
        logging.getLogger(name).setLevel(max(_NUMBER[level], logging.WARNING))
    # A broken pipe or a full disk under the log is no reason to print a traceback per line.
    logging.raiseExceptions = False


def redact_with(redact: Callable[[str], str]) -> None:
    """From now on every line goes through `redact`: for whoever learns the secrets after `configure`."""
    for handler in logging.getLogger().handlers:
        if isinstance(handler.formatter, _Formatter):
            handler.formatter.redact = redact


class _Formatter(logging.Formatter):
    """One record as one line of JSON, or as text with its traceback below."""

    def __init__(self, redact: Callable[[str], str] | None, *, as_json: bool) -> None:
        super().__init__()
        self.redact = redact
        self._encoder = msgspec.json.Encoder(enc_hook=str)
        self._as_json = as_json

    def format(self, record: logging.LogRecord) -> str:
        line = self._json(record) if self._as_json else self._text(record)
        return self.redact(line) if self.redact else line

    def _json(self, record: logging.LogRecord) -> str:
        fact: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        fact.update((key, value) for key, value in _fields(record).items() if key not in fact)
        if record.exc_info:
            fact["exception"] = self.formatException(record.exc_info)
        try:
            return self._encoder.encode(fact).decode()
        except (TypeError, ValueError, RecursionError):
            return self._encoder.encode({key: _plain(value) for key, value in fact.items()}).decode()

    def _text(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created).astimezone().strftime("%H:%M:%S")
        fields = "".join(f" {key}={value}" for key, value in _fields(record).items())
        text = f"{at} {record.levelname.lower():<7} {record.getMessage()}{fields}"
        return f"{text}\n{self.formatException(record.exc_info)}" if record.exc_info else text


def _plain(value: object) -> str:
    """Lone surrogates and what no encoder knows, as escaped text rather than lost."""
    try:
        return str(value).encode("utf-8", "backslashreplace").decode()
    except (ValueError, RecursionError):
        return f"<{type(value).__name__}>"


def _fields(record: logging.LogRecord) -> Mapping[str, Any]:
    return record.__dict__.get(_FIELDS, {})
