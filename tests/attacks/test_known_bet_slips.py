"""Attack: send what is new and as large as the gateways allow that the product itself serves."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, given, settings, target
from hypothesis import strategies as st

from furlong.serve.site import COST_LIMIT
from furlong.settings import DOCUMENT_LIMITS
from tests.attacks.attacked import ROOT, Attacked, attacked
from tests.attacks.documents import CONDITIONS, LIKE, costly_document, costly_document_of, wide_documents
from tests.support.examples import examples

OURS: Final[Mapping[str, tuple[str, Mapping[str, Any]]]] = {
    "furlong serve": ("schema.public.graphql", {"limits": DOCUMENT_LIMITS, "cost": {"limit": COST_LIMIT}}),
    "the internal graph": ("schema.internal.graphql", {"limits": DOCUMENT_LIMITS}),
}
BETS: Final = (
    "recentBets(first: 50) { betId placedAt stake { minor display } counted { minor display } reason }"
)
WHOLE: Final = (
    "id state week { id isoWeek endsAt } membership { optedIn } options { id available } "
    f"progress {{ staked {{ minor display }} {BETS} }}"
)


FIELDS: Final = 70


@pytest.fixture(scope="session", params=OURS)
def limits(request: pytest.FixtureRequest) -> tuple[str, Mapping[str, Any]]:
    """The supergraph's file, and the limits, of each gateway of ours."""
    return OURS[request.param]


@pytest.fixture(scope="session")
def ours(limits: tuple[str, Mapping[str, Any]]) -> Attacked:
    """That gateway, over made-up subgraphs."""
    file, settings = limits
    return attacked((ROOT / file).read_text(), **settings)


async def test_no_wide_document_costs_as_much_as_a_hundred_known_bet_slips(
    ours: Attacked, hundred: int, limits: tuple[str, Mapping[str, Any]]
) -> None:
    """As many root fields as are allowed, and nearly as many fields below them as there are points for."""
    roots = limits[1]["limits"]["root_fields"]
    costs = {}
    for document in wide_documents(ours.supergraph.public, roots, FIELDS):
        outcome = await ours.query(document)
        assert outcome.code is None, document
        costs[document] = outcome.calls
    assert max(costs.values()) < hundred, max(costs, key=costs.__getitem__)
    more = f"{{ {' '.join(f'x{number}: __typename' for number in range(roots + 1))} }}"
    assert (await ours.query(more)).code == "TOO_MANY_ROOT_FIELDS"


@pytest.mark.parametrize("like", LIKE)
async def test_no_costly_document_costs_as_much_as_a_hundred_known_bet_slips(
    ours: Attacked, hundred: int, like: str
) -> None:
    """Documents with much of one thing."""
    outcome = await ours.query(costly_document_of(like, ours.supergraph.public), CONDITIONS)
    assert outcome.status < 500
    assert outcome.calls < hundred


async def test_no_number_of_clubs_costs_as_much_as_a_hundred_known_bet_slips(hundred: int) -> None:
    """As many as are allowed, each with what most subgraphs have of it; more are refused."""
    file, limits = OURS["furlong serve"]
    served = attacked((ROOT / file).read_text(), **limits)
    codes = []
    for clubs in (3, 5, 7):
        query = " ".join(f'x{number}: club(brand: "b") {{ {WHOLE} }}' for number in range(clubs))
        outcome = await served.query(f"{{ {query} }}")
        assert outcome.calls < hundred
        codes.append(outcome.code)
    assert (codes[0], codes[-1]) == (None, "DOCUMENT_TOO_COSTLY")


@settings(max_examples=examples(6), suppress_health_check=list(HealthCheck))
@given(random=st.randoms(use_true_random=True))
async def test_nor_does_a_generated_one(ours: Attacked, hundred: int, random: Random) -> None:
    """Documents near one limit or several, some of whose variables are missing."""
    document = costly_document(random, ours.supergraph.public)
    outcome = await ours.query(document, {**CONDITIONS, **{f"v{number}": None for number in range(9)}})
    target(outcome.calls / hundred)
    assert outcome.status < 500
    assert outcome.calls < hundred
