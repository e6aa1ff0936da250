"""Where the desktop shell keeps its files: one folder in the runtime home, readable by its owner only."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from portico.client.registry import home_of


@dataclass(frozen=True, slots=True)
class Places:
    """All paths of the shell. Nothing is touched before `create`."""

    home: Path

    @property
    def folder(self) -> Path:
        return self.home / "desktop"

    @property
    def registry(self) -> Path:
        """The list of gateways, which other shells of the home have too."""
        return self.home / "gateways.json"

    @property
    def kept(self) -> Path:
        return self.folder / "window.json"

    @property
    def pages(self) -> Path:
        """What pages of gateways keep, a folder for each (`stored`)."""
        return self.folder / "pages"

    @property
    def lock(self) -> Path:
        return self.folder / "lock"

    @property
    def gateway_log(self) -> Path:
        """What a gateway that this shell started says, since its last start."""
        return self.folder / "gateway.log"

    def create(self) -> None:
        """Raises OSError."""
        self.home.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.folder.mkdir(mode=0o700, exist_ok=True)


def places_of(environ: Mapping[str, str], home: Path | None) -> Places:
    """By the flag, `PORTICO_HOME`, or the default."""
    return Places(home_of(environ, home))
