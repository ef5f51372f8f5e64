"""Compiled execution against graphql-core's, in memory: the bet-slip's operations, and deep lists."""

import asyncio
import copy
import gc
import json
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from inspect import isawaitable
from pathlib import Path
from typing import Any

import graphql
import strawberry
from graphql import DocumentNode, GraphQLSchema, parse, validate
from strawberry import ID, Info
from strawberry.dataloader import DataLoader

import jit

ROUNDS = 7
RESULTS = Path(__file__).parent / "results" / "jit.json"
NOW = datetime(2026, 3, 25, 12, tzinfo=UTC)


# The bet-slip, in the shapes of the subgraphs, over data in memory


@strawberry.enum
class State(Enum):
    """A state."""

    OPEN = "open"
    CLOSED = "closed"


@strawberry.federation.type(shareable=True)
class Money:
    """An amount."""

    minor: int
    currency: str
    display: str


def pounds(minor: int) -> Money:
    """An amount of pounds."""
    return Money(minor=minor, currency="GBP", display=f"£{minor / 100:.2f}")


@strawberry.type
class Week:
    """A week."""

    id: ID
    iso_week: str
    ends_at: datetime
    state: State


@strawberry.type
class Terms:
    """Terms."""

    version: str
    url: str


@strawberry.type
class Membership:
    """A membership."""

    opted_in: bool
    pending: bool
    version: int
    can_opt_in: bool
    blocked_reason: State | None


@strawberry.federation.type(keys=["id"])
class Club:
    """The club's side of a club."""

    view: strawberry.Private[str]

    @strawberry.field
    def id(self) -> ID:
        """The id."""
        return ID(self.view)

    @strawberry.field
    def week(self) -> Week:
        """The week."""
        return Week(id=ID("northbet:2026-W13"), iso_week="2026-W13", ends_at=NOW, state=State.OPEN)

    @strawberry.field
    def terms(self) -> Terms:
        """The terms."""
        return Terms(version="2026-1", url="https://northbet.example/terms")

    @strawberry.field
    async def membership(self, info: Info[Any, Any]) -> Membership:
        """The membership."""
        _, version = await info.context.load(self.view), 3
        return Membership(
            opted_in=True, pending=False, version=version, can_opt_in=False, blocked_reason=None
        )

    @strawberry.field
    def ineligible_reason(self) -> State | None:
        """None here."""
        return None

    @strawberry.field
    def jurisdiction(self) -> str:
        """Great Britain."""
        return "GB"

    @strawberry.field
    def currency(self) -> str:
        """Pounds."""
        return "GBP"


@strawberry.type
class ClubQuery:
    """The club's entry point."""

    @strawberry.field
    async def club(self, info: Info[Any, Any], brand: ID) -> Club | None:
        """The club."""
        return Club(view=await info.context.load(brand))


CLUB = """query ($brand: ID!) { club(brand: $brand) {
  id week { id isoWeek endsAt state } terms { version url } jurisdiction currency ineligibleReason
  membership { optedIn pending version canOptIn blockedReason }
} }"""


@strawberry.type
class RewardOption:
    """A reward, each field by a resolver as in the subgraph."""

    at: strawberry.Private[int]

    @strawberry.field
    def id(self) -> ID:
        """The id."""
        return ID(f"northbet:fb-{self.at}:1")

    @strawberry.field
    def kind(self) -> State:
        """The kind."""
        return State.OPEN

    @strawberry.field
    def product(self) -> State:
        """The product."""
        return State.CLOSED

    @strawberry.field
    def value(self) -> Money | None:
        """The value."""
        return pounds(500)

    @strawberry.field
    def spins(self) -> int | None:
        """No spins."""
        return None

    @strawberry.field
    def title(self) -> str:
        """The title."""
        return "Free bet"

    @strawberry.field
    def summary(self) -> str:
        """The summary."""
        return "A reward."

    @strawberry.field
    def image_url(self) -> str | None:
        """No picture."""
        return None

    @strawberry.field
    def significant_terms(self) -> str:
        """The terms."""
        return "18+. Use within 7 days."

    @strawberry.field
    def terms_url(self) -> str:
        """The full terms."""
        return "https://northbet.example/terms/reward"

    @strawberry.field
    def expires_in_days(self) -> int:
        """A week."""
        return 7

    @strawberry.field
    def available(self) -> bool:
        """It is."""
        return True

    @strawberry.field
    def unavailable_reason(self) -> State | None:
        """None."""
        return None


@strawberry.type
class Choice:
    """The choice."""

    option: RewardOption
    version: int
    locked: bool
    locks_at: datetime
    is_default: bool
    notice: State | None
    pending: bool


@strawberry.federation.type(keys=["id"], name="Club")
class RewardsClub:
    """The rewards' side of a club."""

    id: ID

    @strawberry.field
    async def options(self, info: Info[Any, Any]) -> list[RewardOption] | None:
        """Six options."""
        await info.context.load(self.id)
        return [RewardOption(at=at) for at in range(6)]

    @strawberry.field
    async def choice(self, info: Info[Any, Any]) -> Choice | None:
        """The choice."""
        await info.context.load(self.id)
        return Choice(
            option=RewardOption(at=1),
            version=1,
            locked=False,
            locks_at=NOW,
            is_default=False,
            notice=None,
            pending=False,
        )

    @classmethod
    def resolve_reference(cls, info: Info[Any, Any], **representation: Any) -> "RewardsClub":
        """The club that is referred to."""
        del info
        return cls(id=ID(representation["id"]))


REWARDS = """query ($r: [_Any!]!) { _entities(representations: $r) { ... on Club {
  options { id kind product value { minor currency display } spins title summary imageUrl significantTerms
    termsUrl expiresInDays available unavailableReason }
  choice { version locked locksAt isDefault notice pending option { id title } }
} } }"""


@strawberry.type
class Progress:
    """The progress."""

    total: strawberry.Private[int]

    @strawberry.field
    def staked(self) -> Money:
        """What counted."""
        return pounds(self.total)

    @strawberry.field
    def target(self) -> Money:
        """The target."""
        return pounds(2500)

    @strawberry.field
    def remaining(self) -> Money:
        """What is missing."""
        return pounds(2500 - self.total)

    @strawberry.field
    def percent(self) -> int:
        """The share."""
        return self.total * 100 // 2500

    @strawberry.field
    def qualified(self) -> bool:
        """Whether it is reached."""
        return self.total >= 2500  # noqa: PLR2004 - the target

    @strawberry.field
    def counted_bets(self) -> int:
        """How many."""
        return 4

    @strawberry.field
    def as_of(self) -> datetime | None:
        """When."""
        return NOW


@strawberry.federation.type(keys=["id"], name="Club")
class ProgressClub:
    """The progress side of a club."""

    id: ID

    @strawberry.field
    async def progress(self, info: Info[Any, Any]) -> Progress | None:
        """The progress."""
        await info.context.load(self.id)
        return Progress(total=1200)

    @strawberry.field
    async def state(self, info: Info[Any, Any]) -> State | None:
        """The state."""
        await info.context.load(self.id)
        return State.OPEN

    @classmethod
    def resolve_reference(cls, info: Info[Any, Any], **representation: Any) -> "ProgressClub":
        """The club that is referred to."""
        del info
        return cls(id=ID(representation["id"]))


PROGRESS = """query ($r: [_Any!]!) { _entities(representations: $r) { ... on Club {
  state
  progress { staked { minor currency display } target { minor currency display }
    remaining { minor currency display } percent qualified countedBets asOf }
} } }"""


class Memory:
    """A context whose loads have nothing to wait for."""

    async def load(self, key: str) -> str:
        """The key itself."""
        return key


# Deep lists


@strawberry.type
class Plain:
    """Five plain fields."""

    id: int
    name: str
    price: float
    active: bool
    note: str | None


@strawberry.type
class Waiting(Plain):
    """And one by an async resolver, one by a loader."""

    @strawberry.field
    async def double(self) -> int:
        """Twice the id."""
        return self.id * 2

    @strawberry.field
    async def loaded(self, info: Info[Any, Any]) -> int:
        """From a loader."""
        return int(await info.context.load(self.id))


@strawberry.type
class ListQuery:
    """A thousand of them."""

    @strawberry.field
    def all(self, info: Info[Any, Any]) -> list[Waiting]:
        """All."""
        return list(info.root_value)


FIVE = "id name price active note"
ITEMS = [Waiting(id=at, name=f"item {at}", price=at / 3, active=True, note=None) for at in range(1000)]


async def load_all(keys: list[int]) -> list[int]:
    """The keys, tripled."""
    return [key * 3 for key in keys]


@dataclass(frozen=True, slots=True)
class Case:
    """One operation.

    Attributes:
        times: executions a round.
    """

    name: str
    schema: GraphQLSchema
    document: DocumentNode
    times: int
    context: Callable[[], Any]
    variables: dict[str, Any] | None = None
    root: Any = None

    async def seconds(self, execute: Callable[..., Any]) -> float:
        """How long one execution takes."""
        given = [copy.deepcopy(self.variables) for _ in range(self.times)]
        contexts = [self.context() for _ in range(self.times)]
        begun = time.perf_counter()
        for variables, context in zip(given, contexts, strict=True):
            result = execute(self.schema, self.document, self.root, context, variables)
            if isawaitable(result):
                result = await result
        taken = (time.perf_counter() - begun) / self.times
        if result.errors:
            raise result.errors[0]
        return taken

    async def answer(self, execute: Callable[..., Any]) -> Any:
        """What comes out."""
        result = execute(self.schema, self.document, self.root, self.context(), copy.deepcopy(self.variables))
        return await result if isawaitable(result) else result


def case(name: str, schema: Any, query: str, times: int, **more: Any) -> Case:
    """A case over a Strawberry schema."""
    core = schema._schema  # noqa: SLF001 - the graphql-core schema within
    document = parse(query)
    errors = validate(core, document)
    if errors:
        raise errors[0]
    return Case(name, core, document, times, **({"context": Memory} | more))


def cases() -> tuple[list[Case], list[Case]]:
    """The bet-slip's operations, and the lists."""
    schema = strawberry.federation.Schema
    club = [{"__typename": "Club", "id": "northbet:2026-W13:c-1"}]
    betslip = [
        case("club", schema(ClubQuery), CLUB, 200, variables={"brand": "northbet"}),
        case("rewards", schema(types=[RewardsClub]), REWARDS, 50, variables={"r": club}),
        case("progress", schema(types=[ProgressClub]), PROGRESS, 100, variables={"r": club}),
    ]
    many = strawberry.Schema(ListQuery)
    loader: Callable[[], Any] = lambda: DataLoader(load_all)  # noqa: E731 - a factory
    lists = [
        case("list of plain fields", many, f"{{ all {{ {FIVE} }} }}", 3, root=ITEMS),
        case("list with an async resolver", many, f"{{ all {{ {FIVE} double }} }}", 2, root=ITEMS),
        case("list with a loader", many, f"{{ all {{ {FIVE} loaded }} }}", 2, root=ITEMS, context=loader),
    ]
    return betslip, lists


async def measure(all_cases: list[Case]) -> dict[str, dict[str, float]]:
    """Microseconds an execution, the two taken in turns, the median of the rounds."""
    figures = {}
    gc.collect()
    gc.freeze()  # as servers do: collecting imported modules again and again is neither's work
    for each in all_cases:
        expected, found = await each.answer(graphql.execute), await each.answer(jit.execute)
        if expected != found:
            raise AssertionError(f"{each.name}: the answers differ")
        taken: dict[str, list[float]] = {"graphql_core": [], "ours": []}
        for _ in range(ROUNDS):
            gc.collect()
            taken["graphql_core"].append(await each.seconds(graphql.execute))
            taken["ours"].append(await each.seconds(jit.execute))
        figures[each.name] = {name: statistics.median(times) * 1e6 for name, times in taken.items()}
    return figures


def main() -> None:
    """Measures, prints the table, and writes the results."""
    betslip, lists = cases()
    figures = asyncio.run(measure([*betslip, *lists]))
    print(f"{'µs an execution':32}{'graphql-core':>14}{'compiled':>12}{'ratio':>8}")
    for name, row in figures.items():
        ratio = row["graphql_core"] / row["ours"]
        print(f"{name:32}{row['graphql_core']:14.1f}{row['ours']:12.1f}{ratio:8.1f}")
    total = {name: sum(figures[each.name][name] for each in betslip) for name in ("graphql_core", "ours")}
    ratios = {
        "ours_vs_graphql_core_betslip": total["graphql_core"] / total["ours"],
        "ours_vs_graphql_core_lists": statistics.geometric_mean(
            figures[each.name]["graphql_core"] / figures[each.name]["ours"] for each in lists
        ),
    }
    for name, ratio in ratios.items():
        print(f"{name:54}{ratio:12.1f}")
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps({"name": "jit", "figures": figures, "ratios": ratios}, indent=2) + "\n")


if __name__ == "__main__":
    main()
