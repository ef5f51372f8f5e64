"""Processes that ask an operator's own wallet are killed, and the operator's books stay right."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx
import pytest

from foundation.signatures.keys import new_key, public_part
from foundation.storage.clock import SystemClock
from foundation.storage.database import Database
from foundation.storage.settings import DatabaseSettings
from furlong.funds import FundsByBrand, open_funds
from simulator.seamless.books import UNITS
from simulator.seamless.signing import OPERATORS_PUBLIC, OURS
from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.funds import DONE, IN_DOUBT, Outcome, Purpose, Reservation, ReservationState, Settlement
from subgraphs.kit.funds_settings import FundsSettings, WalletAt
from subgraphs.kit.rounds import WorkerParts
from subgraphs.wallet.models import METADATA, OPERATORS
from subgraphs.wallet.operators import create_rounds
from subgraphs.wallet.seamless.operator_sessions import OperatorSessions
from tests.support.database_probe import migrate
from tests.support.processes.forked_programs import Program
from tests.support.processes.running_furlong import Programs, eventually, programs_in

pytestmark = [pytest.mark.usefixtures("processes"), pytest.mark.timeout(600)]
ANN: Final = Owner("southbet", "ann-1")
STAKE: Final = Reservation(
    id="bet-1", owner=ANN, currency="GBP", amount=500, purpose=Purpose.BET, seconds=600
)
WON: Final = Settlement(id="won-1", reservation=STAKE, returns=1_250)
START: Final = 20
LONG_SECONDS: Final = 120
"""The longest wait: a request that was killed is repeated after seconds."""


@dataclass
class Processes:
    """An operator, and a process that serves money, which asks it.

    Attributes:
        control: Where the operator's faults are armed and its books are shown.
        port: Of the process that serves money.
        keys: Of who asks that process.
        environment: Its settings.
    """

    programs: Programs
    control: str
    port: int
    keys: Path
    money: Program
    environment: dict[str, str]

    def kill(self) -> None:
        """Kill what asks the operator, and start it again."""
        self.money.kill()
        self.money.wait()
        self.money = self.programs.start("funds", "serve", f"--listen=127.0.0.1:{self.port}")
        eventually(self.works, "the money is served")

    def works(self) -> bool:
        """Tell whether money is served."""
        try:
            return bool(httpx.get(f"http://127.0.0.1:{self.port}/health", timeout=10).json()["working"])
        except (httpx.HTTPError, ValueError):
            return False

    def books(self) -> dict[str, Any]:
        """Return what the operator says."""
        return dict(httpx.get(f"{self.control}/books", timeout=10).json())

    def silence(self) -> None:
        """Let the operator do the next request, and not answer."""
        httpx.post(f"{self.control}/faults/timeout_after", timeout=10)

    def has_asked(self, kind: str) -> bool:
        """Tell whether the operator has done something of a kind."""
        return kind in [movement["kind"] for movement in self.books()["movements"]]

    @asynccontextmanager
    async def funds(self, database: DatabaseSettings) -> AsyncIterator[FundsByBrand]:
        """Open the money as another process reaches it."""
        at = WalletAt(url=f"http://127.0.0.1:{self.port}", keys_file=self.keys, timeout_seconds=30)
        async with open_funds(database, SystemClock(), FundsSettings(wallets={ANN.brand: at})) as funds:
            yield funds


@pytest.fixture
async def database(mariadb_url: str) -> DatabaseSettings:
    """A wallet's database, in which Ann has a session at her operator."""
    settings = DatabaseSettings(url=mariadb_url)
    await migrate(settings, "wallet", METADATA)
    opened = Database.open(settings, "wallet")
    await OperatorSessions(opened, OPERATORS.session, SystemClock()).note(ANN, "token-1")
    await opened.close()
    return settings


@pytest.fixture
def running(database: DatabaseSettings, tmp_path: Path, free_port: Callable[[], int]) -> Iterator[Processes]:
    """All of them, and Ann has twenty pounds."""
    key, private, public = new_key("blocks"), tmp_path / "blocks.jwks", tmp_path / "public.jwks"
    private.write_text(json.dumps({"keys": [key]}))
    public.write_text(json.dumps({"keys": public_part([key])}))
    wallet, control, money = (free_port() for _ in range(3))
    folder = tmp_path / "operator"
    at = {
        "protocol": "hub88",
        "url": f"http://127.0.0.1:{wallet}",
        "private_key_file": str(folder / OURS),
        "public_key_file": str(folder / OPERATORS_PUBLIC),
        "timeout_seconds": 3,
    }
    environment = {
        "FURLONG_DATABASE_URL": database.url,
        "FURLONG_FUNDS_KEYS_FILE": str(public),
        "FURLONG_FUNDS_WALLETS": json.dumps({ANN.brand: at}),
    }
    with programs_in(tmp_path, environment) as programs:
        programs.start(
            "simulator", "operator", f"--data={folder}", f"--port={wallet}", f"--control={control}"
        )
        url = f"http://127.0.0.1:{control}"
        eventually(lambda: _opened(url), "the operator answers")
        money_program = programs.start("funds", "serve", f"--listen=127.0.0.1:{money}")
        processes = Processes(programs, url, money, private, money_program, environment)
        eventually(processes.works, "the money is served")
        yield processes


@pytest.mark.slow("a request that was killed is repeated once its answer cannot come any more")
async def test_killed_processes_leave_the_books_right(
    running: Processes, database: DatabaseSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stakes, wins and rollbacks that had no answer are found, by blocks or the worker, and done once."""
    async with running.funds(database) as funds:
        assert await _killed(running, lambda: funds.reserve(STAKE), "bet") == IN_DOUBT
        assert await funds.ask(STAKE) is None
        assert await _decided(lambda: funds.reserve(STAKE)) == DONE
        assert await _killed(running, lambda: funds.settle(WON), "win") == IN_DOUBT
        assert await _decided(lambda: funds.settle(WON)) == DONE
        assert await funds.ask(STAKE) is ReservationState.SETTLED
        assert await _killed(running, lambda: funds.release(STAKE), "rollback") == IN_DOUBT
        monkeypatch.setenv("FURLONG_FUNDS_WALLETS", running.environment["FURLONG_FUNDS_WALLETS"])
        await _worked_off(database)
        assert await funds.ask(STAKE) is ReservationState.RELEASED
    books = running.books()
    assert books["balances"] == {ANN.customer: (START * 100 + WON.returns) * UNITS // 100}
    assert [movement["kind"] for movement in books["movements"]] == ["bet", "win", "rollback"]


async def _killed(running: Processes, ask: Callable[[], Awaitable[Outcome]], kind: str) -> Outcome:
    """Ask, and kill what waits for the operator once that has done it, and does not answer."""
    await asyncio.to_thread(running.silence)
    asking = asyncio.ensure_future(ask())
    await asyncio.to_thread(eventually, lambda: running.has_asked(kind), f"the operator has done a {kind}")
    await asyncio.to_thread(running.kill)
    return await asking


async def _decided(ask: Callable[[], Awaitable[Outcome]]) -> Outcome:
    """Repeat a request until it is not in doubt any more."""
    async with asyncio.timeout(LONG_SECONDS):
        while (outcome := await ask()) == IN_DOUBT:  # noqa: ASYNC110 - another process decides it
            await asyncio.sleep(0.5)
    return outcome


async def _worked_off(database: DatabaseSettings) -> None:
    """Do rounds of the worker until nothing waits."""
    rounds = create_rounds(WorkerParts(database, SystemClock()))
    try:
        async with asyncio.timeout(LONG_SECONDS):
            while any((await rounds.round()).values()):  # noqa: ASYNC110 - time has to pass
                await asyncio.sleep(0.5)
    finally:
        await rounds.close()


def _opened(control: str) -> bool:
    """Open Ann's account, if the operator answers."""
    try:
        url = f"{control}/customers/{ANN.customer}?balance={START}&token=token-1"
        return httpx.post(url, timeout=10).status_code == httpx.codes.NO_CONTENT
    except httpx.HTTPError:
        return False
