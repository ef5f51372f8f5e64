"""Withdrawals and deposits by a bank's files, by processes of their own, at a simulated bank."""

import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any, Final

import httpx
import pytest
import yaml

from foundation.storage.clock import SystemClock
from foundation.storage.database import Database
from foundation.storage.settings import DatabaseSettings
from subgraphs.kit.domain.keys import Owner
from subgraphs.wallet.models import METADATA
from subgraphs.wallet.opened import OpenedWallet
from subgraphs.wallet.paying.opened import OpenedPayments, opened_payments
from subgraphs.wallet.paying.requests import Asked, Customer
from subgraphs.wallet.payments.bank.folders import FOLDERS
from subgraphs.wallet.payments.configuration import PaymentsSettings
from subgraphs.wallet.payments.payment import Direction, PaymentState
from tests.support.database_probe import migrate
from tests.support.processes.running_furlong import Programs, eventually, programs_in
from tests.support.wallet.money_clients import BRAND, MoneyClients
from tools.private_kafka import PrivateKafka

pytestmark = [pytest.mark.usefixtures("processes"), pytest.mark.timeout(600)]
ANN: Final = Owner(BRAND, "ann")
OURS: Final = "DE89370400440532013000"
HERS: Final = "GB33BUKB20201555555555"
AMOUNTS: Final = {"GBP": {"minimum": 100}}
ROUTES: Final = [{"processor": "bank"}]
METHODS: Final[list[dict[str, Any]]] = [
    {"id": name, "direction": direction, "names": {"en": "Transfer"}, "amounts": AMOUNTS, "routes": ROUTES}
    for name, direction in (("send", "DEPOSIT"), ("get", "WITHDRAWAL"))
]


@pytest.fixture
async def wallet(mariadb_url: str) -> AsyncIterator[tuple[DatabaseSettings, OpenedWallet]]:
    """A wallet with a customer, and where it is."""
    settings = DatabaseSettings(url=mariadb_url)
    await migrate(settings, "wallet", METADATA)
    opened = OpenedWallet.of(Database.open(settings, "wallet"), SystemClock())
    await MoneyClients([ANN]).begin(opened)
    yield settings, opened
    await opened.close()


def configured(folder: Path) -> PaymentsSettings:
    """Make the bank's folder and the file of payments; return the settings that name it."""
    for name in FOLDERS:
        (folder / "bank" / name).mkdir(parents=True)
    options = {"folder": str(folder / "bank"), "holder": "Northbet Ltd", "iban": OURS, "currency": "GBP"}
    content = {
        "processors": [{"name": "bank", "adapter": "bank", "options": options}],
        "methods": METHODS,
        "review": {"above": {"GBP": 100_000}, "new_account": False},
    }
    file = folder / "payments.yaml"
    file.write_text(yaml.safe_dump(content))
    return PaymentsSettings(file=file)


async def asked(wallet: OpenedWallet, payments: OpenedPayments, direction: Direction, amount: int) -> str:
    """Ask for a deposit or a withdrawal; return the payment's id."""
    customer = Customer(ANN, await wallet.standing_of(ANN), "en-GB")
    method = "send"
    if direction is Direction.WITHDRAWAL:
        assert await payments.requests.add_bank_account(ANN, "Änn Bettor", HERS) is None
        [account] = await payments.requests.destinations.of(ANN)
        method = f"get:{account.destination_id}"
    key = f"{direction} {amount}"
    asks = Asked(direction=direction, method_id=method, amount_minor=amount, currency="GBP", key=key)
    ask = payments.requests.deposit if direction is Direction.DEPOSIT else payments.requests.withdraw
    answer = await ask(customer, asks)
    assert answer.payment is not None
    assert answer.refusal is None
    return answer.payment.payment_id


def becomes(programs: Programs, payment_id: str, state: PaymentState) -> None:
    """Wait until a payment is in a state, by the command that shows it."""
    eventually(
        lambda: state.value in programs.run("payments", "show", payment_id).splitlines()[0],
        f"{payment_id} is {state.value}",
    )


async def test_files_go_to_the_bank_and_come_from_it(
    wallet: tuple[DatabaseSettings, OpenedWallet],
    tmp_path: Path,
    free_port: Callable[[], int],
    empty_kafka: PrivateKafka,
) -> None:
    """A withdrawal is done by a statement and undone by one, a deposit is found, what is wrong is a case."""
    database, opened = wallet
    control = free_port()
    settings = configured(tmp_path)
    folder = tmp_path / "bank"
    environment = {
        "FURLONG_DATABASE_URL": database.url,
        "FURLONG_PAYMENTS_FILE": str(settings.file),
        "FURLONG_KAFKA_BOOTSTRAP": empty_kafka.bootstrap,
    }
    with programs_in(tmp_path, environment) as programs:
        payments = opened_payments(opened, settings)
        sent = await asked(opened, payments, Direction.WITHDRAWAL, 700)
        [order] = (folder / "outbox").glob("*.xml")
        assert (order.stem, order.stat().st_mode & 0o777) == (f"{sent}-p1", 0o600)
        before = await _cash(opened)
        bank: tuple[Any, ...] = ("simulator", "bank", f"--folder={folder}", f"--account={OURS}")
        programs.start(*bank, "--currency=GBP", "--opening=100000", f"--control={control}")
        programs.run("topics", "create")
        programs.start("worker", "wallet-cashier")
        eventually((folder / "sent" / order.name).exists, "the bank has taken the order")
        _ask(control, "days")
        becomes(programs, sent, PaymentState.DONE)
        _ask(control, f"payments/{sent}-p1/return?reason=AC04")
        _ask(control, "days")
        becomes(programs, sent, PaymentState.FAILED)
        shown = json.loads(programs.run("payments", "show", sent, "--json"))
        assert [part["reason"] for part in shown] == ["AC04"]
        assert await _cash(opened) == before + 700
        got = await asked(opened, payments, Direction.DEPOSIT, 900)
        _ask(control, f"credits?to={OURS}&amount=900&holder=Ann&account={HERS}&remittance={got}-C1")
        _ask(control, "days")
        becomes(programs, got, PaymentState.DONE)
        assert programs.run("payments", "cases") == "Nothing differs.\n"
        (folder / "inbox" / "wrong.xml").write_text("<Document/>")
        eventually(lambda: "unreadable" in programs.run("payments", "cases"), "a person has to look")


async def _cash(wallet: OpenedWallet) -> int:
    [cash] = [account.id for account in await wallet.accounts.of(ANN) if not account.credit]
    [account] = await wallet.ledger.lookup_accounts([cash])
    return account.credits_posted - account.debits_posted - account.debits_pending


def _ask(control: int, what: str) -> None:
    httpx.post(f"http://127.0.0.1:{control}/{what}", timeout=10).raise_for_status()
