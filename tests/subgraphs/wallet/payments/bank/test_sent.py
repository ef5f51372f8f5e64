"""Orders that the bank has booked are cleared away after a term, if there is one, and none is sent again."""

from datetime import timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from subgraphs.wallet.payments.bank.options import BankOptions
from subgraphs.wallet.payments.processor import PartState, Payout
from tests.subgraphs.wallet.payments.bank_account import Account, account_at
from tests.subgraphs.wallet.payments.played_bank import ANN, bank_options, made_folders

PAYOUT = Payout(id="p1-p1", amount=700, currency="GBP", holder="Ann Example", account=ANN)
OTHER = replace(PAYOUT, id="p2-p1")


@pytest.fixture
def options(tmp_path: Path) -> BankOptions:
    """An account whose orders are cleared away a month after they were booked."""
    return bank_options(made_folders(tmp_path / "bank"), sent_days=30)


def sent(account: Account) -> list[str]:
    """Return the names of the orders that were taken to the bank."""
    return sorted(file.name for file in (account.bank.folder / "sent").iterdir())


async def booked(account: Account) -> None:
    """Let two orders be taken to the bank, which books one of them."""
    for payout in (PAYOUT, OTHER):
        await account.processor.pay_out(payout)
    [order, _] = account.bank.takes_orders()
    account.bank.pays(order)
    account.bank.delivers(account.bank.statement())
    await account.hears()


@pytest.mark.parametrize("is_record_lost", [False, True])
async def test_what_was_booked_long_enough_ago_is_cleared_away(
    options: BankOptions, *, is_record_lost: bool
) -> None:
    """What no statement tells of stays; what is cleared away is not ordered again."""
    account = account_at(options)
    await booked(account)
    (account.bank.folder / "sent" / "notes.txt").write_text("the job's")
    account.clock.advance(timedelta(days=30))
    await account.hears()
    assert sent(account) == ["notes.txt", "p1-p1.xml", "p2-p1.xml"]
    account.clock.advance(timedelta(days=1))
    for _ in range(2):
        await account.hears()
        assert sent(account) == ["notes.txt", "p2-p1.xml"]
    if is_record_lost:
        for record in (account.bank.folder / "records").iterdir():
            record.unlink()
    again = await account.another().pay_out(PAYOUT)
    assert again.state is (PartState.DONE if is_record_lost else PartState.PROCESSING)
    assert account.bank.takes_orders() == []


async def test_without_a_term_all_stays(options: BankOptions) -> None:
    """Whoever takes files to the bank may need them."""
    account = account_at(replace(options, sent_days=None))
    await booked(account)
    account.clock.advance(timedelta(days=300))
    await account.hears()
    assert sent(account) == ["p1-p1.xml", "p2-p1.xml"]
