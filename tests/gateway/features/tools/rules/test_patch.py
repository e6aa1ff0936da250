"""The apply_patch format: what is read, what is refused, where hunks are placed."""

import pytest

from portico.gateway.features.tools.rules.patch import FilePatch, Hunk, PatchError, apply, parse, paths


def patch(*lines: str) -> str:
    return "\n".join(["*** Begin Patch", *lines, "*** End Patch"])


def hunks(*lines: str) -> tuple[Hunk, ...]:
    return parse(patch("*** Update File: f", *lines))[0].hunks


ADD = FilePatch("add", "a", "x\n")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(patch("*** Add File: a", "+x"), (ADD,), id="add"),
        pytest.param(patch("*** Add File: a", "+x", "+", "+y"), (FilePatch("add", "a", "x\n\ny\n"),), id="empty line"),
        pytest.param(patch("*** Add File: a"), (FilePatch("add", "a", ""),), id="add an empty file"),
        pytest.param(patch("*** Delete File: a b"), (FilePatch("delete", "a b"),), id="delete"),
        pytest.param(
            patch("*** Update File: a", "*** Move to: b"), (FilePatch("update", "a", move_to="b"),), id="move only"
        ),
        pytest.param(
            patch("*** Update File: a", "@@ def f", " c", "-o", "+n", "*** End of File"),
            (
                FilePatch(
                    "update", "a", hunks=(Hunk(("def f",), ((" ", "c"), ("-", "o"), ("+", "n")), is_at_end=True),)
                ),
            ),
            id="update",
        ),
        pytest.param(
            patch("*** Update File: a", "-o", "+n"),
            (FilePatch("update", "a", hunks=(Hunk((), (("-", "o"), ("+", "n"))),)),),
            id="without a first @@",
        ),
        pytest.param(
            patch("*** Update File: a", "@@ class A", "@@ def f", "", "+n"),
            (FilePatch("update", "a", hunks=(Hunk(("class A", "def f"), ((" ", ""), ("+", "n"))),)),),
            id="two anchors, and an empty line of context",
        ),
        pytest.param(
            patch("*** Update File: a", "@@ -1,2 +1,3 @@ def f", "+n"),
            (FilePatch("update", "a", hunks=(Hunk(("def f",), (("+", "n"),)),)),),
            id="numbers of a unified diff",
        ),
        pytest.param(f"\n  {patch('*** Add File: a', '+x')}\n\n", (ADD,), id="space around"),
        pytest.param(patch("*** Add File: a", "+x").replace("\n", "\r\n"), (ADD,), id="carriage returns"),
        pytest.param(f"```\n{patch('*** Add File: a', '+x')}\n```", (ADD,), id="a fence"),
        pytest.param(f"```\n{patch('*** Add File: a', '+x')}", (ADD,), id="an open fence"),
        pytest.param(f"<<'EOF'\n{patch('*** Add File: a', '+x')}\nEOF", (ADD,), id="a heredoc"),
        pytest.param(f"apply_patch <<EOF\n{patch('*** Add File: a', '+x')}\nEOF", (ADD,), id="a command"),
        pytest.param(
            patch("*** Add File: a", "+x", "*** Delete File: b"), (ADD, FilePatch("delete", "b")), id="two files"
        ),
    ],
)
def test_parse(text: str, expected: tuple[FilePatch, ...]) -> None:
    assert parse(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="nothing"),
        pytest.param("words", id="words"),
        pytest.param("```", id="a fence alone"),
        pytest.param("*** Begin Patch\n*** Add File: a\n+x", id="no end"),
        pytest.param(patch(), id="no file"),
        pytest.param(patch("*** Rename File: a"), id="an unknown header"),
        pytest.param(patch("*** Add File: "), id="no name"),
        pytest.param(patch("*** Add File: a", "x"), id="a line without plus"),
        pytest.param(patch("*** Update File: a"), id="no hunk"),
        pytest.param(patch("*** Update File: a", "@@ def f"), id="a hunk without lines"),
        pytest.param(patch("*** Update File: a", "@@"), id="an empty hunk"),
        pytest.param(patch("*** Update File: a", "@@", "x"), id="a line without a sign"),
        pytest.param(patch("*** Delete File: a", "+x"), id="lines after a deletion"),
    ],
)
def test_what_is_no_patch_is_refused(text: str) -> None:
    with pytest.raises(PatchError) as error:
        parse(text)
    assert error.value.kind == "syntax"


def test_paths_are_named_once_in_order() -> None:
    text = patch("*** Update File: b", "*** Move to: a", "*** Delete File: b", "*** Add File: c", "+x")
    assert paths(parse(text)) == ["b", "a", "c"]


OLD = "one\ntwo\nthree\ntwo\nfive\n"


@pytest.mark.parametrize(
    ("old", "lines", "new"),
    [
        pytest.param(OLD, (" one", "-two", "+2"), "one\n2\nthree\ntwo\nfive\n", id="context"),
        pytest.param(OLD, ("@@ three", "-two", "+2"), "one\ntwo\nthree\n2\nfive\n", id="below an anchor"),
        pytest.param(OLD, ("@@ three", " three", "+3b"), "one\ntwo\nthree\n3b\ntwo\nfive\n", id="the anchor repeated"),
        pytest.param(OLD, ("@@ three", "+3b"), "one\ntwo\nthree\n3b\ntwo\nfive\n", id="insert below an anchor"),
        pytest.param(OLD, ("+six",), f"{OLD}six\n", id="only new lines go to the end"),
        pytest.param(
            OLD, ("-two", "+2", "*** End of File"), "one\n2\nthree\ntwo\nfive\n", id="not at the end after all"
        ),
        pytest.param("a\nb\na\n", ("-a", "+z", "*** End of File"), "a\nb\nz\n", id="at the end"),
        pytest.param(OLD, ("-one", "@@", "-five"), "two\nthree\ntwo\n", id="two hunks"),
        pytest.param("a\n", ("-a",), "", id="nothing is left"),
        pytest.param("", ("+a",), "a\n", id="an empty file"),
        pytest.param("a", ("-a", "+b"), "b\n", id="no newline at the end"),
        pytest.param("a\r\nb\r\n", (" a", "-b", "+c"), "a\r\nc\r\n", id="carriage returns stay"),
        pytest.param("x  \ny\n", (" x", "-y", "+z"), "x  \nz\n", id="spaces at the end of context stay"),
        pytest.param("\tx\ny\n", (" x", "-y", "+z"), "\tx\nz\n", id="indentation of context stays"),
        pytest.param(
            "a \u2014 \u201cb\u201d\nc\n", (' a - "b"', "-c", "+d"), "a \u2014 \u201cb\u201d\nd\n", id="typography"
        ),
        pytest.param("a\nb\n", (" a", "-b", "+c", " "), "a\nc\n", id="an empty line at the end of the hunk"),
        pytest.param("b\na\nb\n", (" a", " b", "+c"), "b\na\nb\nc\n", id="all lines must follow each other"),
    ],
)
def test_apply(old: str, lines: tuple[str, ...], new: str) -> None:
    assert apply(old, hunks(*lines), "f") == new


@pytest.mark.parametrize(
    "lines",
    [
        pytest.param(("-four",), id="no such line"),
        pytest.param(("@@ nowhere", "-two"), id="no such anchor"),
        pytest.param((" five", "-six"), id="beyond the end"),
        pytest.param(("-five", "@@", "-one"), id="hunks out of order"),
    ],
)
def test_a_hunk_without_a_place_is_refused(lines: tuple[str, ...]) -> None:
    with pytest.raises(PatchError) as error:
        apply(OLD, hunks(*lines), "f")
    assert error.value.kind == "context"
