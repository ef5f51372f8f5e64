"""Sums of withdrawals, where their money came from, and whose the accounts are to which it goes."""

import asyncio
from dataclasses import replace
from typing import Final

import pytest

from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.graphql.platform_errors import PlatformErrorCode
from subgraphs.kit.payees import PayeeMatch
from subgraphs.wallet.models import PAYMENTS
from subgraphs.wallet.paying.admitting.scrutiny import CLOSED, SHARED, SUM, UNVERIFIED
from subgraphs.wallet.paying.answers import Answer
from subgraphs.wallet.paying.opened import OpenedPayments
from subgraphs.wallet.paying.requests import Asked, MaximumReason
from subgraphs.wallet.payments.configuration import PaymentsFile, ReviewRules
from subgraphs.wallet.payments.payment import Direction, PaymentState
from subgraphs.wallet.payments.processor import PartKind, PartState
from tests.subgraphs.wallet.payments.conftest import ANN, paid_in
from tests.subgraphs.wallet.payments.payments_wallet import FILE, IBAN, PaymentsWallet
from tests.support.money.contract import CURRENCY
from tests.support.wallet.ledgers import StoppedClock, opened_database, opened_ledger

OTHER: Final = "DE89370400440532013000"


class StatedPayees:
    """A bank that says what a test wants of every account."""

    def __init__(self, match: PayeeMatch) -> None:
        self.match = match

    async def verify(self, holder: str, account: str) -> PayeeMatch:
        """Return it."""
        assert holder
        assert account
        return self.match


def knowing(wallet: PaymentsWallet, match: PayeeMatch, file: PaymentsFile = FILE) -> None:
    """Let the bank say what a test wants of every account."""
    asking = wallet.payments.work.asking
    bank = replace(asking.processors["bank"], payees=StatedPayees(match), account=("Northbet Ltd", OTHER))
    wallet.payments = OpenedPayments.of(
        wallet.opened, file, {**asking.processors, "bank": bank}, "https://{brand}.example/"
    )


def above(minor: int) -> PaymentsFile:
    """Return a file in which a person looks at what is above an amount."""
    return FILE.model_copy(update={"review": ReviewRules(above={CURRENCY: minor}, new_account=False)})


def is_reviewed(answer: Answer) -> bool:
    """Tell whether a withdrawal goes its way once a person has looked at it."""
    assert answer.refusal is None
    assert answer.payment is not None
    assert answer.payment.state in {PaymentState.REVIEW, PaymentState.SENDING, PaymentState.DONE}
    return answer.payment.state is PaymentState.REVIEW


async def reasons(wallet: PaymentsWallet) -> list[str]:
    """Return why withdrawals wait for a person."""
    return [row.review for row in await wallet.rows(PAYMENTS.payment) if row.review]


async def test_withdrawals_of_a_day_are_one_sum(wallet: PaymentsWallet) -> None:
    """Ten small ones pass no review of sums above one of them; a day later they count no more."""
    knowing(wallet, PayeeMatch.MATCH, above(2_000))
    await wallet.win(ANN, 50_000)
    asked = (wallet.withdraw(ANN, f"w{number}", 1_000, "transfer") for number in range(10))
    answers = [await answer for answer in asked]
    assert [is_reviewed(answer) for answer in answers] == [False] * 2 + [True] * 8
    assert set(await reasons(wallet)) == {SUM}
    wallet.later(hours=24, seconds=1)
    assert not is_reviewed(await wallet.withdraw(ANN, "later", 2_000, "transfer"))


async def test_withdrawals_of_two_customers_to_an_account_are_one_sum(wallet: PaymentsWallet) -> None:
    """Whoever shares it, at whichever brand; and a person sees that another customer has saved it."""
    knowing(wallet, PayeeMatch.MATCH, above(2_000))
    for number, owner in enumerate((ANN, Owner("southbet", "bob"), Owner("northbet", "bob"))):
        await wallet.win(owner, 5_000)
        answer = await wallet.withdraw(owner, f"w{number}", 1_500, "transfer")
        assert is_reviewed(answer) is (number > 0)
    assert set(await reasons(wallet)) == {SUM, SHARED}


async def test_two_processes_review_one_sum(mariadb_url: str) -> None:
    """Each takes half of the withdrawals at once: what passes unseen is no more than the sum."""
    clock = StoppedClock()
    async with (
        opened_database(mariadb_url) as first,
        opened_database(mariadb_url) as second,
        opened_ledger(first, clock) as one,
        opened_ledger(second, clock) as other,
    ):
        wallets = [PaymentsWallet(first, one, clock), PaymentsWallet(second, other, clock)]
        for wallet in wallets:
            knowing(wallet, PayeeMatch.MATCH, above(2_000))
        await wallets[0].win(ANN, 50_000)
        await wallets[0].payments.requests.destinations.add(ANN, "Ann Bettor", IBAN, wallets[0].time.now())
        asked = (wallets[number % 2].withdraw(ANN, f"w{number}", 500, "transfer") for number in range(12))
        answers = await asyncio.gather(*asked)
        assert sum(not is_reviewed(answer) for answer in answers) <= 4
        assert set(await reasons(wallets[0])) == {SUM}


async def test_money_goes_back_first_to_where_it_came_from(wallet: PaymentsWallet) -> None:
    """A bank account gets what the customer has won: the ways to pay say how much, and why."""
    await paid_in(wallet, amount=1_500)
    await wallet.win(ANN, 600)
    await wallet.payments.requests.destinations.add(ANN, "Ann Bettor", IBAN, wallet.time.now())
    back, bank = await wallet.payments.requests.methods(wallet.customer(ANN), Direction.WITHDRAWAL)
    assert (back.maximum, back.maximum_reason) == (1_500, MaximumReason.PAID_IN)
    assert (bank.maximum, bank.maximum_reason) == (590, MaximumReason.OTHER_METHODS)
    refused = await wallet.withdraw(ANN, "w1", 591, "transfer")
    assert refused.refusal is not None
    assert refused.refusal.code == PlatformErrorCode.METHOD_UNAVAILABLE
    assert not is_reviewed(await wallet.withdraw(ANN, "w2", 590, "transfer"))
    assert not is_reviewed(await wallet.withdraw(ANN, "w3", 1_400))


async def test_two_withdrawals_at_once_take_no_deposit_to_a_bank_account(wallet: PaymentsWallet) -> None:
    """Each would leave what has to go back: a person looks at the second."""
    await paid_in(wallet, amount=1_500)
    await wallet.win(ANN, 600)
    await wallet.payments.requests.destinations.add(ANN, "Ann Bettor", IBAN, wallet.time.now())
    asked = (wallet.withdraw(ANN, f"w{number}", 500, "transfer") for number in range(2))
    answers = await asyncio.gather(*asked)
    passed = [answer for answer in answers if answer.refusal is None and not is_reviewed(answer)]
    assert len(passed) <= 1


async def test_a_card_that_takes_no_money_is_a_persons_decision(wallet: PaymentsWallet) -> None:
    """Its money may go to a bank account once a person has looked at it."""
    await paid_in(wallet, amount=1_500)
    await wallet.withdraw(ANN, "w1", 1_000)
    first = wallet.played["first"]
    [refund] = first.those(PartKind.REFUND, PartState.PROCESSING)
    first.becomes(refund, PartState.FAILED, "expired_or_canceled_card")
    await wallet.payments.work.notice("first", first.said[-1])
    assert is_reviewed(await wallet.withdraw(ANN, "w2", 1_000, "transfer"))
    assert await reasons(wallet) == [CLOSED]


@pytest.mark.parametrize(
    ("match", "why"),
    [
        (PayeeMatch.MATCH, []),
        (PayeeMatch.CLOSE_MATCH, [UNVERIFIED[PayeeMatch.CLOSE_MATCH]]),
        (PayeeMatch.NO_MATCH, [UNVERIFIED[PayeeMatch.NO_MATCH]]),
        (PayeeMatch.NOT_POSSIBLE, [UNVERIFIED[PayeeMatch.NOT_POSSIBLE]]),
    ],
)
async def test_another_holders_account_is_reviewed(
    wallet: PaymentsWallet, match: PayeeMatch, why: list[str]
) -> None:
    """The bank says whose it is, and a person looks at what it does not confirm."""
    knowing(wallet, match)
    await wallet.win(ANN, 1_000)
    assert is_reviewed(await wallet.withdraw(ANN, "w", 500, "transfer")) is bool(why)
    assert await reasons(wallet) == why


async def test_the_houses_own_account_is_no_payee(wallet: PaymentsWallet) -> None:
    """It cannot be added, and one that was added before gets nothing."""
    await wallet.win(ANN, 1_000)
    destinations = wallet.payments.requests.destinations
    added = await destinations.add(ANN, "Ann Bettor", OTHER, wallet.time.now())
    assert added is not None
    knowing(wallet, PayeeMatch.MATCH)
    requests = wallet.payments.requests
    refusal = await requests.add_bank_account(ANN, "Ann Bettor", f"de{OTHER[2:]}")
    assert refusal is not None
    assert refusal.code == PlatformErrorCode.METHOD_UNAVAILABLE
    asked = Asked(
        direction=Direction.WITHDRAWAL,
        method_id=f"transfer:{added.destination_id}",
        amount_minor=500,
        currency=CURRENCY,
        key="w",
    )
    answer = await requests.withdraw(wallet.customer(ANN), asked)
    assert answer.refusal is not None
    assert answer.refusal.code == PlatformErrorCode.METHOD_UNAVAILABLE


async def test_an_account_is_removed_and_added_again(wallet: PaymentsWallet) -> None:
    """Nothing more is sent to it, another may take its place, and who adds it again has it once."""
    requests, at = wallet.payments.requests, wallet.time.now()
    added = await requests.destinations.add(ANN, "Ann Bettor", IBAN, at)
    assert added is not None
    await requests.remove_bank_account(Owner("northbet", "bob"), f"transfer:{added.destination_id}")
    assert await requests.destinations.of(ANN) == [added]
    await requests.remove_bank_account(ANN, f"transfer:{added.destination_id}")
    assert await requests.destinations.of(ANN) == []
    await wallet.win(ANN, 1_000)
    asked = Asked(
        direction=Direction.WITHDRAWAL,
        method_id=f"transfer:{added.destination_id}",
        amount_minor=500,
        currency=CURRENCY,
        key="w",
    )
    answer = await requests.withdraw(wallet.customer(ANN), asked)
    assert answer.refusal is not None
    again = await requests.destinations.add(ANN, "A. Bettor", IBAN, at)
    assert again is not None
    assert (again.destination_id, again.holder) == (added.destination_id, "A. Bettor")
