"""What the C library calls: texts of C in and out, over one bridge at a time."""

import os
from types import TracebackType
from typing import Any

from portico.boundary.capi.bridge import CLOSED, Bridge, refusal
from portico.boundary.desk import Means
from portico.boundary.ways import Embedded, LocalWays
from portico.client.registry import home_of
from portico.client.registry_plan import RegistryFile
from portico.protocol.errors import ErrorKind

ABI = 1
"""Of what the C library and this package expect of each other; the library refuses another."""

BROKE = refusal("internal", "something broke in the library", ErrorKind.INTERNAL)


def bind(ffi: Any, lib: Any, embedded: Embedded) -> None:
    """Give the C library its functions; `ffi` and `lib` are those of its own cffi module."""
    library = Library(ffi, lib, embedded)
    told: dict[str, Any] = {"error": ffi.NULL, "onerror": library.broke}
    ffi.def_extern(name="portico_python_open", **(told | {"onerror": library.refused}))(library.open)
    ffi.def_extern(name="portico_python_call", **told)(library.call)
    ffi.def_extern(name="portico_python_close")(library.close)


class Library:
    """Texts that it returns are the caller's, who frees them. C calls open and close one at a time."""

    def __init__(self, ffi: Any, lib: Any, embedded: Embedded) -> None:
        self._ffi = ffi
        self._lib = lib
        self._embedded = embedded
        self._bridge: Bridge | None = None

    def open(self) -> Any:
        """An empty text when calls are answered, else what is in the way."""
        registry = RegistryFile(home_of(os.environ, None) / "gateways.json")
        bridge = Bridge(Means(LocalWays(os.environ, None, self._embedded), registry))
        bridge.open()
        self._bridge = bridge
        return self._copied(b"")

    def call(self, method: Any, params: Any) -> Any:
        """The answer; without parameters NULL does."""
        bridge = self._bridge
        if bridge is None:
            return self._copied(CLOSED)
        given = self._ffi.string(params) if params else b"{}"
        return self._copied(bridge.call(self._ffi.string(method), given))

    def close(self) -> None:
        bridge, self._bridge = self._bridge, None
        if bridge is not None:
            bridge.close()

    def broke(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> Any:
        """The answer instead of an exception, which ends here."""
        del kind, error, trace
        return self._copied(BROKE)

    def refused(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> Any:
        """As `broke`, of `open`: a sentence."""
        del trace
        return self._copied((str(error) or kind.__name__).encode(errors="replace"))

    def _copied(self, text: bytes) -> Any:
        return self._lib.portico_copied(text, len(text))
