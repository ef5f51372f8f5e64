"""Run this checkout's own MariaDB and Kafka: `python tools/services.py start|stop|status`.

With `--cells`, `start` also starts what cells need to be moved: two more MariaDB servers, and HAProxy. With
`--amqp` it also starts RabbitMQ, on which `furlong simulator feed` publishes.

They listen on free ports of 127.0.0.1 only, keep their data in `.services/run`, and are independent of other
checkouts. `start` prints the settings for Furlong and writes them to `.services/env`, those for cells to
`.services/cells.env`.
"""

import argparse
import contextlib
import fcntl
import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeVar

from tools.cell_servers.haproxy import PrivateHaproxy
from tools.cell_servers.services import CellServices, start_cell_services
from tools.private_kafka import PrivateKafka, start_kafka
from tools.private_mariadb import PrivateMariadb, start_mariadb
from tools.private_rabbitmq import PrivateRabbitmq, start_rabbitmq
from tools.server_process import ServerProcess, ServiceFailedError, ServiceMissingError

ROOT = Path(__file__).resolve().parent.parent

Server = TypeVar("Server", PrivateMariadb, PrivateKafka, PrivateRabbitmq, CellServices)
OneServer = TypeVar("OneServer", PrivateMariadb, PrivateKafka, PrivateRabbitmq)


@dataclass(frozen=True, slots=True)
class Services:
    """The running servers of a checkout; None for one that does not run."""

    mariadb: PrivateMariadb | None
    kafka: PrivateKafka | None
    cells: CellServices | None = None
    rabbitmq: PrivateRabbitmq | None = None

    def settings(self) -> dict[str, str]:
        """Return the environment variables that make Furlong use them."""
        found = {}
        if self.mariadb is not None:
            found["FURLONG_DATABASE_URL"] = self.mariadb.url
        if self.kafka is not None:
            found["FURLONG_KAFKA_BOOTSTRAP"] = self.kafka.bootstrap
        return found


@dataclass(frozen=True, slots=True)
class ServiceFolder:
    """The folder of a checkout's servers, and the record of those that run."""

    path: Path = ROOT / ".services"

    @property
    def run(self) -> Path:
        """The folder of the servers' data, logs and record."""
        return self.path / "run"

    @property
    def cells_env(self) -> Path:
        """The file of shell lines for cells."""
        return self.path / "cells.env"

    @property
    def env(self) -> Path:
        """The file of shell lines that set Furlong's environment variables."""
        return self.path / "env"

    def running(self) -> Services:
        """Return the recorded servers that are still running."""
        try:
            record = json.loads(self._record.read_text())
        except FileNotFoundError:
            record = {}
        mariadb, kafka, cells = record.get("mariadb"), record.get("kafka"), record.get("cells")
        rabbitmq = record.get("rabbitmq")
        return Services(
            mariadb=_if_running(PrivateMariadb(**_with_process(mariadb))) if mariadb else None,
            kafka=_if_running(PrivateKafka(**_with_process(kafka))) if kafka else None,
            cells=_cells_if_running(cells) if cells else None,
            rabbitmq=_if_running(_rabbitmq_of(rabbitmq)) if rabbitmq else None,
        )

    def remember(self, services: Services) -> None:
        """Write the record and the settings for a shell, readable by this user only."""
        servers = {
            "mariadb": services.mariadb,
            "kafka": services.kafka,
            "cells": services.cells,
            "rabbitmq": services.rabbitmq,
        }
        record = {name: asdict(server) for name, server in servers.items() if server is not None}
        _write_private(self._record, json.dumps(record, indent=2, default=str))
        of_cells = "" if services.cells is None else services.cells.shell_lines()
        for file, lines in ((self.env, _shell_lines(services)), (self.cells_env, of_cells)):
            if lines:
                _write_private(file, lines)
            else:
                file.unlink(missing_ok=True)

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Let one command at a time start or stop servers here."""
        self.run.mkdir(parents=True, exist_ok=True)
        with (self.run / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    @property
    def _record(self) -> Path:
        return self.run / "services.json"


def start(folder: ServiceFolder, *, with_cells: bool = False, with_amqp: bool = False) -> int:
    """Start the servers that do not run yet and print the settings; return 1 if one could not be started."""
    with folder.locked():
        found = folder.running()
        mariadb = found.mariadb or _attempt(lambda: start_mariadb(folder.run / "mariadb", tied=False))
        kafka = found.kafka or _attempt(lambda: start_kafka(folder.run / "kafka", tied=False))
        cells = found.cells
        if with_cells and cells is None:
            cells = _attempt(lambda: start_cell_services(folder.run / "cells"))
        rabbitmq = found.rabbitmq
        if with_amqp and rabbitmq is None:
            rabbitmq = _attempt(lambda: start_rabbitmq(folder.run / "rabbitmq", tied=False))
        services = Services(mariadb, kafka, cells, rabbitmq)
        folder.remember(services)
    print(_shell_lines(services), end="")
    if cells is not None:
        print(f". {folder.cells_env}   # for cells, see docs/cells.md")
    if rabbitmq is not None:
        print(f"furlong simulator feed --broker {rabbitmq.url}   # see docs/providers.md")
    wanted = (cells or not with_cells) and (rabbitmq or not with_amqp)
    return 0 if mariadb and kafka and wanted else 1


def stop(folder: ServiceFolder) -> int:
    """Stop the running servers and keep their data."""
    with folder.locked():
        services = folder.running()
        for server in (services.rabbitmq, services.cells, services.kafka, services.mariadb):
            if server is not None:
                server.stop()
        folder.remember(Services(mariadb=None, kafka=None))
    return 0


def status(folder: ServiceFolder) -> int:
    """Print which servers run; return 1 if one does not."""
    services = folder.running()
    for name, server in (("MariaDB", services.mariadb), ("Kafka", services.kafka)):
        told = f"runs on port {server.port}, process {server.process.pid}" if server else "is not running"
        print(f"{name} {told}")
    if services.cells is not None:
        ports = " and ".join(str(server.port) for server in services.cells.servers)
        print(f"MariaDB for cells runs on ports {ports}, behind HAProxy")
    if services.rabbitmq is not None:
        print(f"RabbitMQ runs on port {services.rabbitmq.port}, process {services.rabbitmq.process.pid}")
    return 0 if services.mariadb and services.kafka else 1


def _attempt(begin: Callable[[], Server]) -> Server | None:
    try:
        return begin()
    except (ServiceMissingError, ServiceFailedError) as failed:
        print(f"services: {failed}", file=sys.stderr)
        return None


def _cells_if_running(record: dict[str, Any]) -> CellServices | None:
    servers = tuple(PrivateMariadb(**_with_process(server)) for server in record["servers"])
    haproxy = PrivateHaproxy(**_with_process(record["haproxy"]))
    services = CellServices(**{**record, "servers": servers, "haproxy": haproxy})
    return services if services.is_running() else None


def _rabbitmq_of(record: dict[str, Any]) -> PrivateRabbitmq:
    mapper = _with_process({"process": record["mapper"]})["process"]
    return PrivateRabbitmq(
        **{**_with_process(record), "mapper": mapper, "folder": Path(record["folder"])},
    )


def _with_process(record: dict[str, Any]) -> dict[str, Any]:
    process = record["process"]
    return {**record, "process": ServerProcess(**{**process, "log": Path(process["log"])})}


def _if_running(server: OneServer) -> OneServer | None:
    return server if server.process.is_running() else None


def _shell_lines(services: Services) -> str:
    return "".join(f"export {name}={value}\n" for name, value in services.settings().items())


def _write_private(path: Path, text: str) -> None:
    path.touch(mode=0o600)
    path.write_text(text)


def main() -> int:
    """Run the command of the first argument for this checkout."""
    parser = argparse.ArgumentParser(description="Real MariaDB and Kafka for this checkout.")
    commands = {"start": start, "stop": stop, "status": status}
    parser.add_argument("command", choices=commands)
    parser.add_argument("--cells", action="store_true", help="also start what cells need to be moved")
    parser.add_argument("--amqp", action="store_true", help="also start RabbitMQ")
    given = parser.parse_args()
    if (given.cells or given.amqp) and given.command != "start":
        parser.error("--cells and --amqp belong to start")
    if given.command == "start":
        return start(ServiceFolder(), with_cells=given.cells, with_amqp=given.amqp)
    return commands[given.command](ServiceFolder())


if __name__ == "__main__":
    sys.exit(main())
