"""What cannot be answered rightly is refused, with what and where."""

import pytest

from gateway.errors import CannotPlan, InvalidDocument
from tests.gateway.plans import composed, joined, printed

UNREACHABLE = joined(
    """
    type Query @join__type(graph: A) @join__type(graph: B) { user: User! @join__field(graph: A) }
    type User
      @join__type(graph: A, key: "id", resolvable: false)
      @join__type(graph: B, key: "id", resolvable: false) {
      id: ID!
      score: Int @join__field(graph: B)
    }
    """,
    "a",
    "b",
)


def test_the_refusal_names_the_field_and_the_reason() -> None:
    """Somebody who reads it knows which part of the supergraph is out of reach."""
    with pytest.raises(CannotPlan, match=r"User\.score cannot be fetched: b: not reachable"):
        printed(UNREACHABLE, "{ user { score } }")


def test_what_does_not_need_the_refused_part_is_planned() -> None:
    """The rest of such a supergraph can be used."""
    assert 'Fetch(service: "a")' in printed(UNREACHABLE, "{ user { id } }")


def test_defer_is_not_known() -> None:
    """A directive that the public schema does not have makes the document invalid."""
    with pytest.raises(InvalidDocument, match="defer"):
        printed(composed("shop"), "{ me { id ... @defer { name } } }")


def test_what_is_inaccessible_cannot_be_asked() -> None:
    """The field is there for planning, and unknown to clients."""
    with pytest.raises(InvalidDocument, match="Cannot query field 'jurisdiction'"):
        printed(composed("club"), '{ club(brand: "n") { jurisdiction } }')
