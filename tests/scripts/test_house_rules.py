"""Each house rule, shown red on a planted fault and green on its mend."""

import subprocess
import sys
from pathlib import Path

import pytest
from scripts.house_rules import breaches, main

FEATURE = "src/portico/gateway/features/threads"
PYPROJECT = """
[tool.ruff.lint.per-file-ignores]
"src/portico/gateway/rpc/dispatch.py" = ["BLE001"]
[tool.portico.lazy_imports]
modules = ["portico.late:json"]
[tool.portico.house_rules]
untested = ["src/portico/old.py"]
"""
KEPT = {
    "src/portico/gateway/rpc/dispatch.py": '"""Catches."""\ntry:\n    pass\nexcept Exception:\n    pass\n',
    "src/portico/late.py": '"""Late."""\ndef late() -> None:\n    import json\n    json.dumps(1)\n',
    "tests/test_late.py": "",
    "src/portico/old.py": '"""Old."""\ndef old() -> int:\n    return 1\n',
}


def project(root: Path, files: dict[str, str]) -> Path:
    (root / "pyproject.toml").write_text(PYPROJECT)
    for name, text in {**KEPT, **files}.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


def test_a_project_that_keeps_the_rules_is_green(tmp_path: Path) -> None:
    assert list(breaches(project(tmp_path, {}))) == []
    assert main([str(tmp_path)]) == 0


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        pytest.param("src/portico/long.py", '"""Long."""\n' + "A = 1\n" * 400, "401 lines", id="401 lines"),
        pytest.param("tests/test_long.py", "A = 1\n" * 401, "401 lines", id="401 lines of tests"),
        pytest.param("bench/long.py", '"""L."""\n' + "A = 1\n" * 400, "401 lines", id="401 lines of bench"),
        pytest.param("scripts/long.py", '"""L."""\n' + "A = 1\n" * 400, "401 lines", id="401 lines of scripts"),
        pytest.param("src/portico/mute.py", "A = 1\n", "no first line", id="no first line"),
        pytest.param(
            f"{FEATURE}/rpc.py",
            '"""R."""\nfrom portico.gateway.features.turns.rules import start\n',
            "reaches into turns",
            id="side door by from",
        ),
        pytest.param(
            f"{FEATURE}/rpc.py",
            '"""R."""\nfrom portico.gateway.features.turns import rules\n',
            "reaches into turns",
            id="side door by a module of the face",
        ),
        pytest.param(
            f"{FEATURE}/rpc.py",
            '"""R."""\nimport portico.gateway.features.turns.rules\n',
            "reaches into turns",
            id="side door by import",
        ),
        pytest.param(
            "src/portico/gateway/edge/ws.py",
            '"""W."""\nfrom portico.gateway.features.turns.rules import start\n',
            "reaches into turns",
            id="side door of the edge",
        ),
        pytest.param(f"{FEATURE}/helpers.py", '"""H."""\n', "helpers is no file", id="feature file name"),
        pytest.param(f"{FEATURE}/running.py", '"""H."""\n', "running is no file", id="running of another feature"),
        pytest.param(
            f"{FEATURE}/rules.py",
            '"""R."""\nfrom portico.gateway.store.changes import Put\n',
            "rules do not import portico.gateway.store",
            id="rules import the store",
        ),
        pytest.param(f"{FEATURE}/rules.py", '"""R."""\nimport time\n', "do not import time", id="rules read a clock"),
        pytest.param(
            f"{FEATURE}/rules/split.py", '"""R."""\nimport time\n', "do not import time", id="split rules read a clock"
        ),
        pytest.param(
            f"{FEATURE}/rules.py", '"""R."""\nasync def decide() -> None: ...\n', "do not await", id="rules await"
        ),
        pytest.param("tests/test_x.py", "def test() -> None:\n    import json\n", "imports json inside", id="inner"),
        pytest.param(
            "tests/test_x.py",
            "def test() -> None:\n    from json import dumps\n",
            "imports json inside",
            id="inner from",
        ),
        pytest.param(
            "tests/test_x.py",
            "import importlib\ndef test() -> None:\n    importlib.import_module('json')\n",
            "imports json inside",
            id="inner by importlib",
        ),
        pytest.param("tests/test_x.py", "import asyncio\nasyncio.create_task(x)\n", "asyncio.create_task", id="task"),
        pytest.param("tests/test_x.py", "import asyncio\nasyncio.gather(x)\n", "asyncio.gather", id="gather"),
        pytest.param(
            "tests/test_x.py", "from asyncio import wait_for\n", "imports asyncio.wait_for", id="from asyncio"
        ),
        pytest.param(
            "tests/test_x.py",
            "import asyncio\nasyncio.get_running_loop().create_task(x)\n",
            "create_task on a loop",
            id="task of the running loop",
        ),
        pytest.param("tests/test_x.py", "loop.create_task(x)\n", "create_task on a loop", id="task of a loop"),
        pytest.param(
            "tests/test_x.py",
            "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    pass\n",
            "move the type",
            id="tc",
        ),
        pytest.param(
            "tests/test_x.py", "import typing\nif typing.TYPE_CHECKING:\n    pass\n", "move the type", id="typing.tc"
        ),
        pytest.param(
            "tests/test_x.py", "try:\n    pass\nexcept Exception:\n    pass\n", "catches everything", id="except"
        ),
        pytest.param("tests/test_x.py", "try:\n    pass\nexcept:\n    pass\n", "catches everything", id="bare except"),
        pytest.param(
            "tests/test_x.py",
            "try:\n    pass\nexcept (OSError, BaseException):\n    pass\n",
            "catches everything",
            id="except in a tuple",
        ),
        pytest.param(
            "src/portico/gateway/new.py",
            '"""New."""\ndef new() -> int:\n    return 1\n',
            "write tests/gateway/test_new.py",
            id="no test",
        ),
        pytest.param("tests/test_x.py", "def broken(:\n", "cannot be read as Python", id="not Python"),
    ],
)
def test_a_planted_fault_is_told(tmp_path: Path, name: str, text: str, told: str) -> None:
    turns = {f"src/portico/gateway/features/turns/{file}.py": '"""T."""\n' for file in ("__init__", "rules")}
    found = list(breaches(project(tmp_path, turns | {name: text})))
    assert len(found) == 1
    assert found[0].startswith(f"{name}:")
    assert told in found[0]
    assert main([str(tmp_path)]) == 1


@pytest.mark.parametrize(
    ("name", "text"),
    [
        pytest.param("src/portico/even.py", '"""Even."""\n' + "A = 1\n" * 399, id="400 lines"),
        pytest.param(
            f"{FEATURE}/rpc.py",
            '"""R."""\nimport portico.gateway.features.turns\nimport portico.gateway.features.threads.rules\n',
            id="faces and own files",
        ),
        pytest.param("src/portico/gateway/features/turns/running.py", '"""R."""\n', id="the running turns"),
        pytest.param("tests/test_x.py", "try:\n    pass\nexcept BaseException:\n    raise\n", id="clean up and raise"),
        pytest.param("tests/test_x.py", "import anyio\nanyio.create_task_group()\n", id="task groups"),
        pytest.param("src/portico/types.py", '"""T."""\ndef port() -> int:\n    """Said."""\n    ...\n', id="declared"),
        pytest.param(f"{FEATURE}/rules.py", '"""R."""\nfrom os.path import normpath\n', id="paths are values"),
    ],
)
def test_what_is_allowed_is_not_told(tmp_path: Path, name: str, text: str) -> None:
    assert list(breaches(project(tmp_path, {name: text}))) == []


@pytest.mark.parametrize("mirror", ["tests/gateway/test_new.py", "tests/gateway/new/test_half.py"])
def test_the_test_of_a_file_mirrors_it_or_is_a_folder_of_its_name(tmp_path: Path, mirror: str) -> None:
    files = {"src/portico/gateway/new.py": '"""New."""\ndef new() -> int:\n    return 1\n', mirror: ""}
    assert list(breaches(project(tmp_path, files))) == []


LOGIC = '"""New."""\ndef new() -> int:\n    return 1\n'


def test_parts_of_a_feature_file_are_tested_through_its_face_but_rules_each_by_itself(tmp_path: Path) -> None:
    tests = "tests/gateway/features/threads"
    files = {f"{FEATURE}/service/part.py": LOGIC, f"{tests}/service/test_start.py": ""}
    files |= {f"{FEATURE}/rules/part.py": LOGIC, f"{tests}/rules/test_start.py": ""}
    (found,) = breaches(project(tmp_path, files))
    assert found == f"{FEATURE}/rules/part.py:1: has no test; write {tests}/rules/test_part.py"


@pytest.mark.parametrize("gone", ["src/portico/old.py", "src/portico/late.py", "src/portico/gateway/rpc/dispatch.py"])
def test_an_exception_that_nothing_needs_is_told(tmp_path: Path, gone: str) -> None:
    root = project(tmp_path, {})
    (root / gone).unlink()
    (found,) = breaches(root)
    assert found.startswith("pyproject.toml:")
    assert "needs no exception" in found


LAYERED = {
    "src/portico/__init__.py": "",
    **{
        f"src/portico/{package}/__init__.py": ""
        for package in (
            "protocol",
            "client",
            "boundary",
            "gateway",
            *(
                f"gateway/{layer}"
                for layer in ("agent", "rpc", "log", "store", "kernel", "edge", "adapters", "features")
            ),
            "gateway/features/threads",
            "gateway/features/turns",
            "gateway/features/tools",
        )
    },
    "src/portico/gateway/main.py": "import portico.boundary, portico.client\n",
    "src/portico/gateway/features/threads/rules.py": "",
}


def lint_imports(root: Path, files: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """import-linter with this project's own contracts, on a small tree of the same shape."""
    for name, text in {**LAYERED, **files}.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    contracts = (Path(__file__).parents[2] / "pyproject.toml").read_text()
    (root / "pyproject.toml").write_text(contracts[contracts.index("[tool.importlinter]") :])
    code = (
        "import sys; sys.path.insert(0, 'src'); from importlinter.cli import lint_imports; sys.exit(lint_imports("
        "no_cache=True))"
    )
    return subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=False)


def test_the_contracts_hold_on_a_clean_tree(tmp_path: Path) -> None:
    ran = lint_imports(tmp_path, {})
    assert ran.returncode == 0, ran.stdout + ran.stderr


PLANTED = {
    "protocol/x.py": "portico.gateway.kernel",
    "gateway/kernel/x.py": "portico.gateway.store",
    "gateway/rpc/x.py": "portico.gateway.log",
    "gateway/features/threads/up.py": "portico.gateway.features.turns",
    "gateway/features/threads/beside.py": "portico.gateway.features.tools",
    "gateway/features/threads/x.py": "portico.gateway.store",
    "gateway/edge/clients.py": "portico.client",
    "gateway/edge/inner.py": "portico.gateway.features.threads.rules",
    "gateway/agent/x.py": "portico.gateway.store",
}
OUTSIDE = {
    "gateway/surprise.py": "portico.gateway.surprise",
    "surprise/__init__.py": "portico.surprise",
    "gateway/features/odd/__init__.py": "portico.gateway.features.odd",
}


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What import-linter says of a tree with every fault in it."""
    files = {name: f"import {target}\n" for name, target in PLANTED.items()} | dict.fromkeys(OUTSIDE, "")
    ran = lint_imports(tmp_path_factory.mktemp("broken"), {f"src/portico/{name}": text for name, text in files.items()})
    assert ran.returncode == 1, ran.stdout + ran.stderr
    return " ".join(ran.stdout.split())


@pytest.mark.parametrize(("name", "target"), PLANTED.items())
def test_a_planted_import_is_told(broken: str, name: str, target: str) -> None:
    module = f"portico.{name.removesuffix('.py').replace('/', '.')}"
    assert f"{module} -> {target} (l.1)" in broken, broken


@pytest.mark.parametrize("outside", OUTSIDE.values())
def test_a_module_outside_of_the_layers_is_told(broken: str, outside: str) -> None:
    container, _, name = outside.rpartition(".")
    assert f"- {container}.{name}" in broken or f"- {name}" in broken, broken


def test_each_contract_can_break(broken: str) -> None:
    assert "Contracts: 0 kept, 7 broken." in broken
