"""Runs the terminal UI over a boundary of its own, on the gateway of the home or one in this process."""

import locale
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import anyio

from portico.boundary import Boundary, Means
from portico.boundary.ways import Embedded, LocalWays
from portico.client.registry import home_of
from portico.client.registry_plan import RegistryFile
from portico.client.words import language_of
from portico.shells.tui.app import PorticoTui
from portico.shells.tui.drafts import Drafts
from portico.shells.tui.glyphs import ASCII, glyphs_of
from portico.shells.tui.style import theme_of


@dataclass(frozen=True, slots=True)
class Options:
    """What a person gave on the command line; None is found out."""

    language: str | None = None
    theme: str | None = None
    is_ascii: bool = False


def run(environ: Mapping[str, str], home: Path | None, embedded: Embedded, options: Options) -> None:
    """Until a person leaves."""

    async def work() -> None:
        registry = RegistryFile(home_of(environ, home) / "gateways.json")
        means = Means(LocalWays(environ, home, embedded), registry)
        async with Boundary("python", means).running() as boundary:
            drafts = Drafts(home_of(environ, home) / "tui" / "drafts.json", environ.get("PORTICO_URL", ""))
            drafts.load()
            app = made(boundary, environ, options)
            app.remember(drafts)
            await app.run_async()

    anyio.run(work)


def made(boundary: Boundary, environ: Mapping[str, str], options: Options) -> PorticoTui:
    """The application as the environment and the options want it."""
    return PorticoTui(
        boundary,
        language=language_of(environ, options.language),
        glyphs=ASCII if options.is_ascii else glyphs_of(environ, locale.getpreferredencoding(False)),
        theme=theme_of(environ, options.theme),
    )
