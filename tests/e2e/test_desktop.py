"""The desktop shell on a screen without a monitor: a real window, a real page, a gateway that is killed."""

import importlib.util
import os
import signal
from collections.abc import Generator
from pathlib import Path

import anyio
import pytest

from portico.client.registry import find
from tests.e2e.processes import Place, place
from tests.e2e.windows import PAUSE, Shell, desktop, screen

pytestmark = pytest.mark.promise("desktop.window")
LINK = """
const link = Object.assign(document.createElement("a"), {href: "ADDRESS", textContent: "open"});
link.style.cssText = "position: fixed; inset: 0; z-index: 99";
document.body.append(link);
link.click(); 1
"""
OPENER = """#!/bin/sh
printf '%s\\n' "$#" "$@" "token:$PORTICO_TOKEN" > FILE.part && mv FILE.part FILE
"""
FORM = """
document.getElementById("add").click();
for (const [id, value] of Object.entries(VALUES)) document.getElementById(id).value = value;
document.querySelector("form").requestSubmit();
"""


@pytest.fixture
def display() -> Generator[str]:
    if importlib.util.find_spec("webview") is None:
        said = "pywebview is not installed: uv sync --group desktop"
        pytest.fail(said) if os.environ.get("CI") == "true" else pytest.skip(said)
    with screen() as name:
        yield name


def environ(here: Place, display: str) -> dict[str, str]:
    return {**here.environment, "DISPLAY": display, "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring"}


def apart(folder: Path) -> Path:
    """A folder for a gateway elsewhere."""
    far = folder / "far"
    far.mkdir()
    return far


async def ended(shell: Shell) -> int:
    """Wait until it is gone; its exit code."""
    return await shell.process.wait()


async def test_the_window_starts_a_gateway_is_signed_in_and_comes_back(tmp_path: Path, display: str) -> None:
    async with place(tmp_path, 60.0) as here, desktop(here.home.path, environ(here, display)) as shell:
        origin = await shell.is_signed_in()
        first = find({}, here.home.path)
        assert first is not None
        assert first.url == origin
        # nothing in the page can call this program, and the code has left the address
        assert (
            await shell.script("[typeof pywebview, typeof qt, typeof QWebChannel].join()")
            == "undefined," * 2 + "undefined"
        )
        assert "code" not in await shell.script("location.href")
        assert first.token is not None
        assert first.token not in await shell.script("document.documentElement.outerHTML + document.cookie")
        picture = tmp_path / "window.png"
        assert await shell.ask(window="gateway", picture=str(picture))
        assert picture.read_bytes().startswith(b"\x89PNG")

        running = here.home.running()
        assert running is not None
        await shell.script("window.isOld = true; 1")
        os.kill(running.pid, signal.SIGKILL)
        # what is said meanwhile may be there for a moment only: the page that follows is another one
        assert await shell.is_signed_in("typeof isOld === 'undefined' && ") == origin
        again = here.home.running()
        assert again is not None
        assert again.pid != running.pid

        await shell.ask(pick="quit")
        assert await ended(shell) == 0
        assert here.home.running() is None


async def test_a_gateway_that_was_there_is_used_and_stays(tmp_path: Path, display: str) -> None:
    async with place(tmp_path, 60.0) as here, here.up() as up:
        async with desktop(here.home.path, environ(here, display)) as shell:
            assert await shell.is_signed_in() == up.told["url"]
            # a second start shows the first window and leaves
            async with desktop(here.home.path, environ(here, display)) as second:
                assert "open already" in (await second.lines.receive_until(b"\n", 1_000)).decode()
                assert await ended(second) == 0
            await shell.script("location.href = 'https://example.org/'; 1")
            await shell.script("location.href = 'file:///etc/passwd'; 1")
            await shell.script("window.open('https://example.org/'); 1")
            assert await shell.is_signed_in() == up.told["url"]
            shell.process.terminate()
            assert await ended(shell) == 0
        async with up.peer() as peer:
            await peer.call("workspace/default")


async def test_another_gateway_is_added_in_the_list(tmp_path: Path, display: str) -> None:
    async with (
        place(tmp_path, 60.0) as here,
        place(apart(tmp_path), 60.0) as far,
        far.up() as up,
        desktop(here.home.path, environ(here, display)) as shell,
    ):
        await shell.is_signed_in()
        await shell.ask(pick="list")
        await shell.shows("This computer", "list")
        await shell.script(FORM.replace("VALUES", f"{{name: 'Far', url: '{up.told['url']}', token: 'wrong'}}"), "list")
        await shell.shows("Far", "list")
        await shell.script("document.querySelectorAll('.go')[1].click()", "list")
        await shell.shows("does not take this token", "list")
        fill = f"document.getElementById('token').value = '{far.home.token()}';"
        await shell.script(f"{fill} document.querySelector('form').requestSubmit()", "list")
        assert await shell.is_signed_in() == up.told["url"]
        assert far.home.token() not in (here.home.path / "gateways.json").read_text()
        await shell.ask(pick="quit")
        with anyio.fail_after(30):
            assert await ended(shell) == 0
        assert here.home.running() is None


async def test_what_a_page_keeps_stays_and_a_file_is_opened_by_a_real_click(tmp_path: Path, display: str) -> None:
    tools, told = tmp_path / "tools", tmp_path / "told"
    tools.mkdir()
    opener = tools / "xdg-open"
    opener.write_text(OPENER.replace("FILE", str(told)))
    opener.chmod(0o755)
    async with place(tmp_path, 60.0) as here, here.up():
        note = here.root / "a note.txt"
        note.write_text("x")
        around = environ(here, display)
        around |= {"PATH": f"{tools}:{around['PATH']}", "PORTICO_TOKEN": "secret"}
        async with desktop(here.home.path, around) as shell:
            await shell.is_signed_in()
            assert str(await shell.script("navigator.userAgent")).endswith(" PorticoDesktop/1")
            await shell.script("localStorage.setItem('draft', 'kept'); 1")
            # a script that clicks its own link opens nothing
            await shell.script(LINK.replace("ADDRESS", note.as_uri().replace("file://", "portico-open:")))
            await shell.script("1")
            assert not told.exists()
            while not told.exists():
                await shell.ask(window="gateway", click=[200, 200])
                await anyio.sleep(PAUSE)
            assert told.read_text().splitlines() == ["1", str(note), "token:"]
            await shell.ask(pick="quit")
            assert await ended(shell) == 0
        pages = here.home.path / "desktop" / "pages"
        assert pages.stat().st_mode & 0o077 == 0
        async with desktop(here.home.path, around) as shell:
            await shell.is_signed_in()
            assert await shell.script("localStorage.getItem('draft')") == "kept"
            shell.process.send_signal(signal.SIGINT)
            assert await ended(shell) == 0
