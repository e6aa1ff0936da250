"""Qt's browser engine for one window: where its pages keep things, what they are granted, and whether a person acts.

With `window` the only module that knows pywebview and Qt.
"""

# pyright: basic, reportMissingImports=false
# the engine is an extra of 1 GB, which `make check` does without

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Any

import shiboken6
from PySide6.QtCore import QCoreApplication, QEvent, QObject, QUrl
from PySide6.QtWebEngineCore import (
    QWebEngineDownloadRequest,
    QWebEnginePage,
    QWebEngineProfile,
    QWebEngineProfileBuilder,
    QWebEngineSettings,
)
from PySide6.QtWidgets import QFileDialog, QWidget
from webview.platforms import qt

HOME_MARK = "PorticoDesktop/1"
"""Ends the user agent of the page of this home's gateway, which so knows that its links to files lead somewhere."""
ACT_SECONDS = 2.0
"""So long after a click or a key a page may go elsewhere, once."""
_ACTS = frozenset({QEvent.Type.MouseButtonRelease, QEvent.Type.KeyPress, QEvent.Type.TouchEnd})
_GRANTED = (QWebEngineSettings.WebAttribute.JavascriptCanAccessClipboard,)
"""Copy buttons; reading the clipboard is not granted."""
_REFUSED = (
    QWebEngineSettings.WebAttribute.JavascriptCanPaste,
    QWebEngineSettings.WebAttribute.JavascriptCanOpenWindows,
    QWebEngineSettings.WebAttribute.LocalContentCanAccessFileUrls,
    QWebEngineSettings.WebAttribute.LocalContentCanAccessRemoteUrls,
    QWebEngineSettings.WebAttribute.PluginsEnabled,
    QWebEngineSettings.WebAttribute.HyperlinkAuditingEnabled,
    QWebEngineSettings.WebAttribute.ScreenCaptureEnabled,
)


@dataclass(frozen=True, slots=True)
class Stay:
    """Whose page comes: `folder` is where it may keep things, None for nowhere; `is_home`: of this home's gateway."""

    folder: Path | None = None
    is_home: bool = False


class Person(QObject):
    """Watches a window's page for what only a person does: a script can click its own links."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        super().__init__()
        self._clock = clock
        self._acted_at: float | None = None

    def watch(self, view: Any) -> None:
        """The widgets that get the events of the page; another page may bring others, after it was loaded."""
        for widget in (view.webview, *view.webview.findChildren(QWidget)):
            widget.removeEventFilter(self)
            widget.installEventFilter(self)

    def eventFilter(self, _: QObject, event: QEvent) -> bool:
        if event.type() in _ACTS:
            self.acted()
        return False

    def acted(self) -> None:
        self._acted_at = self._clock()

    def took(self) -> bool:
        """Whether a person has just acted; the next act counts anew."""
        at, self._acted_at = self._acted_at, None
        return at is not None and self._clock() - at <= ACT_SECONDS


class Engine:
    """The pages of one window, one at a time. Each gateway has a profile of its own: storage, cookies, cache."""

    def __init__(self, view: Any, language: str, prepare: Callable[[QWebEnginePage], None]) -> None:
        self._view = view
        self._language = language
        self._prepare = prepare
        self._profiles: list[QWebEngineProfile] = []
        self._pages: dict[Stay, QWebEnginePage] = {}
        self._is_saving = False
        self._arm(view.webview.page())

    def enter(self, stay: Stay) -> None:
        """Leave the page for that of another gateway, without a way back."""
        page = self._pages.get(stay)
        if page is None:
            # one for each profile, kept until the end: the library deletes a profile with its page
            page = self._pages[stay] = qt.BrowserView.WebPage(self._view, profile=self._profile(stay))
            self._arm(page)
        left = self._view.webview.page()
        if left is not page:
            self._view.webview.setPage(page)
            left.setUrl(QUrl("about:blank"))
        page.history().clear()

    def close(self) -> None:
        """Pages go before what they keep is written; called when the windows are gone."""
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        for page in self._pages.values():
            _destroy(page)
        for profile in self._profiles:
            _destroy(profile)

    def _profile(self, stay: Stay) -> QWebEngineProfile:
        app = QCoreApplication.instance()
        if stay.folder is None:
            made = QWebEngineProfile(app)
        else:
            # sessions are in memory: signing in renews them, and a stolen folder opens nothing
            builder = QWebEngineProfileBuilder()
            builder.setPersistentStoragePath(str(stay.folder / "storage"))
            builder.setCachePath(str(stay.folder / "cache"))
            builder.setHttpCacheType(QWebEngineProfile.HttpCacheType.MemoryHttpCache)
            builder.setPersistentCookiesPolicy(QWebEngineProfile.PersistentCookiesPolicy.NoPersistentCookies)
            builder.setPersistentPermissionsPolicy(QWebEngineProfile.PersistentPermissionsPolicy.AskEveryTime)
            made = builder.createProfile(stay.folder.name, app)
        made.setHttpAcceptLanguage(self._language)
        if stay.is_home:
            made.setHttpUserAgent(f"{made.httpUserAgent()} {HOME_MARK}")
        made.downloadRequested.connect(self._download)
        self._profiles.append(made)
        return made

    def _arm(self, page: QWebEnginePage) -> None:
        settings = page.settings()
        for attribute in _GRANTED:
            settings.setAttribute(attribute, True)
        for attribute in _REFUSED:
            settings.setAttribute(attribute, False)
        self._prepare(page)

    def _download(self, download: QWebEngineDownloadRequest) -> None:
        """What a page exports goes where a person says; nothing is opened, and nobody is asked twice at a time."""
        if self._is_saving:
            download.cancel()
            return
        self._is_saving = True
        try:
            proposed = f"{download.downloadDirectory()}/{Path(download.suggestedFileName()).name}"
            path, _ = QFileDialog.getSaveFileName(self._view, "", proposed)
        finally:
            self._is_saving = False
        folder, _, name = path.rpartition("/")
        if not name:
            download.cancel()
            return
        download.setDownloadDirectory(folder)
        download.setDownloadFileName(name)
        download.accept()


def _destroy(thing: Any) -> None:
    if shiboken6.isValid(thing):
        shiboken6.delete(thing)
