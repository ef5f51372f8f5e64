"""`make services` runs a checkout's own servers; `make services-stop` ends exactly those."""

import contextlib
import io
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tools.services import ROOT, ServiceFolder, start, status, stop

pytestmark = pytest.mark.usefixtures("mariadb_installed", "kafka_installed")


@dataclass(frozen=True, slots=True)
class Started:
    """A checkout's folder whose servers were started, and what that printed."""

    folder: ServiceFolder
    printed: str


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Started]:
    """Servers that no test stops: starting them takes more than all else here."""
    folder = ServiceFolder(tmp_path_factory.mktemp("checkout") / ".services")
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        code = start(folder)
    try:
        assert code == 0
        yield Started(folder, printed.getvalue())
    finally:
        stop(folder)


def test_start_tells_the_settings(started: Started) -> None:
    """The settings for a shell are printed, and written to a file that only this user may read."""
    assert started.printed == started.folder.env.read_text()
    assert [line.partition("=")[0] for line in started.printed.splitlines()] == [
        "export FURLONG_DATABASE_URL",
        "export FURLONG_KAFKA_BOOTSTRAP",
    ]
    assert started.folder.env.stat().st_mode & 0o777 == 0o600


def test_starting_again_changes_nothing(started: Started) -> None:
    """Servers that run are left alone."""
    first = started.folder.running()
    assert first.mariadb is not None
    assert first.kafka is not None
    assert start(started.folder) == 0
    assert started.folder.running() == first


def test_stop_ends_a_checkouts_servers_and_takes_its_settings_back(started: Started, tmp_path: Path) -> None:
    """After `stop` neither of its servers runs and no setting points to one; another checkout's run on."""
    neighbour = ServiceFolder(tmp_path / "neighbour")
    before = started.folder.running()
    start(neighbour)
    services = neighbour.running()
    try:
        assert services.mariadb is not None
        assert services.kafka is not None
        assert status(neighbour) == 0
    finally:
        assert stop(neighbour) == 0
    assert not services.mariadb.process.is_running()
    assert not services.kafka.process.is_running()
    assert not neighbour.env.exists()
    assert status(neighbour) == 1
    assert status(started.folder) == 0
    assert started.folder.running() == before


@pytest.mark.usefixtures("rabbitmq_installed")
def test_rabbitmq_is_started_if_asked_for_and_stopped_with_its_port_mapper(
    started: Started, capsys: pytest.CaptureFixture[str]
) -> None:
    """Only `--amqp` starts it; no process of its Erlang is left."""
    assert started.folder.running().rabbitmq is None
    assert start(started.folder, with_amqp=True) == 0
    rabbitmq = started.folder.running().rabbitmq
    assert rabbitmq is not None
    assert rabbitmq.url in capsys.readouterr().out
    assert start(started.folder) == 0
    assert started.folder.running().rabbitmq == rabbitmq
    rabbitmq.stop()
    assert not rabbitmq.process.is_running()
    assert not rabbitmq.mapper.is_running()
    assert started.folder.running().rabbitmq is None


@pytest.mark.usefixtures(
    "chromium_installed", "prometheus_installed", "rabbitmq_installed", "localstripe_installed"
)
def test_installing_again_installs_nothing() -> None:
    """If everything is installed, the installer names what it found and calls no package manager."""
    told = subprocess.run(
        ["bash", str(ROOT / "tools" / "install-services.sh")], capture_output=True, text=True, check=True
    )
    lines = told.stdout.splitlines()
    found = [line.removeprefix("services: ").split(" is already installed")[0] for line in lines]
    assert found == [
        "MariaDB",
        "Java",
        "Maven",
        "Chromium",
        "Firefox",
        "Valkey",
        "Varnish",
        "Prometheus",
        "RabbitMQ",
        "HAProxy",
        "systemd-analyze",
        "bubblewrap",
        "wrk",
        "Helm as a library",
        "clients of the exchange",
        "localstripe",
        "stripe-mock",
        "Apache Kafka",
    ]
