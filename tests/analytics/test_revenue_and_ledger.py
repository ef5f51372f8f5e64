"""What bets come to equals what they moved in our wallet, day by day, as its days are closed."""

import asyncio
import json
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from consumers.stream.records import Record
from subgraphs.bets.accepting.acceptance import Acceptance, Accepted
from subgraphs.bets.betting.bet import Bet, BetStatus
from subgraphs.bets.betting.facts import Settled, with_fact
from subgraphs.bets.betting.performing import Performer
from subgraphs.bets.betting.settling import settlement_of
from subgraphs.bets.betting.state_facts import state_fact
from subgraphs.bets.betting.steps import next_step
from subgraphs.bets.settlement.results import MarketResult, Runner
from subgraphs.kit.domain.selections import market_of
from subgraphs.wallet.closes import DAYS
from subgraphs.wallet.closing.days import day_of, instant_of, span_of
from subgraphs.wallet.closing.reading import DayReader
from subgraphs.wallet.models import REFERENCE
from tests.analytics.test_revenue import PLACED
from tests.subgraphs.bets.slips import bet, slip
from tests.subgraphs.wallet.ledger_wallet import LedgerWallet
from tests.support.analytics_store import Store
from tests.support.examples import examples
from tests.support.money.contract import CURRENCY, CUSTOMERS
from tests.support.subgraphs.club_samples import brand_row, make_brand
from tests.support.wallet.ledgers import StoppedClock, opened_database, opened_ledger

BETS: Final = 6
RESULTS: Final = ["winner", "placed", "loser", "removed", "winner 500", "loser 500"]
"""What a runner's market says, with the part of the stake that is void."""

deeds = st.lists(
    st.tuples(st.integers(0, BETS - 1), st.sampled_from(RESULTS), st.sampled_from([0, 5, 30])),
    min_size=5,
    max_size=16,
)
"""Which bet has which result, and how many hours pass before it."""

slips = st.lists(
    st.tuples(st.sampled_from(CUSTOMERS), st.sampled_from([(1,), (1, 2)]), st.booleans()),
    min_size=BETS,
    max_size=BETS,
)
"""Whose each bet is, on what, and whether it is each way."""


class Book:
    """Bets against a wallet of ours, and all that is told of them."""

    def __init__(self, wallet: LedgerWallet) -> None:
        self.wallet, self.performer = wallet, Performer(wallet.funds, self.look)
        self.bets: dict[int, Bet] = {}
        self.told: list[Record] = []

    @property
    def now(self) -> datetime:
        """Return the present instant of the ledger's database."""
        return instant_of(self.wallet.clock.now)

    async def look(self, known: Bet) -> Acceptance:
        """Find that what a bet is on is offered as it was."""
        return Accepted(known.legs)

    async def place(self, number: int, owner: Any, legs: tuple[int, ...], *, each_way: bool) -> None:
        """Place a bet of ten or twenty, unless the customer has not enough."""
        asked = slip(legs, stake=10, each_way=each_way, currency=CURRENCY)
        now = self.now
        names = {"brand_id": owner.brand, "customer_id": owner.customer, "bet_id": f"b{number}"}
        await self.work(number, bet(asked, asked_at=now, placed_at=now, look_at=now, **names))

    async def tell(self, number: int, words: str) -> None:
        """Say what has become of the markets of a bet."""
        known = self.bets[number]
        status, _, void = words.partition(" ")
        markets = {
            market_of(leg.selection_id): MarketResult(
                kind="WIN",
                status="settled",
                runners=(
                    Runner(
                        selection_id=leg.selection_id,
                        status=status,
                        void_milli=int(void) if void else None,
                    ),
                ),
            )
            for leg in known.legs
        }
        settlement = settlement_of(known, markets, self.now)
        if settlement is not None:
            await self.work(number, with_fact(known, Settled(settlement)))

    async def work(self, number: int, known: Bet) -> None:
        """Do all that is to be done for a bet, and publish how it stands."""
        while (step := next_step(known, self.now)) is not None:
            fact = await self.performer.perform(known, step, self.now)
            assert fact is not None
            known = with_fact(known, fact)
        self.bets[number] = known
        if known.status is not BetStatus.REFUSED:
            assert not any(settlement.refusal for settlement in known.settlements)
            self.told.append(told(known))


def told(known: Bet) -> Record:
    """Return the message of how a bet stands now."""
    fact = state_fact(known)
    assert fact is not None
    legs = [leg | {"sports_event_id": leg["market_id"]} for leg in fact.body["legs"]]
    whole = {**fact.body, "legs": legs, "schema": fact.schema, "event_id": str(uuid4())}
    return Record(fact.topic, 0, 0, fact.key.encode(), json.dumps(whole).encode())


async def played(folder: Path, made: list[Any], happened: list[Any]) -> tuple[list[Record], Counter[Any]]:
    """Return what is told of bets, and what the house's account of bets got on each day, by brand."""
    clock = StoppedClock()
    async with (
        opened_database(f"sqlite+aiosqlite:///{folder}") as database,
        opened_ledger(database, clock) as ledger,
    ):
        wallet = LedgerWallet(database, ledger, clock)
        await wallet.begin()
        book, first = Book(wallet), clock.now
        for number, (owner, legs, each_way) in enumerate(made):
            await book.place(number, owner, legs, each_way=each_way)
        for number, words, hours in happened:
            await wallet.pass_time(hours * 3600)
            if book.bets[number].status is not BetStatus.REFUSED:
                await book.tell(number, words)
        await wallet.house()  # which has the ledger prove itself
        async with database.write() as connection:
            brands = sorted({owner.brand for owner in CUSTOMERS})
            await connection.execute(
                REFERENCE.brand.insert(), [brand_row(make_brand(id=brand)) for brand in brands]
            )
        got: Counter[Any] = Counter()
        day = day_of(first)
        while day <= day_of(clock.now):
            positions = await DayReader(database, DAYS).positions(span_of(day))
            for position in positions.all:
                if position.account == "BETS":
                    got[position.brand, str(day)] += position.closing - position.opening
            day += timedelta(days=1)
        return book.told, got


@settings(max_examples=examples(6), suppress_health_check=[HealthCheck.too_slow])
@given(made=slips, happened=deeds, data=st.data())
def test_each_day_is_what_the_wallet_moved(
    shared_store: Store,
    tmp_path_factory: Any,
    made: list[Any],
    happened: list[Any],
    data: st.DataObject,
) -> None:
    """Stakes less returns are what the house's account of bets got on the day, also of corrected bets."""
    shared_store.clear()
    store = Store(shared_store.folder, shared_store.engine, shared_store.pseudonyms)
    messages, got = asyncio.run(played(tmp_path_factory.mktemp("ledger"), made, happened))
    store.fill(*data.draw(st.permutations([*messages, *messages[:3]])))
    store.roll_up(tables=PLACED)
    rows = store.rows(
        "SELECT brand, toString(day), sum(turnover_minor) - sum(returns_minor) FROM betting_results "
        "GROUP BY brand, day"
    )
    assert {(brand, day): sum_ for brand, day, sum_ in rows if sum_} == {
        key: sum_ for key, sum_ in got.items() if sum_
    }
    assert store.rows("SELECT count() FROM refused_records") == [(0,)]
