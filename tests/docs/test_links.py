"""Links of the pages lead somewhere, and nothing of this machine stands in them."""

import re

import pytest

from tests.docs.pages import ROOT, Page, pages

EVERY = [pytest.param(page, id=page.name) for page in pages()]
MACHINE = re.compile(r"/root\b|/work\b|/tmp/|/home/(?!ann/)\w+|localhost:\d{5,}")


@pytest.mark.parametrize("page", EVERY)
def test_links_resolve(page: Page) -> None:
    broken: list[str] = []
    for link in page.links:
        if "://" in link:
            continue
        place, _, anchor = link.partition("#")
        target = (page.path.parent / place).resolve() if place else page.path
        is_there = target.exists() and (not anchor or anchor in Page(target).anchors)
        broken += [] if is_there else [link]
    assert broken == []


@pytest.mark.parametrize("page", EVERY)
def test_paths_that_are_named_exist(page: Page) -> None:
    named = re.findall(r"`((?:src|tests|scripts|docs|schemas|bench|changes)/[\w./-]+)`", page.prose)
    assert [path for path in named if "NNNN" not in path and not (ROOT / path).exists()] == []


@pytest.mark.parametrize("page", EVERY)
def test_no_path_of_a_machine_is_told(page: Page) -> None:
    assert MACHINE.findall(page.text) == []


def test_the_readme_says_the_two_commands_and_shows_the_session() -> None:
    readme = (ROOT / "README.md").read_text()
    assert "make run" in readme
    assert "make test" in readme
    assert "(docs/session.svg)" in readme


def test_changes_are_named_by_issue_and_kind() -> None:
    names = [path.name for path in (ROOT / "changes").glob("*.md") if path.name != "README.md"]
    wanted = re.compile(r"\d+\.(added|changed|fixed|removed|security)(\.\d+)?\.md")
    assert [name for name in names if not wanted.fullmatch(name)] == []


def test_the_page_for_agents_is_short() -> None:
    assert len((ROOT / "AGENTS.md").read_text().splitlines()) < 120
