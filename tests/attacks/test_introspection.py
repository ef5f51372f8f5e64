"""Attack: have the schema told, many times over."""

import pytest
from graphql import get_introspection_query

from tests.attacks.attacked import CLUB, Attacked, attacked
from tests.support.gateway.foreign_supergraph import foreign_supergraph

MULTIPLIED = (
    "{ __schema { types { " + " ".join(f"a{n}: fields {{ ...F }}" for n in range(16)) + " } } } "
    "fragment F on __Field { type { b: fields { ...G } c: fields { ...G } } } "
    "fragment G on __Field { name description type { name } }"
)
MANY = "{ " + " ".join(f"s{n}: __schema {{ types {{ name description }} }}" for n in range(20)) + " }"


@pytest.fixture(scope="module", params=["club", "foreign"])
def open_target(request: pytest.FixtureRequest) -> Attacked:
    """A gateway that may be introspected."""
    return attacked(CLUB if request.param == "club" else foreign_supergraph(60), introspection=True)


@pytest.mark.parametrize("query", [MULTIPLIED, get_introspection_query()])
async def test_introspection_is_refused_by_default(club: Attacked, query: str) -> None:
    """Whatever its size, for the cost of validating it."""
    outcome = await club.query(query)
    assert outcome.code == "INTROSPECTION_DISABLED"
    assert outcome.calls < 10 * await club.unit()


async def test_multiplied_introspection_is_refused_where_it_is_open(open_target: Attacked) -> None:
    """It once made 60 MB of 1.4 kB."""
    outcome = await open_target.query(MULTIPLIED)
    assert outcome.code == "INTROSPECTION_TOO_LARGE"
    assert outcome.calls < 10 * await open_target.unit()


async def test_the_usual_introspection_costs_once(open_target: Attacked) -> None:
    """The first one is made outside the event loop, so that `/health` answers; then it is there."""
    query = get_introspection_query(input_value_deprecation=True)
    first = await open_target.query(query)
    again = await open_target.query(f"{query} # again")
    assert (first.code, again.code) == (None, None)
    assert first.healths
    assert first.calls < 100 * await open_target.unit()
    assert again.calls < 2 * await open_target.unit()
    assert first.size == again.size < 2_000_000


async def test_many_schemas_in_one_document_are_no_longer_than_the_limit(open_target: Attacked) -> None:
    """Twenty root fields are allowed; their response counts as a whole."""
    outcome = await open_target.query(MANY)
    assert outcome.code in {None, "INTROSPECTION_TOO_LARGE"}
    assert outcome.size < 1_000_000
