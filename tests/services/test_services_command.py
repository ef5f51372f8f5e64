"""`make services` runs a checkout's own servers; `make services-stop` ends exactly those."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.services import ROOT, ServiceFolder, start, status, stop

pytestmark = pytest.mark.usefixtures("mariadb_installed", "kafka_installed")


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[ServiceFolder]:
    """The folder of a checkout whose servers are stopped after the test."""
    checkout = ServiceFolder(tmp_path / ".services")
    yield checkout
    stop(checkout)


def test_start_tells_the_settings(folder: ServiceFolder, capsys: pytest.CaptureFixture[str]) -> None:
    """The settings for a shell are printed, and written to a file that only this user may read."""
    assert start(folder) == 0
    printed = capsys.readouterr().out
    assert printed == folder.env.read_text()
    assert [line.partition("=")[0] for line in printed.splitlines()] == [
        "export FURLONG_DATABASE_URL",
        "export FURLONG_KAFKA_BOOTSTRAP",
    ]
    assert folder.env.stat().st_mode & 0o777 == 0o600


def test_starting_again_changes_nothing(folder: ServiceFolder) -> None:
    """Servers that run are left alone."""
    start(folder)
    first = folder.running()
    assert start(folder) == 0
    assert folder.running() == first


def test_stop_ends_both_and_takes_the_settings_back(folder: ServiceFolder) -> None:
    """After `stop` no server answers and no setting points to one."""
    start(folder)
    services = folder.running()
    assert services.mariadb is not None
    assert services.kafka is not None
    assert stop(folder) == 0
    assert not services.mariadb.process.is_running()
    assert not services.kafka.process.is_running()
    assert not folder.env.exists()
    assert status(folder) == 1


def test_two_checkouts_run_beside_each_other(folder: ServiceFolder, tmp_path: Path) -> None:
    """Stopping one checkout's servers leaves another's running."""
    neighbour = ServiceFolder(tmp_path / "neighbour")
    start(folder)
    start(neighbour)
    stop(neighbour)
    assert status(folder) == 0
    assert status(neighbour) == 1


@pytest.mark.usefixtures("chromium_installed", "prometheus_installed")
def test_installing_again_installs_nothing() -> None:
    """If everything is installed, the installer names what it found and calls no package manager."""
    told = subprocess.run(
        ["bash", str(ROOT / "deploy" / "install-services.sh")], capture_output=True, text=True, check=True
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
        "HAProxy",
        "systemd-analyze",
        "bubblewrap",
        "wrk",
        "Helm as a library",
        "Apache Kafka",
    ]
