"""Plans for the list of gateways."""

import msgspec
import pytest

from portico.client.registry_plan.plan import (
    Registry,
    RegistryPlan,
    RemoteGateway,
    TokenChange,
    add,
    remove,
    select,
    update,
)
from portico.client.words import Phrase, say

REF_A = "gateway/a/" + "a" * 12
A = RemoteGateway(id="a", name="A", url="https://a", token_ref=REF_A)
B = RemoteGateway(id="b", name="B", url="https://b")
BOTH = Registry(gateways=(A, B), selected="a")


def test_the_first_one_is_selected_and_gets_a_reference() -> None:
    planned = add(Registry(), "a", " Home ", "HTTPS://a/", has_token=True)
    (change,) = planned.tokens
    gateway = RemoteGateway(id="a", name="Home", url="https://a", token_ref=change.ref)
    assert planned.registry == Registry(gateways=(gateway,), selected="a")
    assert change.kind == "put"
    assert change.ref.startswith("gateway/a/")


def test_another_one_is_added_last() -> None:
    planned = add(BOTH, "c", "C", "http://box", has_token=False)
    c = RemoteGateway(id="c", name="C", url="http://box")
    assert planned == RegistryPlan(Registry(gateways=(A, B, c), selected="a"))


def test_the_same_again_is_a_retry() -> None:
    once = add(Registry(), "a", "A", "https://a", has_token=True)
    assert add(once.registry, "a", "A", "https://a/", has_token=True) == once


def test_a_token_over_plain_http_is_warned_of() -> None:
    assert add(Registry(), "a", "A", "http://box", has_token=True).warnings == (say("registry.plain_http"),)


@pytest.mark.parametrize(
    ("planned", "refusals"),
    [
        pytest.param(add(BOTH, "a b", "C", "https://c", has_token=False), [("id", say("registry.bad_id"))], id="id"),
        pytest.param(
            add(BOTH, "a\n", "C", "https://c", has_token=False), [("id", say("registry.bad_id"))], id="id with a line"
        ),
        pytest.param(add(BOTH, "a", "C", "https://c", has_token=False), [("id", say("registry.id_taken"))], id="taken"),
        pytest.param(
            add(BOTH, "c", " ", "ftp://c", has_token=True),
            [("name", say("name.empty")), ("url", say("registry.scheme"))],
            id="each field for itself",
        ),
        pytest.param(
            add(BOTH, "c", "C", "https://A", has_token=False),
            [("url", say("registry.duplicate", name="A"))],
            id="an address that is there",
        ),
        pytest.param(
            update(BOTH, "b", url="https://a/"), [("url", say("registry.duplicate", name="A"))], id="moved onto another"
        ),
        pytest.param(
            update(BOTH, "b", name="x" * 81), [("name", say("name.too_long", limit=80))], id="too long a name"
        ),
        pytest.param(update(BOTH, "gone", name="x"), [("id", say("registry.missing"))], id="update of none"),
        pytest.param(remove(BOTH, "gone"), [("id", say("registry.missing"))], id="removal of none"),
        pytest.param(select(BOTH, "gone"), [("id", say("registry.missing"))], id="selection of none"),
    ],
)
def test_a_refused_plan_changes_nothing(planned: RegistryPlan, refusals: list[tuple[str, Phrase]]) -> None:
    assert planned == RegistryPlan(BOTH, refusals=tuple(refusals))


def test_another_name_leaves_the_token() -> None:
    planned = update(BOTH, "a", name="Home")
    assert (planned.registry.get("a"), planned.tokens) == (msgspec.structs.replace(A, name="Home"), ())


def test_another_address_forgets_the_token() -> None:
    planned = update(BOTH, "a", url="https://c")
    assert planned.registry.get("a") == RemoteGateway(id="a", name="A", url="https://c")
    assert planned.tokens == (TokenChange("delete", REF_A),)


def test_another_address_with_its_token_never_shares_a_reference() -> None:
    planned = update(BOTH, "a", url="https://c", token="put")
    put, forgotten = planned.tokens
    moved = planned.registry.get("a")
    assert (put.kind, forgotten) == ("put", TokenChange("delete", REF_A))
    assert moved is not None
    assert moved.token_ref == put.ref != REF_A


def test_a_new_token_in_place_and_a_forgotten_one() -> None:
    first = update(BOTH, "b", token="put")
    kept = first.registry.get("b")
    assert kept is not None
    assert first.tokens == (TokenChange("put", kept.token_ref or ""),)
    assert update(first.registry, "b", token="put").tokens == first.tokens
    assert update(first.registry, "b", token="delete").tokens == (TokenChange("delete", kept.token_ref or ""),)
    assert update(BOTH, "b", token="delete").tokens == ()


@pytest.mark.parametrize(
    ("known", "removed", "selected"),
    [(BOTH, "a", "b"), (BOTH, "b", "a"), (Registry(gateways=(A, B), selected="b"), "b", "a")],
)
def test_a_removed_one_hands_on_the_selection(known: Registry, removed: str, selected: str) -> None:
    assert remove(known, removed).registry.selected == selected


def test_the_last_one_takes_its_token_with_it() -> None:
    planned = remove(Registry(gateways=(A,), selected="a"), "a")
    assert planned == RegistryPlan(Registry(), (TokenChange("delete", REF_A),))


def test_selecting() -> None:
    assert select(BOTH, "b") == RegistryPlan(Registry(gateways=(A, B), selected="b"))
