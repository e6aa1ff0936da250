"""Whether what was loaded is still what the gateway has: loads are numbered, facts say which load would know them."""

from dataclasses import dataclass, replace
from typing import Generic, TypeVar

A = TypeVar("A")


@dataclass(frozen=True, slots=True)
class Asked:
    """A load begins; its number is `Freshness.asked` afterwards."""


@dataclass(frozen=True, slots=True)
class LoadFailed:
    """The newest load had no answer."""


@dataclass(frozen=True, slots=True)
class Missed:
    """Facts may have been missed, as after a break of the connection: everything is loaded again."""


@dataclass(frozen=True, slots=True)
class Loaded(Generic[A]):
    """The answer of the load `number`."""

    number: int
    answer: A


@dataclass(frozen=True, slots=True)
class Freshness:
    """`needed` is the first load that is new enough; answers of older loads may come later and are then ignored."""

    asked: int = 0
    loaded: int = 0
    needed: int = 1

    @property
    def is_stale(self) -> bool:
        """A load must be asked for; not while one that will do is on its way."""
        return max(self.loaded, self.asked) < self.needed

    @property
    def is_loaded(self) -> bool:
        return self.loaded > 0

    def ask(self) -> "Freshness":
        return replace(self, asked=self.asked + 1)

    def took(self, number: int) -> "Freshness":
        return replace(self, asked=max(self.asked, number), loaded=max(self.loaded, number))

    def changed(self) -> "Freshness":
        """Something changed that only a load from now on can know."""
        return replace(self, needed=self.asked + 1)

    def told(self) -> "Freshness":
        """Something changed and was told whole; only an answer that is on its way may not know it."""
        return self.changed() if self.asked > self.loaded else self

    def failed(self) -> "Freshness":
        """The load that was on its way brings nothing: another is needed."""
        return replace(self, needed=max(self.needed, self.asked + 1)) if self.asked > self.loaded else self

    def after(self, event: Asked | LoadFailed | Missed) -> "Freshness":
        """What the events mean that are the same for every resource."""
        match event:
            case Asked():
                return self.ask()
            case LoadFailed():
                return self.failed()
            case Missed():
                return self.changed()
