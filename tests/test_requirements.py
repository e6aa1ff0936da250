"""Every promise to a client is proven, or a named gap."""

from pathlib import Path

import msgspec
import pytest

from tests.kit.requirements import Promise, faults, functions, marked, read

KNOWN = {"test_a.py::test_one", "test_a.py::test_two", "test_a.py::test_same", "test_b.py::test_same"}
MARKS = {"a": ["test_a.py::test_one"]}


def test_every_promise_is_proven_or_a_named_gap() -> None:
    assert faults(read(), marked(), functions()) == []


def promise(id: str = "a", *, tests: list[str] | None = None, gap: str | None = None) -> Promise:  # noqa: A002
    return Promise(id=id, sentence=f"A sentence of {id}.", source="design 1", tests=tests or [], gap=gap)


@pytest.mark.parametrize(
    "promises",
    [
        pytest.param([promise()], id="by its mark"),
        pytest.param([promise(tests=["test_a.py::test_two"])], id="by mark and by name"),
        pytest.param([promise(), promise("b", tests=["test_a.py::test_two"])], id="by name"),
        pytest.param([promise(), promise("b", tests=["test_two"])], id="by a name that is one of a kind"),
        pytest.param([promise(), promise("b", tests=["test_b.py::test_same"])], id="by path and name"),
        pytest.param([promise(), promise("b", gap="comes with tasks")], id="a named gap"),
    ],
)
def test_what_is_proven_has_no_fault(promises: list[Promise]) -> None:
    assert faults(promises, MARKS, KNOWN) == []


@pytest.mark.parametrize(
    ("promises", "fault"),
    [
        pytest.param([promise(), promise("b")], "b: is unproven", id="unproven"),
        pytest.param([promise(), promise()], "a: is listed 2 times", id="listed twice"),
        pytest.param([], "a: is named by test_a.py::test_one but not in the manifest", id="unknown mark"),
        pytest.param([promise(gap="later")], "a: is proven by test_a.py::test_one; remove its gap", id="closed gap"),
        pytest.param([promise(), promise("b", gap=" ")], "b: its gap has no reason", id="gap without a reason"),
        pytest.param(
            [promise(tests=["test_a.py::test_gone"])], "a: there is no test test_a.py::test_gone", id="no such test"
        ),
        pytest.param(
            [promise(tests=["test_a.py::test_one"])],
            "a: test_a.py::test_one is named already",
            id="by mark and by the same name",
        ),
        pytest.param(
            [promise(tests=["test_a.py::test_two", "test_a.py::test_two"])],
            "a: test_a.py::test_two is named already",
            id="a test twice",
        ),
        pytest.param([promise(tests=["test_same"])], "a: there are several tests test_same", id="two of that name"),
        pytest.param(
            [promise(), Promise(id="b", sentence="", source="design 1", gap="later")],
            "b: lacks its id, sentence or source",
            id="no sentence",
        ),
        pytest.param(
            [promise(), Promise(id="b", sentence="A sentence of a.", source="design 1", gap="later")],
            "'A sentence of a.': is promised 2 times",
            id="promised twice",
        ),
    ],
)
def test_a_fault_is_told(promises: list[Promise], fault: str) -> None:
    assert fault in faults(promises, MARKS, KNOWN)


def test_marks_are_found_wherever_they_stand(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "test_a.py").write_text(
        "import pytest\n"
        "pytestmark = [pytest.mark.promise('whole')]\n"
        "@pytest.mark.promise('one')\n"
        "@pytest.mark.promise('two')\n"
        "def test_a(): ...\n"
        "class TestB:\n"
        "    @pytest.mark.parametrize('x', [pytest.param(1, marks=pytest.mark.promise('row'))])\n"
        "    async def test_b(self, x): ...\n"
    )
    assert marked(tmp_path) == {
        "whole": ["deep/test_a.py::*"],
        "one": ["deep/test_a.py::test_a"],
        "two": ["deep/test_a.py::test_a"],
        "row": ["deep/test_a.py::test_b"],
    }
    assert functions(tmp_path) == {"deep/test_a.py::test_a", "deep/test_a.py::test_b"}


def test_an_entry_with_an_unknown_key_is_refused(tmp_path: Path) -> None:
    (tmp_path / "requirements.toml").write_text('[[promise]]\nid = "a"\nsentence = "s"\nsource = "d"\nproof = "x"\n')
    with pytest.raises(msgspec.ValidationError):
        read(tmp_path / "requirements.toml")
