"""What requests to the club cost: those of its own clients, and those that would keep a server busy."""

from __future__ import annotations

from pathlib import Path

import pytest
from graphql import get_introspection_query

from furlong.serve.site import COST_LIMIT
from gateway.features.cost.limit_report import DocumentReader
from gateway.features.cost.settings import CostSettings
from gateway.settings import GatewaySettings
from gateway.supergraph import load_supergraph

ROOT = Path(__file__).resolve().parents[4]
SUPERGRAPH = load_supergraph((ROOT / "schema.graphql").read_text())
SETTINGS = GatewaySettings()
BETS = "recentBets(first: 50) { betId stake { minor } counted { minor } }"


@pytest.fixture(scope="module")
def reader() -> DocumentReader:
    """Over the club's graph."""
    return DocumentReader(SUPERGRAPH, SETTINGS.of(CostSettings).list_size)


@pytest.mark.parametrize("name", ["betslip", "mutations"])
def test_the_club_s_own_clients_are_far_from_the_limit(reader: DocumentReader, name: str) -> None:
    """A bet-slip costs about a hundredth of it, and a mutation no more."""
    document = reader.read((ROOT / "contracts" / f"{name}.graphql").read_text())
    assert document.operations
    assert not document.broken(SETTINGS)
    assert all(operation.cost <= COST_LIMIT / 80 for operation in document.operations)


def test_developers_can_introspect_the_club(reader: DocumentReader) -> None:
    """As GraphiQL does when it starts."""
    query = get_introspection_query(
        specified_by_url=True,
        directive_is_repeatable=True,
        schema_description=True,
        input_value_deprecation=True,
    )
    (operation,) = reader.read(query).operations
    assert operation.cost < COST_LIMIT


def aliased(field: str, number: int) -> str:
    """A field many times."""
    return " ".join(f"a{each}: {field}" for each in range(number))


WEEKS = 'recentClubs(brand: "b", first: 52) { week { id } brand { id } }'


@pytest.mark.parametrize(
    "query",
    [
        f'{{ club(brand: "b") {{ progress {{ {aliased(BETS, 49)} }} }} }}',
        f'{{ recentClubs(brand: "b", first: 52) {{ progress {{ {BETS} }} }} }}',
        '{ recentClubs(brand: "b", first: 2147483647) { id } }',
        f"{{ {aliased(WEEKS, 20)} }}",
        f"{{ {aliased('__schema { types { fields { args { name } } } }', 20)} }}",
    ],
)
def test_what_would_keep_a_server_busy_is_too_expensive(reader: DocumentReader, query: str) -> None:
    """Though no limit on documents but that on points refuses it."""
    document = reader.read(query)
    assert not document.errors
    assert [each.what for each in document.broken(SETTINGS)] in ([], ["cost"], ["points"], ["cost", "points"])
    assert document.operations[0].cost > COST_LIMIT
