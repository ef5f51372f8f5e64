"""While a database is lost, restored and recovered, running gateways serve everything else, and come back."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx
import pytest
from sqlalchemy import text
from typer.testing import CliRunner

from foundation.storage.clock import ManualClock
from foundation.storage.database import Database
from foundation.storage.errors import DatabaseClosed
from foundation.storage.settings import DatabaseSettings
from furlong.backup.backup import back_up, restore
from furlong.backup.database_use import CannotBeClosed, StillRunning, close_database, open_database
from furlong.backup.manifest import BackupError
from furlong.checks.data_stores import database_checks
from furlong.checks.finding import CheckFailed
from furlong.checks.machine_clock import MachineClocks
from furlong.cli import app
from furlong.databases import METADATA, Closed, NotMigrated, require_migrated, upgrade_databases
from furlong.identity import identify
from furlong.serve.site import create_site
from furlong.serve.subgraphs import subgraph_parts
from gateway import GatewaySettings
from subgraphs.block_list import SUBGRAPHS
from subgraphs.kit.settings import UpstreamSettings
from tests.support.database_probe import migrate
from tests.support.subgraphs.club_fixture import ClubFixture, session, session_settings
from tests.support.subgraphs.club_samples import NOW
from tools.private_mariadb import PrivateMariadb

pytestmark = pytest.mark.usefixtures("mariadb_installed")
QUERY: Final = """{ club(brand: "northbet") {
  membership { optedIn } progress { staked { minor } } choice { version } fulfilment { status } } }"""
OPT_IN: Final = """mutation { optIn(input: {brand: "northbet", termsVersion: "2026-1", idempotencyKey: "k"}) {
  errors { code } } }"""
AWAY: Final = "SERVICE_UNAVAILABLE"


@dataclass(frozen=True)
class Served:
    """A gateway with its subgraphs in process, over databases on MariaDB."""

    settings: DatabaseSettings
    client: httpx.AsyncClient

    async def ask(self, query: str = QUERY) -> tuple[Any, list[tuple[list[str], str]]]:
        """Return data, and the paths and codes of errors."""
        answer = (await self.client.post("/graphql", json={"query": query}, headers=session())).json()
        errors = [(error["path"], error["extensions"]["code"]) for error in answer.get("errors", ())]
        return answer["data"], errors

    async def ready(self) -> int:
        """Return the status by which a load balancer judges it."""
        return (await self.client.get("/ready")).status_code


@pytest.fixture(scope="module")
def installation(mariadb: PrivateMariadb) -> Iterator[DatabaseSettings]:
    """Provide the databases, with Northbet's club and one customer; each test leaves them open."""
    settings = DatabaseSettings(url=mariadb.fresh_url())
    asyncio.run(fill(settings))
    yield settings
    mariadb.drop(settings.url)


async def fill(settings: DatabaseSettings) -> None:
    """Migrate all databases as those of one installation, and add Northbet."""
    for name, metadata in METADATA.items():
        await migrate(settings, name, metadata)
    await identify(settings, METADATA)
    club_fixture = ClubFixture.over(settings.url, NOW)
    await club_fixture.add_northbet()
    await club_fixture.close()


@pytest.fixture
async def served(installation: DatabaseSettings) -> AsyncIterator[Served]:
    """Serve the graph from these databases."""
    upstream = UpstreamSettings(url="http://127.0.0.1:9")
    parts = subgraph_parts(installation, upstream, session_settings(), clock=ManualClock(NOW))
    site = create_site(parts, gateway=GatewaySettings())
    transport = httpx.ASGITransport(site)
    async with (
        site.router.lifespan_context(site),
        httpx.AsyncClient(transport=transport, base_url="http://site.test") as client,
    ):
        yield Served(installation, client)


def without(whole: dict[str, Any], *fields: str) -> dict[str, Any]:
    """Return the data of the query with null for some fields."""
    return {"club": whole["club"] | dict.fromkeys(fields)}


async def test_a_restore_goes_on_while_gateways_serve_the_rest(served: Served, tmp_path: Path) -> None:
    """The closed database's fields are null and say why; once it is open, the same process has them again."""
    settings, folder = served.settings, tmp_path / "backup"
    await back_up(settings, folder, ManualClock(NOW))
    whole, errors = await served.ask()
    assert (errors, whole["club"]["progress"]) == ([], {"staked": {"minor": 0}})
    with pytest.raises(StillRunning, match="furlong db close progress"):
        await restore(settings, folder, ["progress"], replace=True)

    async def served_without_progress() -> None:
        assert await served.ask() == (without(whole, "progress"), [(["club", "progress"], AWAY)])
        assert await served.ready() == 200

    assert await close_database(settings, "progress") > 0
    await served_without_progress()
    with pytest.raises(BackupError, match="progress is closed"):
        await back_up(settings, tmp_path / "another", ManualClock(NOW))
    await restore(settings, folder, ["progress"], replace=True)
    await served_without_progress()  # what was restored is older than what customers have seen
    with pytest.raises(Closed, match="furlong db open progress"):
        await require_migrated(settings, ["progress"])
    await require_migrated(settings, METADATA, in_part=True)
    await upgrade_databases(settings)
    recovering = Database.open(settings.entering_closed(), "progress")
    await recovering.ping()
    with pytest.raises(StillRunning):  # as a consumer's connection
        await restore(settings, folder, ["progress"], replace=True)
    await recovering.close()
    await open_database(settings, "progress")
    assert await served.ask() == (whole, [])
    await require_migrated(settings, METADATA)


async def test_a_closed_database_lets_nobody_in_by_any_pool(installation: DatabaseSettings) -> None:
    """Reads of the hot path, other reads and transactions are refused alike."""
    await close_database(installation, "rewards")
    database = Database.open(installation, "rewards")
    with pytest.raises(DatabaseClosed):
        await database.ping()
    with pytest.raises(DatabaseClosed):
        async with database.write():
            pass
    with pytest.raises(OSError, match="closed while it is recovered"):
        await database.pinned.fetch("SELECT 1", ())
    checks = database_checks(installation, MachineClocks(), lambda error, _at: str(error))
    (check,) = [each for each in checks if each.name == "database rewards"]
    with pytest.raises(CheckFailed, match="closed while it is recovered"):
        await check.run()
    await open_database(installation, "rewards")
    assert await database.pinned.fetch("SELECT 1", ()) == ((1,),)
    await database.close()


async def test_files_of_sqlite_are_not_closed(tmp_path: Path) -> None:
    """Nobody can end another process's connections to a file: the processes are stopped."""
    settings = DatabaseSettings(url=f"sqlite+aiosqlite:///{tmp_path}")
    with pytest.raises(CannotBeClosed, match="stop everything"):
        await close_database(settings, "club")


def test_the_commands_close_and_open(installation: DatabaseSettings, monkeypatch: pytest.MonkeyPatch) -> None:
    """They say what comes next; a process that does not recover a closed database ends with the sentence."""
    monkeypatch.setenv("FURLONG_DATABASE_URL", installation.url)
    run = CliRunner().invoke
    assert "`furlong db open club` opens it again" in run(app, ["db", "close", "club"]).output
    assert "closed; up to date" in " ".join(run(app, ["db", "status"]).output.split())
    refused = run(app, ["worker", "intents"])
    assert (refused.exit_code, "`furlong db open club` opens it" in refused.output) == (1, True)
    assert "there is no database 'clubs'" in run(app, ["db", "open", "clubs"]).output
    assert "club is open." in run(app, ["db", "open", "club"]).output


async def test_each_database_may_be_lost_alone(served: Served) -> None:
    """A dropped database is made anew, closed; nobody takes its empty tables for the truth."""
    settings = served.settings
    whole, _ = await served.ask()
    await drop(settings, "rewards")
    await close_database(settings, "rewards")
    with pytest.raises(NotMigrated):
        await open_database(settings, "rewards")
    await upgrade_databases(settings)
    assert await served.ask() == (without(whole, "choice"), [(["club", "choice"], AWAY)])
    await close_database(settings, "club")
    assert await served.ask(OPT_IN) == (None, [(["optIn"], AWAY)])  # nothing is sent upstream
    assert await served.ready() == 200
    for name in set(SUBGRAPHS) - {"rewards", "club"}:
        await close_database(settings, name)
    assert await served.ready() == 503
    for name in ("club", "rewards", "progress", "fulfilment"):
        await open_database(settings, name)
    assert await served.ready() == 200


async def drop(settings: DatabaseSettings, name: str) -> None:
    """Lose a database."""
    database = Database.open(settings, name)
    async with database.read() as connection:
        await connection.execute(text(f"DROP DATABASE {settings.url.rpartition('/')[2]}_{name}"))
    await database.close()
