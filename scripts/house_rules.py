"""The house rules that ruff, basedpyright and import-linter cannot check: one small function a rule.

`python scripts/house_rules.py [ROOT]` prints each breach as `file:line: what to do` and exits 1 if there is one.
Exceptions stand in pyproject.toml; an exception that nothing needs any more is a breach too, so the lists shrink.
"""

import ast
import sys
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

MAX_LINES = 400
FOLDERS = ("src", "tests", "scripts", "bench")
FEATURES = ["src", "portico", "gateway", "features"]
FEATURE_FILES = {"__init__", "rules", "service", "store", "rpc", "worker", "toolbox", "ports"}
FEATURE_EXCEPTIONS = {("turns", "running"), ("tools", "runner")}
"""The two boundaries of style.md that have a file of their own."""
TASK_API = {
    "create_task",
    "ensure_future",
    "gather",
    "wait_for",
    "as_completed",
    "wait",
    "TaskGroup",
    "run_coroutine_threadsafe",
    "get_event_loop",
    "timeout",
    "run",
}
LOOP_API = {"create_task", "run_until_complete", "ensure_future"}
IMPURE = {"time", "random", "secrets", "os", "subprocess", "socket", "anyio", "asyncio"}
IMPURE_PREFIXES = ("portico.gateway.store", "portico.gateway.kernel.clock", "portico.gateway.kernel.ids")

Breach = tuple[int, str]
Rule = Callable[["Module"], Iterator[Breach]]


@dataclass
class Project:
    """The checkout and its lists of exceptions; `used` collects the exceptions that something needed."""

    root: Path
    used: set[tuple[str, str]] = field(default_factory=set[tuple[str, str]])

    @cached_property
    def _lists(self) -> dict[str, Any]:
        return tomllib.loads((self.root / "pyproject.toml").read_text())["tool"]

    @cached_property
    def lists(self) -> dict[str, list[str]]:
        ours = self._lists.get("portico", {})
        ignores: dict[str, list[str]] = self._lists["ruff"]["lint"].get("per-file-ignores", {})
        return {
            "lazy_imports": ours.get("lazy_imports", {}).get("modules", []),
            "untested": ours.get("house_rules", {}).get("untested", []),
            "BLE001": [path for path, codes in ignores.items() if "BLE001" in codes],
        }

    def is_excepted(self, name: str, entry: str) -> bool:
        """`entry` stands on the list `name`; it counts as used."""
        self.used.add((name, entry))
        return entry in self.lists[name]

    def modules(self) -> Iterator["Module"]:
        for folder in FOLDERS:
            for path in sorted((self.root / folder).rglob("*.py")):
                yield Module(self, path)


@dataclass
class Module:
    """One file, parsed."""

    project: Project
    path: Path

    @cached_property
    def parts(self) -> list[str]:
        return list(self.path.relative_to(self.project.root).with_suffix("").parts)

    @cached_property
    def text(self) -> str:
        return self.path.read_text()

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text, str(self.path))

    @property
    def relative(self) -> str:
        return self.path.relative_to(self.project.root).as_posix()

    @property
    def name(self) -> str:
        parts = self.parts[1:] if self.parts[0] == "src" else self.parts
        return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)

    @property
    def feature(self) -> str | None:
        """The feature this file belongs to."""
        return self.parts[4] if self.parts[:4] == FEATURES and len(self.parts) > 5 else None


def imports(module: Module) -> Iterator[tuple[ast.Import | ast.ImportFrom, str]]:
    """Each import with the full name it reaches: `from a.b import c` is `a.b.c` where c is a module of ours."""
    for node in ast.walk(module.tree):
        match node:
            case ast.Import(names=names):
                yield from ((node, alias.name) for alias in names)
            case ast.ImportFrom(module=str(origin), names=names, level=0):
                yield from ((node, _resolve(module.project.root, origin, alias.name)) for alias in names)
            case _:
                pass


def _resolve(root: Path, origin: str, name: str) -> str:
    folder = root.joinpath("src", *origin.split("."))
    is_module = (folder / f"{name}.py").exists() or (folder / name / "__init__.py").exists()
    return f"{origin}.{name}" if is_module else origin


def too_long(module: Module) -> Iterator[Breach]:
    """A module has at most 400 lines."""
    lines = module.text.count("\n") + (not module.text.endswith("\n"))
    if lines > MAX_LINES:
        yield MAX_LINES, f"{lines} lines; a file over {MAX_LINES} becomes a folder with the same face"


def first_line(module: Module) -> Iterator[Breach]:
    """A module of ours begins with a sentence that says what it is."""
    if module.parts[0] != "tests" and module.text.strip() and not ast.get_docstring(module.tree):
        yield 1, "no first line that says what this module is"


def side_door(module: Module) -> Iterator[Breach]:
    """A feature, the edge and the adapters reach another feature by its face only."""
    if module.parts[:3] != ["src", "portico", "gateway"]:
        return
    if module.feature is None and module.parts[3] not in {"edge", "adapters"}:
        return
    for node, name in imports(module):
        match name.split("."):
            case ["portico", "gateway", "features", other, _, *_] if other != module.feature:
                yield node.lineno, f"reaches into {other}; import portico.gateway.features.{other}"
            case _:
                pass


def feature_files(module: Module) -> Iterator[Breach]:
    """A feature has the same file names as every other; one that grew is a folder of that name."""
    if module.feature is None:
        return
    name = module.parts[5]
    if name not in FEATURE_FILES and (module.feature, name) not in FEATURE_EXCEPTIONS:
        yield 1, f"{name} is no file of a feature; allowed are {', '.join(sorted(FEATURE_FILES))}"


def pure_rules(module: Module) -> Iterator[Breach]:
    """Rules are decisions over values: they never await, read a clock or import the store."""
    if module.feature is None or module.parts[5] != "rules":
        return
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Await | ast.AsyncFunctionDef | ast.AsyncFor | ast.AsyncWith):
            yield node.lineno, "rules do not await"
    for node, name in imports(module):
        is_impure = name.split(".")[0] in IMPURE and name != "os.path"
        if is_impure or name.startswith(IMPURE_PREFIXES):
            yield node.lineno, f"rules do not import {name}"


def inner_import(module: Module) -> Iterator[Breach]:
    """An import stands at the top, but for the lazy loads that pyproject lists."""
    functions = (node for node in ast.walk(module.tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
    found = {node: name for function in functions for node, name in _lazy(function)}
    for node, name in found.items():
        if not module.project.is_excepted("lazy_imports", f"{module.name}:{name}"):
            yield node.lineno, f"imports {name} inside a function; see [tool.portico.lazy_imports]"


def _lazy(function: ast.AST) -> Iterator[tuple[ast.stmt | ast.expr, str]]:
    for node in ast.walk(function):
        match node:
            case ast.Import(names=names):
                yield from ((node, alias.name) for alias in names)
            case ast.ImportFrom(module=origin):
                yield node, origin or "."
            case ast.Call(func=ast.Attribute(attr="import_module") | ast.Name(id="import_module"), args=[target, *_]):
                yield node, str(target.value) if isinstance(target, ast.Constant) else "a computed name"
            case _:
                pass


def task_api(module: Module) -> Iterator[Breach]:
    """anyio is the only concurrency vocabulary: one spawn word, `start_soon`."""
    for node in ast.walk(module.tree):
        match node:
            case ast.Attribute(value=ast.Name(id="asyncio"), attr=attr) if attr in TASK_API:
                yield node.lineno, f"asyncio.{attr}; use anyio"
            case ast.Attribute(attr=attr) if attr in LOOP_API:
                yield node.lineno, f"{attr} on a loop; use start_soon of a task group"
            case ast.ImportFrom(module="asyncio", names=names):
                banned = [alias.name for alias in names if alias.name in TASK_API]
                yield from ((node.lineno, f"imports asyncio.{name}; use anyio") for name in banned)
            case _:
                pass


def type_checking(module: Module) -> Iterator[Breach]:
    """No TYPE_CHECKING block: a cycle means that a type lives in the wrong file."""
    for node in ast.walk(module.tree):
        named = (isinstance(node, ast.Name) and node.id == "TYPE_CHECKING") or (
            isinstance(node, ast.Attribute) and node.attr == "TYPE_CHECKING"
        )
        if named:
            yield getattr(node, "lineno", 1), "TYPE_CHECKING; move the type instead"


def broad_except(module: Module) -> Iterator[Breach]:
    """Only the listed boundaries turn any exception into an answer; re-raising is no answer."""
    handlers = (node for node in ast.walk(module.tree) if isinstance(node, ast.ExceptHandler))
    for node in handlers:
        if not _is_broad(node.type) or _reraises(node) or module.project.is_excepted("BLE001", module.relative):
            continue
        yield node.lineno, "catches everything; only the files with BLE001 in pyproject.toml may"


def _is_broad(node: ast.expr | None) -> bool:
    match node:
        case None:
            return True
        case ast.Name(id="Exception" | "BaseException"):
            return True
        case ast.Tuple(elts=elements):
            return any(_is_broad(element) for element in elements)
        case _:
            return False


def _reraises(handler: ast.ExceptHandler) -> bool:
    return isinstance(handler.body[-1], ast.Raise) and handler.body[-1].exc is None


def untested(module: Module) -> Iterator[Breach]:
    """Every source file with logic has its test at the mirrored path."""
    if module.parts[:2] != ["src", "portico"] or not any(_has_logic(node) for node in ast.walk(module.tree)):
        return
    *folders, name = module.parts[2:]
    plain = "init" if name == "__init__" else name.strip("_")
    mirror = module.project.root.joinpath("tests", *folders, f"test_{plain}.py")
    package = module.project.root.joinpath("tests", *folders, plain)
    is_split = _has_tests(package) or (_is_part(module) and _has_tests(mirror.parent))
    if not mirror.exists() and not is_split and not module.project.is_excepted("untested", module.relative):
        yield 1, f"has no test; write {mirror.relative_to(module.project.root).as_posix()}"


def _has_tests(folder: Path) -> bool:
    return folder.is_dir() and any(folder.glob("test_*.py"))


def _is_part(module: Module) -> bool:
    """A part of a feature's file that became a folder is tested through the face that it kept; rules each by itself."""
    return module.feature is not None and len(module.parts) > 6 and module.parts[5] != "rules"


def _has_logic(node: ast.AST) -> bool:
    """A function that does something; a docstring or `...` alone is a declaration."""
    if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return False
    return not all(isinstance(line, ast.Expr) and isinstance(line.value, ast.Constant) for line in node.body)


RULES: tuple[Rule, ...] = (
    too_long,
    first_line,
    side_door,
    feature_files,
    pure_rules,
    inner_import,
    task_api,
    type_checking,
    broad_except,
    untested,
)


def stale(project: Project) -> Iterator[str]:
    """Exceptions that nothing needs any more."""
    for name, entries in project.lists.items():
        for entry in entries:
            if (name, entry) not in project.used:
                yield f"pyproject.toml: {entry} needs no exception ({name}) any more; remove it"


def breaches(root: Path) -> Iterator[str]:
    """Every breach of every rule below `root`."""
    project = Project(root)
    for module in project.modules():
        yield from _breaches_of(module)
    yield from stale(project)


def _breaches_of(module: Module) -> Iterator[str]:
    try:
        found = [(line, what) for rule in RULES for line, what in rule(module)]
    except (SyntaxError, UnicodeDecodeError) as error:
        found = [(getattr(error, "lineno", None) or 1, f"cannot be read as Python 3.11: {error}")]
    yield from (f"{module.relative}:{line}: {what}" for line, what in sorted(found))


def main(arguments: list[str]) -> int:
    root = Path(arguments[0]) if arguments else Path(__file__).resolve().parent.parent
    found = list(breaches(root))
    for breach in found:
        print(breach)
    print(f"house rules: {len(found)} breaches" if found else "house rules: kept")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
