"""The system prompt: its sections, budgets, fingerprints."""

from dataclasses import replace

import pytest

from portico.gateway.agent.prompt import DOCUMENT_CHARS, Document, PromptParts, Surroundings, compile_prompt

PLACE = Surroundings("2027-01-15", "/srv/here", "Linux 6")
PLAIN = PromptParts(PLACE, has_tools=True)
ALL = [
    "identity_base",
    "assistant_safety",
    "soul_core",
    "identity_core",
    "user_persona",
    "tool_guidance",
    "environment",
]
DOCUMENTS = (Document("SOUL.md", "calm"), Document("IDENTITY.md", "a porter"), Document("USER.md", "likes tea"))


@pytest.mark.parametrize(
    ("parts", "sections"),
    [
        pytest.param(PLAIN, [ALL[0], ALL[1], *ALL[5:]], id="without documents"),
        pytest.param(replace(PLAIN, documents=DOCUMENTS), ALL, id="with documents"),
        pytest.param(replace(PLAIN, has_tools=False), [ALL[0], ALL[1], ALL[6]], id="without tools"),
        pytest.param(replace(PLAIN, documents=DOCUMENTS, replacement="be a cat"), ["system_prompt"], id="replaced"),
        pytest.param(replace(PLAIN, replacement=""), [], id="replaced by nothing"),
        pytest.param(
            replace(PLAIN, replacement="x", appended="y"), ["system_prompt", "extra_system"], id="replaced and appended"
        ),
        pytest.param(replace(PLAIN, documents=(Document("SOUL.md", " \n"),)), [ALL[0], ALL[1], *ALL[5:]], id="empty"),
    ],
)
def test_sections(parts: PromptParts, sections: list[str]) -> None:
    assert compile_prompt(parts).manifest.section_ids == sections


def test_the_text_has_a_heading_for_each_section() -> None:
    text = compile_prompt(replace(PLAIN, documents=DOCUMENTS, appended="be brief")).text
    assert text.count("## ") == 8
    assert "## Character\n\ncalm" in text
    assert "Date: 2027-01-15\nSystem: Linux 6\nWorking folder: /srv/here" in text
    assert text.endswith("## Further instructions\n\nbe brief")
    assert compile_prompt(replace(PLAIN, replacement="be a cat")).text == "be a cat"


def test_a_callers_instructions_stand_before_the_operators_last_word() -> None:
    parts = replace(PLAIN, instructions=" be a pirate ", appended="be brief")
    prompt = compile_prompt(parts)
    assert prompt.manifest.section_ids[-2:] == ["turn_instructions", "extra_system"]
    assert "## Instructions for this conversation\n\nbe a pirate\n\n## Further" in prompt.text
    assert prompt.text.endswith("be brief")
    assert compile_prompt(parts) is not prompt
    replaced = compile_prompt(replace(parts, replacement="be a cat", appended=None))
    assert replaced.text == "be a cat\n\n## Instructions for this conversation\n\nbe a pirate"
    assert compile_prompt(replace(PLAIN, instructions=" ")) == compile_prompt(PLAIN)


def test_the_folder_is_told_to_those_who_have_tools() -> None:
    assert "/srv/here" not in compile_prompt(replace(PLAIN, has_tools=False)).text


@pytest.mark.parametrize(
    ("other", "stable", "dynamic"),
    [
        pytest.param(PLAIN, True, True, id="the same"),
        pytest.param(replace(PLAIN, surroundings=replace(PLACE, date="2027-01-16")), True, False, id="the next day"),
        pytest.param(replace(PLAIN, appended="x"), True, False, id="something appended"),
        pytest.param(replace(PLAIN, instructions="x"), True, False, id="a caller's instructions"),
        pytest.param(replace(PLAIN, documents=DOCUMENTS), False, True, id="documents"),
    ],
)
def test_fingerprints_tell_what_changed(other: PromptParts, stable: bool, dynamic: bool) -> None:
    one, two = compile_prompt(PLAIN).manifest, compile_prompt(other).manifest
    assert (one.fingerprint_stable == two.fingerprint_stable) is stable
    assert (one.fingerprint_dynamic == two.fingerprint_dynamic) is dynamic
    assert (one.fingerprint_full == two.fingerprint_full) is (stable and dynamic)


def test_documents_are_cut_at_their_budget() -> None:
    prompt = compile_prompt(replace(PLAIN, documents=(Document("SOUL.md", "x" * (DOCUMENT_CHARS + 1)),)))
    [told] = prompt.manifest.diagnostics
    assert (told.code, told.file) == ("file_truncated", "SOUL.md")
    assert "x" * DOCUMENT_CHARS in prompt.text
    assert "x" * (DOCUMENT_CHARS + 1) not in prompt.text


def test_all_documents_together_have_a_budget(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("portico.gateway.agent.prompt.DOCUMENTS_CHARS", 10)
    prompt = compile_prompt(replace(PLAIN, documents=(Document("SOUL.md", "x" * 8), Document("USER.md", "y" * 8))))
    assert [(told.code, told.file) for told in prompt.manifest.diagnostics] == [("total_budget_truncated", "USER.md")]
    assert "## The user\n\nyy\n" in prompt.text


def test_an_unreadable_document_is_told() -> None:
    prompt = compile_prompt(replace(PLAIN, documents=(Document("SOUL.md", None),)))
    assert [told.code for told in prompt.manifest.diagnostics] == ["file_read_error"]


def test_documents_hide_nothing() -> None:
    text = compile_prompt(replace(PLAIN, documents=(Document("SOUL.md", "a\x1b[31m\u202eb\r\nc\td"),))).text
    assert "a[31mb\nc\td" in text
