"""What becomes of a bet by what its operator says, and when: nothing is guessed."""

import tempfile
from collections.abc import AsyncIterator
from dataclasses import replace as replaced
from datetime import timedelta
from pathlib import Path
from typing import Final

import pytest
from msgspec.structs import replace

from simulator.seamless.books import OperatorBooks
from simulator.seamless.faults import OperatorFaultName
from simulator.seamless.signing import OPERATORS_PUBLIC, OURS, OperatorKeys
from simulator.seamless.wallet_api import OperatorApi
from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.funds import (
    DONE,
    IN_DOUBT,
    Correction,
    Purpose,
    Reservation,
    ReservationState,
    Settlement,
    Why,
    refused,
)
from subgraphs.kit.hub88_signatures import Signer, Verifier
from subgraphs.wallet.models import PAYMENTS
from subgraphs.wallet.payments.records.cases import CaseKind, open_cases
from subgraphs.wallet.payments.records.correction_cases import CorrectionCases
from subgraphs.wallet.seamless.bets import GRACE
from subgraphs.wallet.seamless.operator_client import MARGIN
from subgraphs.wallet.seamless.operator_funds import OperatorFunds
from subgraphs.wallet.seamless.operators import Operators
from tests.subgraphs.wallet.seamless.cut_network import Cut
from tests.subgraphs.wallet.seamless.operators import UNITS_OF_ONE, OperatorWallet, client_of, operators_of
from tests.support.money.contract import CASH
from tests.support.wallet.ledgers import opened_database

ANN: Final = Owner("northbet", "ann")
STAKE: Final = Reservation(id="bet-1", owner=ANN, currency="GBP", amount=40, purpose=Purpose.BET, seconds=600)
WON: Final = Settlement(id="won-1", reservation=STAKE, returns=90)
LATER: Final = int((GRACE + MARGIN).total_seconds()) + 10
"""After the grace of a bet, and after the first pauses."""


class Faulty(OperatorWallet):
    """Operators behind a network that tests cut."""

    cut: Cut

    @property
    def books(self) -> OperatorBooks:
        """Return the books of Northbet's operator."""
        return self.apis[ANN.brand].books

    @property
    def cash(self) -> int:
        """Return what Ann has."""
        return self.books.balances()[ANN.customer] // UNITS_OF_ONE

    @property
    def made(self) -> list[str]:
        """Return what was moved, in order."""
        return [movement["kind"] for movement in self.books.movements()]


@pytest.fixture
async def wallet() -> AsyncIterator[Faulty]:
    """Operators with customers who have cash."""
    with tempfile.TemporaryDirectory() as folder:
        async with opened_database(f"sqlite+aiosqlite:///{folder}") as database:
            with operators_of(database, Path(folder)) as opened:
                cut = Cut.of(opened.apis[ANN.brand])
                clients = dict(opened.clients) | {ANN.brand: client_of(opened.apis[ANN.brand], cut)}
                faulty = Faulty(database, opened.apis, clients, opened.clock)
                faulty.cut = cut
                await faulty.begin()
                yield faulty


@pytest.mark.parametrize(
    ("status", "why", "is_rolled_back"),
    [
        ("RS_ERROR_LIMIT_REACHED", Why.LIMIT_REACHED, False),
        ("RS_ERROR_NOT_ENOUGH_MONEY", Why.INSUFFICIENT_FUNDS, False),
        ("RS_ERROR_USER_DISABLED", Why.ACCOUNT_SUSPENDED, True),
        ("RS_ERROR_TOKEN_EXPIRED", Why.DECLINED, True),
        ("RS_ERROR_INVALID_TOKEN", Why.DECLINED, True),
        ("RS_ERROR_INVALID_GAME", Why.DECLINED, True),
        ("RS_ERROR_INVALID_PARTNER", Why.DECLINED, True),
        ("RS_ERROR_WRONG_CURRENCY", Why.WRONG_CURRENCY, True),
        ("RS_ERROR_DUPLICATE_TRANSACTION", Why.IDEMPOTENCY_REUSED, False),
    ],
)
async def test_a_refusal_has_a_reason_for_the_customer(
    wallet: Faulty, status: str, why: Why, *, is_rolled_back: bool
) -> None:
    """Where Hub88 rolls a refused bet back, so do we, before anybody is told; it stays refused."""
    wallet.books.refuse(ANN.customer, status)
    assert await wallet.funds.reserve(STAKE) == refused(why)
    wallet.books.refuse(ANN.customer, "")
    assert await wallet.funds.reserve(STAKE) == refused(why)
    assert await wallet.funds.ask(STAKE) is ReservationState.REFUSED
    assert wallet.made == (["rollback"] if is_rolled_back else [])
    assert wallet.cash == CASH


@pytest.mark.parametrize("status", ["RS_ERROR_UNKNOWN", "RS_ERROR_WRONG_SYNTAX", "RS_ERROR_NEW"])
async def test_a_status_that_says_nothing_is_in_doubt(wallet: Faulty, status: str) -> None:
    """It is rolled back when nobody has repeated it in time, and is never made."""
    wallet.books.refuse(ANN.customer, status)
    assert await wallet.funds.reserve(STAKE) == IN_DOUBT
    assert await wallet.funds.ask(STAKE) is None
    wallet.books.refuse(ANN.customer, "")
    await wallet.pass_time(LATER)
    assert await wallet.funds.reserve(STAKE) == refused(Why.RELEASED)
    assert await wallet.funds.ask(STAKE) is ReservationState.RELEASED


@pytest.mark.parametrize(
    "fault", ["error_after", "garbage", "wrong_signature", "unsigned", "wrong_echo", "duplicate"]
)
async def test_a_bet_that_was_made_is_found_by_repeating_it(wallet: Faulty, fault: OperatorFaultName) -> None:
    """The operator answers as the first time, and takes nothing twice."""
    wallet.apis[ANN.brand].faults.arm(fault)
    first = await wallet.funds.reserve(STAKE)
    assert first == (DONE if fault == "duplicate" else IN_DOUBT)
    assert await wallet.funds.reserve(STAKE) == DONE
    assert (wallet.cash, wallet.made) == (CASH - STAKE.amount, ["bet"])


async def test_a_refusal_after_silence_is_not_believed(wallet: Faulty) -> None:
    """The first request may have been made, or may come yet: it is rolled back."""
    wallet.cut.next = ["late"]
    assert await wallet.funds.reserve(STAKE) == IN_DOUBT
    [overtaken], wallet.cut.late = wallet.cut.late, []
    wallet.books.refuse(ANN.customer, "RS_ERROR_LIMIT_REACHED")
    assert await wallet.funds.reserve(STAKE) == refused(Why.LIMIT_REACHED)
    wallet.books.refuse(ANN.customer, "")
    wallet.cut.late = [overtaken]
    await wallet.cut.arrive()
    assert (wallet.cash, wallet.made) == (CASH, ["rollback"])


async def test_a_win_is_repeated_until_it_is_paid(wallet: Faulty) -> None:
    """Its block is told that it is in doubt, and may forget it; a released bet waits for it."""
    assert await wallet.funds.reserve(STAKE) == DONE
    wallet.cut.next = ["lost"] * 3
    assert await wallet.funds.settle(WON) == IN_DOUBT
    assert await wallet.funds.ask(STAKE) is None
    assert await wallet.funds.release(STAKE) == IN_DOUBT
    assert await wallet.funds.settle(WON) == IN_DOUBT
    await wallet.pass_time(LATER)
    assert await wallet.funds.settle(WON) == DONE
    assert await wallet.funds.ask(STAKE) is ReservationState.RELEASED
    assert (wallet.cash, wallet.made) == (CASH + WON.returns, ["bet", "win", "rollback"])


async def test_a_session_that_has_ended_stops_bets_alone(wallet: Faulty) -> None:
    """Wins and rollbacks name the token of their bet."""
    other = replace(STAKE, id="bet-2")
    assert await wallet.funds.reserve(STAKE) == await wallet.funds.reserve(other) == DONE
    await wallet.sessions.note(ANN, "token-2", ends_at=wallet.clock.now())
    assert await wallet.funds.reserve(replace(STAKE, id="bet-3")) == refused(Why.DECLINED)
    assert await wallet.funds.settle(WON) == DONE
    assert await wallet.funds.release(other) == DONE
    assert wallet.made == ["bet", "bet", "win", "rollback"]


async def test_a_bet_under_way_is_not_rolled_back_before_it(wallet: Faulty) -> None:
    """Another process waits until its answer has come, or cannot come any more."""
    lease = wallet.clients[ANN.brand].lease
    await wallet.journal.reserve(STAKE, "token-ann", None, lease)
    assert await wallet.funds.release(STAKE) == IN_DOUBT
    assert wallet.made == []
    wallet.clock.advance(lease + timedelta(seconds=1))
    assert await wallet.funds.release(STAKE) == DONE
    assert wallet.made == ["rollback"]


async def test_a_brand_without_a_setting_is_counted(wallet: Faulty) -> None:
    """What is due of it waits, and the worker says so."""
    wallet.cut.next = ["lost"]
    assert await wallet.funds.reserve(STAKE) == IN_DOUBT
    wallet.clock.advance(timedelta(seconds=LATER))
    rounds = wallet.rounds
    by_brand = dict(rounds.operators.by_brand)
    del by_brand[ANN.brand]
    without = replaced(rounds, operators=Operators(by_brand))
    assert await without.round() == {"answers": 1, "stuck": 0, "operator": 1, "postponed": 0, "failing": 0}
    assert await rounds.round() == {"answers": 0, "stuck": 0, "operator": 0, "postponed": 0, "failing": 0}


async def test_keys_are_replaced_while_money_moves(wallet: Faulty, tmp_path: Path) -> None:
    """First whoever verifies has both keys, then whoever signs has the new one; nothing is in doubt."""
    old, new, now = tmp_path / "old", tmp_path / "new", [0.0]
    apis = [replaced(api_of(wallet), keys=OperatorKeys.of(folder)) for folder in (old, new)]
    private, public = tmp_path / "private.pem", tmp_path / "public.pem"
    private.write_bytes((old / OURS).read_bytes())
    public.write_bytes(b"".join((folder / OPERATORS_PUBLIC).read_bytes() for folder in (old, new)))
    signer, verifier = Signer(private, lambda: now[0]), Verifier([public], lambda: now[0])
    for number, api in enumerate(apis):
        client = replaced(client_of(api), signer=signer, verifier=verifier)
        funds = OperatorFunds(client, wallet.journal, wallet.sessions, CorrectionCases(PAYMENTS))
        assert await funds.reserve(replace(STAKE, id=f"bet-{number}")) == DONE
        private.write_bytes((new / OURS).read_bytes())
        now[0] += 10
    assert wallet.made == ["bet", "bet"]


def api_of(wallet: Faulty) -> OperatorApi:
    """Return Northbet's operator."""
    return wallet.apis[ANN.brand]


def corrected(number: int, amount: int, *, releases: bool = False) -> Correction:
    """Return a correction of the bet."""
    return Correction(id=f"bet-1.{number}", reservation=STAKE, amount=amount, releases=releases)


async def test_corrections_are_wins_and_bets_of_an_operator(wallet: Faulty) -> None:
    """Each moves once, however often it is asked for; a void bet has its stake in what it returns."""
    assert await wallet.funds.reserve(STAKE) == DONE
    assert await wallet.funds.settle(WON) == DONE
    for correction, cash in (
        (corrected(2, -90), -40),
        (corrected(3, 120), 80),
        (corrected(4, -120, releases=True), 0),
        (corrected(5, -40), -40),
    ):
        for _ in range(2):
            assert await wallet.funds.correct(correction) == DONE
        assert wallet.cash == CASH + cash


async def test_a_bet_that_was_rolled_back_is_bet_again_before_it_wins(wallet: Faulty) -> None:
    """A win names a bet that stands."""
    assert await wallet.funds.reserve(STAKE) == DONE
    assert await wallet.funds.release(STAKE) == DONE
    for _ in range(2):
        assert await wallet.funds.correct(corrected(2, 80)) == DONE
    assert wallet.cash == CASH + 80
    assert wallet.made == ["bet", "rollback", "bet", "win"]


async def test_what_an_operator_does_not_give_back_is_for_a_person(wallet: Faulty) -> None:
    """It has no request that takes money of a customer who has spent it."""
    assert await wallet.funds.reserve(STAKE) == DONE
    assert await wallet.funds.settle(WON) == DONE
    wallet.books.refuse(ANN.customer, "RS_ERROR_NOT_ENOUGH_MONEY")
    for _ in range(2):
        assert await wallet.funds.correct(corrected(2, -90)) == refused(Why.INSUFFICIENT_FUNDS)
    async with wallet.database.read() as connection:
        [case] = await open_cases(connection, PAYMENTS, 10)
    assert (case.kind, case.amount_minor, case.currency) == (CaseKind.BET, 90, "GBP")
    assert case.details == {"bet": "bet-1", "wanted": -90, "why": "INSUFFICIENT_FUNDS"}
