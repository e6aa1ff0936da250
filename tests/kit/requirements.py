"""The requirements manifest: what clients were promised, and which tests prove it."""

import ast
import tomllib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import msgspec

TESTS = Path(__file__).parents[1]
MANIFEST = TESTS / "requirements.toml"


class Promise(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One promise to a client.

    `source` says who promised: a section of the design, of the reference, or a seed. `tests` names proofs, beside those
    that carry the mark `promise(id)`: a function where its name is one of a kind, else `path::function`, path below
    `tests/`. `gap` says why there is no proof yet.
    """

    id: str
    sentence: str
    source: str
    tests: list[str] = msgspec.field(default_factory=list[str])
    gap: str | None = None


class Manifest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    promise: list[Promise]


def read(path: Path = MANIFEST) -> list[Promise]:
    """The promises of the file. Raises msgspec.ValidationError when an entry is not one."""
    return msgspec.convert(tomllib.loads(path.read_text()), Manifest).promise


def marked(folder: Path = TESTS) -> dict[str, list[str]]:
    """Promise id -> the tests that carry its mark, as `path::function`; `path::*` where the whole file does."""
    found: dict[str, list[str]] = {}
    for path, tree in _files(folder):
        for name, promise in _marks(tree):
            found.setdefault(promise, []).append(f"{path}::{name}")
    return found


def functions(folder: Path = TESTS) -> set[str]:
    """Every test function as `path::function`."""
    return {
        f"{path}::{node.name}"
        for path, tree in _files(folder)
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test")
    }


def faults(promises: list[Promise], marks: dict[str, list[str]], known: set[str]) -> list[str]:
    """What is wrong with the manifest: unproven, listed twice, proven by nothing that exists, closed gaps."""
    ids, sentences = Counter(promise.id for promise in promises), Counter(promise.sentence for promise in promises)
    found = [f"{id}: is listed {count} times" for id, count in ids.items() if count > 1]
    found += [f"{text!r}: is promised {count} times" for text, count in sentences.items() if count > 1]
    found += [f"{id}: is named by {tests[0]} but not in the manifest" for id, tests in marks.items() if id not in ids]
    for promise in promises:
        found += _faults(promise, marks.get(promise.id, []), known)
    return found


def _faults(promise: Promise, marks: list[str], known: set[str]) -> Iterator[str]:
    if not all((promise.id.strip(), promise.sentence.strip(), promise.source.strip())):
        yield f"{promise.id}: lacks its id, sentence or source"
    proofs = [*marks]
    for test in promise.tests:
        places = [place for place in known if test in {place, place.rpartition("::")[2]}]
        if len(places) != 1:
            yield f"{promise.id}: there {'is no test' if not places else 'are several tests'} {test}"
        elif places[0] in proofs:
            yield f"{promise.id}: {test} is named already"
        proofs += places
    if promise.gap is None and not proofs:
        yield f"{promise.id}: is unproven"
    if promise.gap is not None and proofs:
        yield f"{promise.id}: is proven by {proofs[0]}; remove its gap"
    if promise.gap is not None and not promise.gap.strip():
        yield f"{promise.id}: its gap has no reason"


def _files(folder: Path) -> Iterator[tuple[str, ast.Module]]:
    for path in sorted(folder.rglob("test_*.py")):
        yield path.relative_to(folder).as_posix(), ast.parse(path.read_text())


def _marks(tree: ast.Module) -> Iterator[tuple[str, str]]:
    for node in ast.walk(tree):
        match node:
            case (
                ast.FunctionDef(name=name, decorator_list=decorators)
                | ast.AsyncFunctionDef(name=name, decorator_list=decorators)
            ):
                yield from ((name, promise) for part in decorators for promise in _named(part))
            case ast.Assign(targets=[ast.Name(id="pytestmark")], value=value):
                yield from (("*", promise) for promise in _named(value))
            case _:
                pass


def _named(node: ast.expr) -> Iterator[str]:
    """The ids of `promise("id")` anywhere inside of an expression: on its own, in a list, in a `pytest.param`."""
    for part in ast.walk(node):
        match part:
            case ast.Call(func=ast.Attribute(attr="promise"), args=[ast.Constant(value=str(promise))]):
                yield promise
            case _:
                pass
