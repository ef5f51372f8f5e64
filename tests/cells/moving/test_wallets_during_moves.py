"""A cell moves while its customers' money does: each request has one outcome, wherever it arrives."""

import asyncio
from contextlib import AsyncExitStack, ExitStack, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from sqlalchemy import make_url

from cells.moving.move import open_move, run
from foundation.storage.cells.cell import Cell
from foundation.storage.clock import SystemClock
from foundation.storage.database import Database
from foundation.storage.errors import is_unavailable
from foundation.storage.settings import DatabaseSettings
from furlong.install.cell_tables import CELL_TABLES
from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.funds import IN_DOUBT
from subgraphs.kit.rounds import WorkerParts
from subgraphs.wallet.opened import OpenedWallet
from subgraphs.wallet.upkeep import Upkeep, create_rounds
from tests.support.wallet.money_clients import BRAND, MoneyClients

from .conftest import PREFIX, MovingHarness, behind_haproxy
from .test_moves import quietly

pytestmark = [
    pytest.mark.usefixtures("mariadb_installed", "haproxy_installed"),
    pytest.mark.timeout(900),
]
CUSTOMERS = [Owner(BRAND, f"c-{n}") for n in range(60) if Cell("c1", 0, 1, 4).has(BRAND, f"c-{n}")]
PATIENCE_SECONDS = 300.0


async def keep_up(upkeep: Upkeep, stopping: asyncio.Event) -> None:
    """End what has expired, again and again, as its worker does."""
    while not stopping.is_set():
        try:
            await upkeep.round()
        except Exception as error:
            if not is_unavailable(error):
                raise
        await asyncio.sleep(0.02)


async def progressed(clients: MoneyClients, work: list[asyncio.Task[None]], more: int) -> None:
    """Wait until clients know the outcome of some more reservations."""
    wanted = len(clients.stands) + more
    async with asyncio.timeout(PATIENCE_SECONDS):
        while len(clients.stands) < wanted:
            for task in work:
                if task.done():
                    await task
            await asyncio.sleep(0.02)


async def test_money_moves_once_while_its_cell_moves(moving: MovingHarness) -> None:
    """Clients repeat what is in doubt; the old place has nothing that the new one lacks."""
    with ExitStack() as servers:
        folder = Path(servers.enter_context(TemporaryDirectory(prefix="fr")))
        routed, socket = await asyncio.to_thread(behind_haproxy, moving, folder, servers)
        async with AsyncExitStack() as stack:

            def opened(settings: DatabaseSettings) -> OpenedWallet:
                wallet = OpenedWallet.of(Database.open(settings, "wallet"), SystemClock())
                stack.push_async_callback(wallet.close)
                return wallet

            wallet, stale = opened(routed), opened(moving.here.settings)
            clients, stopping = MoneyClients(CUSTOMERS), asyncio.Event()
            await clients.begin(wallet)
            upkeeps = [
                create_rounds(WorkerParts(each, SystemClock())) for each in (routed, moving.here.settings)
            ]
            for upkeep in upkeeps:
                stack.push_async_callback(upkeep.close)
            loads = [clients.spend(f"k{n}", wallet.funds, stopping) for n in range(3)]
            loads += [keep_up(upkeep, stopping) for upkeep in upkeeps]
            work = [asyncio.create_task(load) for load in loads]
            try:
                await progressed(clients, work, 20)
                move = open_move(moving.settings(router_socket=socket), CELL_TABLES)
                await asyncio.to_thread(run, move, quietly)
                await progressed(clients, work, 20)
                stake = next(iter(clients.stakes.values()))
                assert (
                    await stale.funds.release(stake) == IN_DOUBT
                )  # who still knows the old place is told nothing
                assert await stale.funds.ask(stake) in {clients.stands.get(stake.id), None}
            finally:
                stopping.set()
                with suppress(TimeoutError):
                    await asyncio.wait_for(asyncio.gather(*work), PATIENCE_SECONDS)
            await clients.repeat(wallet.funds)
            await clients.check(wallet)
            direct = make_url(moving.here.settings.url).set(port=moving.there.server.port)
            url = direct.render_as_string(hide_password=False)
            await clients.check(opened(DatabaseSettings(url=url, cell=routed.cell)))
    query = f"SELECT id, amount, failure FROM {PREFIX}_wallet.transfer"  # noqa: S608
    before, after = (set(place.as_root(query)) for place in (moving.here, moving.there))
    assert before < after
    assert clients.doubts


async def test_another_cells_customer_is_not_decided_about(moving: MovingHarness) -> None:
    """Their money is elsewhere: nothing is refused for ever under an id that is good there."""
    wallet = OpenedWallet.of(Database.open(moving.here.settings, "wallet"), SystemClock())
    try:
        clients = MoneyClients(CUSTOMERS)
        await clients.begin(wallet)
        stopping = asyncio.Event()
        load = asyncio.create_task(MoneyClients([Owner(BRAND, "c-1")]).spend("x", wallet.funds, stopping))
        assert not Cell("c1", 0, 1, 4).has(BRAND, "c-1")
        await asyncio.sleep(0.2)
        load.cancel()
        await clients.check(wallet)
    finally:
        await wallet.close()
    assert moving.here.as_root(f"SELECT COUNT(*) FROM {PREFIX}_wallet.transfer WHERE id LIKE 'x-%'") == [(0,)]  # noqa: S608
