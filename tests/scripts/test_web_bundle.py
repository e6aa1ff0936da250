"""The digest of the web shell's sources, and what is said of a bundle that is not theirs."""

import hashlib
import json
from pathlib import Path

import pytest
from scripts.web_bundle import STATIC, built, digest, main

from scripts import web_bundle

CONFIG = 'const SOURCES = ["web/src", "web/index.html", "words", "web/vite.config.ts"];\n'


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name, text in {
        "web/vite.config.ts": CONFIG,
        "web/src/a.ts": "a",
        "web/src/b/c.ts": "c",
        "web/index.html": "page",
        "words/en.json": "{}",
        "words/__init__.py": "not counted",
        "elsewhere/d.ts": "not counted",
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    (tmp_path / STATIC).mkdir(parents=True)
    return tmp_path


def stamp(root: Path, text: str) -> None:
    (root / STATIC / "build.json").write_text(text)


def test_it_is_over_names_and_contents_in_order(root: Path) -> None:
    names = ["web/index.html", "web/src/a.ts", "web/src/b/c.ts", "web/vite.config.ts", "words/en.json"]
    expected = hashlib.sha256(b"".join(f"{name}\0{(root / name).read_text()}\0".encode() for name in names))
    assert digest(root) == expected.hexdigest()


def test_any_change_of_a_source_is_seen(root: Path) -> None:
    seen = {digest(root)}
    for name, text in (("web/src/a.ts", "changed"), ("web/src/new.ts", ""), ("words/de.json", "{}")):
        (root / name).write_text(text)
        seen.add(digest(root))
    (root / "web/src/a.ts").rename(root / "web/src/z.ts")
    seen.add(digest(root))
    (root / "web/src/new.ts").unlink()
    seen.add(digest(root))
    assert len(seen) == 6
    (root / "words/__init__.py").write_text("changed")
    (root / "elsewhere/d.ts").write_text("changed")
    assert digest(root) in seen


@pytest.mark.parametrize("text", [None, "", "{}", "[", '{"sources":"of old"}'])
def test_a_stale_bundle_or_none_is_told(root: Path, capsys: pytest.CaptureFixture[str], text: str | None) -> None:
    if text is not None:
        stamp(root, text)
    assert main(root) == 1
    assert "make ui" in capsys.readouterr().out
    stamp(root, json.dumps({"sources": digest(root)}))
    assert main(root) == 0


def test_sources_that_are_gone_or_not_named_are_an_error(root: Path) -> None:
    (root / "web/index.html").unlink()
    with pytest.raises(FileNotFoundError):
        digest(root)
    (root / "web/vite.config.ts").write_text("")
    with pytest.raises(ValueError, match="names no SOURCES"):
        digest(root)


def test_there_is_a_bundle() -> None:
    assert built() is not None
    assert web_bundle.ROOT.joinpath(web_bundle.CONFIG).is_file()
