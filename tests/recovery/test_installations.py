"""Databases, topics and backups of different installations are never mixed without a word."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import pytest
from sqlalchemy import delete, text
from typer.testing import CliRunner

from consumers.stream.errors import MixedInstallations
from consumers.stream.settings import StreamSettings
from foundation.storage.clock import ManualClock, SystemClock
from foundation.storage.database import Database
from foundation.storage.installation import Installation, insert_installation, read_installation
from foundation.storage.settings import DatabaseSettings
from furlong import identity
from furlong.backup.backup import back_up, restore
from furlong.backup.database_use import StillRunning, require_stopped
from furlong.backup.manifest import BackupError, Manifest
from furlong.cli import app
from furlong.databases import METADATA, upgrade_databases
from furlong.identity import identify, installations, require_one_installation
from subgraphs.kit.records.leases import Lease
from subgraphs.progress.models import INSTALLATION, OUTBOX
from tests.support.database_probe import migrate
from tools.private_mariadb import PrivateMariadb

NOW: Final = datetime(2026, 3, 25, 12, tzinfo=UTC)
KAFKA: Final = StreamSettings(bootstrap="127.0.0.1:1")
Made = Callable[[str], DatabaseSettings]


@pytest.fixture
def made(tmp_path: Path) -> Made:
    """Make migrated databases in a folder of that name: an installation."""

    def make(name: str) -> DatabaseSettings:
        settings = DatabaseSettings(url=f"sqlite+aiosqlite:///{tmp_path}/{name}")
        asyncio.run(upgrade_databases(settings))
        return settings

    return make


@pytest.fixture
def cluster(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Say to which Kafka cluster the brokers belong."""

    def set_id(name: str) -> None:
        async def cluster_id(_settings: StreamSettings) -> str:
            return name

        monkeypatch.setattr(identity, "cluster_id", cluster_id)

    return set_id


def known(settings: DatabaseSettings) -> dict[str, Installation | None]:
    """Return what each database says."""
    return asyncio.run(installations(settings, METADATA))


def check(settings: DatabaseSettings) -> None:
    """Check what a process checks that applies topics."""
    asyncio.run(require_one_installation(settings, METADATA, KAFKA))


def move(source: DatabaseSettings, target: DatabaseSettings, name: str) -> None:
    """Put a database of one installation into another, as copying files does."""
    Path(f"{target.url.partition(':///')[2]}/{name}.sqlite").write_bytes(
        Path(f"{source.url.partition(':///')[2]}/{name}.sqlite").read_bytes()
    )


def test_all_databases_get_one_id_which_stays(made: Made) -> None:
    """The first upgrade records it, and later ones leave it; another installation has another."""
    first = known(made("one"))
    assert set(first) == set(METADATA)
    assert len(set(first.values())) == 1
    assert None not in first.values()
    assert known(made("one")) == first
    assert known(made("two")) != first


def test_a_database_that_was_lost_gets_the_id_of_the_others(made: Made, tmp_path: Path) -> None:
    """An empty database joins the installation that it was made for."""
    before = known(made("one"))
    (tmp_path / "one" / "club.sqlite").unlink()
    assert known(made("one")) == before


def test_two_first_upgrades_agree(tmp_path: Path) -> None:
    """However two of them interleave, all databases name one installation."""
    settings = DatabaseSettings(url=f"sqlite+aiosqlite:///{tmp_path}")

    async def both() -> None:
        await upgrade_databases(settings)
        for name in METADATA:
            database = Database.open(settings, name)
            async with database.write() as connection:
                await connection.execute(delete(METADATA[name].tables["installation"]))
            await database.close()
        await asyncio.gather(*(identify(settings, METADATA) for _ in range(4)))

    asyncio.run(both())
    assert len(set(known(settings).values())) == 1


async def test_what_another_upgrade_has_just_recorded_stays(new_database_url: str) -> None:
    """One that looked before the other's commit waits for it, and then belongs to the same installation."""
    settings, first = DatabaseSettings(url=new_database_url), Installation("the first one's")
    await migrate(settings, "club", METADATA["club"])
    database = Database.open(settings, "club")
    async with database.write() as connection:
        await insert_installation(connection, first, NOW)
        second = asyncio.create_task(identify(settings, ["club"]))
        await asyncio.sleep(0.3)  # it waits for this transaction
    await second
    async with database.read() as connection:
        assert await read_installation(connection) == first
    await database.close()


def test_a_foreign_database_is_refused_by_every_process(made: Made, cluster: Callable[[str], None]) -> None:
    """The message says which is which, and what to do on purpose."""
    ours, theirs = made("ours"), made("theirs")
    cluster("kafka-1")
    check(ours)
    move(theirs, ours, "progress")
    with pytest.raises(MixedInstallations, match=r"progress: installation \w{8}.*furlong db adopt"):
        check(ours)
    with pytest.raises(MixedInstallations):
        asyncio.run(upgrade_databases(ours))
    with pytest.raises(MixedInstallations):
        asyncio.run(back_up(ours, Path(ours.url.partition(":///")[2]) / "backup", ManualClock(NOW)))


def test_topics_of_another_cluster_are_refused(made: Made, cluster: Callable[[str], None]) -> None:
    """The databases belong to the first cluster whose topics they applied, until somebody adopts another."""
    settings = made("one")
    cluster("kafka-1")
    check(settings)
    check(settings)
    cluster("kafka-2")
    with pytest.raises(
        MixedInstallations, match=r"on Kafka cluster kafka-1, but the topics are on .*kafka-2"
    ):
        check(settings)
    asyncio.run(identity.adopt(settings, METADATA, KAFKA))
    check(settings)
    assert {one and one.kafka_cluster for one in known(settings).values()} == {"kafka-2"}


def test_a_database_that_goes_away_meanwhile_is_skipped(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    """As one is that cannot be read at first: a process that starts then waits for it, as all others do."""
    settings = made("one")
    lost = Path(f"{settings.url.partition(':///')[2]}/progress.sqlite")

    def lose() -> None:
        lost.unlink()
        lost.mkdir()

    async def cluster_id(_settings: StreamSettings) -> str:
        lose()
        return "kafka-1"

    monkeypatch.setattr(identity, "cluster_id", cluster_id)
    check(settings)
    assert {one and one.kafka_cluster for one in known(settings).values()} == {"kafka-1"}


def test_a_foreign_backup_is_refused(made: Made, tmp_path: Path) -> None:
    """One database or all of them: nothing is restored; into empty databases it is, with its identity."""
    ours, theirs = made("ours"), made("theirs")
    asyncio.run(back_up(theirs, tmp_path / "backup", ManualClock(NOW)))
    before = known(ours)
    for names in (["progress"], list(METADATA)):
        with pytest.raises(BackupError, match="nothing was restored"):
            asyncio.run(restore(ours, tmp_path / "backup", names, replace=True))
    assert known(ours) == before
    new = DatabaseSettings(url=f"sqlite+aiosqlite:///{tmp_path}/new")
    assert asyncio.run(restore(new, tmp_path / "backup")).installation == known(theirs)["club"]
    assert known(new) == known(theirs)


def test_a_backup_of_an_unknown_installation_is_refused(made: Made, tmp_path: Path) -> None:
    """A backup that does not say where it is from may be foreign."""
    ours = made("ours")
    asyncio.run(back_up(ours, tmp_path / "backup", ManualClock(NOW)))
    manifest = Manifest.read(tmp_path / "backup")
    Manifest(manifest.format, NOW, manifest.engine, manifest.databases).write(tmp_path / "backup")
    with pytest.raises(BackupError, match="did not record which one it is"):
        asyncio.run(restore(ours, tmp_path / "backup", ["club"], replace=True))


async def test_a_database_in_use_is_not_overwritten(new_database_url: str, tmp_path: Path) -> None:
    """A connection or a lease shows that a process is running; afterwards the restore goes on."""
    settings = DatabaseSettings(url=new_database_url)
    await upgrade_databases(settings)
    await back_up(settings, tmp_path / "backup", ManualClock(NOW))
    used = Database.open(settings, "progress")
    async with used.write() as connection:
        lease = Lease(OUTBOX.lease, "outbox", "a-process")
        await lease.hold(connection, await SystemClock().at(connection), timedelta(minutes=1))
    with pytest.raises(StillRunning, match="progress is still in use: "):
        await restore(settings, tmp_path / "backup", ["club", "progress"], replace=True)
    await restore(settings, tmp_path / "backup", ["club"], replace=True)
    await used.close()
    with pytest.raises(StillRunning, match="leases are held: outbox"):
        await restore(settings, tmp_path / "backup", ["progress"], replace=True)
    used = Database.open(settings, "progress")
    async with used.write() as connection:
        await lease.end(connection)
    await used.close()
    await restore(settings, tmp_path / "backup", ["progress"], replace=True)
    await require_stopped(settings, METADATA)


async def test_a_connection_that_ends_is_waited_for(mariadb: PrivateMariadb) -> None:
    """The server lists a connection for a moment after its end: nobody is told to stop what has stopped."""
    settings = DatabaseSettings(url=mariadb.fresh_url())
    await upgrade_databases(settings)
    used = Database.open(settings, "progress")
    async with used.read() as connection:
        await connection.scalar(text("SELECT 1"))

    async def end_soon() -> None:
        await asyncio.sleep(0.3)
        await used.close()

    ending = asyncio.create_task(end_soon())
    await require_stopped(settings, ["progress"])
    await ending


def test_the_commands_refuse_a_mixture(
    made: Made, cluster: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Processes and `recover` end with the sentence; `furlong db adopt` is the way on."""
    ours, theirs = made("ours"), made("theirs")
    move(theirs, ours, "progress")
    cluster("kafka-1")
    monkeypatch.setenv("FURLONG_DATABASE_URL", ours.url)
    monkeypatch.setenv("FURLONG_KAFKA_BOOTSTRAP", KAFKA.bootstrap)
    run = CliRunner().invoke
    commands: list[list[str]] = [
        ["recover", "progress"],
        ["consume", "progress"],
        ["worker", "weeks"],
        ["worker", "fulfilment"],
        ["worker", "outbox"],
        ["worker", "intents"],
        ["db", "upgrade"],
    ]
    for command in commands:
        ended = run(app, command)
        assert (ended.exit_code, "different installations" in ended.output) == (1, True), command
    assert "belong to installation" in run(app, ["db", "adopt"]).output
    assert run(app, ["db", "upgrade"]).exit_code == 0
    assert INSTALLATION.name == "installation"
