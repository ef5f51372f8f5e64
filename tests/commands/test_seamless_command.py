"""`furlong seamless serve`: an aggregator plays over HTTP against a real process."""

import json
import signal
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from foundation.storage.clock import SystemClock
from foundation.storage.database import Database
from foundation.storage.settings import DatabaseSettings
from furlong.workers.money.seamless_server import open_seamless_server
from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.hub88_signatures import HEADER, Signer, Verifier
from subgraphs.wallet.aggregator.operator import Operator
from subgraphs.wallet.aggregator.settings import SeamlessSettings
from subgraphs.wallet.models import METADATA
from subgraphs.wallet.opened import OpenedWallet
from subgraphs.wallet.seamless.messages import BET, WIN
from tests.subgraphs.wallet.seamless.test_signatures import new_pair
from tests.support.database_probe import migrate
from tests.support.processes.running_furlong import eventually, programs_in
from tests.support.wallet.money_clients import BRAND, CASH, CURRENCY, MoneyClients

pytestmark = [pytest.mark.usefixtures("processes"), pytest.mark.timeout(600)]
ANN = Owner(BRAND, "ann1")


@pytest.fixture
async def wallet(mariadb_url: str) -> AsyncIterator[tuple[DatabaseSettings, OpenedWallet]]:
    """A wallet with a customer, and where it is."""
    settings = DatabaseSettings(url=mariadb_url)
    await migrate(settings, "wallet", METADATA)
    opened = OpenedWallet.of(Database.open(settings, "wallet"), SystemClock())
    await MoneyClients([ANN]).begin(opened)
    yield settings, opened
    await opened.close()


async def test_a_signed_bet_is_taken_and_the_process_ends_in_order(
    wallet: tuple[DatabaseSettings, OpenedWallet], tmp_path: Path, free_port: Callable[[], int]
) -> None:
    """A bet is taken on MariaDB, counted, and answered with our signature; SIGTERM ends the process."""
    settings, opened = wallet
    sessions = Operator.of(opened, {"": BRAND}).sessions
    token = await sessions.open_session(ANN, CURRENCY, "g", timedelta(hours=1))
    theirs, ours = new_pair(tmp_path, "theirs"), new_pair(tmp_path, "ours")
    environment = {
        "FURLONG_DATABASE_URL": settings.url,
        "FURLONG_SEAMLESS_PRIVATE_KEY_FILE": str(ours[0]),
        "FURLONG_SEAMLESS_PUBLIC_KEY_FILES": json.dumps([str(theirs[1])]),
        "FURLONG_SEAMLESS_BRANDS": json.dumps({"": BRAND}),
        "FURLONG_SEAMLESS_MAXIMUM_WIN": "1",
        "FURLONG_SEAMLESS_MAXIMUM_WINS": json.dumps({BRAND: {CURRENCY: 200}}),
    }
    port = free_port()
    at = f"http://127.0.0.1:{port}"

    def works() -> bool:
        try:
            return bool(httpx.get(f"{at}/health", timeout=10).json()["working"])
        except httpx.HTTPError:
            return False

    with programs_in(tmp_path, environment) as programs:
        program = programs.start("seamless", "serve", f"--listen=127.0.0.1:{port}")
        eventually(works, "games are served")
        bet = {"user": "ann1", "transaction_uuid": "b", "request_uuid": "r", "token": token}
        body = json.dumps(bet | {"amount": 100_000, "currency": CURRENCY}).encode()
        signed = {HEADER: Signer(theirs[0]).sign(body)}
        async with httpx.AsyncClient(base_url=at, timeout=30) as client:
            answer = await client.post(BET, content=body, headers=signed)
            figures = (await client.get("/metrics")).text
            for amount, status in ((201_000, "RS_ERROR_UNKNOWN"), (200_000, "RS_OK")):
                won = {"transaction_uuid": f"w{amount}", "reference_transaction_uuid": "b", "amount": amount}
                body = json.dumps(bet | won | {"currency": CURRENCY}).encode()
                paid = await client.post(WIN, content=body, headers={HEADER: Signer(theirs[0]).sign(body)})
                assert paid.json()["status"] == status
        assert Verifier([ours[1]]).verifies(answer.content, answer.headers[HEADER])
        assert (answer.json()["status"], answer.json()["balance"]) == ("RS_OK", (CASH - 100) * 1000)
        assert (
            'furlong_seamless_answers_total{path="/transaction/bet",provider="",status="RS_OK"} 1.0'
            in figures
        )
        program.send_signal(signal.SIGTERM)
        assert program.wait(60) == 0, programs.logs()


@pytest.mark.parametrize("missing", ["private_key_file", "public_key_files", "brands"])
async def test_without_keys_or_brands_nothing_is_served(tmp_path: Path, missing: str) -> None:
    """What is missing is named."""
    private, public = new_pair(tmp_path, "k")
    given = {"private_key_file": private, "public_key_files": [public], "brands": {"": BRAND}}
    del given[missing]
    settings = SeamlessSettings(**given)  # type: ignore[arg-type]
    database = DatabaseSettings(url=f"sqlite+aiosqlite:///{tmp_path}")
    with pytest.raises(ValueError, match="SEAMLESS"):
        async with open_seamless_server(database, SystemClock(), settings):
            pass
