"""The search of the bar finds what one's permissions show, within bounds, and records looks at customers."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert

from backoffice.access import Actor, Role
from backoffice.areas import create_schema
from backoffice.content.area import ContentArea
from backoffice.graph.area import Area
from backoffice.graph.execution import OfficeGraph
from backoffice.operations.area import OperationsArea
from subgraphs.rewards.models import REWARD_CONFIG
from tests.backoffice.support_fixture import SAM, SupportFixture, support_fixture
from tests.support.office.backoffice_fixture import actor
from tests.support.office.permission_rules import ask
from tests.support.subgraphs.club_samples import config_row, make_config

QUERY = """query S($brand: String!, $text: String!) {
  search(brand: $brand, text: $text) { id kind exact customer }
}"""
EVERYTHING = actor("all", Role.SUPPORT, Role.OPERATOR)


@pytest.fixture
async def support_area(tmp_path: Path) -> AsyncIterator[SupportFixture]:
    """Databases with a customer, bets, and two versions of a reward."""
    async with support_fixture(f"sqlite+aiosqlite:///{tmp_path}") as opened:
        await opened.add_bets({"bet_id": "b-1"}, {"customer_id": "c-17", "bet_id": "b-2"})
        configs = [
            make_config("fb-5"),
            make_config("fb-5", version=2),
            make_config("fb-50"),
            make_config("spins"),
        ]
        async with opened.parts.databases.rewards.write() as connection:
            await connection.execute(insert(REWARD_CONFIG), [config_row(config) for config in configs])
        yield opened


@pytest.fixture
async def graph(support_area: SupportFixture) -> AsyncIterator[OfficeGraph]:
    """The graph over the areas that are searched."""
    others: list[Area] = [ContentArea(support_area.base), OperationsArea(support_area.base)]
    yield OfficeGraph.over(create_schema(), [support_area.parts, *others])
    for area in others:
        await area.close()


async def search(graph: OfficeGraph, who: Actor, text: str, brand: str = "northbet") -> Any:
    """Return what somebody finds as pairs of kind and id, or the code of the refusal."""
    answer = await ask(graph, who, QUERY, {"brand": brand, "text": text})
    errors = answer.get("errors", ())
    if errors:
        return errors[0]["extensions"]["code"]
    return [(one["kind"], one["id"]) for one in answer["data"]["search"]]


async def test_a_text_finds_customers_bets_rewards_and_weeks(graph: OfficeGraph) -> None:
    """Customers and rewards by their beginning, a bet by its whole id, a week as people say it."""
    assert await search(graph, EVERYTHING, "c-1") == [
        ("CUSTOMER", "northbet:c-1"),
        ("CUSTOMER", "northbet:c-17"),
    ]
    assert await search(graph, EVERYTHING, " fb-5 ") == [
        ("REWARD", "northbet:fb-5"),
        ("REWARD", "northbet:fb-50"),
    ]
    assert await search(graph, EVERYTHING, "b-") == []
    ((kind, week),) = await search(graph, EVERYTHING, "2026")  # the one that opens next
    assert (kind, week[:-2]) == ("WEEK", "northbet:2026-W")
    for text in (f"2026-W{week[-2:]}", f"w{week[-2:]}", f"week {week[-2:]}", week[-2:]):
        assert await search(graph, EVERYTHING, text) == [(kind, week)], text
    assert await search(graph, EVERYTHING, f"2025-W{week[-2:]}") == []
    answer = await ask(graph, EVERYTHING, QUERY, {"brand": "northbet", "text": "b-2"})
    assert answer["data"]["search"] == [
        {"id": "northbet:b-2", "kind": "BET", "exact": True, "customer": "northbet:c-17"}
    ]


async def test_each_kind_needs_its_permission(graph: OfficeGraph) -> None:
    """The server leaves out what one may not see; people without a part in the brand are refused."""
    editor, operator = actor("eddy", Role.EDITOR), actor("olga", Role.OPERATOR)
    for who, kinds in (
        (editor, {"REWARD"}),
        (operator, {"REWARD", "WEEK"}),
        (SAM, {"CUSTOMER", "BET", "REWARD"}),
    ):
        found = [pair for text in ("c-1", "b-2", "fb-5", "2026") for pair in await search(graph, who, text)]
        assert {kind for kind, _ in found} == kinds, who.name
    assert await search(graph, actor("far", Role.SUPPORT, brand="southbet"), "c-1") == "FORBIDDEN"
    assert await search(graph, actor("ada", Role.ADMINISTRATOR), "c-1") == "FORBIDDEN"


async def test_looks_at_customers_are_recorded_once_each(
    graph: OfficeGraph, support_area: SupportFixture
) -> None:
    """Also one that finds nothing; who may not see customers, and too short a text, leave nothing."""
    await search(graph, actor("eddy", Role.EDITOR), "c-1")
    await search(graph, SAM, "c-")
    assert await support_area.audited() == []
    await search(graph, SAM, "c-1")
    await search(graph, SAM, "nobody")
    looks = [("support.look_at_search", f"customers:northbet:{text}") for text in ("c-1", "nobody")]
    assert sorted(await support_area.audited()) == looks


async def test_a_search_is_bounded(graph: OfficeGraph, support_area: SupportFixture) -> None:
    """Five of a kind at the most; a text that is no name finds nothing."""
    await support_area.add_bets(*({"customer_id": f"c-2{n}", "bet_id": f"x-{n}"} for n in range(9)))
    assert [one for _, one in await search(graph, SAM, "c-2")] == [f"northbet:c-2{n}" for n in range(5)]
    for text in ("", " ", "c", "x" * 129, "%", "c-_", "'; --"):
        assert await search(graph, EVERYTHING, text) == [], text
