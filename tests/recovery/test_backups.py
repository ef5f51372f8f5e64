"""Backups are of one moment, and everything that can go wrong with them is noticed."""

import asyncio
import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, insert, select, update
from typer.testing import CliRunner

from foundation.storage.clock import ManualClock, SystemClock
from foundation.storage.database import Database
from foundation.storage.migrations.upgrade import RestoreUnfinished, status
from foundation.storage.settings import DatabaseSettings
from furlong.backup import mariadb, sqlite
from furlong.backup.backup import back_up, restore, time_of
from furlong.backup.manifest import MANIFEST, BackupError, Manifest
from furlong.cli import app
from furlong.databases import METADATA, NotMigrated, require_migrated, upgrade_databases
from furlong.identity import identify
from subgraphs.club.models import MEMBERSHIP_EVENT
from subgraphs.progress.models import PROGRESS
from subgraphs.rewards.models import REWARD_CONTENT
from tests.support.database_probe import contents, migrate

NOW = datetime(2026, 3, 25, 12, tzinfo=UTC)
ODD = 'O\'Brien \\ "quoted"\nUSE `furlong_club`;\nĐặng 🎁'
"""What a dump must not take for its own."""


@pytest.fixture
async def settings(new_database_url: str) -> DatabaseSettings:
    """Provide migrated databases of all subgraphs, with some rows."""
    database_settings = DatabaseSettings(url=new_database_url)
    for name, metadata in METADATA.items():
        await migrate(database_settings, name, metadata)
    await identify(database_settings, METADATA)
    await _write(database_settings, 500)
    return database_settings


@pytest.fixture
async def databases(settings: DatabaseSettings) -> AsyncIterator[dict[str, Database]]:
    """Open the same databases."""
    async with AsyncExitStack() as stack:
        opened = {name: Database.open(settings, name) for name in METADATA}
        for database in opened.values():
            stack.push_async_callback(database.close)
        yield opened


async def _write(settings: DatabaseSettings, total: int) -> None:
    club, progress, rewards = (Database.open(settings, name) for name in ("club", "progress", "rewards"))
    try:
        async with club.write() as connection:
            await connection.execute(
                insert(MEMBERSHIP_EVENT).values(
                    brand_id="northbet",
                    customer_id="c-1",
                    version=1,
                    kind="opted_in",
                    upstream_key="k-1",
                    at=NOW,
                )
            )
        async with progress.write() as connection:
            await connection.execute(
                insert(PROGRESS).values(
                    brand_id="northbet",
                    customer_id="c-1",
                    iso_week="2026-W13",
                    total_minor=total,
                    counted_bets=1,
                    as_of=NOW,
                )
            )
        async with rewards.write() as connection:
            await connection.execute(
                insert(REWARD_CONTENT).values(
                    brand_id="northbet",
                    reward_id="fb-5",
                    locale="en-GB",
                    revision=1,
                    status="published",
                    publish_at=NOW,
                    position=1,
                    title="£5 free bet",
                    summary=ODD,
                    significant_terms="18+",
                    terms_url="https://example.test/terms",
                    eligible_games=["a", "b"],
                )
            )
    finally:
        for database in (club, progress, rewards):
            await database.close()


async def _everything(databases: dict[str, Database]) -> dict[str, Any]:
    return {
        name: await contents(database, *METADATA[name].sorted_tables) for name, database in databases.items()
    }


async def test_what_is_restored_is_what_was_backed_up(
    settings: DatabaseSettings, databases: dict[str, Database], tmp_path: Path
) -> None:
    """Every row of every table is restored, with quotes, line ends and letters of any language."""
    before = await _everything(databases)
    manifest = await back_up(settings, tmp_path / "backup", ManualClock(NOW))
    assert set(manifest.databases) == set(METADATA)
    async with databases["progress"].write() as connection:
        await connection.execute(update(PROGRESS).values(total_minor=9))
    async with databases["rewards"].write() as connection:
        await connection.execute(delete(REWARD_CONTENT))
    for database in databases.values():
        await database.close()
    await restore(settings, tmp_path / "backup", METADATA, replace=True)
    again = {name: Database.open(settings, name) for name in METADATA}
    try:
        assert await _everything(again) == before
    finally:
        for database in again.values():
            await database.close()
    await require_migrated(settings)


async def test_one_database_is_restored_alone(
    settings: DatabaseSettings, databases: dict[str, Database], tmp_path: Path
) -> None:
    """Restoring one database leaves the others unchanged."""
    await back_up(settings, tmp_path / "backup", ManualClock(NOW))
    async with databases["progress"].write() as connection:
        await connection.execute(update(PROGRESS).values(total_minor=9))
    async with databases["club"].write() as connection:
        await connection.execute(delete(MEMBERSHIP_EVENT))
    for database in databases.values():
        await database.close()
    await restore(settings, tmp_path / "backup", ["club"], replace=True)
    club, progress = Database.open(settings, "club"), Database.open(settings, "progress")
    async with club.read() as connection:
        assert len((await connection.execute(select(MEMBERSHIP_EVENT))).all()) == 1
    async with progress.read() as connection:
        assert await connection.scalar(select(PROGRESS.c.total_minor)) == 9
    await club.close()
    await progress.close()


async def test_all_databases_are_of_one_moment(settings: DatabaseSettings, tmp_path: Path) -> None:
    """While two databases are written to in turn, a backup never holds the second without the first."""
    first, second = Database.open(settings, "progress"), Database.open(settings, "club")
    stop = asyncio.Event()

    async def write() -> None:
        number = 500
        while not stop.is_set():
            number += 1
            async with first.write() as connection:
                await connection.execute(update(PROGRESS).values(total_minor=number))
            async with second.write() as connection:
                await connection.execute(update(MEMBERSHIP_EVENT).values(terms_version=str(number)))

    writing = asyncio.create_task(write())
    try:
        for attempt in range(4):
            await asyncio.sleep(0.05)
            await back_up(settings, tmp_path / f"backup-{attempt}", ManualClock(NOW))
    finally:
        stop.set()
        await writing
        await first.close()
        await second.close()
    seen = set()
    for attempt in range(4):
        await restore(settings, tmp_path / f"backup-{attempt}", METADATA, replace=True)
        progress, club = Database.open(settings, "progress"), Database.open(settings, "club")
        async with progress.read() as connection:
            total = int(await connection.scalar(select(PROGRESS.c.total_minor)) or 0)
        async with club.read() as connection:
            terms = int(await connection.scalar(select(MEMBERSHIP_EVENT.c.terms_version)) or total)
        await progress.close()
        await club.close()
        assert total - terms in {0, 1}, attempt
        seen.add(total)
    assert len(seen) > 1, "nothing was written meanwhile"


async def test_a_database_that_holds_something_is_not_overwritten_unasked(
    settings: DatabaseSettings, tmp_path: Path
) -> None:
    """A database that is not empty is overwritten only with --replace."""
    await back_up(settings, tmp_path / "backup", ManualClock(NOW))
    with pytest.raises(BackupError, match="--replace"):
        await restore(settings, tmp_path / "backup", METADATA)


async def test_a_backup_that_was_interrupted_or_changed_is_refused(
    settings: DatabaseSettings, tmp_path: Path
) -> None:
    """A missing manifest, a missing file, another byte and another format are each reported."""
    folder = tmp_path / "backup"
    manifest = await back_up(settings, folder, ManualClock(NOW))
    with pytest.raises(BackupError, match="not empty"):
        await back_up(settings, folder, ManualClock(NOW))
    file = folder / manifest.databases["club"].file
    kept = file.read_bytes()
    file.write_bytes(kept + b"\n")
    with pytest.raises(BackupError, match="damaged"):
        await restore(settings, folder, METADATA, replace=True)
    file.unlink()
    with pytest.raises(BackupError, match="missing"):
        await restore(settings, folder, METADATA, replace=True)
    file.write_bytes(kept)
    told = json.loads((folder / MANIFEST).read_text())
    (folder / MANIFEST).write_text(json.dumps(told | {"format": 9}))
    with pytest.raises(BackupError, match="format 9"):
        await restore(settings, folder, METADATA, replace=True)
    (folder / MANIFEST).write_text("{")
    with pytest.raises(BackupError, match="cannot be read"):
        Manifest.read(folder)
    (folder / MANIFEST).unlink()
    with pytest.raises(BackupError, match="interrupted"):
        await restore(settings, folder, METADATA, replace=True)
    for name in METADATA:
        assert (await status(settings, name, METADATA[name])).state == "current"


async def test_a_backup_of_a_newer_version_is_refused(settings: DatabaseSettings, tmp_path: Path) -> None:
    """A backup with an unknown schema is refused."""
    folder = tmp_path / "backup"
    await back_up(settings, folder, ManualClock(NOW))
    told = json.loads((folder / MANIFEST).read_text())
    told["databases"]["club"]["revision"] = "9999"
    (folder / MANIFEST).write_text(json.dumps(told))
    with pytest.raises(BackupError, match="revision 9999"):
        await restore(settings, folder, METADATA, replace=True)


async def test_a_restore_that_was_killed_is_noticed_and_repeated(
    mariadb: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No process starts on a partly restored database, and an upgrade does not hide it."""
    settings = DatabaseSettings(url=mariadb.fresh_url())
    await upgrade_databases(settings)
    await _write(settings, 500)
    await back_up(settings, tmp_path / "backup", ManualClock(NOW))
    script = (
        "import asyncio, os, signal, sys, pathlib\n"
        "from furlong.backup import mariadb, backup\n"
        "from foundation.storage.settings import DatabaseSettings\n"
        "mariadb.load = lambda *_: os.kill(os.getpid(), signal.SIGKILL)\n"
        "asyncio.run(backup.restore(DatabaseSettings(), pathlib.Path(sys.argv[1]), ['club'], replace=True))\n"
    )
    environment = {**os.environ, "FURLONG_DATABASE_URL": settings.url}
    ended = await asyncio.to_thread(
        subprocess.run, [sys.executable, "-c", script, str(tmp_path / "backup")], env=environment, check=False
    )
    assert ended.returncode == -signal.SIGKILL
    assert (await status(settings, "club", METADATA["club"])).state == "unrestored"
    with pytest.raises(NotMigrated, match="restore"):
        await require_migrated(settings)
    with pytest.raises(RestoreUnfinished, match="--only club"):
        await upgrade_databases(settings)
    await restore(settings, tmp_path / "backup", ["club"])
    assert (await status(settings, "club", METADATA["club"])).state == "current"
    await require_migrated(settings)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("furlong.backup.mariadb.DUMP", ("no-such-dump",))
    with pytest.raises(BackupError, match="no-such-dump"):
        await back_up(settings, tmp_path / "another", ManualClock(NOW))


def test_the_commands_say_what_comes_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The commands name the next step, and refuse an unknown subgraph or a folder without a backup."""
    settings = DatabaseSettings(url=f"sqlite+aiosqlite:///{tmp_path}/data")
    asyncio.run(upgrade_databases(settings))
    monkeypatch.setenv("FURLONG_DATABASE_URL", settings.url)
    monkeypatch.chdir(tmp_path)
    run = CliRunner().invoke
    made = run(app, ["backup", "monday"])
    assert (made.exit_code, "The backup in monday is complete" in made.output) == (0, True)
    assert run(app, ["restore", "monday"]).exit_code == 1
    done = run(app, ["restore", "monday", "--only", "club", "--replace"])
    assert (done.exit_code, "furlong recover" in done.output) == (0, True)
    wrong = run(app, ["restore", "monday", "--only", "clubs"])
    assert (wrong.exit_code, "club, rewards, progress, fulfilment" in wrong.output) == (1, True)
    assert "not a backup" in run(app, ["restore", "tuesday", "--replace"]).output


async def test_a_backup_is_its_owners_alone(settings: DatabaseSettings, tmp_path: Path) -> None:
    """Its files hold password hashes: nobody else may read them, whoever made the folder."""
    (tmp_path / "shared").mkdir(mode=0o755)
    await back_up(settings, tmp_path / "shared", ManualClock(NOW))
    files = list((tmp_path / "shared").iterdir())
    assert len(files) == len(METADATA) + 1
    assert {oct(file.stat().st_mode & 0o777) for file in files} == {"0o600"}


async def test_a_restored_file_is_its_owners_alone(tmp_path: Path) -> None:
    """A database of SQLite is put back as private as its backup."""
    settings = DatabaseSettings(url=f"sqlite+aiosqlite:///{tmp_path}/data")
    await upgrade_databases(settings)
    await back_up(settings, tmp_path / "backup", ManualClock(NOW))
    await restore(settings, tmp_path / "backup", ["club"], replace=True)
    assert oct((tmp_path / "data" / "club.sqlite").stat().st_mode & 0o777) == "0o600"


@pytest.mark.parametrize(
    "refused", [sqlite3.OperationalError("database or disk is full"), OSError(28, "No space left")]
)
async def test_a_full_disk_names_the_folder(
    settings: DatabaseSettings, tmp_path: Path, refused: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is there cannot be restored, and it says so."""

    def full(*_arguments: object) -> None:
        raise refused

    monkeypatch.setattr(sqlite, "dump", full)
    monkeypatch.setattr(mariadb, "dump", full)
    with pytest.raises(
        BackupError, match=rf"the backup in {re.escape(str(tmp_path / 'full'))} is incomplete"
    ):
        await back_up(settings, tmp_path / "full", ManualClock(NOW))
    with pytest.raises(BackupError):
        await restore(settings, tmp_path / "full", replace=True)


async def test_a_backup_has_the_time_of_the_database(settings: DatabaseSettings) -> None:
    """Which rows have, too; a node's own clock may be wrong."""
    wrong = datetime(2001, 1, 1, tzinfo=UTC)

    class WrongClock(SystemClock):
        def now(self) -> datetime:
            return wrong

    taken = await time_of(settings, "club", WrongClock())
    assert (taken == wrong) == settings.url.startswith("sqlite")
