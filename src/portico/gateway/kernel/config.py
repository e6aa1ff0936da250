"""What the gateway was told: defaults, then config.toml, then the environment, then flags (design 13)."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from portico.gateway.kernel.config_file import KEY_OF, read_config_file
from portico.gateway.kernel.config_variables import home_of, read_variables, user_home
from portico.gateway.kernel.errors import Invalid
from portico.gateway.kernel.logging import get_logger
from portico.protocol.types.workspace import ToolAccess

DEFAULT_HOST = "127.0.0.1"
DEFAULT_PORT = 17878
CONFIG_FILE = "config.toml"
RUN_MODES = ("gateway", "single")
AUTH_MODES = ("token", "none")
LOG_LEVELS = ("debug", "info", "warning", "error")
LIVE = frozenset(
    {
        "hosts",
        "cors_origins",
        "log_level",
        "provider",
        "model",
        "tools",
        "system_prompt",
        "append_system_prompt",
        "pass_through_tokens_per_day",
    }
)
"""Fields of Config that a running gateway takes from a reloaded file; the others wait for its next start."""

_IN_A_HEADER = re.compile(r"[\x21-\x7e]+")
_ORIGIN = re.compile(r"\*|null|[A-Za-z][A-Za-z0-9+.-]*://[\x21-\x2e\x30-\x7e]+/?")
"""As browsers send it, which is ASCII; one that is written otherwise would never be met."""

logger = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Config:
    """The whole configuration; `default_root` is where tools run when a workspace names no root.

    `environment` is the environment as the process found it; vendors' variables are read from it, never copied.
    `flags` are the overrides of the command line, kept so that a reload gives them precedence again.
    """

    home: Path
    host: str = DEFAULT_HOST
    port: int = DEFAULT_PORT
    auth_token: str | None = field(default=None, repr=False)
    auth_mode: str = "token"
    hosts: tuple[str, ...] = ()
    cors_origins: tuple[str, ...] = ()
    store_url: str | None = field(default=None, repr=False)
    tls_cert: Path | None = None
    tls_key: Path | None = None
    allow_exec: bool = False
    default_root: Path = field(default_factory=Path.cwd)
    provider: str | None = None
    model: str | None = None
    tools: ToolAccess | None = None
    system_prompt: str | None = None
    append_system_prompt: str | None = None
    pass_through_tokens_per_day: int | None = None
    ollama_context_tokens: int | None = None
    ollama_max_tokens: int | None = None
    verbose_tools: bool = False
    run_mode: str = "gateway"
    session_persist: bool = True
    web_ui: bool = True
    log_level: str = "info"
    environment: dict[str, str] = field(default_factory=dict[str, str], repr=False)
    flags: dict[str, Any] = field(default_factory=dict[str, Any], repr=False)

    @property
    def is_loopback(self) -> bool:
        """Only this machine can reach the address it is bound to."""
        return self.host in {"::1", "localhost"} or re.fullmatch(r"127(\.\d{1,3}){3}", self.host) is not None


def load(overrides: Mapping[str, Any], environ: Mapping[str, str], home: Path | None = None) -> Config:
    """The configuration of a start.

    `overrides` are command line flags by the names of Config's fields; None means "not given". `home` is the
    `--home` flag. Reads the file, writes nothing. Raises Invalid that names file, line and key, or the variable.
    """
    root = home_of(environ, home)
    flags = {name: value for name, value in overrides.items() if value is not None}
    told = read_config_file(root / CONFIG_FILE) | read_variables(environ) | flags
    place = told.pop("default_root", None)
    config = Config(
        home=root,
        default_root=_default_root(Path(place) if place else None, root, user_home(environ)),
        environment=dict(environ),
        flags=flags,
        **told,
    )
    _check(config)
    return config


def reload(previous: Config) -> Config:
    """The configuration as the file says now; a file that does not hold up is told to the log and changes nothing."""
    try:
        return load(previous.flags, previous.environment, previous.home)
    except (Invalid, OSError) as error:
        logger.error("the configuration was not reloaded, the last good one holds", reason=str(error))
        return previous


class LiveConfig:
    """The configuration in force: whoever reads a field of LIVE reads `current` anew each time."""

    def __init__(self, config: Config) -> None:
        self._current = config
        self._followers: list[Callable[[Config], None]] = []

    @property
    def current(self) -> Config:
        return self._current

    def follow(self, changed: Callable[[Config], None]) -> None:
        """Call `changed` after each change; for whoever keeps something that was made of the configuration."""
        self._followers.append(changed)

    def take(self, told: Config) -> None:
        """Put `told` in force as far as that can be done without a restart; the log says what was and what was not."""
        names = [
            place.name for place in fields(Config) if getattr(told, place.name) != getattr(self._current, place.name)
        ]
        applied = {name: getattr(told, name) for name in names if name in LIVE}
        self._current = replace(self._current, **applied)
        for changed in self._followers:
            changed(self._current)
        logger.info("the configuration was reloaded", applied=[KEY_OF[name] for name in applied])
        waiting = [KEY_OF.get(name, name) for name in names if name not in LIVE]
        if waiting:
            logger.warning("restart to apply the rest of the configuration", keys=waiting)


def _check(config: Config) -> None:
    if config.host == "":
        raise Invalid("the host is empty; use 127.0.0.1 or an address of this machine", path="server.host")
    if not 0 <= config.port <= 65_535:
        raise Invalid(f"the port {config.port} is not between 0 and 65535", path="server.port")
    for key, value, known in (
        ("server.run_mode", config.run_mode, RUN_MODES),
        ("auth.mode", config.auth_mode, AUTH_MODES),
        ("server.log_level", config.log_level, LOG_LEVELS),
    ):
        if value not in known:
            raise Invalid(f"{key} is {value!r}; it can be {' or '.join(known)}", path=key)
    if config.auth_token is not None and _IN_A_HEADER.fullmatch(config.auth_token) is None:
        raise Invalid("the token (GATEWAY_AUTH_TOKEN) must be visible ASCII without spaces", path="auth.token")
    for origin in config.cors_origins:
        if _ORIGIN.fullmatch(origin) is None:
            raise Invalid(
                f"{origin!r} is no origin; name one as https://chat.example, or *", path="server.cors_origins"
            )
    if (config.tls_cert is None) != (config.tls_key is None):
        raise Invalid("TLS needs both a certificate and a key", path="server.tls_cert")
    if config.auth_mode == "none" and not config.is_loopback:
        raise Invalid(
            f"without authentication the gateway listens on loopback only, not on {config.host}",
            code="open_server_beyond_loopback",
            path="server.host",
        )


def _default_root(told: Path | None, home: Path, user: Path) -> Path:
    """Where tools run: what was told, else the process's folder; never the user's home, nor unasked one around it."""
    root = (told or Path.cwd()).expanduser().absolute()
    is_home = root == user
    if is_home or (told is None and root in user.parents):
        return home / "workspace"
    if told is not None and not root.is_dir():
        raise Invalid(f"the folder {root} does not exist", code="folder_missing", path="tools.root")
    return root
