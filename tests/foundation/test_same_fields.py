"""Objects are made from others that have fields of the same names."""

from dataclasses import dataclass

import pytest
import strawberry
from msgspec import Struct

from foundation.same_fields import with_fields_of


@dataclass(frozen=True, slots=True)
class Source:
    """What others are made from, with a field that none of them has."""

    brand: str
    number: int
    secret: str = "hidden"


class Message(Struct, frozen=True):
    """A struct with a default that the source does not have."""

    brand: str
    number: int
    note: str = "none"


@strawberry.type
class Shown:
    """A type of a graph with a resolver, which nothing is built from."""

    brand: str
    number: float

    @strawberry.field
    def twice(self) -> float:
        """Return twice the number."""
        return 2 * self.number


def test_fields_of_the_same_names_are_taken_over() -> None:
    """A dataclass, a struct and a type of Strawberry are made alike, and what they lack is left."""
    source = Source("acme", 7)
    assert with_fields_of(Source, source) == source
    assert with_fields_of(Message, source, note="new") == Message("acme", 7, "new")
    shown = with_fields_of(Shown, source)
    assert (shown.brand, shown.number) == ("acme", 7)


def test_given_fields_take_precedence() -> None:
    """What the call gives is not read from the source."""
    assert with_fields_of(Source, Message("acme", 7), number=8, secret="") == Source("acme", 8, "")


def test_nothing_is_left_to_a_default() -> None:
    """A field that neither the source nor the call has is an error, even if it has a default."""
    with pytest.raises(AttributeError, match="note"):
        with_fields_of(Message, Source("acme", 7))


def test_unknown_fields_are_refused() -> None:
    """A field that the kind does not have is an error."""
    with pytest.raises(TypeError, match="colour"):
        with_fields_of(Source, Source("acme", 7), colour="red")
