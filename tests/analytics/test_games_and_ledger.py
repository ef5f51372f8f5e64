"""What games come to equals what they moved in our wallet, day by day, whatever is repeated after a crash."""

import asyncio
import dataclasses
import tempfile
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from consumers.messages.bet_states import BetState, decode_bet_state
from consumers.stream.records import Record
from subgraphs.kit.topics import BET_STATE_TOPIC
from subgraphs.wallet.aggregator.game_states import GameStates
from subgraphs.wallet.aggregator.money_requests import MoneyRequest
from subgraphs.wallet.aggregator.operator import Operator
from subgraphs.wallet.closes import DAYS
from subgraphs.wallet.closing.days import day_of, instant_of, span_of
from subgraphs.wallet.closing.reading import DayReader
from subgraphs.wallet.models import OUTBOX, REFERENCE
from subgraphs.wallet.opened import OpenedWallet
from subgraphs.wallet.seamless.messages import BetRequest, RollbackRequest, WinRequest, units
from tests.analytics.test_revenue import PLACED
from tests.subgraphs.wallet.ledger_wallet import LedgerWallet, ProductTime
from tests.support.analytics_store import Store
from tests.support.examples import examples
from tests.support.money.contract import CURRENCY, CUSTOMERS
from tests.support.subgraphs.club_samples import brand_row, make_brand
from tests.support.wallet.ledgers import StoppedClock, opened_database, opened_ledger


@dataclass(frozen=True)
class Step:
    """A request, so many hours after the one before.

    Attributes:
        of: What it pays or takes back; the number of a bet, or of a win.
        falls: How often the process dies before it has noted what became of the request.
        is_marked: Whether it is said to be of a supplier's prize.
    """

    hours: int
    kind: str
    number: int
    of: str
    amount: int
    closes: bool
    falls: int
    is_marked: bool = False


steps = st.lists(
    st.builds(
        Step,
        hours=st.sampled_from([0, 0, 5, 30]),
        kind=st.sampled_from(["bet", "bet", "free", "win", "win", "back"]),
        number=st.integers(0, 5),
        of=st.sampled_from([*(f"bet{number}" for number in range(6)), "win0", "win1", "win2"]),
        amount=st.sampled_from([0, 3, 25]),
        closes=st.sampled_from([False, False, True]),
        falls=st.integers(0, 2),
        is_marked=st.booleans(),
    ),
    min_size=8,
    max_size=30,
)


class LedgerTime(ProductTime):
    """The time of the ledger's database."""

    def now(self) -> datetime:
        """Return the present instant."""
        return instant_of(self._clock.now)


class Dying(GameStates):
    """A process that dies before it notes what became of a transaction."""

    async def end(self, *_: Any) -> None:
        """Die."""
        raise ConnectionError


@dataclass
class House:
    """A wallet of which games are asked, and an operator in front of it."""

    wallet: LedgerWallet
    operator: Operator
    tokens: dict[str, str]

    async def ask(self, step: Step) -> None:
        """Send what a step says, until its answer is there."""
        owner = (
            CUSTOMERS[step.number % 2] if step.kind in {"bet", "free"} else CUSTOMERS[int(step.of[-1]) % 2]
        )
        common: dict[str, Any] = {
            "user": owner.customer,
            "token": self.tokens[owner.customer],
            "request_uuid": "r",
            "round": f"round{owner.customer}",
            "game_code": "g",
            "round_closed": step.closes,
        }
        paid: dict[str, Any] = {"amount": units(step.amount, CURRENCY), "currency": CURRENCY}
        paid["is_supplier_promo"] = step.is_marked
        asked: MoneyRequest
        own: dict[str, Any]
        if step.kind in {"bet", "free"}:
            own = {"transaction_uuid": f"bet{step.number}", "is_free": step.kind == "free"}
            asked = BetRequest(**own, **common, **paid)
        elif step.kind == "win":
            own = {"transaction_uuid": f"win{step.number}", "reference_transaction_uuid": step.of}
            asked = WinRequest(**own, **common, **paid)
        else:
            own = {"transaction_uuid": f"back{step.number}", "reference_transaction_uuid": step.of}
            asked = RollbackRequest(**own, **common)
        transactions, outbox = self.operator.transactions, self.operator.states.outbox
        dying = dataclasses.replace(self.operator, states=Dying(transactions, outbox))
        for _ in range(step.falls):
            await dying.transact(asked)
        for _ in range(2):
            await self.operator.transact(asked)


async def played(folder: str, asked: list[Step]) -> tuple[list[Record], Counter[Any]]:
    """Return what is told of games, and what the house's account of games got on each day, by brand."""
    clock = StoppedClock()
    async with (
        opened_database(f"sqlite+aiosqlite:///{folder}") as database,
        opened_ledger(database, clock) as ledger,
    ):
        money = LedgerWallet(database, ledger, clock)
        await money.begin()
        async with database.write() as connection:
            brands = [brand_row(make_brand(id=brand)) for brand in ("northbet", "southbet")]
            await connection.execute(REFERENCE.brand.insert(), brands)
        wallet = dataclasses.replace(
            OpenedWallet.of(database, LedgerTime(clock)),
            ledger=ledger,
            accounts=money.accounts,
            funds=money.funds,
        )
        operator = Operator.of(wallet, {"": "northbet"})
        ttl = timedelta(days=365)
        tokens = {
            owner.customer: await operator.sessions.open_session(owner, CURRENCY, None, ttl)
            for owner in CUSTOMERS[:2]
        }
        house, first = House(money, operator, tokens), clock.now
        for step in asked:
            await money.pass_time(step.hours * 3600)
            await house.ask(step)
        await money.house()  # which has the ledger prove itself
        got: Counter[Any] = Counter()
        day = day_of(first)
        while day <= day_of(clock.now):
            for position in (await DayReader(database, DAYS).positions(span_of(day))).all:
                if position.account == "GAMES":
                    got[position.brand, str(day)] += position.closing - position.opening
            day += timedelta(days=1)
        return await told(database), got


async def told(database: Any) -> list[Record]:
    """Return the messages about bets that wait to be published, in order."""
    c = OUTBOX.outbox.c
    async with database.read() as connection:
        query = select(c.key, c.value).where(c.topic == BET_STATE_TOPIC).order_by(c.id)
        return [
            Record(BET_STATE_TOPIC, 0, 0, key.encode(), value.encode())
            for key, value in await connection.execute(query)
        ]


@settings(max_examples=examples(12), suppress_health_check=[HealthCheck.too_slow])
@given(asked=steps, data=st.data())
def test_each_day_is_what_games_moved(shared_store: Store, asked: list[Step], data: st.DataObject) -> None:
    """Stakes less returns, also of free rounds, are what the house's account of games got on the day."""
    shared_store.clear()
    store = Store(shared_store.folder, shared_store.engine, shared_store.pseudonyms)
    with tempfile.TemporaryDirectory() as folder:
        messages, got = asyncio.run(played(folder, asked))
    store.fill(*data.draw(st.permutations([*messages, *messages[:3]])))
    store.roll_up(tables=PLACED)
    rows = store.rows(
        "SELECT brand, toString(day), product, "
        "sum(turnover_minor) - sum(returns_minor) - sum(free_returns_minor) "
        "FROM betting_results GROUP BY brand, day, product"
    )
    assert {(brand, day): sum_ for brand, day, _, sum_ in rows if sum_} == {
        key: sum_ for key, sum_ in got.items() if sum_
    }
    assert {product for _, _, product, _ in rows} <= {"casino"}
    assert store.rows("SELECT count() FROM refused_records") == [(0,)]
    check_revisions([decode_bet_state(message) for message in messages])


def check_revisions(states: list[BetState]) -> None:
    """See that each bet is told from its making on, that each message says something new, and its time."""
    last: dict[str, BetState] = {}
    for state in states:
        before = last.get(state.bet_id)
        assert state.bet_revision == (1 if before is None else before.bet_revision + 1)
        if before is not None:
            assert before.placed_at == state.placed_at
            assert before.stake_minor == state.stake_minor
            assert (before.status, before.returns_minor) != (state.status, state.returns_minor)
            assert state.status != "OPEN"
        last[state.bet_id] = state


WON: Final = Step(0, "win", 0, "bet0", 25, closes=False, falls=0)
BET: Final = Step(0, "bet", 0, "bet0", 3, closes=False, falls=1)


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ([BET], [("OPEN", None)]),
        ([BET, WON], [("OPEN", None), ("WON", 25)]),
        ([BET, WON, dataclasses.replace(WON, number=1)], [("OPEN", None), ("WON", 25), ("WON", 50)]),
        ([BET, dataclasses.replace(WON, amount=0)], [("OPEN", None), ("LOST", 0)]),
        (
            [BET, WON, dataclasses.replace(WON, kind="back", of="win0")],
            [("OPEN", None), ("WON", 25), ("LOST", 0)],
        ),
        (
            [
                BET,
                WON,
                dataclasses.replace(WON, kind="back"),
                dataclasses.replace(WON, kind="back", number=1),
            ],
            [("OPEN", None), ("WON", 25), ("VOID", 28)],
        ),
        (
            [dataclasses.replace(BET, closes=True), dataclasses.replace(WON, amount=0), WON],
            [("LOST", 0)],
        ),
        (
            [dataclasses.replace(BET, closes=True), dataclasses.replace(WON, number=1)],
            [("LOST", 0), ("WON", 25)],
        ),
        ([dataclasses.replace(BET, kind="free"), WON], [("OPEN", None), ("WON", 25)]),
        ([dataclasses.replace(BET, amount=0, is_marked=True), WON], []),
        ([BET, dataclasses.replace(WON, is_marked=True)], [("OPEN", None)]),
        (
            [BET, WON, dataclasses.replace(WON, number=1, is_marked=True, closes=True)],
            [("OPEN", None), ("WON", 25)],
        ),
    ],
)
def test_each_change_is_told_once(tmp_path: Any, asked: list[Step], expected: list[Any]) -> None:
    """How a bet stands after what a game has said of it."""
    messages, _ = asyncio.run(played(str(tmp_path), asked))
    states = [decode_bet_state(message) for message in messages]
    assert [(state.status, state.returns_minor) for state in states] == expected
    check_revisions(states)


def test_a_round_that_ends_ends_its_other_bets(tmp_path: Any) -> None:
    """Of a bet that wins nothing no win need ever come."""
    second = dataclasses.replace(BET, number=2)
    messages, _ = asyncio.run(played(str(tmp_path), [BET, second, dataclasses.replace(WON, closes=True)]))
    states = [decode_bet_state(message) for message in messages]
    assert sorted(state.status for state in states) == ["LOST", "OPEN", "OPEN", "WON"]
    check_revisions(states)
