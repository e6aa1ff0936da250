"""The desktop shell with one addition: lines of JSON on standard input ask its windows, for tests.

`{window, script}` answers the script's value, `{window, picture}` saves what is shown, `{window, click}`
clicks at a place, `{pick}` chooses in the menu.
"""

# pyright: basic, reportMissingImports=false
# the engine is an extra of 1 GB, which `make check` does without

import json
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from queue import Empty, Queue
from threading import Thread
from typing import Any

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from portico.shells.desktop import program
from portico.shells.desktop.screen import Which
from portico.shells.desktop.window import Windows
from tests.kit.leash import end_with_parent

PATIENCE = 2.0


class Asked(Windows):
    """Windows that answer lines."""

    def run(self, begun: Callable[[], None]) -> None:
        Thread(target=self.heed, daemon=True).start()
        super().run(begun)

    def heed(self) -> None:
        for line in sys.stdin:
            answers = Queue[Any]()
            match json.loads(line):
                case {"script": code, "window": window}:
                    self.script(window, code, answers.put)
                case {"picture": path, "window": window}:
                    self.picture(window, path, answers.put)
                case {"click": [x, y], "window": window}:
                    self.click(window, QPoint(x, y), answers.put)
                case {"pick": what}:
                    self.picked(what)
                    answers.put(True)
                case _:
                    answers.put(None)
            say(_answer(answers))

    def click(self, which: Which, place: QPoint, done: Callable[[bool], None]) -> None:
        """As a person does it with the mouse."""

        def work() -> None:
            left = Qt.MouseButton.LeftButton
            QTest.mouseClick(self._views[which].webview.focusProxy(), left, Qt.KeyboardModifier.NoModifier, place)
            done(True)

        self._post(work)


def say(what: Any) -> None:
    print(json.dumps({"said": what}), flush=True)


def _answer(answers: Queue[Any]) -> Any:
    """A page that is left does not answer any more."""
    try:
        return answers.get(timeout=PATIENCE)
    except Empty:
        return None


if __name__ == "__main__":
    # a test run that is killed leaves no window, and so no gateway of it
    end_with_parent(signal.SIGTERM)
    program.Windows = Asked
    told = program.run(os.environ, Path(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else None)
    if told is not None:
        say(told)
