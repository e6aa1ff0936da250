"""Model names: which mean the gateway itself, which a provider, and which nothing."""

import pytest

from portico.gateway.edge.openai.naming import Portico, Provider, find_workspace, parse_model
from portico.gateway.kernel.errors import NotFound
from portico.protocol.types.workspace import Workspace


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("portico", Portico()),
        ("portico/home", Portico("home")),
        ("portico/a/b", Portico("a/b")),
        ("openai/gpt-5.5", Provider("openai", "gpt-5.5")),
        ("OpenAI/gpt-5.5", Provider("openai", "gpt-5.5")),
        ("google/gemini", Provider("gemini", "gemini")),
        ("openrouter/google/gemini-3", Provider("openrouter", "google/gemini-3")),
        ("rehearsal/rehearsal", Provider("rehearsal", "rehearsal")),
    ],
)
def test_a_name_means(name: str, meant: Portico | Provider) -> None:
    assert parse_model(name) == meant


@pytest.mark.parametrize(
    "name",
    [
        "",
        "/",
        "portico/",
        "Portico",
        "gpt-5.5",
        "openai",
        "openai/",
        "/gpt",
        "nobody/m",
        "openai/a\0",
        "openai/\ud800",
        "openai/" + "x" * 250,
    ],
)
def test_other_names_are_no_models(name: str) -> None:
    with pytest.raises(NotFound) as refused:
        parse_model(name)
    assert (refused.value.code, refused.value.path) == ("model_not_found", "model")
    assert len(refused.value.message) < 300


def workspace(id_: str, name: str) -> Workspace:
    return Workspace(id=id_, name=name, is_active=True, is_current=False, created_at=1, updated_at=1)


@pytest.mark.parametrize(("named", "found"), [("a", "a"), ("b", "b"), ("Notes", "b"), ("twice", "c")])
def test_a_workspace_is_found_by_id_before_its_name(named: str, found: str) -> None:
    known = [workspace("a", "b"), workspace("b", "Notes"), workspace("c", "twice"), workspace("d", "twice")]
    assert find_workspace(known, named, f"portico/{named}").id == found


def test_an_unknown_workspace_is_no_model() -> None:
    with pytest.raises(NotFound, match="portico/none"):
        find_workspace([workspace("a", "A")], "none", "portico/none")
