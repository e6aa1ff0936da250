"""`make capi`: builds the C library of the boundary, `libportico`, into a folder; `python -m scripts.capi [FOLDER]`."""

import shutil
import subprocess
import sys
import sysconfig
import tempfile
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cffi import FFI

from portico.boundary.capi import ABI

ROOT = Path(__file__).resolve().parent.parent
SOURCES = ROOT / "capi"
MODULE = "_portico_python"
COMPILER = "cc"
FLAGS = ("-std=gnu11", "-O2", "-Wall", "-Wextra", "-Werror")
STAYS = () if sys.platform == "darwin" else ("-Wl,-z,nodelete",)
"""Threads run in it, and Python cannot be unloaded: a program that unloads it keeps it."""
SUFFIX = ".dylib" if sys.platform == "darwin" else ".so"

CALLED = """
char *portico_python_open(void);
char *portico_python_call(const char *method, const char *params);
void portico_python_close(void);
"""
"""What C calls and Python answers."""
GIVEN = "char *portico_copied(const char *text, size_t size);"
"""What Python calls."""
BEGIN = f"""
from {MODULE} import ffi, lib
from portico.__main__ import Local
from portico.boundary.capi import bind
bind(ffi, lib, lambda: Local().embedded(None))
"""


class CannotBuild(Exception):
    """What is missing, in words."""


@dataclass(frozen=True, slots=True)
class Built:
    """Where the library lies: what programs link, the part that it loads, the header."""

    library: Path
    part: Path
    header: Path


def missing(of_python: Mapping[str, object], compiler: str | None) -> str | None:
    """Why the library cannot be built here; None when it can."""
    if sys.platform == "win32":
        return "the C library is not built on Windows"
    if not (of_python.get("Py_ENABLE_SHARED") or of_python.get("PYTHONFRAMEWORK")):
        return (
            "this Python has no shared library: take one that was configured with --enable-shared "
            "(pyenv: PYTHON_CONFIGURE_OPTS=--enable-shared pyenv install VERSION)"
        )
    if not Path(sysconfig.get_path("include"), "Python.h").exists():
        return "Python.h is missing: install Python's development files (Debian: python3-dev)"
    if compiler is None:
        return f"there is no C compiler {COMPILER} (Debian: apt-get install gcc)"
    return None


def build(folder: Path, prefix: Path = Path(sys.prefix)) -> Built:
    """Build for this Python; programs that name no environment use `prefix`. Raises CannotBuild."""
    why = missing(sysconfig.get_config_vars(), shutil.which(COMPILER))
    if why is not None:
        raise CannotBuild(why)
    folder.mkdir(parents=True, exist_ok=True)
    part = _part(folder)
    header = folder / "portico.h"
    shutil.copyfile(SOURCES / "portico.h", header)
    return Built(_library(folder, part, prefix), part, header)


def _part(folder: Path) -> Path:
    """The part that is linked with Python, by cffi."""
    builder = FFI()
    builder.cdef(GIVEN)
    builder.embedding_api(CALLED)
    builder.embedding_init_code(BEGIN)
    builder.set_source(
        MODULE,
        (SOURCES / "python.c").read_text(),
        define_macros=[("PORTICO_ABI", str(ABI))],
        # cffi links with -lpython and leaves it to the environment where that lies
        library_dirs=[_libraries()],
        runtime_library_dirs=[_libraries()],
    )
    with tempfile.TemporaryDirectory() as work:
        made = builder.compile(tmpdir=work, target=f"libportico_python{SUFFIX}")
        return Path(shutil.move(made, folder / f"libportico_python{SUFFIX}"))


def _library(folder: Path, part: Path, prefix: Path) -> Path:
    version: str = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    texts = {
        "PORTICO_PART": part.name,
        "PORTICO_PYTHON": sysconfig.get_python_version(),
        "PORTICO_PREFIX": str(prefix),
        "PORTICO_VERSION": version,
    }
    library = folder / f"libportico{SUFFIX}"
    words = [COMPILER, *FLAGS, *STAYS, "-fPIC", "-shared", "-fvisibility=hidden", "-pthread"]
    words += [f"-D{name}={_quoted(text)}" for name, text in texts.items()]
    compiled([*words, "-o", str(library), str(SOURCES / "library.c"), "-ldl"])
    return library


def program(built: Built, source: Path, target: Path) -> Path:
    """Compile a C program that uses the library, wherever it is run."""
    folder = str(built.library.parent)
    words = [COMPILER, *FLAGS, f"-I{built.header.parent}", "-o", str(target), str(source)]
    compiled([*words, f"-L{folder}", "-lportico", f"-Wl,-rpath,{folder}", "-pthread"])
    return target


def compiled(command: list[str]) -> None:
    """Run a compiler. Raises CannotBuild with what it says."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise CannotBuild(done.stderr)


def _libraries() -> str:
    return str(sysconfig.get_config_var("LIBDIR"))


def _quoted(text: str) -> str:
    """A string literal of C."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def main(arguments: list[str]) -> int:
    folder = Path(arguments[0]) if arguments else ROOT / "build"
    try:
        built = build(folder)
    except CannotBuild as error:
        print(f"capi: {error}", file=sys.stderr)
        return 1
    print(f"capi: {built.library} with {built.part.name} and {built.header.name}; docs/capi.md says how to use it")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
