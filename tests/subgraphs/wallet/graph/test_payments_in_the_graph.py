"""Deposits and withdrawals as customers ask for them, at a simulated processor."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from pydantic import SecretStr

from foundation.storage.clock import ManualClock
from simulator.payments.api import KEY
from simulator.payments.checkout import expire_session
from simulator.payments.serve import PaymentSettings, ServedPayments, serving_payments
from simulator.payments.webhooks import SECRET
from subgraphs.kit.given_settings import GivenSettings
from subgraphs.wallet.paying.opened import OpenedPayments, opened_payments
from subgraphs.wallet.payments.configuration import PaymentsSettings
from tests.subgraphs.wallet.graph.test_wallet_updates import PATIENCE_SECONDS, following, told
from tests.subgraphs.wallet.served_wallet import ServedWallet, served_wallet
from tests.support.subgraphs.club_samples import BRAND, NOW

PAYMENT = """state code decline url message fee { minor } instructions { reference }"""
ASK = f"""mutation ($input: DepositInput!) {{ deposit(input: $input) {{
  errors {{ code }} redirectUrl payment {{ id {PAYMENT} }} }} }}"""
READ = f"""{{ wallet(brand: "northbet") {{ canAddBankAccount payments {{ {PAYMENT} }} }} }}"""
METHODS = """{ paymentMethods(brand: "northbet", direction: DEPOSIT) {
  id name fee { minor } feePermille minimum { minor } maximum { minor } } }"""
DECLINE = (
    """mutation { declineLimit(input: {brand: "northbet", idempotencyKey: "none"}) { errors { code } } }"""
)


def file_at(api: str) -> dict[str, Any]:
    """Return a file of payments with one processor, at an address."""
    amounts = {"GBP": {"minimum": 500, "maximum": 20_000, "fee": 30, "fee_permille": 10}}
    card = {"id": "card", "names": {"en": "Debit card"}, "direction": "DEPOSIT", "amounts": amounts}
    back = {"id": "back", "names": {"en": "Back"}, "direction": "WITHDRAWAL", "to": "source"}
    return {
        "processors": [{"name": "stripe", "adapter": "stripe", "options": {"api_base": api}}],
        "methods": [card | {"routes": [{"processor": "stripe"}]}, back | {"amounts": {"GBP": {}}}],
    }


@dataclass(frozen=True)
class PaidWallet:
    """A served wallet with payments, and the processor."""

    served: ServedWallet
    processor: ServedPayments
    payments: OpenedPayments

    async def deposit(self, amount: int, key: str = "k") -> Any:
        """Ask for a deposit, and return its payload."""
        asked = {"brand": BRAND, "methodId": "card", "amountMinor": amount, "currency": "GBP"}
        return (await self.served.data(ASK, input=asked | {"idempotencyKey": key}))["deposit"]

    async def at_the_page(self, url: str, **form: str) -> None:
        """Do something at the processor's page."""
        async with httpx.AsyncClient(timeout=PATIENCE_SECONDS) as browser:
            answer = await browser.post(url, data=form)
            assert answer.is_redirect, answer.text

    async def newest(self) -> Any:
        """Return the newest payment as the wallet shows it."""
        return (await self.served.data(READ))["wallet"]["payments"][0]


@pytest.fixture
async def paid(tmp_path: Path, database_url: str) -> AsyncIterator[PaidWallet]:
    """A wallet whose customer wants no limit."""
    at = PaymentSettings(clock=ManualClock(NOW))
    async with serving_payments(tmp_path / "processor", at) as processor:
        file = tmp_path / "payments.yaml"
        file.write_text(yaml.safe_dump(file_at(processor.url)))
        secrets = {"stripe-key": SecretStr(KEY), "stripe-webhook": SecretStr(SECRET)}
        settings = PaymentsSettings(file=file, secrets=secrets, back_url="https://{brand}.example/money")
        async with served_wallet(database_url, given=GivenSettings(settings)) as served:
            await served.data(DECLINE)
            payments = opened_payments(served.wallet, settings)
            yield PaidWallet(served, processor, payments)
            await payments.close()


async def test_the_fee_of_a_method_is_told_in_two_parts(paid: PaidWallet) -> None:
    """What is kept of each payment, and of its amount: a page adds them, and none is counted twice."""
    [card] = (await paid.served.data(METHODS))["paymentMethods"]
    assert (card["name"], card["fee"]["minor"], card["feePermille"]) == ("Debit card", 30, 10)
    asked = await paid.deposit(10_000)
    assert asked["payment"]["fee"]["minor"] == 30 + 100


async def test_a_decline_says_why_and_the_payment_can_be_finished(paid: PaidWallet) -> None:
    """It is open with its reason and its page; once it is paid, no reason is left."""
    asked = await paid.deposit(2_000)
    assert (asked["errors"], asked["redirectUrl"]) == ([], asked["payment"]["url"])
    await paid.at_the_page(asked["redirectUrl"], deed="pay", card="insufficient_funds")
    await paid.payments.work.look(asked["payment"]["id"])
    shown = await paid.newest()
    assert (shown["state"], shown["code"], shown["decline"]) == ("OPEN", None, "INSUFFICIENT_FUNDS")
    assert shown["url"] == asked["redirectUrl"]
    await paid.at_the_page(asked["redirectUrl"], deed="pay", card="pays")
    await paid.payments.work.look(asked["payment"]["id"])
    shown = await paid.newest()
    assert (shown["state"], shown["decline"], shown["url"]) == ("DONE", None, None)


async def test_a_page_is_told_of_a_payment_by_which_no_money_moved(paid: PaidWallet) -> None:
    """A deposit that nobody paid ends, which changes no balance."""
    asked = await paid.deposit(2_000)
    async with following(paid.served) as events:
        await told(events)
        books = paid.processor.books
        with books.store.transaction():
            expire_session(books, asked["redirectUrl"].rpartition("/")[2])
        await paid.payments.work.look(asked["payment"]["id"])
        assert (await told(events))[0] == 0
    shown = await paid.newest()
    assert (shown["state"], shown["code"], shown["decline"]) == ("FAILED", "DECLINED", None)


async def test_a_payment_in_doubt_says_so(paid: PaidWallet) -> None:
    """The answer was lost: nobody knows, until the same key is asked for again."""
    paid.processor.books.faults.arm("reset_after", on="checkout/sessions")
    asked = await paid.deposit(2_000)
    assert ([error["code"] for error in asked["errors"]], asked["redirectUrl"]) == (["PENDING"], None)
    assert (await paid.newest())["code"] == "PENDING"
    again = await paid.deposit(2_000)
    assert (again["errors"], again["payment"]["id"]) == ([], asked["payment"]["id"])
    assert len(list(paid.processor.books.store.newest("checkout.session"))) == 1


async def test_a_bank_account_is_asked_for_only_where_it_is_of_use(paid: PaidWallet) -> None:
    """Here, money goes back to the card."""
    assert (await paid.served.data(READ))["wallet"]["canAddBankAccount"] is False
