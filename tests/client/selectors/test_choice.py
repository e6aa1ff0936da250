"""The choice of a model, step by step."""

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from portico.client.selectors.choice import Choice, of_thread
from portico.client.selectors.models import EffortRow
from portico.client.words import say
from tests.client.state.test_tree import T1

CHOSEN = Choice("openai", "gpt-5.5", "high", is_manual=True)


def test_another_model_clears_the_effort() -> None:
    assert CHOSEN.with_model("openai", "gpt-5.4") == Choice("openai", "gpt-5.4", None, is_manual=True)
    assert CHOSEN.with_model("openai", "gpt-5.5") == CHOSEN


def test_another_provider_brings_its_default_model() -> None:
    assert CHOSEN.with_provider("groq", "m") == Choice("groq", "m", None, is_manual=True)
    assert CHOSEN.with_provider("openai", "m") == CHOSEN


def test_an_effort_in_any_spelling() -> None:
    assert CHOSEN.with_effort("X-High").effort == "xhigh"
    assert (CHOSEN.with_effort(None).effort, CHOSEN.with_effort("huge").effort) == (None, None)


def test_an_effort_that_the_model_lost_is_cleared() -> None:
    assert CHOSEN.within([EffortRow("high", say("effort.high"))]) == CHOSEN
    assert CHOSEN.within([]).effort is None
    assert Choice().within([]) == Choice()


def test_a_thread_carries_its_model_and_effort() -> None:
    thread = replace(T1, model="gpt-5.5", model_provider="openai")
    assert of_thread(thread, "High") == Choice("openai", "gpt-5.5", "high")
    assert of_thread(thread) == Choice("openai", "gpt-5.5")
    assert of_thread(T1, "high") == Choice()


def test_a_persons_own_choice_is_not_replaced() -> None:
    found = Choice("groq", "m", "low")
    assert CHOSEN.resolved(found) == CHOSEN
    assert Choice().resolved(found) == found
    assert Choice().resolved(CHOSEN) == Choice("openai", "gpt-5.5", "high")


def steps() -> st.SearchStrategy[list[tuple[str, str | None]]]:
    """A model of provider `p`, or an effort."""
    models = st.tuples(st.just("model"), st.sampled_from(["m", "n"]))
    efforts = st.tuples(st.just("effort"), st.sampled_from(["high", "low", None]))
    return st.lists(st.one_of(models, efforts), max_size=10)


@given(steps())
def test_an_effort_is_always_one_chosen_for_the_model_that_is_chosen(taken: list[tuple[str, str | None]]) -> None:
    choice, chosen_for = Choice(), None
    for what, value in taken:
        if what == "model":
            choice = choice.with_model("p", value)
        else:
            choice, chosen_for = choice.with_effort(value), choice.model
        assert choice.effort is None or chosen_for == choice.model
