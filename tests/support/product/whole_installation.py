"""An installation of all processes on MariaDB and Kafka, with a rehearsal's clock."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

import httpx
import pymysql
import yaml
from sqlalchemy import make_url

from simulator.providers.serve import SECRET as PROVIDER_SECRET
from tests.support.processes.forked_programs import Program
from tests.support.processes.running_furlong import (
    BETSLIP,
    BRAND,
    PATIENCE_SECONDS,
    ROOT,
    Programs,
    Site,
    eventually,
    programs_in,
)
from tests.support.product.rehearsed_week import MONDAY
from tools.private_kafka import start_kafka
from tools.private_mariadb import PrivateMariadb
from tools.server_process import free_port

CUSTOMER: Final = "c-1001"
DATABASES: Final = ("club", "rewards", "progress", "fulfilment")
WORKERS: Final = ("outbox", "intents", "weeks", "fulfilment")
PROCESSES: Final = (
    *(f"consume {name}" for name in DATABASES),
    *(f"worker {name}" for name in WORKERS),
    "serve",
)


@dataclass
class Installation:
    """The processes by name, and the servers they use.

    Attributes:
        url: URL of the databases; its database name is a prefix.
        gateway: The port that the gateway listens on.
        status: The port of the progress consumer's status pages.
    """

    site: Site
    programs: Programs
    url: str
    gateway: int
    status: int
    running: dict[str, Program] = field(default_factory=dict)

    def start(self, *names: str) -> None:
        """Start processes: `consume NAME`, `worker NAME` or `serve`."""
        for name in names:
            listen: tuple[str, ...] = ()
            if name == "serve":
                listen = ("--listen", f"127.0.0.1:{self.gateway}")
            elif name == "consume progress":
                listen = ("--listen", f"127.0.0.1:{self.status}")
            self.running[name] = self.programs.start(*name.split(), *listen)

    def start_skewed(self, name: str, seconds: int) -> None:
        """Start a process on a node whose clock is ahead by some seconds; `NAME+SECONDS` is its name."""
        self.running[f"{name}{seconds:+}"] = self.programs.start_skewed(seconds, *name.split())

    def stop(self, *names: str) -> None:
        """Stop processes, and wait until they have ended."""
        for name in names:
            self.running[name].terminate()
        for name in names:
            self.running.pop(name).wait(PATIENCE_SECONDS)

    def is_complete(self) -> bool:
        """Return whether the customer's account and the options have arrived."""
        try:
            answer = self.site.ask(BETSLIP, {"brand": BRAND}, customer=CUSTOMER)
        except (httpx.TransportError, AssertionError):
            return False
        club = (answer.get("data") or {}).get("club")
        return bool(club and "errors" not in answer and club["options"])

    def kill(self, name: str) -> None:
        """End a process by SIGKILL."""
        self.running[name].kill()
        self.running.pop(name).wait(PATIENCE_SECONDS)

    def credits(self) -> dict[str, int]:
        """Return how often each key has been credited, according to the books of all providers."""
        return {key: times for url in self._providers() for key, times in self._told(url, "effects").items()}

    def forget_keys(self) -> None:
        """Make all providers forget the keys that they have credited."""
        for url in self._providers():
            httpx.post(f"{url}/simulator/forget").raise_for_status()

    def drop(self, name: str) -> None:
        """Drop a subgraph's database."""
        url = make_url(self.url)
        with (
            pymysql.connect(
                host=url.host or "", port=url.port or 0, user=url.username, password=url.password or ""
            ) as connection,
            connection.cursor() as cursor,
        ):
            cursor.execute(f"DROP DATABASE {url.database}_{name}")

    def _providers(self) -> list[str]:
        entries = yaml.safe_load((self.programs.folder / "providers.yaml").read_text())["providers"]
        return [str(entry["url"]) for entry in entries]

    @staticmethod
    def _told(url: str, what: str) -> Any:
        return httpx.get(f"{url}/simulator/{what}").raise_for_status().json()


@contextmanager
def rehearsed_installation(
    mariadb: PrivateMariadb,
    folder: Path,
    *,
    customers: tuple[str, ...] = (CUSTOMER,),
    code: Path | None = None,
) -> Iterator[Installation]:
    """Run an installation of all processes that declares itself a rehearsal and starts on a Monday.

    Args:
        mariadb: The server of its databases.
        folder: Its folder.
        customers: The customers who have tokens.
        code: The folder of another version, of which the processes are.
    """
    broker = start_kafka(folder / "kafka")
    upstream, gateway, status = free_port(), free_port(), free_port()
    url = mariadb.fresh_url()
    environment = {
        "FURLONG_DATABASE_URL": url,
        "FURLONG_KAFKA_BOOTSTRAP": broker.bootstrap,
        "FURLONG_UPSTREAM_URL": f"http://127.0.0.1:{upstream}",
        "FURLONG_UPSTREAM_TIMEOUT_SECONDS": "60",
        "FURLONG_JWT_SECRET": "a secret of the tests, long enough for HS256",
        "FURLONG_JWT_ISSUER": "tests",
        "FURLONG_JWT_AUDIENCE": "furlong",
        "FURLONG_FULFILMENT_PROVIDERS": str(folder / "providers.yaml"),
        "FURLONG_FULFILMENT_SECRETS": json.dumps({"simulated": PROVIDER_SECRET}),
        "FURLONG_CLOCK_REHEARSAL": "true",
        "FURLONG_CLOCK_FILE": str(folder / "clock.json"),
    }
    with programs_in(folder, environment, code=code) as programs:
        programs.run("clock", "set", MONDAY)
        programs.run("db", "upgrade")
        programs.run("topics", "create", "--partitions", "2")
        programs.run("load", str(ROOT / "furlong" / "world.yaml"))
        programs.start("simulator", "providers", "--data", "books", "--config", "providers.yaml")
        eventually((folder / "providers.yaml").exists, "the providers are there")
        served = ("simulator", "serve", "--kafka", broker.bootstrap, "--data", "upstream", "--no-traffic")
        programs.start(*served, "--listen", f"127.0.0.1:{upstream}")
        tokens = {
            customer: programs.run("token", "--customer", customer, "--brand", BRAND).strip()
            for customer in customers
        }
        site = Site(f"http://127.0.0.1:{gateway}", broker.bootstrap, tokens)
        installation = Installation(site, programs, url, gateway, status)
        installation.start(*PROCESSES)
        eventually(installation.is_complete, "the bet-slip is complete")
        yield installation
    broker.stop()


@contextmanager
def installation_beside(other: Installation, folder: Path) -> Iterator[Installation]:
    """Yield an installation of this version on the servers of another one; nothing of it runs yet."""
    gateway, status = free_port(), free_port()
    site = replace(other.site, url=f"http://127.0.0.1:{gateway}")
    with programs_in(folder, other.programs.environment) as programs:
        yield Installation(site, programs, other.url, gateway, status)
