"""Money behind limits keeps the promises of the protocol, and no stake exceeds a limit by a penny."""

import asyncio
import tempfile
from collections.abc import AsyncIterator
from typing import Final

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test
from msgspec import json
from msgspec.structs import replace

from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.funds import (
    DONE,
    IN_DOUBT,
    Correction,
    Funds,
    Outcome,
    Purpose,
    Reservation,
    ReservationState,
    Settlement,
    Status,
    Why,
    refused,
)
from subgraphs.kit.graphql.platform_errors import PlatformErrorCode
from subgraphs.wallet.funds.limited_funds import LimitedFunds
from subgraphs.wallet.limits.breaks import AccountState
from subgraphs.wallet.limits.claims import Claims
from subgraphs.wallet.limits.limit import LimitKind
from subgraphs.wallet.models import PAYMENTS
from subgraphs.wallet.payments.records.correction_cases import CorrectionCases
from tests.subgraphs.wallet.ledger_wallet import LedgerWallet
from tests.subgraphs.wallet.limited_wallet import LimitedWallet
from tests.support.examples import OUTER_LAYER
from tests.support.money.contract import BONUSES, CASH, CURRENCY, CUSTOMERS, FREE_BETS, CorrectedFundsMachine
from tests.support.wallet.ledgers import StoppedClock, opened_database, opened_ledger

OWNER: Final = CUSTOMERS[0]
SECONDS: Final = 60


class Behind(LedgerWallet):
    """A wallet whose money blocks reach through the limits alone."""

    def __init__(self, wallet: LimitedWallet) -> None:
        super().__init__(wallet.database, wallet.ledger, wallet.clock)
        self.funds = wallet.limited


class LimitedFundsMachine(CorrectedFundsMachine):
    """Requests of customers without limits."""

    async def opened(self) -> LedgerWallet:
        """Return a wallet on a database of its own."""
        folder, clock = self.stack.enter_context(tempfile.TemporaryDirectory()), StoppedClock()
        database = await self.stack.enter_async_context(opened_database(f"sqlite+aiosqlite:///{folder}"))
        ledger = await self.stack.enter_async_context(opened_ledger(database, clock))
        return Behind(LimitedWallet(database, ledger, clock))


def test_without_limits_the_promises_hold() -> None:
    """Any requests, in any order."""
    run_state_machine_as_test(
        LimitedFundsMachine,
        settings=settings(
            max_examples=OUTER_LAYER,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow],
        ),
    )


@pytest.fixture
async def wallets(mariadb_url: str) -> AsyncIterator[list[LimitedWallet]]:
    """Two processes' wallets on one database; customers have money."""
    clock = StoppedClock()
    async with (
        opened_database(mariadb_url) as first,
        opened_database(mariadb_url) as second,
        opened_ledger(first, clock) as one,
        opened_ledger(second, clock) as other,
    ):
        both = [LimitedWallet(first, one, clock), LimitedWallet(second, other, clock)]
        await both[0].begin()
        yield both


@pytest.fixture
def wallet(wallets: list[LimitedWallet]) -> LimitedWallet:
    """One of them."""
    return wallets[0]


def stake(number: int, amount: int, free_bet: str = "") -> Reservation:
    """Return a stake of a customer."""
    return Reservation(
        id=f"bet-{number}",
        owner=OWNER,
        currency=CURRENCY,
        amount=amount,
        purpose=Purpose.BET,
        seconds=SECONDS,
        free_bet=free_bet,
    )


def won(number: int, bet: Reservation, returns: int) -> Settlement:
    """Return what a bet has won."""
    return Settlement(id=f"won-{number}", reservation=bet, returns=returns)


@pytest.mark.parametrize("amount", [7, 10, 13])
async def test_parallel_stakes_never_exceed_a_loss_limit(wallets: list[LimitedWallet], amount: int) -> None:
    """As many pass as fit, from whichever process."""
    await wallets[0].limit(OWNER, LimitKind.LOSS_DAY, 50)
    stakes = [stake(number, amount) for number in range(20)]
    asking = (wallets[number % 2].limited.reserve(bet) for number, bet in enumerate(stakes))
    outcomes = await asyncio.gather(*asking)
    assert outcomes.count(DONE) == 50 // amount
    assert outcomes.count(refused(Why.LIMIT_REACHED)) == 20 - 50 // amount
    assert await wallets[0].lost(OWNER) == amount * (50 // amount)


async def test_a_stake_is_at_most_the_limit_of_one_bet(wallet: LimitedWallet) -> None:
    """One above it is refused, and stays refused."""
    await wallet.limit(OWNER, LimitKind.STAKE_BET, 20)
    assert await wallet.limited.reserve(stake(1, 20)) == DONE
    assert await wallet.limited.reserve(stake(2, 21)) == refused(Why.LIMIT_REACHED)
    assert await wallet.limited.ask(stake(2, 21)) is ReservationState.RELEASED


async def test_who_has_no_money_in_a_currency_yet_is_told_so(wallet: LimitedWallet) -> None:
    """It is no wrong currency; of a free bet that no customer has, that it cannot pay."""
    nobody = replace(stake(1, 10), owner=Owner("northbet", "nobody"))
    assert await wallet.limited.reserve(nobody) == refused(Why.NO_ACCOUNT)
    assert await wallet.limited.reserve(replace(stake(2, 10), currency="SEK")) == refused(Why.NO_ACCOUNT)
    assert await wallet.limited.reserve(replace(stake(3, 10), free_bet="none")) == refused(
        Why.INSUFFICIENT_FUNDS
    )


def test_what_an_earlier_version_has_written_is_read() -> None:
    """It had one code for a market and for an account."""
    assert Why("SUSPENDED") is Why.ACCOUNT_SUSPENDED
    assert json.decode(b'"SUSPENDED"', type=Why) is Why.ACCOUNT_SUSPENDED


async def test_what_is_given_back_or_won_makes_room(wallet: LimitedWallet) -> None:
    """A release and an end by time count no more, and neither does what a bet returns."""
    await wallet.limit(OWNER, LimitKind.LOSS_DAY, 30)
    released, expired, lost = (stake(number, 30) for number in range(3))
    assert await wallet.limited.reserve(released) == DONE
    assert await wallet.limited.reserve(stake(9, 1)) == refused(Why.LIMIT_REACHED)
    assert await wallet.limited.release(released) == DONE
    assert await wallet.limited.reserve(expired) == DONE
    await wallet.pass_time(SECONDS)
    assert await wallet.limited.ask(expired) is ReservationState.EXPIRED
    assert await wallet.limited.reserve(lost) == DONE
    for _ in range(2):
        assert await wallet.limited.settle(won(1, lost, 12)) == DONE
    assert await wallet.lost(OWNER) == 18


async def test_a_stake_without_money_does_not_count(wallet: LimitedWallet) -> None:
    """Whoever has too little has not lost anything."""
    await wallet.limit(OWNER, LimitKind.LOSS_DAY, 500)
    for _ in range(2):
        assert await wallet.limited.reserve(stake(1, 400)) == refused(Why.INSUFFICIENT_FUNDS)
    assert await wallet.lost(OWNER) == 0


def test_what_customers_are_told_is_a_code_of_the_platform() -> None:
    """The kit's protocol of money names codes without knowing GraphQL."""
    codes = {why.value for why in Why if why.value.isupper()}
    assert codes <= {code.value for code in PlatformErrorCode}


async def test_a_free_bet_is_no_loss(wallet: LimitedWallet) -> None:
    """The house pays it."""
    await wallet.limit(OWNER, LimitKind.LOSS_DAY, 1)
    [(name, worth)] = FREE_BETS.items()
    assert await wallet.limited.reserve(stake(1, worth, name)) == DONE
    assert await wallet.lost(OWNER) == 0


async def test_an_exclusion_stops_stakes_and_nothing_that_is_the_customers(wallet: LimitedWallet) -> None:
    """What was reserved before is settled and released as ever, and its repetition has its answer."""
    settled, released = stake(1, 10), stake(2, 10)
    for bet in (settled, released):
        assert await wallet.limited.reserve(bet) == DONE
    await wallet.exclude(OWNER, 6)
    assert await wallet.limited.reserve(stake(3, 10)) == refused(Why.SELF_EXCLUDED)
    [(name, worth)] = FREE_BETS.items()
    assert await wallet.limited.reserve(stake(4, worth, name)) == refused(Why.SELF_EXCLUDED)
    assert await wallet.limited.reserve(settled) == DONE
    assert await wallet.limited.settle(won(1, settled, 25)) == DONE
    assert await wallet.limited.release(released) == DONE


@pytest.mark.parametrize(
    ("account", "why"),
    [
        (AccountState(rg_state="self_excluded"), Why.SELF_EXCLUDED),
        (AccountState(rg_state="restricted"), Why.COOLING_OFF),
        (AccountState(status="suspended"), Why.ACCOUNT_SUSPENDED),
    ],
)
async def test_an_account_message_stops_stakes(
    wallet: LimitedWallet, account: AccountState, why: Why
) -> None:
    """What the operator says counts as what was chosen here."""
    wallet.become(account=account)
    assert await wallet.limited.reserve(stake(1, 10)) == refused(why)


async def test_where_a_limit_is_required_nobody_plays_without(wallet: LimitedWallet) -> None:
    """Denmark's rule."""
    wallet.become(jurisdiction="DK")
    assert await wallet.limited.reserve(stake(1, 10)) == refused(Why.NOT_ALLOWED_HERE)
    await wallet.limit(OWNER, LimitKind.DEPOSIT_DAY, 1000)
    assert await wallet.limited.reserve(stake(2, 10)) == DONE


@pytest.mark.parametrize("cut", [0, "lost", "unanswered"])
async def test_a_reservation_that_was_cut_off_counts_once(wallet: LimitedWallet, cut: int | str) -> None:
    """The block does not know, and repeats its request."""
    await wallet.limit(OWNER, LimitKind.LOSS_DAY, 50)
    if isinstance(cut, int):
        wallet.database.statements = cut
    else:
        wallet.database.commit = cut
    assert await wallet.limited.reserve(stake(1, 30)) == IN_DOUBT
    assert await wallet.limited.reserve(stake(1, 30)) == DONE
    assert await wallet.lost(OWNER) == 30


async def test_another_request_under_an_id_frees_nothing(wallet: LimitedWallet) -> None:
    """The stake that has the id still counts, whatever is refused under it."""
    await wallet.limit(OWNER, LimitKind.LOSS_DAY, 40)
    bet = stake(1, 30)
    assert await wallet.limited.reserve(bet) == DONE
    longer, of_game = replace(bet, seconds=SECONDS + 1), replace(bet, purpose=Purpose.GAME)
    for other in (replace(bet, amount=31), replace(bet, currency="EUR"), longer, of_game):
        assert await wallet.limited.reserve(other) == refused(Why.IDEMPOTENCY_REUSED)
    assert await wallet.lost(OWNER) == 30
    assert await wallet.limited.reserve(stake(2, 30)) == refused(Why.LIMIT_REACHED)


async def test_a_settlement_is_nobody_elses(wallet: LimitedWallet) -> None:
    """Told again for another customer it is refused, and makes no loss of theirs smaller."""
    bet, other = stake(1, 10), replace(stake(2, 10), owner=CUSTOMERS[1])
    await wallet.limit(other.owner, LimitKind.LOSS_DAY, 40)
    for reservation in (bet, other):
        assert await wallet.limited.reserve(reservation) == DONE
    paid = won(1, bet, 500)
    assert await wallet.limited.settle(paid) == DONE
    of_other = replace(bet, owner=other.owner)
    for reservation in (of_other, replace(bet, currency="EUR"), replace(bet, amount=11)):
        wrong = replace(paid, reservation=reservation)
        assert await wallet.limited.settle(wrong) == refused(Why.IDEMPOTENCY_REUSED)
    assert await wallet.lost(other.owner) == 10
    assert await wallet.limited.settle(paid) == DONE


async def test_a_settlement_has_not_the_id_of_its_reservation(wallet: LimitedWallet) -> None:
    """Nothing would be taken and paid under it, also if it returns just what cash has reserved."""
    bet = stake(1, CASH)
    assert await wallet.limited.reserve(bet) == DONE
    for returns in (CASH - sum(BONUSES.values()), CASH):
        same = Settlement(id=bet.id, reservation=bet, returns=returns)
        assert await wallet.limited.settle(same) == refused(Why.IDEMPOTENCY_REUSED)
    assert await wallet.limited.ask(bet) is ReservationState.RESERVED


async def test_money_in_an_old_currency_is_behind_limits_and_exclusions(wallet: LimitedWallet) -> None:
    """The account has become one in euro, and the customer has sterling left."""
    await wallet.limit(OWNER, LimitKind.LOSS_DAY, 30)
    wallet.become(currency="EUR")
    assert await wallet.limited.reserve(stake(1, 20)) == DONE
    assert await wallet.limited.reserve(stake(2, 11)) == refused(Why.LIMIT_REACHED)
    assert await wallet.lost(OWNER) == 20
    await wallet.exclude(OWNER, 6)
    assert await wallet.limited.reserve(stake(3, 5)) == refused(Why.SELF_EXCLUDED)


class Unreachable:
    """Money that cannot be reached for some requests (`Funds`)."""

    def __init__(self, funds: Funds, *away: str) -> None:
        self._funds, self.away = funds, list(away)

    async def reserve(self, reservation: Reservation) -> Outcome:
        """Reserve."""
        return IN_DOUBT if self._is_away("reserve") else await self._funds.reserve(reservation)

    async def confirm(self, reservation: Reservation) -> Outcome:
        """Ask again whether the customer may make a reservation that was made."""
        return IN_DOUBT if self._is_away("confirm") else await self._funds.confirm(reservation)

    async def settle(self, settlement: Settlement) -> Outcome:
        """Settle."""
        return await self._funds.settle(settlement)

    async def release(self, reservation: Reservation) -> Outcome:
        """Release."""
        return await self._funds.release(reservation)

    async def correct(self, correction: Correction) -> Outcome:
        """Correct."""
        return await self._funds.correct(correction)

    async def ask(self, reservation: Reservation) -> ReservationState | None:
        """Ask."""
        return None if self._is_away("ask") else await self._funds.ask(reservation)

    def _is_away(self, request: str) -> bool:
        if request not in self.away:
            return False
        self.away.remove(request)
        return True


def cut_off(wallet: LimitedWallet, *away: str) -> LimitedFunds:
    """Return the wallet's limits before money that cannot be reached for some requests."""
    money, claims = Unreachable(wallet.behind, *away), Claims(wallet.store)
    return LimitedFunds(
        money, wallet.database, claims, wallet.standing_of, wallet.time, note=CorrectionCases(PAYMENTS)
    )


async def test_an_exclusion_stops_a_stake_in_doubt_that_was_not_made(wallet: LimitedWallet) -> None:
    """It was counted and never reserved: whoever repeats it after the exclusion is refused, for ever."""
    await wallet.limit(OWNER, LimitKind.LOSS_DAY, 50)
    limited = cut_off(wallet, "reserve")
    assert await limited.reserve(stake(1, 30)) == IN_DOUBT
    await wallet.exclude(OWNER, 6)
    for _ in range(2):
        assert (await limited.reserve(stake(1, 30))).status is Status.REFUSED
    assert await wallet.behind.ask(stake(1, 30)) is ReservationState.RELEASED
    assert await wallet.lost(OWNER) == 0


async def test_an_exclusion_leaves_a_stake_that_was_made(wallet: LimitedWallet) -> None:
    """Whoever repeats it has the same answer, and it can be taken."""
    assert await wallet.limited.reserve(stake(1, 30)) == DONE
    await wallet.exclude(OWNER, 6)
    assert await wallet.limited.reserve(stake(1, 30)) == DONE
    assert await wallet.limited.settle(won(1, stake(1, 30), 0)) == DONE


async def test_a_stake_above_a_limit_stays_in_doubt_while_the_money_is_away(wallet: LimitedWallet) -> None:
    """It is not made in the hope that it was made before."""
    await wallet.limit(OWNER, LimitKind.LOSS_DAY, 50)
    limited = cut_off(wallet, "ask")
    assert await limited.reserve(stake(1, 51)) == IN_DOUBT
    assert await wallet.behind.ask(stake(1, 51)) is ReservationState.UNKNOWN
    assert await limited.reserve(stake(1, 51)) == refused(Why.LIMIT_REACHED)


async def test_nobody_is_taken_for_an_erased_customer_while_the_money_is_away(wallet: LimitedWallet) -> None:
    """The first stake of a customer is counted, also if it is asked for in such a moment."""
    wallet.become(account=AccountState(rg_state="self_excluded"))
    limited = cut_off(wallet, "ask")
    assert await limited.reserve(stake(1, 30)) == IN_DOUBT
    assert await limited.reserve(stake(1, 30)) == refused(Why.SELF_EXCLUDED)


async def test_rules_are_asked_again_when_a_stake_is_confirmed(wallet: LimitedWallet) -> None:
    """Nothing moves by that, and the stake does not count against itself; what was taken is made."""
    first, second = stake(1, 20), stake(2, 20)
    assert await wallet.limited.confirm(first) == refused(Why.UNKNOWN_RESERVATION)
    for reservation in (first, second):
        assert await wallet.limited.reserve(reservation) == DONE
    await wallet.limit(OWNER, LimitKind.LOSS_DAY, 40)
    assert await wallet.limited.confirm(first) == DONE
    taken = Settlement(id="taken", reservation=second, returns=0)
    assert await wallet.limited.settle(taken) == DONE
    await wallet.limit(OWNER, LimitKind.LOSS_DAY, 39)
    assert await wallet.limited.confirm(first) == refused(Why.LIMIT_REACHED)
    await wallet.exclude(OWNER, 6)
    assert await wallet.limited.confirm(first) == refused(Why.SELF_EXCLUDED)
    assert await wallet.limited.ask(first) is ReservationState.RESERVED
    assert await wallet.limited.confirm(second) == DONE
    assert await cut_off(wallet, "confirm").confirm(first) == IN_DOUBT
    assert await cut_off(wallet, "ask").confirm(first) == IN_DOUBT
    assert await wallet.limited.release(first) == DONE
    assert await wallet.limited.confirm(first) == refused(Why.RELEASED)
