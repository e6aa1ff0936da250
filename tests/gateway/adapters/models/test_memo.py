"""Conversations are spelled once."""

from portico.gateway.adapters.models.memo import Memo, Spelled
from portico.gateway.agent.model import AssistantMessage, Message, TextPart, UserMessage


class Speller:
    def __init__(self) -> None:
        self.spelled: list[Message] = []

    def __call__(self, message: Message) -> Spelled:
        self.spelled.append(message)
        return Spelled("user", repr(message).encode())


def user(text: str) -> Message:
    return UserMessage((TextPart(text),))


def test_only_what_is_new_is_spelled() -> None:
    speller = Speller()
    memo = Memo(speller)
    first, second, third = user("a"), AssistantMessage("b"), user("c")
    one = memo.spelled("t", (first, second))
    two = memo.spelled("t", (user("a"), second, third))
    assert two[:2] == one
    assert speller.spelled == [first, second, third]


def test_a_changed_past_is_spelled_anew() -> None:
    speller = Speller()
    memo = Memo(speller)
    memo.spelled("t", (user("a"), user("b"), user("c")))
    assert [s.body for s in memo.spelled("t", (user("a"), user("x")))] == [
        repr(user("a")).encode(),
        repr(user("x")).encode(),
    ]
    assert len(speller.spelled) == 4


def test_conversations_do_not_mix_and_nameless_ones_are_not_kept() -> None:
    speller = Speller()
    memo = Memo(speller)
    for name in ("t", "u", "", ""):
        memo.spelled(name, (user("a"),))
    assert len(speller.spelled) == 4


def test_the_least_used_is_forgotten() -> None:
    speller = Speller()
    size = len(repr(user("a")).encode())
    memo = Memo(speller, limit=2 * size)
    for name in ("t", "u", "t", "v", "t", "u"):
        memo.spelled(name, (user("a"),))
    assert len(speller.spelled) == 4


def test_a_conversation_beyond_the_limit_is_still_spelled() -> None:
    memo = Memo(Speller(), limit=1)
    assert len(memo.spelled("t", (user("a"),))) == 1
    assert len(memo.spelled("t", (user("a"),))) == 1
