"""Which brands have an operator's wallet is a setting: theirs is asked, and nothing is opened for others."""

import subprocess
import sys
from pathlib import Path
from typing import Any, Final

import pytest
from pydantic import ValidationError

from foundation.storage.clock import SystemClock
from foundation.storage.database import Database
from foundation.storage.settings import DatabaseSettings
from furlong.funds import open_funds
from simulator.seamless.books import UNITS
from simulator.seamless.faults import OperatorFaultName
from simulator.seamless.serve import ServedOperator
from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.funds import DONE, IN_DOUBT, Purpose, Reservation, Settlement
from subgraphs.kit.funds_settings import FundsSettings, OperatorWalletAt, WalletAt
from subgraphs.kit.rounds import WorkerParts
from subgraphs.wallet.models import METADATA, OPERATORS
from subgraphs.wallet.operators import create_rounds
from subgraphs.wallet.seamless.operator_sessions import OperatorSessions
from tests.support.database_probe import migrate

ANN: Final = Owner("southbet", "ann-1")
STAKE: Final = Reservation(
    id="bet-1", owner=ANN, currency="GBP", amount=500, purpose=Purpose.GAME, seconds=600
)


def settings_of(operator: ServedOperator, **values: Any) -> FundsSettings:
    """Return settings by which Southbet's operator keeps its customers' money."""
    return FundsSettings(wallets={ANN.brand: operator.wallet() | values})


@pytest.fixture
async def database(tmp_path: Path) -> DatabaseSettings:
    """A wallet's database, in which Ann has a session at her operator."""
    settings = DatabaseSettings(url=f"sqlite+aiosqlite:///{tmp_path}")
    await migrate(settings, "wallet", METADATA)
    opened = Database.open(settings, "wallet")
    await OperatorSessions(opened, OPERATORS.session, SystemClock()).note(ANN, "token-1")
    await opened.close()
    return settings


def test_an_entry_says_its_protocol() -> None:
    """One that names none speaks ours; an unknown one is refused."""
    ours = {"url": "https://wallet.internal", "keys_file": "/keys"}
    theirs = {"protocol": "hub88", "url": "https://operator.example/hub88", "private_key_file": "/key"}
    read = FundsSettings(wallets={"northbet": ours, "southbet": theirs})
    assert isinstance(read.wallets["northbet"], WalletAt)
    assert isinstance(read.wallets["southbet"], OperatorWalletAt)
    assert list(read.operators) == ["southbet"]
    for wrong in (ours | {"protocol": "other"}, ours | {"protocol": "hub88"}, theirs | {"url": "ftp://x"}):
        with pytest.raises(ValidationError):
            FundsSettings(wallets={"southbet": wrong})


async def test_a_brand_of_an_operator_is_asked_there(
    database: DatabaseSettings, operator: ServedOperator
) -> None:
    """Its stakes and wins are in the operator's books; another brand's customers are in our ledger."""
    operator.api.books.open(ANN.customer, "GBP", 20 * UNITS, "token-1")
    async with open_funds(database, SystemClock(), settings_of(operator)) as funds:
        assert await funds.reserve(STAKE) == DONE
        assert await funds.settle(Settlement(id="won-1", reservation=STAKE, returns=750)) == DONE
        assert funds.of("northbet") is funds.ours
    assert operator.api.books.balances() == {ANN.customer: 22 * UNITS + UNITS // 2}


@pytest.mark.parametrize("fault", ["timeout_before", "timeout_after"])
async def test_silence_ends_by_itself(
    database: DatabaseSettings, operator: ServedOperator, fault: OperatorFaultName
) -> None:
    """Whoever waits is told that it is in doubt; the next request finds out."""
    operator.api.books.open(ANN.customer, "GBP", 20 * UNITS, "token-1")
    operator.api.faults.arm(fault)
    settings = settings_of(operator, timeout_seconds=0.5)
    async with open_funds(database, SystemClock(), settings) as funds:
        assert await funds.reserve(STAKE) == IN_DOUBT
        assert await funds.ask(STAKE) is None
        assert await funds.reserve(STAKE) == DONE
    assert operator.api.books.balances() == {ANN.customer: 15 * UNITS}


async def test_the_worker_reads_the_same_settings(
    database: DatabaseSettings, operator: ServedOperator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without an operator there is nothing to do; with one, what is due is sent."""
    parts = WorkerParts(database, SystemClock())
    idle = create_rounds(parts)
    assert await idle.round() == {"answers": 0, "stuck": 0, "operator": 0, "postponed": 0, "failing": 0}
    await idle.close()
    monkeypatch.setenv(
        "FURLONG_FUNDS_WALLETS", settings_of(operator).model_dump_json(include={"wallets"})[11:-1]
    )
    rounds = create_rounds(parts)
    assert rounds.operators.is_operators(ANN.brand)
    await rounds.close()


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("private_key_file", None, "No such file"),
        ("private_key_file", "{}", "no PEM file with a private key"),
        ("public_key_file", None, "No such file"),
        ("public_key_file", "{}", "no PEM file with 1 to 8 public keys"),
    ],
)
async def test_a_wrong_file_is_named(
    tmp_path: Path, operator: ServedOperator, name: str, content: str | None, words: str
) -> None:
    """The message has the setting, the brand, the file, and what is wrong with it."""
    file = tmp_path / "wrong.pem"
    if content is not None:
        file.write_text(content)
    database = DatabaseSettings(url=f"sqlite+aiosqlite:///{tmp_path}")
    with pytest.raises(ValueError, match=f"FURLONG_FUNDS_WALLETS: southbet: .*wrong.pem: .*{words}"):
        async with open_funds(database, SystemClock(), settings_of(operator, **{name: str(file)})):
            raise AssertionError


@pytest.mark.usefixtures("processes")
def test_what_no_brand_needs_is_not_imported() -> None:
    """Without an operator, neither the subgraph nor the worker imports what asks one."""
    program = (
        "import sys; import subgraphs.wallet.app, subgraphs.wallet.operators, furlong.funds; "
        "from subgraphs.wallet.seamless.operators import Operators; Operators.of({}); "
        "names = ('operator_client', 'operator_funds', 'signatures', 'messages'); "
        "print([n for n in names if 'subgraphs.wallet.seamless.' + n in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"
