"""What is missing for building the C library is said in words."""

import sys
import sysconfig
from pathlib import Path

import pytest
from scripts.capi import CannotBuild, build, compiled, main, missing

from scripts import capi

SHARED = {"Py_ENABLE_SHARED": 1}


@pytest.mark.parametrize(
    ("of_python", "compiler", "words"),
    [
        pytest.param({"Py_ENABLE_SHARED": 0}, "/cc", "no shared library", id="a static Python"),
        pytest.param({}, "/cc", "--enable-shared", id="what mends it"),
        pytest.param(SHARED, None, "no C compiler", id="no compiler"),
    ],
)
def test_what_is_missing_is_named(of_python: dict[str, object], compiler: str | None, words: str) -> None:
    assert words in (missing(of_python, compiler) or "")


@pytest.mark.parametrize("of_python", [SHARED, {"PYTHONFRAMEWORK": "Python"}])
def test_nothing_is_missing(of_python: dict[str, object], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def include(_: str) -> str:
        return str(tmp_path)

    monkeypatch.setattr(sysconfig, "get_path", include)
    assert "Python.h" in (missing(of_python, "/cc") or "")
    (tmp_path / "Python.h").touch()
    assert missing(of_python, "/cc") is None


def test_windows_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    assert "Windows" in (missing(SHARED, "/cc") or "")


def test_a_refusal_is_one_line_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(capi, "COMPILER", "no-such-compiler")
    with pytest.raises(CannotBuild):
        build(tmp_path / "build")
    assert main([str(tmp_path / "build")]) == 1
    assert capsys.readouterr().err.count("\n") == 1
    assert not (tmp_path / "build").exists()


def test_what_a_compiler_says_is_told() -> None:
    with pytest.raises(CannotBuild, match="wrong"):
        compiled([sys.executable, "-c", "import sys; sys.exit('wrong')"])
