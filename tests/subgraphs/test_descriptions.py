"""Docstrings as descriptions: which words become public, and which stay in the code."""

from enum import Enum

import strawberry

from subgraphs.kit.graphql.descriptions import described, fields_described


class Colour(Enum):
    """A colour.

    Attributes:
        RED: Not shown.
    """

    RED = "red"


described(strawberry.enum(Colour))


@described
@strawberry.type
class Horse:
    """A horse. It runs.

    It may be led as well.

    Attributes:
        weight: In kilograms, with its
            saddle: never without.
        age: By its resolver's class, not by the resolver.
    """

    weight: int
    colour: Colour

    @strawberry.field
    def stable(self) -> str:
        """Where it stands.

        Raises:
            LookupError: Not shown.
        """
        return "here"

    @strawberry.field
    def name(self) -> str:
        """Return what it is called."""
        return "Furlong"

    @strawberry.field
    def age(self) -> int:
        """Return its age."""
        return 3


@fields_described
@strawberry.type
class Races:
    """Part of the root.

    Attributes:
        races: How many there are.
    """

    @strawberry.field
    def races(self) -> int:
        """Count them."""
        return 8


@fields_described
@strawberry.type
class Query(Races):
    """Where questions begin."""

    @strawberry.field
    def horse(self) -> Horse:
        """The only one."""
        return Horse(weight=500, colour=Colour.RED)


SDL = '''"""A colour."""
enum Colour {
  RED
}

"""A horse. It runs. It may be led as well."""
type Horse {
  """In kilograms, with its saddle: never without."""
  weight: Int!
  colour: Colour!

  """Where it stands."""
  stable: String!
  name: String!

  """By its resolver's class, not by the resolver."""
  age: Int!
}

type Query {
  """How many there are."""
  races: Int!

  """The only one."""
  horse: Horse!
}'''


def test_docstrings_are_descriptions() -> None:
    """The prose of a type or resolver, and the lines of attributes; nothing of other sections."""
    assert strawberry.Schema(query=Query).as_str() == SDL
