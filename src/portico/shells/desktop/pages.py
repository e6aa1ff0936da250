"""The pages that this shell shows itself: whole documents without network, with a policy that allows nothing else."""

import secrets
from html import escape
from importlib.resources import files
from pathlib import Path
from string import Template

import msgspec

from portico.client.words import catalogue
from portico.shells.desktop.listing import View
from portico.shells.desktop.words import say, spoken

LIST = (
    "ui.desktop.list.title",
    "ui.desktop.list.add",
    "ui.desktop.list.name",
    "ui.desktop.list.address",
    "ui.desktop.list.token",
    "ui.desktop.list.forget",
    "ui.desktop.list.cancel",
    "ui.desktop.list.save",
    "ui.desktop.list.edit",
    "ui.desktop.list.edit_one",
    "ui.desktop.list.remove",
    "ui.desktop.list.remove_one",
    "ui.desktop.list.remove_sure",
    "ui.desktop.list.shown",
    "ui.desktop.list.token_stored",
    "ui.desktop.list.token_hint",
)
"""What the page of the list says, of which its script knows the last word."""
_FOLDER = files("portico.shells.desktop") / "assets"


def notice(title: str, text: str = "", *, is_busy: bool = False) -> str:
    """A page that says one thing; no script."""
    return _page("notice.html", title=escape(title), text=escape(text), busy="" if is_busy else "hidden")


def listing(view: View) -> str:
    """The page of the list; later views are told to it by `shown`."""
    title = escape(say("ui.desktop.list.title"))
    return _page("list.html", title=title, script=_text("list.js"), words=_for_script(_words()), view=_for_script(view))


def shown(view: View) -> str:
    """The script that tells the list's page a new view."""
    return f"portico.show({_for_script(view)})"


TAKE = "portico.take()"
"""The script that fetches what the list's page has to say, as JSON."""


def icon() -> str | None:
    """The web shell's own, as a path; a window without one is no fault."""
    found = Path(str(files("portico.shells"))) / "web" / "static" / "icons" / "icon-192.png"
    return str(found) if found.is_file() else None


def _page(name: str, **values: str) -> str:
    # a style of its own for each page: only what this program wrote has the nonce
    nonce = secrets.token_urlsafe(16)
    return Template(_text(name)).substitute(values, nonce=nonce, language=spoken(), style=_text("style.css"))


def _words() -> dict[str, str]:
    """What the list's page says, by id without the area; values are put in there."""
    return {id_.rpartition(".")[2]: catalogue(spoken())[id_] for id_ in LIST}


def _for_script(what: View | dict[str, str]) -> str:
    """JSON that is a JavaScript expression wherever it stands, also in a page."""
    text = msgspec.json.encode(what).decode()
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def _text(name: str) -> str:
    return (_FOLDER / name).read_text(encoding="utf-8")
