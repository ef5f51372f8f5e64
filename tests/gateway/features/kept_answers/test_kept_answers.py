"""An answer is given again only for the same request, and only if all that it was made of is the same."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from copy import copy
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from weakref import ref

import httpx
import pytest

from foundation.dependencies import RECORDED, repeat, uncover
from foundation.storage.clock import ManualClock
from gateway import GatewaySettings, MemoryTransport, create_gateway
from gateway.feature import Feature, Version, VersionParts
from gateway.features.cost.settings import CostSettings
from gateway.features.kept_answers import feature
from gateway.features.observation.settings import ObservationSettings
from gateway.pipeline.encoding import EncodedBody
from gateway.pipeline.sessions import Sessions
from gateway.plan import Fetch, OperationKind
from gateway.transport import SubgraphOperation

SUPERGRAPH: Final = """
schema @link(url: "https://specs.apollo.dev/link/v1.0")
  @link(url: "https://specs.apollo.dev/join/v0.3", for: EXECUTION) { query: Query mutation: Mutation }
directive @join__graph(name: String!, url: String!) on ENUM_VALUE
directive @join__type(graph: join__Graph!, key: join__FieldSet, extension: Boolean! = false,
  resolvable: Boolean! = true, isInterfaceObject: Boolean! = false) repeatable on OBJECT
directive @link(url: String, as: String, for: link__Purpose, import: [link__Import]) repeatable on SCHEMA
scalar join__FieldSet
scalar link__Import
enum link__Purpose { SECURITY EXECUTION }
enum join__Graph { BANK @join__graph(name: "bank", url: "http://bank.test") }
type Query @join__type(graph: BANK) { balance(unit: String): Int }
type Mutation @join__type(graph: BANK) { spend: Int }
"""
QUERY: Final = "query ($unit: String) { balance(unit: $unit) }"
ANN: Final = "ann"
NOON: Final = datetime(2026, 3, 25, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Rates:
    """Public data that change at an instant."""

    changes: datetime = NOON + timedelta(hours=1)

    def next_change(self, after: datetime) -> datetime:
        """Return the instant."""
        return self.changes if after < self.changes else datetime.max.replace(tzinfo=UTC)


@dataclass(eq=False)
class Bank:
    """A subgraph in the process that says what its answers depend on; it reads rows and rates.

    Attributes:
        rows: What is stored of each customer.
        asked: How often it has made an answer.
        shown: How often an answer was shown.
        says: Whether it says what its answers depend on.
        fails: Whether rows cannot be read.
        reads_past: Whether it reads something that it does not record.
        records: Whether it says that it records all it reads.
    """

    rows: dict[str, Any] = field(default_factory=lambda: {"ann": 7, "bob": 7})
    rates: Rates = field(default_factory=Rates)
    clock: ManualClock = field(default_factory=lambda: ManualClock(NOON))
    asked: int = 0
    shown: int = 0
    says: bool = True
    fails: bool = False
    reads_past: bool = False
    records: bool = True

    def start(self, customer: str) -> Reading:
        """Start to read a customer's row."""
        return Reading(self, customer)

    def get_fresh(self, _key: str, _now: datetime) -> Rates:
        """Return the rates."""
        return self.rates

    def prepare(self, document: str, _name: str | None) -> Any:
        """Return what answers an operation."""

        async def answer(
            _variables: Mapping[str, Any], headers: Mapping[str, str], session: Any
        ) -> dict[str, Any]:
            self.asked += 1
            if "spend" in document:
                return {"data": {"spend": 1}}
            customer = str(session)
            recorded = RECORDED.get()
            if recorded is not None and self.says:
                rows = recorded.join(self.clock, self.clock.now())
                rows.setdefault((self, customer), self.start(customer))
                recorded.hold(self, "rates", self.rates)
                repeat(self.show)
            self.show()
            if self.reads_past:
                uncover()
            try:
                return {"data": {"balance": await self.start(customer)}}
            except OSError:
                return {"data": {"balance": None}, "errors": [{"message": "away"}]}

        return answer

    def show(self) -> None:
        """Count what is shown."""
        self.shown += 1


@dataclass(frozen=True, slots=True)
class Reading:
    """A read that has begun, which may be awaited any number of times."""

    bank: Bank
    customer: str

    def __await__(self) -> Any:
        """Return the row."""
        if self.bank.fails:
            raise OSError("away")
        yield from ()
        return self.bank.rows[self.customer]


@asynccontextmanager
async def asking(
    bank: Bank, features: Sequence[Feature] = (), **settings: Any
) -> AsyncIterator[httpx.AsyncClient]:
    """Serve the bank to customers, whose token is their name and anything after a dot."""

    async def authenticate(headers: Mapping[str, str]) -> str | None:
        token = headers.get("authorization")
        return None if token is None else token.partition(".")[0]

    app = create_gateway(
        SUPERGRAPH,
        {"bank": MemoryTransport(bank.prepare, records_reads=bank.records)},
        GatewaySettings(kept_answers={"bytes": 100_000}, **settings),
        sessions=Sessions(
            authenticate, customer_of=lambda session: None if session is None else str(session)
        ),
        features=features,
    )
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as client:
            yield client


async def ask(client: httpx.AsyncClient, token: str | None = ANN, query: str = QUERY, **more: Any) -> Any:
    """Return the body of a reply."""
    headers = {"authorization": token} if token else {}
    body = {"query": query, "variables": more.pop("variables", {})}
    reply = await client.post("/graphql", json=body, headers=headers | more)
    return reply.json()


async def keep(client: httpx.AsyncClient, token: str | None = ANN) -> None:
    """Ask twice: the answer to what is asked for a second time is kept."""
    for _ in range(2):
        await ask(client, token)


async def test_the_same_answer_is_given_again() -> None:
    """The subgraph is not asked from the third time on, and what is shown is counted each time."""
    bank = Bank()
    async with asking(bank) as client:
        for _ in range(4):
            assert await ask(client) == {"data": {"balance": 7}}
        assert (bank.asked, bank.shown) == (2, 4)
        metrics = (await client.get("/metrics")).text
    assert 'furlong_gateway_kept_answers_total{result="same"} 2.0' in metrics
    assert 'furlong_gateway_kept_answers_total{result="new"} 2.0' in metrics


async def test_what_is_asked_for_once_takes_no_memory() -> None:
    """Visitors who do not return displace nobody."""
    bank = Bank(rows={f"customer {number}": number for number in range(50)})
    async with asking(bank) as client:
        for customer in bank.rows:
            await ask(client, customer)
        metrics = (await client.get("/metrics")).text
    assert "furlong_gateway_kept_answers_entries 0.0" in metrics


async def test_a_new_token_of_a_customer_makes_no_difference() -> None:
    """An answer depends on the customer."""
    bank = Bank()
    async with asking(bank) as client:
        await keep(client, "ann.first")
        await ask(client, "ann.second")
    assert bank.asked == 2


@pytest.mark.parametrize(
    "other",
    [
        {"token": "bob"},
        {"token": None},
        {"accept-language": "de"},
        {"variables": {"unit": "EUR"}},
        {"query": "query Other ($unit: String) { mine: balance(unit: $unit) }"},
    ],
    ids=["customer", "visitor", "language", "variables", "document"],
)
async def test_another_request_gets_its_own_answer(other: dict[str, Any]) -> None:
    """Whatever an answer may depend on is part of the key."""
    bank = Bank(rows={"ann": 7, "bob": 8, "None": 9})
    async with asking(bank) as client:
        await keep(client)
        await ask(client, **other)
    assert bank.asked == 3


@pytest.mark.parametrize(
    "change",
    [
        lambda bank: bank.rows.update(ann=8),
        lambda bank: setattr(bank, "rates", Rates()),
        lambda bank: setattr(bank.clock, "instant", NOON + timedelta(hours=1)),
        lambda bank: setattr(bank.clock, "instant", NOON - timedelta(seconds=1)),
        lambda bank: setattr(bank, "fails", True),
    ],
    ids=[
        "a row",
        "public data",
        "a time that has come",
        "a clock that went back",
        "a database that cannot be read",
    ],
)
async def test_an_answer_of_which_something_has_changed_is_made_anew(change: Any) -> None:
    """Even where the answer may turn out to be the same."""
    bank = Bank()
    async with asking(bank) as client:
        await keep(client)
        change(bank)
        answer = await ask(client)
        assert bank.asked == 3
        assert ("errors" in answer) == bank.fails
        metrics = (await client.get("/metrics")).text
    assert 'furlong_gateway_kept_answers_total{result="changed"} 1.0' in metrics


@pytest.mark.parametrize(
    "bank",
    [
        Bank(says=False),
        Bank(records=False),
        Bank(reads_past=True),
        Bank(fails=True),
        Bank(rows={"ann": 2**80}),
    ],
    ids=[
        "a subgraph that says nothing",
        "one that records some",
        "an unrecorded read",
        "errors",
        "rows of an unknown form",
    ],
)
async def test_an_answer_that_nobody_vouches_for_is_not_kept(bank: Bank) -> None:
    """The subgraph is asked each time."""
    async with asking(bank) as client:
        await keep(client)
        await ask(client)
    assert bank.asked == 3


async def test_a_mutation_is_always_executed() -> None:
    """However often it is sent."""
    bank = Bank()
    async with asking(bank) as client:
        for _ in range(3):
            assert await ask(client, query="mutation { spend }") == {"data": {"spend": 1}}
    assert bank.asked == 3


async def test_what_sees_responses_sees_kept_ones() -> None:
    """Such as the cost, which depends on the data and is added for a client that asks for it."""
    bank = Bank()
    async with asking(bank, cost={"in_response": True, "actual_share": 1}) as client:
        first, _, again = [await ask(client, **{CostSettings().header: "true"}) for _ in range(3)]
        assert first == again
        assert first["extensions"]["cost"]["actual"] == again["extensions"]["cost"]["actual"]
        assert bank.asked == 2
        assert "furlong_gateway_cost_actual_count 3.0" in (await client.get("/metrics")).text


async def test_who_wants_to_see_how_an_answer_is_made_sees_it() -> None:
    """A request that gets its plan and times is fetched, though the answer is kept."""
    bank = Bank()
    observed = ObservationSettings()
    async with asking(bank, observation={"debug_in_response": True}) as client:
        await keep(client)
        for _ in range(2):
            await ask(client)
            body = await ask(client, **{observed.debug_header: "plan"})
            assert body["data"] == {"balance": 7}
            assert "bank" in str(body["extensions"])
    assert bank.asked == 4


@dataclass(frozen=True, slots=True)
class Rate:
    """Middleware that multiplies the balance by a rate, or only counts the calls."""

    counted: list[str]
    only_observes: bool

    def wrap(self, call: SubgraphOperation, fetch: Fetch, _kind: OperationKind) -> SubgraphOperation:
        """Return the call that is counted."""

        async def counted(variables: Any, headers: Any, session: Any) -> Mapping[str, Any]:
            self.counted.append(fetch.subgraph)
            return await call(variables, headers, session)

        return counted


class Rated(Feature):
    """A feature of the application that wraps calls."""

    def __init__(self, rate: Rate) -> None:
        self.rate = rate

    def of(self, version: Version) -> VersionParts:
        """Wrap all calls."""
        del version
        return VersionParts(calls=(self.rate,))


@pytest.mark.parametrize("only_observes", [False, True])
async def test_middleware_is_called_for_each_request_unless_it_only_observes(*, only_observes: bool) -> None:
    """What changes a call may change the answer."""
    bank, rate = Bank(), Rate([], only_observes)
    async with asking(bank, [Rated(rate)]) as client:
        for _ in range(3):
            await ask(client)
    assert len(rate.counted) == (2 if only_observes else 3)


async def test_superseded_public_data_are_not_kept_alive() -> None:
    """Answers of customers who do not return hold no old data."""
    bank = Bank()
    former = ref(bank.rates)
    async with asking(bank) as client:
        await keep(client)
        bank.rates = Rates()
        await keep(client, "bob")
        gc.collect()
        assert former() is None


async def test_answers_are_forgotten_after_some_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that nothing of a customer who does not return stays."""
    monkeypatch.setattr(feature, "MAX_KEPT_SECONDS", 0.01)
    bank = Bank()
    async with asking(bank) as client:
        await keep(client)
        async with asyncio.timeout(60):
            while bank.asked == 2:
                await ask(client)


def test_an_encoded_body_is_never_without_its_data() -> None:
    """However somebody adds to it, and what cannot be added is refused."""
    body = EncodedBody((b'{"data":{"balance":7}}',))
    plain = {"data": {"balance": 7}}
    assert body | {"extensions": 1} == plain | {"extensions": 1} == {**body, "extensions": 1}
    assert body.copy() == copy(body) == dict(body) == plain
    with pytest.raises(TypeError, match="extensions"):
        body["extensions"] = 1
