"""The club's own graph: what the bet-slip gets, whole and when a subgraph is down."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.errors import SubgraphUnreachable
from gateway.pipeline.operation_executor import ExecutionMode
from tests.federation_kit.asked import SubgraphRequest
from tests.gateway.world import Federation, essence
from tests.gateway.worlds import club

BETSLIP = """
query Betslip($brand: ID!) {
  club(brand: $brand) {
    id state week { id state } membership { optedIn version }
    progress { percent staked { minor display } recentBets { betId } }
    options { id title value { display } } choice { version option { id } }
  }
}
"""
CHANGE = """
mutation Change($input: ChangeRewardInput!) {
  changeReward(input: $input) {
    errors { code }
    club { id state membership { optedIn version } progress { percent } choice { version } }
  }
}
"""
RECENT = '{ recentClubs(brand: "b") { id state progress { percent } } }'
INPUT = {"input": {"brand": "b", "optionId": "o1"}}


@pytest.fixture
def federation(way: ExecutionMode) -> Federation:
    """The club with its subgraphs in memory."""
    served = club()
    served.way = way
    return served


def down(_request: SubgraphRequest) -> Any:
    """A subgraph that gives no GraphQL answer."""
    raise SubgraphUnreachable("connection refused")


def paths_of(answer: dict[str, Any]) -> list[list[Any]]:
    """Where the errors are."""
    return [error["path"] for error in answer.get("errors", ())]


@pytest.mark.parametrize(
    ("query", "variables"),
    [
        (BETSLIP, {"brand": "b"}),
        (CHANGE, INPUT),
        (RECENT, {}),
    ],
)
async def test_the_answer_is_the_monoliths(
    federation: Federation, query: str, variables: dict[str, Any]
) -> None:
    """Queries and mutations over all three subgraphs."""
    assert essence(await federation.gateway(query, variables)) == essence(
        federation.monolith(query, variables)
    )


async def test_the_betslip_asks_each_subgraph_once(federation: Federation) -> None:
    """Three fetches, the club first."""
    await federation.gateway(BETSLIP, {"brand": "b"})
    asked = [name for name, _ in federation.asked]
    assert (asked[0], sorted(asked)) == ("club", ["club", "progress", "rewards"])


async def test_the_catalogue_down_does_not_take_the_tracker_away(federation: Federation) -> None:
    """Options and choice are null with an error each; state and progress are there."""
    whole = federation.monolith(BETSLIP, {"brand": "b"})["data"]["club"]
    federation.broken["rewards"] = down
    answer = await federation.gateway(BETSLIP, {"brand": "b"})
    assert answer["data"]["club"] == {**whole, "options": None, "choice": None}
    assert paths_of(answer) == [["club", "options"], ["club", "choice"]]


async def test_the_tracker_down_does_not_take_the_catalogue_away(federation: Federation) -> None:
    """The other way round."""
    whole = federation.monolith(BETSLIP, {"brand": "b"})["data"]["club"]
    federation.broken["progress"] = down
    answer = await federation.gateway(BETSLIP, {"brand": "b"})
    assert answer["data"]["club"] == {**whole, "state": None, "progress": None}
    assert paths_of(answer) == [["club", "state"], ["club", "progress"]]


async def test_the_club_down_leaves_nothing(federation: Federation) -> None:
    """One error at the root, and nobody else is asked."""
    federation.broken["club"] = down
    answer = await federation.gateway(BETSLIP, {"brand": "b"})
    assert (answer["data"], paths_of(answer)) == ({"club": None}, [["club"]])
    assert [name for name, _ in federation.asked] == ["club"]


async def test_after_a_mutation_each_lost_field_has_the_original_error(federation: Federation) -> None:
    """What needs the fields of the club is not asked, and says why at its own path."""
    federation.broken["club"] = down
    query = CHANGE.replace("membership { optedIn version }", "")
    answer = await federation.gateway(query, INPUT)
    lost = {"id": "c1", "state": None, "progress": None, "choice": None}
    assert answer["data"] == {"changeReward": {"errors": [], "club": lost}}
    assert sorted(paths_of(answer)) == [
        ["changeReward", "club", name] for name in ("choice", "progress", "state")
    ]
    assert {error["extensions"]["service"] for error in answer["errors"]} == {"club"}
