"""The environment variables that configure the gateway; they win over the file (design 13)."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from portico.gateway.kernel.errors import Invalid
from portico.protocol.types.workspace import ToolAccess

_TRUE = {"1", "true", "yes", "on"}
_FALSE = {"0", "false", "no", "off"}


def home_of(environ: Mapping[str, str], flag: Path | None = None) -> Path:
    """The runtime home: the flag, else PORTICO_HOME, else `~/.portico`; absolute."""
    told = flag or environ.get("PORTICO_HOME")
    return (Path(told).expanduser() if told else user_home(environ) / ".portico").absolute()


def user_home(environ: Mapping[str, str]) -> Path:
    """The user's home directory, by HOME where it is set."""
    return Path(environ["HOME"]).absolute() if environ.get("HOME") else Path.home()


def read_variables(environ: Mapping[str, str]) -> dict[str, Any]:
    """What the environment says, by the names of Config's fields. An empty variable says nothing.

    Raises Invalid that names the variable, never its value where it is a secret.
    """
    return {field: _read(name, environ[name], parse) for name, (field, parse) in VARIABLES.items() if environ.get(name)}


def _read(name: str, value: str, parse: Callable[[str], Any]) -> Any:
    try:
        return parse(value)
    except ValueError as error:
        raise Invalid(f"the variable {name} {error}", code="config_invalid", path=name, key=name) from error


def _count(value: str) -> int:
    text = value.strip()
    if not (text.isascii() and text.isdecimal() and len(text) <= 15):
        raise ValueError(f"is {value[:40]!r}, not a whole number of at most 15 digits")
    return int(text)


def _port(value: str) -> int:
    text = value.strip()
    if not (text.isascii() and text.isdecimal() and len(text) <= 5 and int(text) <= 65_535):
        raise ValueError(f"is {value[:40]!r}, not a port between 0 and 65535")
    return int(text)


def _tokens(value: str) -> int:
    count = _count(value)
    if count == 0:
        raise ValueError("is 0, not a number of tokens")
    return count


def _switch(value: str) -> bool:
    word = value.strip().lower()
    if word in _TRUE | _FALSE:
        return word in _TRUE
    raise ValueError(f"is {value!r}, neither true nor false")


def _persist(value: str) -> bool:
    word = value.strip().lower()
    return _switch({"disk": "true", "memory": "false"}.get(word, word))


def _list(value: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in value.split(",") if part.strip())


def _tools(value: str) -> ToolAccess:
    match value.strip():
        case "all" | "readonly" | "none" as access:
            return access
        case names:
            return list(_list(names))


def _path(value: str) -> Path:
    return Path(value).expanduser()


VARIABLES: dict[str, tuple[str, Callable[[str], Any]]] = {
    "RUN_MODE": ("run_mode", str),
    "GATEWAY_HOST": ("host", str),
    "GATEWAY_PORT": ("port", _port),
    "GATEWAY_AUTH_TOKEN": ("auth_token", str),
    "GATEWAY_AUTH": ("auth_mode", str),
    "GATEWAY_HOSTS": ("hosts", _list),
    "GATEWAY_CORS_ORIGIN": ("cors_origins", _list),
    "GATEWAY_ENABLE_WEB_UI": ("web_ui", _switch),
    "SESSION_PERSIST": ("session_persist", _persist),
    "VERBOSE_TOOLS": ("verbose_tools", _switch),
    "CWD": ("default_root", _path),
    "PROVIDER": ("provider", str),
    "MODEL": ("model", str),
    "TOOLS": ("tools", _tools),
    "SYSTEM_PROMPT": ("system_prompt", str),
    "APPEND_SYSTEM_PROMPT": ("append_system_prompt", str),
    "OLLAMA_CONTEXT_WINDOW": ("ollama_context_tokens", _tokens),
    "OLLAMA_MAX_TOKENS": ("ollama_max_tokens", _tokens),
    "PASS_THROUGH_TOKENS_PER_DAY": ("pass_through_tokens_per_day", _count),
}
"""Variable -> field of Config and how its text is read. Keys, addresses and OLLAMA_MODEL stay in `environment`."""
