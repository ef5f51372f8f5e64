"""A correction is no stake: it moves what is due, whatever its customer may do by then."""

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Final

import pytest
from sqlalchemy import func, select

from subgraphs.bets.betting.bet import Bet, BetStatus
from subgraphs.bets.models import TRADING
from subgraphs.club_kit.topics import PROGRESS_TOPIC
from subgraphs.kit.funds import DONE, Purpose, Reservation, Settlement
from subgraphs.kit.topics import BET_STATE_TOPIC
from subgraphs.wallet.limits.breaks import AccountState
from subgraphs.wallet.limits.limit import LimitKind
from subgraphs.wallet.models import PAYMENTS
from subgraphs.wallet.payments.records.cases import CaseKind, open_cases
from tests.subgraphs.bets.house import OWNER, House, opened_house
from tests.subgraphs.bets.test_placing import result
from tests.subgraphs.wallet.limited_wallet import LimitedWallet
from tests.support.money.contract import BONUSES, CASH, CUSTOMERS

STOPS: Final = ("nothing", "a stake limit", "a loss limit", "a break", "an exclusion", "a closed account")


@pytest.fixture
async def house(database_url: str, tmp_path: Path) -> AsyncIterator[House]:
    """Return bets over each kind of database, whose customers have limits."""
    async with opened_house(database_url, tmp_path, minimum_stake=1) as opened:
        yield opened


@pytest.fixture
def wallet(house: House) -> LimitedWallet:
    """Return the wallet behind its limits, from which the house takes stakes."""
    limited = LimitedWallet(house.wallet.database, house.wallet.ledger, house.wallet.clock)
    house.funds.funds = limited.limited
    return limited


async def stop(wallet: LimitedWallet, what: str) -> None:
    """Let something stop the customer's stakes."""
    match what:
        case "a stake limit":
            await wallet.limit(OWNER, LimitKind.STAKE_BET, 1)
        case "a loss limit":
            await wallet.limit(OWNER, LimitKind.LOSS_DAY, 1)
        case "a break":
            wallet.become(account=AccountState(rg_state="restricted"))
        case "an exclusion":
            await wallet.exclude(OWNER, 6)
        case "a closed account":
            wallet.become(account=AccountState(status="closed"))


def game(amount: int) -> Reservation:
    """Return a stake elsewhere."""
    return Reservation(
        id=f"game-{amount}", owner=OWNER, currency="GBP", amount=amount, purpose=Purpose.GAME, seconds=600
    )


async def paid_by_cash(house: House, wallet: LimitedWallet) -> Bet:
    """Return a bet of 10 at 3.0 that cash has paid; the bonuses are there again afterwards."""
    assert await wallet.limited.reserve(game(sum(BONUSES.values()))) == DONE
    bet = await house.place()
    assert await wallet.limited.release(game(sum(BONUSES.values()))) == DONE
    assert (await house.wallet.has(OWNER)).cash == CASH - 10
    assert isinstance(bet, Bet)
    return bet


async def told(house: House, revision: int, status: str) -> None:
    """Let a result come, and settle by it."""
    market, one = result(status)
    await house.told(market, revision, one)
    await house.work()


async def has(house: House) -> tuple[int, dict[str, int]]:
    """Return the customer's cash and bonuses; nobody has got what nobody has paid."""
    account = await house.wallet.has(OWNER)
    totals = [(await house.wallet.has(owner)).total for owner in CUSTOMERS]
    assert await house.wallet.house() == house.wallet.paid_in - sum(totals)
    return account.cash, account.bonuses


@pytest.mark.parametrize("what", STOPS)
async def test_what_was_paid_by_mistake_is_taken_back(house: House, wallet: LimitedWallet, what: str) -> None:
    """Of cash alone: bonuses never pay for it."""
    await paid_by_cash(house, wallet)
    await told(house, 1, "winner")
    assert await has(house) == (CASH + 20, BONUSES)
    await stop(wallet, what)
    await told(house, 2, "loser")
    assert await has(house) == (CASH - 10, BONUSES)


@pytest.mark.parametrize("what", STOPS)
async def test_a_void_bet_that_has_won_after_all_is_paid(
    house: House, wallet: LimitedWallet, what: str
) -> None:
    """No bonus becomes cash by it."""
    await paid_by_cash(house, wallet)
    await told(house, 1, "removed")
    assert await has(house) == (CASH, BONUSES)
    await stop(wallet, what)
    await told(house, 2, "winner")
    assert await has(house) == (CASH + 20, BONUSES)


async def test_a_void_bet_whose_stake_was_spent_is_paid(house: House, wallet: LimitedWallet) -> None:
    """The customer had nothing left, and gets what the bet has won besides its stake."""
    await paid_by_cash(house, wallet)
    await told(house, 1, "removed")
    everything = game(CASH + sum(BONUSES.values()))
    assert await wallet.limited.reserve(everything) == DONE
    assert await wallet.limited.settle(Settlement(id="spent", reservation=everything, returns=0)) == DONE
    await told(house, 2, "winner")
    assert (await house.wallet.has(OWNER)).cash == 20


async def test_bonuses_go_back_where_they_came_from(house: House, wallet: LimitedWallet) -> None:
    """A bet that bonuses have paid, and that has won, is void after all."""
    del wallet
    await house.place()
    assert await has(house) == (CASH, {"bonus-1": 0, "bonus-2": 8})
    await told(house, 1, "winner")
    await told(house, 2, "removed")
    assert await has(house) == (CASH, BONUSES)


async def test_a_stake_that_comes_back_pays_what_is_owed(house: House, wallet: LimitedWallet) -> None:
    """Won, spent, lost and void: the customer owes what they still have too much."""
    bet = await paid_by_cash(house, wallet)
    await told(house, 1, "winner")
    everything = game(CASH + 20 + sum(BONUSES.values()) - 5)
    assert await wallet.limited.reserve(everything) == DONE
    assert await wallet.limited.settle(Settlement(id="spent", reservation=everything, returns=0)) == DONE
    await told(house, 2, "loser")
    assert await has(house) == (0, dict.fromkeys(BONUSES, 0))
    assert (await house.bet(bet)).settlements[-1].owed_minor == 25
    await told(house, 3, "removed")
    assert (await house.bet(bet)).settlements[-1].owed_minor == 15
    assert await has(house) == (0, dict.fromkeys(BONUSES, 0))
    await told(house, 4, "winner")
    assert (await house.bet(bet)).settlements[-1].owed_minor == 0
    assert await has(house) == (5, dict.fromkeys(BONUSES, 0))


async def test_winnings_that_are_taken_back_are_a_loss_again(house: House, wallet: LimitedWallet) -> None:
    """A limit of losses counts what the customer has lost in truth."""
    await wallet.limit(OWNER, LimitKind.LOSS_DAY, 40)
    await paid_by_cash(house, wallet)
    assert await wallet.lost(OWNER) == 10
    await told(house, 1, "winner")
    assert await wallet.lost(OWNER) == -20
    await told(house, 2, "loser")
    assert await wallet.lost(OWNER) == 10
    await told(house, 3, "removed")
    assert await wallet.lost(OWNER) == 0


async def test_a_correction_whose_answer_is_lost_moves_once(house: House, wallet: LimitedWallet) -> None:
    """It is asked for again."""
    await paid_by_cash(house, wallet)
    await told(house, 1, "winner")
    for revision, (status, cash) in enumerate([("loser", -10), ("removed", 0), ("winner", 20)], start=2):
        house.funds.lost = ["after"]
        await told(house, revision, status)
        house.clock.advance(timedelta(minutes=1))
        await house.work()
        assert await has(house) == (CASH + cash, BONUSES)


async def open_cases_of(house: House) -> list[tuple[CaseKind, int, str]]:
    """Return what waits for a person."""
    async with house.wallet.database.read() as connection:
        cases = await open_cases(connection, PAYMENTS, 10)
    return [(case.kind, case.amount_minor, case.details["why"]) for case in cases]


async def test_a_person_is_told_of_what_is_owed_until_it_is_paid(house: House, wallet: LimitedWallet) -> None:
    """On finance's home, as what does not fit of payments; asked twice, it is one case."""
    await paid_by_cash(house, wallet)
    await told(house, 1, "winner")
    everything = game(CASH + 20 + sum(BONUSES.values()) - 5)
    assert await wallet.limited.reserve(everything) == DONE
    assert await wallet.limited.settle(Settlement(id="spent", reservation=everything, returns=0)) == DONE
    assert await open_cases_of(house) == []
    house.funds.lost = ["after"]
    await told(house, 2, "loser")
    house.clock.advance(timedelta(minutes=1))
    await house.work()
    assert await open_cases_of(house) == [(CaseKind.BET, 25, "spent")]
    await told(house, 3, "winner")
    assert await open_cases_of(house) == []


async def counted(house: House) -> int:
    """Return how many open bets count for what the house may lose."""
    async with house.database.read() as connection:
        return int(await connection.scalar(select(func.sum(TRADING.exposure.c.bets))) or 0)


@pytest.mark.parametrize("first", ["winner", "removed", "loser"])
async def test_a_bet_whose_result_is_taken_back_is_open_again(
    house: House, wallet: LimitedWallet, first: str
) -> None:
    """The money, the house's liability and what others are told are those of an open bet."""
    bet = await paid_by_cash(house, wallet)
    assert await counted(house) == 1
    await told(house, 1, first)
    assert await counted(house) == 0
    await stop(wallet, "an exclusion")
    market, taken_back = result("active", market="open")
    await house.told(market, 2, taken_back)
    await house.work()
    again = await house.bet(bet)
    assert (again.status, again.returns_minor) == (BetStatus.OPEN, None)
    assert await has(house) == (CASH - 10, BONUSES)
    assert await counted(house) == 1
    bodies = {topic: json.loads(value) for topic, value in await house.facts()}
    assert {topic: (body["status"], body["bet_revision"]) for topic, body in bodies.items()} == {
        BET_STATE_TOPIC: ("OPEN", 3),
        PROGRESS_TOPIC: ("placed", 3),
    }
    assert bodies[BET_STATE_TOPIC]["returns_minor"] is None
    await told(house, 3, "winner")
    assert await has(house) == (CASH + 20, BONUSES)
    assert await counted(house) == 0
