"""`furlong funds serve`: money for other processes, by brand."""

import json
import signal
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from foundation.signatures.keys import new_key, public_part
from foundation.storage.clock import SystemClock
from foundation.storage.database import Database
from foundation.storage.settings import DatabaseSettings
from furlong.funds import open_funds
from furlong.workers.money.funds_server import open_funds_server
from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.funds import DONE, IN_DOUBT, Purpose, Reservation, ReservationState, Status
from subgraphs.kit.funds_settings import FundsSettings, WalletAt
from subgraphs.wallet.models import METADATA
from subgraphs.wallet.opened import OpenedWallet
from tests.support.database_probe import migrate
from tests.support.processes.running_furlong import programs_in
from tests.support.wallet.money_clients import BRAND, CASH, MoneyClients
from tests.support.wallet.served_funds import ServedFunds, served_funds
from tools.private_mariadb import PrivateMariadb

pytestmark = [pytest.mark.usefixtures("processes"), pytest.mark.timeout(600)]
ANN = Owner(BRAND, "ann")
STAKE = Reservation(id="bet-1", owner=ANN, currency="GBP", amount=500, purpose=Purpose.BET, seconds=600)


@pytest.fixture
async def wallet(mariadb_url: str) -> AsyncIterator[tuple[DatabaseSettings, OpenedWallet]]:
    """A wallet with a customer, and where it is."""
    settings = DatabaseSettings(url=mariadb_url)
    await migrate(settings, "wallet", METADATA)
    opened = OpenedWallet.of(Database.open(settings, "wallet"), SystemClock())
    await MoneyClients([ANN]).begin(opened)
    yield settings, opened
    await opened.close()


@pytest.fixture
def served(
    wallet: tuple[DatabaseSettings, OpenedWallet], tmp_path: Path, free_port: Callable[[], int]
) -> Iterator[ServedFunds]:
    """A process that serves its money."""
    with served_funds(tmp_path, {"FURLONG_DATABASE_URL": wallet[0].url}, free_port, 1) as running:
        yield running


async def test_money_moves_over_signed_http_and_the_process_ends_in_order(
    served: ServedFunds, wallet: tuple[DatabaseSettings, OpenedWallet]
) -> None:
    """What was asked for is in the ledger and among the figures; nobody else's key moves anything."""
    settings, opened = wallet
    [port] = served.ports
    async with served.client(port, settings) as funds:
        assert await funds.reserve(STAKE) == DONE
        assert await funds.ask(STAKE) is await opened.funds.ask(STAKE) is ReservationState.RESERVED
        dear = Reservation(
            id="bet-2", owner=ANN, currency="GBP", amount=CASH, purpose=Purpose.BET, seconds=60
        )
        assert (await funds.reserve(dear)).status is Status.REFUSED
    assert 'outcome="refused",why="INSUFFICIENT_FUNDS"} 1.0' in served.metrics(port)
    assert 'furlong_funds_requests_total{operation="reserve",outcome="done",why=""} 1.0' in served.metrics(
        port
    )
    served.keys.write_text(json.dumps({"keys": [new_key("strangers")]}))
    async with served.client(port, settings) as funds:
        assert await funds.release(STAKE) == IN_DOUBT
    served.running[port].send_signal(signal.SIGTERM)
    assert served.running[port].wait(60) == 0, served.programs.logs()
    assert await opened.funds.ask(STAKE) is ReservationState.RESERVED


async def test_a_key_of_another_brand_moves_no_money(
    wallet: tuple[DatabaseSettings, OpenedWallet], tmp_path: Path, free_port: Callable[[], int]
) -> None:
    """The setting says for which brands it acts."""
    settings, opened = wallet
    environment = {
        "FURLONG_DATABASE_URL": settings.url,
        "FURLONG_FUNDS_KEY_BRANDS": json.dumps({"blocks": ["southbet"]}),
    }
    with served_funds(tmp_path, environment, free_port, 1) as served:
        async with served.client(served.ports[0], settings) as funds:
            assert await funds.reserve(STAKE) == IN_DOUBT
    assert await opened.funds.ask(STAKE) is ReservationState.UNKNOWN


async def test_a_brand_without_a_wallet_elsewhere_has_it_here(
    wallet: tuple[DatabaseSettings, OpenedWallet], tmp_path: Path, free_port: Callable[[], int]
) -> None:
    """By default all money is in this installation's ledger; what is elsewhere, and away, is in doubt."""
    settings, _ = wallet
    keys = tmp_path / "keys.jwks"
    keys.write_text(json.dumps({"keys": [new_key("blocks")]}))
    async with open_funds(settings, SystemClock(), FundsSettings()) as funds:
        assert await funds.reserve(STAKE) == DONE
    away = WalletAt(url=f"http://127.0.0.1:{free_port()}", keys_file=keys)
    async with open_funds(settings, SystemClock(), FundsSettings(wallets={"southbet": away})) as funds:
        assert await funds.reserve(STAKE) == DONE
        assert await funds.release(STAKE) == DONE
        elsewhere = Reservation(
            id="bet-3",
            owner=Owner("southbet", "ann"),
            currency="GBP",
            amount=1,
            purpose=Purpose.BET,
            seconds=60,
        )
        assert await funds.reserve(elsewhere) == IN_DOUBT
        assert await funds.ask(elsewhere) is None


def test_it_says_what_it_needs(mariadb: PrivateMariadb, tmp_path: Path) -> None:
    """Without keys nobody could move money: the command ends, and names the setting."""
    with programs_in(tmp_path, {"FURLONG_DATABASE_URL": mariadb.fresh_url()}) as programs:
        programs.run("db", "upgrade")
        assert "FURLONG_FUNDS_KEYS_FILE" in programs.refused("funds", "serve")


@pytest.mark.parametrize("content", ["{", json.dumps({"keys": public_part([new_key("blocks")])})])
async def test_keys_that_cannot_sign_are_refused_at_the_start(tmp_path: Path, content: str) -> None:
    """Otherwise all that a wallet elsewhere is asked would be in doubt; the message names the setting."""
    keys = tmp_path / "keys.jwks"
    keys.write_text(content)
    settings = FundsSettings(wallets={BRAND: WalletAt(url="http://127.0.0.1:1", keys_file=keys)})
    database = DatabaseSettings(url=f"sqlite+aiosqlite:///{tmp_path}")
    with pytest.raises(ValueError, match="FURLONG_FUNDS_WALLETS"):
        async with open_funds(database, SystemClock(), settings):
            raise AssertionError


async def test_keys_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    """The message says which setting names them."""
    keys = tmp_path / "keys.jwks"
    keys.write_text("{")
    database = DatabaseSettings(url=f"sqlite+aiosqlite:///{tmp_path}")
    in_file, as_text = FundsSettings(keys_file=keys), FundsSettings(keys=SecretStr("{"))
    for settings, name in ((in_file, "FURLONG_FUNDS_KEYS_FILE"), (as_text, "FURLONG_FUNDS_KEYS")):
        with pytest.raises(ValueError, match=f"^{name}: "):
            async with open_funds_server(database, SystemClock(), settings):
                raise AssertionError
