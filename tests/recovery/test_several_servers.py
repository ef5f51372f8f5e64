"""One database is on a server of its own: it is served, checked, backed up and restored from there."""

import json
import shutil
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pymysql
import pytest
from sqlalchemy import delete, make_url

from foundation.storage.database import Database
from foundation.storage.servers import place_of
from foundation.storage.settings import DatabaseSettings
from furlong.databases import METADATA
from subgraphs.rewards.models import REWARD_CONFIG
from tests.support.database_probe import contents
from tests.support.processes.running_furlong import Programs, eventually, programs_in
from tests.support.product.declared_switches import shows
from tests.support.subgraphs.club_fixture import AUDIENCE, ISSUER, SECRET, ClubFixture, make_token
from tests.support.subgraphs.club_samples import BRAND
from tools.private_mariadb import PrivateMariadb, start_mariadb
from tools.server_process import free_port

pytestmark = pytest.mark.usefixtures("processes")
APART = "rewards"
QUERY = f'{{ club(brand: "{BRAND}") {{ options {{ id }} progress {{ staked {{ minor }} }} }} }}'


@pytest.fixture(scope="module")
def second_mariadb(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrivateMariadb]:
    """Provide another server."""
    folder = tmp_path_factory.mktemp("second")
    server = start_mariadb(folder, options=("--innodb-flush-method=nosync",))
    yield server
    server.stop()
    shutil.rmtree(folder)


@pytest.fixture(params=["sqlite", pytest.param("mariadb", marks=pytest.mark.mariadb)])
def places(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, str]]:
    """Provide the common URL, and that of the database which is elsewhere."""
    if request.param == "sqlite":
        yield f"sqlite+aiosqlite:///{tmp_path}/common", f"sqlite+aiosqlite:///{tmp_path}/apart"
        return
    servers = [request.getfixturevalue(name) for name in ("mariadb", "second_mariadb")]
    urls = [server.fresh_url() for server in servers]
    yield urls[0], urls[1]
    for server, url in zip(servers, urls, strict=True):
        server.drop(url)


@pytest.fixture
def programs(places: tuple[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Programs]:
    """Provide processes with these databases, which exist; this process has the same settings."""
    common, apart = places
    monkeypatch.setenv("FURLONG_DATABASE_URLS", json.dumps({APART: apart}))
    environment = {
        "FURLONG_DATABASE_URL": common,
        "FURLONG_DATABASE_URLS": json.dumps({APART: apart}),
        "FURLONG_UPSTREAM_URL": "http://127.0.0.1:9",
        "FURLONG_JWT_SECRET": SECRET,
        "FURLONG_JWT_ISSUER": ISSUER,
        "FURLONG_JWT_AUDIENCE": AUDIENCE,
    }
    with programs_in(tmp_path, environment) as programs:
        programs.run("db", "upgrade")
        yield programs


def databases_at(url: str) -> set[str]:
    """Return the names of the databases that are under a URL."""
    prefix = make_url(url)
    if prefix.get_backend_name() == "sqlite":
        return {file.stem for file in Path(str(prefix.database)).glob("*.sqlite")}
    connection = pymysql.connect(
        host=prefix.host, port=prefix.port or 0, user=prefix.username, password=prefix.password or ""
    )
    with connection, connection.cursor() as cursor:
        cursor.execute("SHOW DATABASES LIKE %s", (f"{prefix.database}\\_%",))
        return {str(name).removeprefix(f"{prefix.database}_") for (name,) in cursor.fetchall()}


async def store(url: str) -> None:
    """Store the usual brand with its rewards, and a customer."""
    club_fixture = ClubFixture.over(url, datetime.now(UTC))
    try:
        await club_fixture.add_northbet("c-1")
    finally:
        await club_fixture.close()


async def everything(settings: DatabaseSettings) -> dict[str, Any]:
    """Return all rows."""
    found = {}
    for name, metadata in METADATA.items():
        database = Database.open(settings, name)
        try:
            found[name] = await contents(database, *metadata.sorted_tables)
        finally:
            await database.close()
    return found


def served(programs: Programs) -> dict[str, Any]:
    """Return what a customer sees at `furlong serve`."""
    port = free_port()
    program = programs.start("serve", "--listen", f"127.0.0.1:{port}")
    now = int(time.time())

    def is_ready() -> bool:
        assert program.poll() is None, programs.logs()
        try:
            return httpx.get(f"http://127.0.0.1:{port}/ready").is_success
        except httpx.TransportError:
            return False

    eventually(is_ready, "the gateway is ready")
    headers = {"Authorization": f"Bearer {make_token('c-1', iat=now, exp=now + 600)}"}
    answer = httpx.post(
        f"http://127.0.0.1:{port}/graphql", json={"query": QUERY}, headers=headers, timeout=30
    )
    program.terminate()
    program.wait(60)
    return dict(answer.json())


@shows("FURLONG_DATABASE_URLS")
async def test_nothing_of_a_database_apart_goes_to_the_common_server(
    programs: Programs, places: tuple[str, str]
) -> None:
    """Its rows are served from its own server, and the common one has no database of that name."""
    common, apart = places
    await store(common)
    answer = served(programs)
    assert "errors" not in answer
    assert len(answer["data"]["club"]["options"]) > 0
    assert answer["data"]["club"]["progress"] == {"staked": {"minor": 0}}
    programs.run("db", "status")
    programs.run("backup", "backup")
    assert databases_at(apart) == {APART}
    assert databases_at(common) == METADATA.keys() - {APART}


async def test_a_backup_of_several_servers_says_so_and_is_restored_anywhere(
    programs: Programs, places: tuple[str, str], tmp_path: Path
) -> None:
    """It names the moment of each server; restored, nothing opens before it is compared.

    The URLs may be other ones than at the backup: here everything comes to one server.
    """
    common, apart = places
    await store(common)
    settings = DatabaseSettings(url=common)
    before = await everything(settings)
    said = programs.run("backup", "backup")
    manifest = json.loads((tmp_path / "backup" / "manifest.json").read_text())
    several = common.startswith("mysql")
    assert ("not of one moment" in said, "not of one moment" in manifest["note"]) == (several, several)
    if several:
        moments = {tuple(moment["databases"]): moment["server"] for moment in manifest["moments"]}
        assert moments == {
            tuple(name for name in METADATA if name != APART): f"127.0.0.1:{make_url(common).port}",
            (APART,): f"127.0.0.1:{make_url(apart).port}",
        }
        assert all(f"at {server}: {datetime.now(UTC):%Y-%m-%d} " in said for server in moments.values())
    rewards = Database.open(settings, APART)
    async with rewards.write() as connection:
        await connection.execute(delete(REWARD_CONFIG))
    await rewards.close()

    restored = programs.run("restore", "backup", "--replace")
    assert f"{APART} {place_of(settings, APART)}" in " ".join(restored.split())
    assert ("Then `furlong db open NAME` opens each" in restored) is several
    if several:
        assert programs.run("db", "status").count("closed; ") == len(METADATA)
        assert "is closed while it is recovered" in programs.refused("worker", "outbox")
        for name in METADATA:
            programs.run("db", "open", name)
    assert await everything(settings) == before

    together = f"{common}x"
    here = DatabaseSettings(url=together).model_copy(update={"urls": {}})
    programs.environment = {"FURLONG_DATABASE_URL": together}
    restored = programs.run("restore", "backup")
    assert f"{APART} {place_of(here, APART)}" in " ".join(restored.split())
    assert databases_at(together) == set(METADATA)
    for name in METADATA if several else ():
        programs.run("db", "open", name)
    assert await everything(here) == before


async def test_a_database_alone_is_restored_open(programs: Programs, places: tuple[str, str]) -> None:
    """Of one database there is one moment: its own, which the command names."""
    programs.run("backup", "backup")
    restored = programs.run("restore", "backup", "--only", APART, "--replace")
    assert "moments" not in restored
    assert "closed" not in programs.run("db", "status")
    assert databases_at(places[1]) == {APART}


def test_each_server_is_named_and_checked(programs: Programs, places: tuple[str, str]) -> None:
    """A server that is down is named with the setting that says where it is; the other is all right."""
    common, apart = places
    if common.startswith("sqlite"):
        return
    ports = [make_url(url).port for url in places]
    upgraded = programs.run("db", "upgrade")
    assert f"The database server at 127.0.0.1:{ports[1]} (rewards) is MariaDB" in upgraded
    servers = found(programs, "database server ")
    assert {name: finding["ok"] for name, finding in servers.items()} == {
        f"database server 127.0.0.1:{port}": True for port in ports
    }
    assert servers[f"database server 127.0.0.1:{ports[1]}"]["says"].endswith(", with rewards")
    away = free_port()
    wrong = json.dumps({APART: make_url(apart).set(port=away).render_as_string(hide_password=False)})
    programs.environment = {**programs.environment, "FURLONG_DATABASE_URLS": wrong}
    databases = found(programs, "database ")
    assert {name for name, finding in databases.items() if not finding["ok"]} == {
        f"database server 127.0.0.1:{away}",
        "database rewards",
    }
    assert databases["database rewards"]["helps"].startswith("correct rewards in FURLONG_DATABASE_URLS")
    assert str(make_url(apart).password) not in json.dumps(databases)


def found(programs: Programs, prefix: str) -> dict[str, Any]:
    """Return what `furlong check` finds, by names that begin with a prefix."""
    findings = json.loads(programs.ended("check", "--json", "--seconds", "30").stdout)
    return {finding["name"]: finding for finding in findings if finding["name"].startswith(prefix)}


@pytest.mark.parametrize(
    ("urls", "says"),
    [
        (
            {"reward": "sqlite+aiosqlite:///x"},
            "there is no database 'reward'; there are club, rewards, progress",
        ),
        ({"rewards": "mysql+aiomysql://u:secret@h/furlong"}, "either all databases are files of SQLite, or"),
    ],
)
def test_urls_that_cannot_be_are_refused_at_the_start(
    urls: dict[str, str], says: str, tmp_path: Path
) -> None:
    """By every command, with the databases that there are, and without a password."""
    environment = {
        "FURLONG_DATABASE_URL": f"sqlite+aiosqlite:///{tmp_path}/data",
        "FURLONG_DATABASE_URLS": json.dumps(urls),
    }
    with programs_in(tmp_path, environment) as programs:
        refused = [programs.refused("db", "upgrade"), programs.refused("serve")]
        findings = json.loads(programs.ended("check", "--json").stdout)
    refused.append(next(finding["says"] for finding in findings if finding["name"] == "settings"))
    for text in refused:
        assert "FURLONG_DATABASE_URLS: " in text
        assert says in text
        assert "secret" not in text
    assert not (tmp_path / "data").exists()
