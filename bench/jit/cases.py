"""The measured operations: three of the bet-slip, and the lists."""

import strawberry
from strawberry.dataloader import DataLoader

from bench.jit import lists
from bench.jit.case import Case, case
from bench.jit.club import CLUB, ClubQuery
from bench.jit.progress import PROGRESS, ProgressClub
from bench.jit.rewards import REWARDS, RewardsClub


def cases() -> tuple[list[Case], list[Case]]:
    """Return the bet-slip's operations, and the lists."""
    return betslip(), deep_lists()


def betslip() -> list[Case]:
    """Return the operations that the gateway sends to the subgraphs for one bet-slip."""
    schema = strawberry.federation.Schema
    club = [{"__typename": "Club", "id": "northbet:2026-W13:c-1"}]
    return [
        case("club", schema(ClubQuery), CLUB, 200, variables={"brand": "northbet"}),
        case("rewards", schema(types=[RewardsClub]), REWARDS, 50, variables={"r": club}),
        case("progress", schema(types=[ProgressClub]), PROGRESS, 100, variables={"r": club}),
    ]


def deep_lists() -> list[Case]:
    """Return the lists, of a thousand objects each."""
    schema = strawberry.Schema(lists.ListQuery)

    def loader() -> DataLoader[int, int]:
        return DataLoader(lists.load_all)

    return [
        case("list of plain fields", schema, lists.PLAIN, 3, root=lists.ITEMS),
        case("lists in lists in lists", schema, lists.DEEP, 3, root=lists.aisles()),
        case("list with an async resolver", schema, lists.AWAITED, 2, root=lists.ITEMS),
        case("list with a loader", schema, lists.LOADED, 2, root=lists.ITEMS, context=loader),
    ]
