"""What the C library calls, with texts of cffi and none of C's own code."""

from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from cffi import FFI

from portico.boundary.capi import bind, binding
from portico.boundary.capi.bridge import Bridge
from tests.boundary.test_ways import never

Function = Callable[..., Any]


class Module:
    """As the library's own cffi module: `ffi` that takes functions, `lib` that copies."""

    def __init__(self) -> None:
        self._ffi = FFI()
        self.NULL: Any = self._ffi.NULL
        self.functions: dict[str, Function] = {}
        self.told: dict[str, dict[str, Any]] = {}
        self.kept: list[Any] = []

    def def_extern(self, name: str, **told: Any) -> Callable[[Function], Function]:
        def take(function: Function) -> Function:
            self.functions[name] = function
            self.told[name] = told
            return function

        return take

    def string(self, text: Any) -> bytes:
        found = self._ffi.string(text)
        assert isinstance(found, bytes)
        return found

    def text(self, text: bytes) -> Any:
        return self._ffi.new("char[]", text)

    def portico_copied(self, text: bytes, size: int) -> Any:
        assert size == len(text)
        self.kept.append(self.text(text))
        return self.kept[-1]

    def call(self, method: bytes, params: bytes | None = None) -> Any:
        given = self.NULL if params is None else self.text(params)
        return msgspec.json.decode(self.string(self.functions["portico_python_call"](self.text(method), given)))


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Generator[Module]:
    monkeypatch.setenv("PORTICO_HOME", str(tmp_path))
    monkeypatch.delenv("PORTICO_URL", raising=False)
    made = Module()
    bind(made, made, never)
    yield made
    made.functions["portico_python_close"]()


def test_opened_closed_and_opened_again(module: Module) -> None:
    assert module.call(b"version")["code"] == "closed"
    for _ in range(2):
        assert module.string(module.functions["portico_python_open"]()) == b""
        assert module.call(b"version")["status"] == "ok"
        assert module.call(b"version", b'{"a":1}')["path"] == "$"
        module.functions["portico_python_close"]()
        assert module.call(b"version")["code"] == "closed"


def test_the_list_of_gateways_is_the_homes(module: Module, tmp_path: Path) -> None:
    module.functions["portico_python_open"]()
    assert module.call(b"registry_add", b'{"id":"a","name":"A","url":"http://a.example"}')["status"] == "ok"
    assert b"http://a.example" in (tmp_path / "gateways.json").read_bytes()


def test_no_exception_gets_through(module: Module) -> None:
    onerror = module.told["portico_python_call"]["onerror"]
    assert module.string(onerror(ValueError, ValueError("secret"), None)) == binding.BROKE
    assert msgspec.json.decode(binding.BROKE)["code"] == "internal"


@pytest.mark.parametrize(
    ("error", "words"),
    [(RuntimeError("can't start new thread"), b"can't start new thread"), (MemoryError(), b"MemoryError")],
)
def test_what_keeps_it_from_opening_is_told(
    module: Module, monkeypatch: pytest.MonkeyPatch, error: Exception, words: bytes
) -> None:
    def refuse(_: Bridge) -> None:
        raise error

    monkeypatch.setattr(Bridge, "open", refuse)
    with pytest.raises(type(error)):
        module.functions["portico_python_open"]()
    assert module.string(module.told["portico_python_open"]["onerror"](type(error), error, None)) == words
    assert module.call(b"version")["code"] == "closed"
