"""The web shell that is committed: built from these sources, small at start, the same wherever it is built."""

import gzip
import re
from pathlib import Path

from scripts.web_bundle import ROOT, STATIC, main

from portico.gateway.edge.web import INDEX, Bundle
from portico.gateway.main.build import WEB_SHELL
from tests.shells.web.building import run

START_BYTES = 150_000
"""Issue 4: what is loaded at start, with gzip."""


def test_it_was_built_from_these_sources() -> None:
    assert main() == 0


def test_it_is_the_one_that_the_gateway_serves() -> None:
    assert WEB_SHELL == ROOT / STATIC


def test_what_is_loaded_at_start_is_small() -> None:
    names = at_start((WEB_SHELL / "index.html").read_text())
    assert any(name.endswith(".js") for name in names)
    sizes = {name: len(gzip.compress((WEB_SHELL / name[1:]).read_bytes(), 6)) for name in names}
    assert sum(sizes.values()) < START_BYTES, sizes


async def test_every_file_that_the_page_names_is_served() -> None:
    bundle = Bundle(WEB_SHELL)
    page = (await bundle.file(INDEX)).body.decode()
    manifest = (await bundle.file("/manifest.webmanifest")).body.decode()
    icons = re.findall(r'"src":\s*"([^"]+)"', manifest)
    assert len(icons) > 1
    for name in {*re.findall(r'(?:src|href)="(/[^"]+)"', page), *icons}:
        assert (await bundle.file(name)).body


async def test_the_page_runs_and_styles_nothing_of_its_own() -> None:
    page = (await Bundle(WEB_SHELL).file(INDEX)).body.decode()
    assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)|https?://", page)


async def test_building_it_again_gives_the_same_bytes(tmp_path: Path) -> None:
    output = tmp_path / "static"
    await run("vite/bin/vite.js", "build", "--outDir", str(output))
    assert files(output) == files(WEB_SHELL)


def at_start(page: str) -> list[str]:
    """Scripts and styles that the page loads before anything is asked of it."""
    return re.findall(r'(?:src|href)="(/assets/[^"]+\.(?:js|css))"', page)


def files(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
