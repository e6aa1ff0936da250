"""What the gateway was told: defaults, then config.toml, then the environment, then flags (design 13)."""

from dataclasses import dataclass, field
from pathlib import Path

from portico.protocol.types.workspace import ToolAccess

DEFAULT_HOST = "127.0.0.1"
DEFAULT_PORT = 17878


@dataclass(frozen=True, slots=True)
class Config:
    """The whole configuration; `default_root` is where tools run when a workspace names no root."""

    home: Path
    host: str = DEFAULT_HOST
    port: int = DEFAULT_PORT
    auth_token: str | None = None
    auth_mode: str = "token"
    hosts: tuple[str, ...] = ()
    cors_origins: tuple[str, ...] = ()
    store_url: str | None = None
    tls_cert: Path | None = None
    tls_key: Path | None = None
    allow_exec: bool = False
    default_root: Path = field(default_factory=Path.cwd)
    provider: str | None = None
    model: str | None = None
    tools: ToolAccess | None = None
    system_prompt: str | None = None
    append_system_prompt: str | None = None
    verbose_tools: bool = False
    run_mode: str = "all"
    session_persist: bool = True
    web_ui: bool = True
    log_level: str = "info"
    environment: dict[str, str] = field(default_factory=dict[str, str])

    @property
    def is_loopback(self) -> bool:
        return self.host in {"127.0.0.1", "::1", "localhost"}
