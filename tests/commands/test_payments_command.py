"""Payments by processes of their own, at a simulated processor: a webhook, a lost webhook, and commands."""

import json
import re
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

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
from subgraphs.wallet.payments.configuration import PaymentsSettings
from subgraphs.wallet.payments.payment import Direction, PaymentState
from tests.support.database_probe import migrate
from tests.support.processes.running_furlong import Programs, eventually, programs_in
from tests.support.wallet.money_clients import BRAND, MoneyClients
from tools.private_kafka import PrivateKafka

pytestmark = [pytest.mark.usefixtures("processes"), pytest.mark.timeout(600)]
ANN = Owner(BRAND, "ann")
METHOD = {"id": "card", "names": {"en": "Card"}, "direction": "DEPOSIT", "amounts": {"GBP": {"minimum": 100}}}
KEY, WEBHOOKS = "sk_test_simulated", "whsec_simulated"


@pytest.fixture
async def wallet(mariadb_url: str) -> AsyncIterator[tuple[DatabaseSettings, OpenedWallet]]:
    """A wallet with a customer, and where it is."""
    settings = DatabaseSettings(url=mariadb_url)
    await migrate(settings, "wallet", METADATA)
    opened = OpenedWallet.of(Database.open(settings, "wallet"), SystemClock())
    await MoneyClients([ANN]).begin(opened)
    yield settings, opened
    await opened.close()


def configured(folder: Path, port: int) -> PaymentsSettings:
    """Write the file of payments and the key; return the settings that name them."""
    secrets = folder / "secrets"
    secrets.mkdir()
    (secrets / "stripe-key").write_text(KEY)
    options = {"api_base": f"http://127.0.0.1:{port}"}
    method = METHOD | {"routes": [{"processor": "simulated"}]}
    content = {
        "processors": [{"name": "simulated", "adapter": "stripe", "options": options}],
        "methods": [method],
    }
    file = folder / "payments.yaml"
    file.write_text(yaml.safe_dump(content))
    return PaymentsSettings(file=file, secret_folder=secrets, back_url="http://127.0.0.1:9/")


async def deposited(wallet: OpenedWallet, payments: OpenedPayments, key: str) -> str:
    """Ask for a deposit, pay it at the processor's page, and return the payment's id."""
    customer = Customer(ANN, await wallet.standing_of(ANN), "en-GB")
    asked = Asked(direction=Direction.DEPOSIT, method_id="card", amount_minor=700, currency="GBP", key=key)
    answer = await payments.requests.deposit(customer, asked)
    assert answer.payment is not None
    assert answer.refusal is None
    async with httpx.AsyncClient(timeout=30) as browser:
        paid = await browser.post(answer.url, data={"card": "pays", "deed": "pay"})
    assert paid.status_code in {302, 303}, paid.text
    return answer.payment.payment_id


def is_done(programs: Programs, payment_id: str) -> bool:
    """Tell whether a payment is done, by the command that shows it."""
    return PaymentState.DONE.value in programs.run("payments", "show", payment_id).splitlines()[0]


async def test_a_deposit_is_heard_or_looked_for(
    wallet: tuple[DatabaseSettings, OpenedWallet],
    tmp_path: Path,
    free_port: Callable[[], int],
    empty_kafka: PrivateKafka,
) -> None:
    """With webhooks `payments serve` notes it; without, the cashier asks; nothing differs afterwards."""
    database, opened = wallet
    api, control, hearing = free_port(), free_port(), free_port()
    settings = configured(tmp_path, api)
    environment = {
        "FURLONG_DATABASE_URL": database.url,
        "FURLONG_PAYMENTS_FILE": str(settings.file),
        "FURLONG_PAYMENTS_SECRET_FOLDER": str(settings.secret_folder),
        "FURLONG_PAYMENTS_SECRETS": json.dumps({"stripe-webhook": WEBHOOKS}),
        "FURLONG_KAFKA_BOOTSTRAP": empty_kafka.bootstrap,
    }
    async with AsyncExitStack() as stack:
        programs = stack.enter_context(programs_in(tmp_path, environment))
        simulator: tuple[Any, ...] = ("simulator", "payments", f"--data={tmp_path / 'books'}")
        webhooks = f"--webhooks=http://127.0.0.1:{hearing}/webhooks/simulated"
        programs.start(*simulator, f"--port={api}", f"--control={control}", webhooks)
        serving = programs.start("payments", "serve", f"--listen=127.0.0.1:{hearing}")
        eventually(lambda: _answers(f"http://127.0.0.1:{hearing}/health"), "webhooks are heard")
        eventually(lambda: _answers(f"http://127.0.0.1:{control}/state"), "the processor answers")
        payments = opened_payments(opened, settings)
        stack.push_async_callback(payments.close)
        heard = await deposited(opened, payments, "heard")
        eventually(lambda: is_done(programs, heard), "the webhook was heard")
        metrics = _metrics(hearing)
        assert re.search(
            r'furlong_payment_webhooks_total\{processor="simulated",status="200"\} [1-9]', metrics
        )
        serving.kill()
        serving.wait()
        lost = await deposited(opened, payments, "lost")
        programs.run("topics", "create")
        programs.start("worker", "wallet-cashier")
        eventually(lambda: is_done(programs, lost), "the cashier has asked")
        yesterday = str((SystemClock().now() - timedelta(days=1)).date())
        compared = programs.run("payments", "compare", "simulated", yesterday)
        assert compared == "0 lines, 0 matched, 0 cases.\n"
        assert programs.run("payments", "cases") == "Nothing differs.\n"


def _metrics(port: int) -> str:
    return httpx.get(f"http://127.0.0.1:{port}/metrics", timeout=10).text


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=5).status_code == httpx.codes.OK
    except httpx.HTTPError:
        return False
