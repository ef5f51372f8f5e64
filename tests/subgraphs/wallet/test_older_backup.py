"""An older backup of the wallet: others know more than it does, and nothing is paid twice."""

import asyncio
import json
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from msgspec import json as msgspec_json
from typer.testing import CliRunner

from foundation.storage.clock import SystemClock
from foundation.storage.database import Database
from foundation.storage.settings import DatabaseSettings
from furlong.backup.database_use import close_database, open_database
from furlong.cli.main import app
from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.funds import DONE, IN_DOUBT, Purpose, Reservation, ReservationState
from subgraphs.kit.known_reservations import Known, Paid
from subgraphs.wallet.models import METADATA
from subgraphs.wallet.opened import OpenedWallet
from tests.support.database_probe import migrate
from tests.support.wallet.money_clients import BRAND, MoneyClients

PATIENCE_SECONDS = 120.0
CUSTOMERS = [Owner(BRAND, f"c-{number}") for number in range(3)]
STAKE = Reservation(
    id="bet-1", owner=CUSTOMERS[0], currency="GBP", amount=5, purpose=Purpose.BET, seconds=600
)


@asynccontextmanager
async def opened(settings: DatabaseSettings) -> AsyncIterator[OpenedWallet]:
    """Open a wallet, so that its file can be copied after it."""
    wallet = OpenedWallet.of(Database.open(settings, "wallet"), SystemClock())
    try:
        yield wallet
    finally:
        await wallet.close()


async def spent(clients: MoneyClients, wallet: OpenedWallet, name: str, more: int) -> None:
    """Let a client spend until some more reservations are known."""
    stopping, wanted = asyncio.Event(), len(clients.stands) + more
    work = asyncio.create_task(clients.spend(name, wallet.funds, stopping))
    async with asyncio.timeout(PATIENCE_SECONDS):
        while len(clients.stands) < wanted:
            if work.done():
                break
            await asyncio.sleep(0.01)
    stopping.set()
    await work


def known_of(clients: MoneyClients) -> list[Known]:
    """Return what a block has written down, in order."""
    return [
        Known(
            clients.stakes[id_],
            state,
            tuple(Paid(paid.id, paid.returns) for paid in [clients.returns.get(id_)] if paid is not None),
        )
        for id_, state in clients.stands.items()
    ]


async def test_what_others_repeat_after_a_restore_has_one_effect(tmp_path: Path) -> None:
    """The command lists what is missing; once it was repeated, the ledger is what it was before the loss."""
    url = f"sqlite+aiosqlite:///{tmp_path / 'db'}"
    settings, clients = DatabaseSettings(url=url), MoneyClients(CUSTOMERS)
    await migrate(settings, "wallet", METADATA)
    async with opened(settings) as wallet:
        await clients.begin(wallet)
        await spent(clients, wallet, "before", 15)
    backup = tmp_path / "backup"
    shutil.copytree(tmp_path / "db", backup)
    async with opened(settings) as wallet:
        await spent(clients, wallet, "after", 15)
        await clients.check(wallet)
    shutil.rmtree(tmp_path / "db")
    shutil.copytree(backup, tmp_path / "db")

    file = tmp_path / "known.jsonl"
    file.write_bytes(b"\n".join(msgspec_json.encode(one) for one in known_of(clients)))

    def reconciled() -> tuple[int, list[dict[str, object]]]:
        words = ["funds", "reconcile", str(file), "--json"]
        ended = CliRunner().invoke(app, words, env={"FURLONG_DATABASE_URL": url})
        return ended.exit_code, json.loads(ended.stdout)

    status, missing = await asyncio.to_thread(reconciled)
    held = {ReservationState.RESERVED, ReservationState.SETTLED}
    lost = {id_ for id_, state in clients.stands.items() if id_.startswith("after") and state in held}
    assert status == 1
    assert lost
    assert lost == {str(lack["id"]) for lack in missing if not str(lack["id"]).endswith("-won")}
    async with opened(settings) as wallet:
        for id_, state in clients.stands.items():
            stake = clients.stakes[id_]
            outcome = await wallet.funds.reserve(stake)
            assert (outcome == DONE) or state not in held
            if id_ in clients.returns:
                assert await wallet.funds.settle(clients.returns[id_]) == DONE
            elif state is ReservationState.RELEASED:
                assert await wallet.funds.release(stake) == DONE
        await clients.repeat(wallet.funds, 1.0)
        await clients.check(wallet)
    assert await asyncio.to_thread(reconciled) == (0, [])


async def test_a_closed_wallet_is_in_doubt_until_a_person_opens_it(mariadb_url: str) -> None:
    """Nothing is refused for ever while nobody knows what it lacks."""
    settings, clients = DatabaseSettings(url=mariadb_url), MoneyClients(CUSTOMERS)
    await migrate(settings, "wallet", METADATA)
    async with opened(settings) as wallet:
        await clients.begin(wallet)
        await close_database(settings, "wallet")
        assert await wallet.funds.reserve(STAKE) == IN_DOUBT
        assert await wallet.funds.ask(STAKE) is None
        await open_database(settings, "wallet")
        assert await wallet.funds.reserve(STAKE) == DONE


def test_a_file_that_names_nothing_is_no_proof(tmp_path: Path) -> None:
    """An export that failed is not taken for a ledger that has everything; a wrong line is named."""
    file = tmp_path / "known.jsonl"
    env = {"FURLONG_DATABASE_URL": f"sqlite+aiosqlite:///{tmp_path / 'db'}"}
    for content, said in (("\n", "has no reservation"), ("\n{", "line 2: Input data was truncated")):
        file.write_text(content)
        ended = CliRunner().invoke(app, ["funds", "reconcile", str(file)], env=env)
        assert ended.exit_code == 1
        assert said in ended.output
    file.write_bytes(msgspec_json.encode(Known(STAKE, ReservationState.SETTLED)))
    ended = CliRunner().invoke(app, ["funds", "reconcile", str(file)], env=env)
    assert ended.exit_code == 1
    assert "run `furlong db upgrade`" in ended.output
