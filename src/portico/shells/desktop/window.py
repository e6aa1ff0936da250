"""The windows: with `engine` all that knows pywebview and Qt. Everything that a page may do is decided in `links`.

pywebview puts a bridge into every page that it loads, and whoever is in a page can call it. None is put into any page
here: a gateway's page has nothing to call, and the list's page is asked by this program for what it has to say.
"""

# pyright: basic, reportMissingImports=false
# the engine is an extra of 1 GB, which `make check` does without

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from threading import Lock
from typing import Any, cast

import webview
from PySide6.QtCore import QObject, Qt, QTimer, QUrl, Signal
from PySide6.QtGui import QAction, QDesktopServices, QGuiApplication
from PySide6.QtWebEngineCore import QWebEngineLoadingInfo, QWebEnginePage, QWebEngineSettings
from PySide6.QtWidgets import QApplication
from webview.menu import Menu, MenuAction, MenuSeparator
from webview.platforms import qt

from portico.shells.desktop import links, pages, stored
from portico.shells.desktop.engine import Engine, Person, Stay
from portico.shells.desktop.kept import MIN_HEIGHT, MIN_WIDTH, Area, Frame, fitted
from portico.shells.desktop.listing import View, intents_of
from portico.shells.desktop.screen import Asked, Closed, Hear, Loaded, Notice, Page, Pick, Picked, Which
from portico.shells.desktop.words import say, spoken

TITLE = "Portico"
SHORTCUTS: dict[Pick, str] = {"list": "Ctrl+G", "reload": "Ctrl+R", "quit": "Ctrl+Q"}
_OPEN_WINDOWS = 2
_CLICKED = QWebEnginePage.NavigationType.NavigationTypeLinkClicked
_ASK_ALL = QWebEngineSettings.UnknownUrlSchemePolicy.AllowAllUnknownUrlSchemes
_SUCCEEDED = QWebEngineLoadingInfo.LoadStatus.LoadSucceededStatus
_ENDS = frozenset({_SUCCEEDED, QWebEngineLoadingInfo.LoadStatus.LoadFailedStatus})
_LIST: dict[str, Any] = {"width": 620, "height": 680, "hidden": True}
_create: Any = cast(Any, webview).create_window
_start: Any = cast(Any, webview).start


class _Work(QObject):
    """Runs functions on the thread of the windows, whoever wants them."""

    wanted = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.wanted.connect(self._run, Qt.ConnectionType.QueuedConnection)

    def _run(self, work: Callable[[], None]) -> None:
        work()


class Windows:
    """As `screen.Screen`. `run` belongs to the main thread."""

    def __init__(self, frame: Frame, hear: Hear, folder: Path | None = None) -> None:
        """`folder` is where pages keep what they keep."""
        self.hear = hear
        self.person = Person()
        self._folder = folder
        self._engines: dict[Which, Engine] = {}
        self._frame = frame
        self._root: str | None = None
        self._is_ours = {"gateway": True, "list": True}
        self._is_list_ready = False
        self._view = View(entries=())
        self._gateway_uid = ""
        self._is_closing = False
        self._is_focused = False
        self._views: dict[Which, Any] = {}
        self._waiting: list[Callable[[], None]] = []
        self._lock = Lock()
        self._work: _Work | None = None

    @property
    def is_focused(self) -> bool:
        return self._is_focused

    def run(self, begun: Callable[[], None]) -> None:
        """Show the window until `close`; `begun` is called once, on a thread of its own."""
        _disarm(self)
        common: dict[str, Any] = {"text_select": True, "zoomable": True, "background_color": "#faf9f7"}
        first = pages.notice(TITLE, is_busy=True)
        frame = self._frame
        size: dict[str, Any] = {"width": frame.width, "height": frame.height, "min_size": (MIN_WIDTH, MIN_HEIGHT)}
        made: dict[Which, Any] = {
            "gateway": _create(TITLE, html=first, **size, **common),
            "list": _create(_words_of("list"), html=pages.listing(self._view), **_LIST, **common),
        }
        self._gateway_uid = made["gateway"].uid
        for which, window in made.items():
            window.events.before_show += partial(self._made, which)
            window.events.closing += partial(self._closing, which)
        try:
            _start(begun, gui="qt", menu=self._menu(), icon=pages.icon())
        finally:
            for engine in self._engines.values():
                engine.close()

    def show_page(self, page: Page) -> None:
        def work() -> None:
            self._root = page.root
            self._views["gateway"].setWindowTitle(f"{page.name} · {TITLE}")
            self._enter(Stay(self._stored(page.stored), page.is_home))
            self._views["gateway"].webview.setUrl(QUrl(page.url))

        self._post(work)

    def show_notice(self, notice: Notice) -> None:
        def work() -> None:
            self._root = None
            self._views["gateway"].setWindowTitle(TITLE)
            self._enter(Stay())
            self._show("gateway", pages.notice(notice.title, notice.text, is_busy=notice.is_busy))

        self._post(work)

    def reload(self) -> None:
        self._post(self._reload)

    def show_list(self, view: View) -> None:
        self.tell_list(view)
        self._post(lambda: _to_front(self._views["list"]))

    def tell_list(self, view: View) -> None:
        def work() -> None:
            self._view = view
            if self._is_list_ready:
                self._views["list"].webview.page().runJavaScript(pages.shown(view))

        self._post(work)

    def hide_list(self) -> None:
        self._post(self._hide_list)

    def focus(self) -> None:
        self._post(lambda: _to_front(self._views["gateway"]))

    def browse(self, url: str) -> None:
        def work() -> None:
            QDesktopServices.openUrl(QUrl(url))

        self._post(work)

    def frame(self) -> Frame:
        """As it was seen last."""
        return self._frame

    def close(self) -> None:
        def work() -> None:
            self._is_closing = True
            for view in (self._views["list"], self._views["gateway"]):
                view.close()

        self._post(work)

    def script(self, which: Which, code: str, told: Callable[[object], None]) -> None:
        """Run a script in a window's page, for tests; `told` gets its value."""
        self._post(lambda: self._views[which].webview.page().runJavaScript(code, 0, told))

    def picture(self, which: Which, path: str, done: Callable[[bool], None]) -> None:
        """Save what a window shows."""
        self._post(lambda: done(self._views[which].grab().save(path)))

    def accepts(self, view: Any, wish: links.Wish) -> bool:
        """Whether a window goes there; what else is wished is heard."""
        which: Which = "gateway" if view.uid == self._gateway_uid else "list"
        if wish.is_click and not links.is_same_origin(wish.url, self._root):
            wish = replace(wish, is_click=self.person.took())
        if wish.is_main_frame and wish.url.startswith("data:"):
            wish = replace(wish, is_ours=self._is_ours[which])
            self._is_ours[which] = False
        verdict = links.in_gateway(wish, self._root) if which == "gateway" else links.in_list(wish)
        match verdict:
            case links.Browse() | links.Files():
                self.hear(verdict)
            case links.Ring():
                view.webview.page().runJavaScript(pages.TAKE, 0, self._taken)
            case _:
                pass
        return isinstance(verdict, links.Load)

    def _reload(self) -> None:
        self._views["gateway"].webview.reload()

    def _hide_list(self) -> None:
        self._views["list"].hide()

    def _crashed(self, *_: object) -> None:
        self.hear(Loaded(False))

    def _list_loaded(self, *_: object) -> None:
        self._is_list_ready = True
        self.tell_list(self._view)

    def _loading_changed(self, info: QWebEngineLoadingInfo) -> None:
        """A page of the gateway is there, or will not come; what was given up for another page is no failure."""
        self.person.watch(self._views["gateway"])
        status = info.status()
        if links.is_same_origin(info.url().toString(), self._root) and status in _ENDS:
            self.hear(Loaded(status == _SUCCEEDED))

    def _made(self, which: Which, window: Any) -> None:
        """Before a window is shown, on its thread."""
        self._views[which] = view = window.native
        self._engines[which] = Engine(view, spoken(), partial(self._prepare, which))
        if which == "gateway":
            self._place(view)
        if len(self._views) == _OPEN_WINDOWS:
            self._ready()

    def _prepare(self, which: Which, page: QWebEnginePage) -> None:
        """Every page of a window, before it loads anything."""
        page.setWebChannel(cast(Any, None))
        if which == "gateway":
            page.loadingChanged.connect(self._loading_changed)
            page.renderProcessTerminated.connect(self._crashed)
        else:
            page.loadFinished.connect(self._list_loaded)
            # its bell is asked about, and goes nowhere; without this the engine drops it
            page.settings().setUnknownUrlSchemePolicy(_ASK_ALL)

    def _enter(self, stay: Stay) -> None:
        self._engines["gateway"].enter(stay)
        self.person.watch(self._views["gateway"])

    def _stored(self, name: str | None) -> Path | None:
        """A page that finds no place keeps nothing; it is shown nevertheless."""
        if name is None or self._folder is None:
            return None
        try:
            return stored.create(self._folder, name)
        except OSError:
            return None

    def _ready(self) -> None:
        app = QGuiApplication.instance()
        assert isinstance(app, QApplication)
        app.setApplicationDisplayName(TITLE)
        app.applicationStateChanged.connect(self._focus_changed)
        self._focus_changed(app.applicationState())
        QTimer.singleShot(0, self._name_keys)
        work = _Work()
        with self._lock:
            self._work, waiting = work, self._waiting
        for one in waiting:
            work.wanted.emit(one)

    def _name_keys(self) -> None:
        """The library's menus have no keys."""
        keys_of = {_words_of(pick): keys for pick, keys in SHORTCUTS.items()}
        for view in self._views.values():
            for action in view.findChildren(QAction):
                if keys := keys_of.get(action.text()):
                    action.setShortcut(keys)

    def _post(self, work: Callable[[], None]) -> None:
        with self._lock:
            if self._work is None:
                self._waiting.append(work)
                return
        self._work.wanted.emit(lambda: self._unless_closed(work))

    def _unless_closed(self, work: Callable[[], None]) -> None:
        if not self._is_closing:
            work()

    def _show(self, which: Which, html: str) -> None:
        self._is_ours[which] = True
        self._views[which].webview.setHtml(html)

    def _place(self, view: Any) -> None:
        """Where it stood; called before it is shown, and again since the library centres it."""
        areas = tuple(
            Area(x=room.x(), y=room.y(), width=room.width(), height=room.height())
            for room in (one.availableGeometry() for one in QGuiApplication.screens())
        )
        frame = fitted(self._frame, areas)
        view.resize(frame.width, frame.height)
        if frame.x is not None and frame.y is not None:
            view.move(frame.x, frame.y)
        if frame.is_maximized:
            view.setWindowState(Qt.WindowState.WindowMaximized)

    def _closing(self, which: Which) -> bool:
        """False keeps the window: the shell says when it closes."""
        if self._is_closing:
            return True
        if which == "gateway":
            self._remember()
        self.hear(Closed(which))
        return False

    def _remember(self) -> None:
        view = self._views["gateway"]
        is_maximized = bool(view.isMaximized())
        room = view.normalGeometry() if is_maximized else view.geometry()
        self._frame = Frame(width=room.width(), height=room.height(), x=room.x(), y=room.y(), is_maximized=is_maximized)

    def _focus_changed(self, state: Qt.ApplicationState) -> None:
        self._is_focused = state == Qt.ApplicationState.ApplicationActive

    def _taken(self, told: object) -> None:
        if isinstance(told, str):
            self.hear(Asked(tuple(intents_of(told))))

    def _menu(self) -> list[Menu]:
        def picked(what: Pick) -> Callable[[], None]:
            return lambda: self.picked(what)

        entries: list[Menu | MenuAction | MenuSeparator] = [
            MenuAction(_words_of("list"), picked("list")),
            MenuAction(_words_of("reload"), picked("reload")),
            MenuSeparator(),
            MenuAction(_words_of("quit"), picked("quit")),
        ]
        return [Menu(TITLE, entries)]

    def picked(self, what: Pick) -> None:
        """As if it was chosen in the menu."""
        if what == "quit":
            self._post(self._remember)
        self.hear(Picked(what))


def _disarm(windows: Windows) -> None:
    """Take out what pywebview gives to pages, and ask `links` where they may go."""
    browser: Any = qt.BrowserView
    page: Any = browser.WebPage

    def accept(self: Any, url: QUrl, kind: QWebEnginePage.NavigationType, is_main_frame: bool) -> bool:
        wish = links.Wish(url.toString(QUrl.ComponentFormattingOption.FullyEncoded), kind == _CLICKED, is_main_frame)
        return windows.accepts(self.parent().parent(), wish)

    def accept_new(self: Any, url: QUrl, *_: object) -> bool:
        del self
        verdict = links.in_new_window(url.toString(QUrl.ComponentFormattingOption.FullyEncoded))
        if isinstance(verdict, links.Browse) and windows.person.took():
            windows.hear(verdict)
        return False

    def bare(self: Any) -> None:
        self.pywebview_window.events.loaded.set()

    def refuse(self: Any, url: QUrl, feature: Any) -> None:
        self.setFeaturePermission(url, feature, QWebEnginePage.PermissionPolicy.PermissionDeniedByUser)

    def no_call(*_: object) -> None:
        """Nobody is to get here; if somebody does, nothing happens."""

    def interrupted(*_: object) -> None:
        windows.picked("quit")

    page.acceptNavigationRequest = accept
    page.onFeaturePermissionRequested = refuse
    browser.NavigationHandler.acceptNavigationRequest = accept_new
    browser._set_js_api = bare
    library = cast(Any, qt)
    library.js_bridge_call = no_call
    # Ctrl-C ends in order, as the menu does
    library._sigint_handler = interrupted
    # it would have the engine grant camera and microphone unasked
    library.environ_append = no_call


def _words_of(pick: Pick) -> str:
    match pick:
        case "list":
            return say("ui.desktop.list.title")
        case "reload":
            return say("ui.desktop.menu.reload")
        case "quit":
            return say("ui.desktop.menu.quit")


def _to_front(view: Any) -> None:
    view.setWindowState(view.windowState() & ~Qt.WindowState.WindowMinimized)
    view.show()
    view.raise_()
    view.activateWindow()
