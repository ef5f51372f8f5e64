"""The simulated bank says whose accounts are, and the wallet's bank asks it."""

from typing import Final

import pytest

from subgraphs.kit.payees import PayeeMatch
from subgraphs.wallet.payments.bank.payees import BankPayees
from tests.simulator.bank.conftest import Counter
from tests.support.payments.bank_documents import OURS

HERS: Final = "GB33BUKB20201555555555"


@pytest.mark.parametrize(
    ("holder", "match"),
    [
        ("Ann Bettor", PayeeMatch.MATCH),
        ("A. Bettor", PayeeMatch.CLOSE_MATCH),
        ("Bob Stranger", PayeeMatch.NO_MATCH),
    ],
)
async def test_who_has_paid_from_an_account_is_its_holder(
    counter: Counter, holder: str, match: PayeeMatch
) -> None:
    """The bank knows the name from the money that came."""
    await counter.ask("/credits", to=OURS, amount=500, holder="Ann Bettor", account=HERS)
    assert await BankPayees(f"{str(counter.http.base_url).rstrip('/')}/payees").verify(holder, HERS) is match


async def test_what_a_bank_does_not_say_is_not_possible(counter: Counter) -> None:
    """An account that it does not know, another answer, and a bank that is down."""
    assert (
        await BankPayees(f"{str(counter.http.base_url).rstrip('/')}/payees").verify("Ann", HERS)
        is PayeeMatch.NOT_POSSIBLE
    )
    for url in (f"{str(counter.http.base_url).rstrip('/')}/state", "http://127.0.0.1:9/payees"):
        assert await BankPayees(url).verify("Ann", HERS) is PayeeMatch.NOT_POSSIBLE
