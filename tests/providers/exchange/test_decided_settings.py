"""The exchange's process follows decided settings while it runs, on a real Kafka and Valkey."""

import asyncio
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from redis import Redis

from backoffice.approvals import repository as proposals
from backoffice.approvals.service import Approvals
from backoffice.audit.audit_log import AuditLog
from backoffice.operations.providers.adapter_configurations import AdapterConfigurations
from backoffice.operations.providers.adapter_document import AdapterConfiguration
from backoffice.operations.providers.adapter_health import read_statuses
from backoffice.run_publisher import publish_now
from consumers.stream.settings import StreamSettings
from foundation.storage.clock import ManualClock
from foundation.storage.database import Database
from foundation.storage.settings import DatabaseSettings
from furlong.workers.adapter_configuration import KEPT
from providers.delivery import StatusMessage
from tests.backoffice.operations.test_adapter_settings import OLGA, OTTO
from tests.support.office.backoffice_fixture import NOW
from tests.support.processes.forked_programs import Program
from tests.support.processes.running_furlong import Programs, eventually, programs_in
from tools.private_kafka import start_kafka
from tools.private_valkey import start_valkey

pytestmark = [pytest.mark.kafka, pytest.mark.valkey, pytest.mark.usefixtures("processes")]


@dataclass
class Site:
    """An exchange, its adapter, and a back office of which the services are here."""

    programs: Programs
    database: str
    stream: StreamSettings
    settings: dict[str, Any]
    ports: dict[str, int]
    valkey: str
    adapter: Program = field(init=False)

    def start_adapter(self) -> None:
        """Start the adapter by its command, and wait until it is complete."""
        listen = f"--listen=127.0.0.1:{self.ports['health']}"
        self.adapter = self.programs.start("provider", "run", "exchange", listen)
        eventually(lambda: self.health().get("complete"), "the adapter is complete")
        eventually(self.statuses, "and has said so")

    def restart_adapter(self) -> None:
        """Stop the adapter in order, and start another process."""
        self.adapter.terminate()
        assert self.adapter.wait(30) == 0
        self.start_adapter()

    def health(self) -> dict[str, Any]:
        """Return what the adapter's process says of itself; nothing while it does not answer."""
        try:
            return dict(httpx.get(f"http://127.0.0.1:{self.ports['health']}/health", timeout=5).json())
        except httpx.HTTPError:
            return {}

    def used(self) -> tuple[Any, ...]:
        """Return the revision in use with its source, whether it is complete, and how many markets it has."""
        health = self.health()
        names = ("configuration_revision", "configuration_source", "complete", "items")
        return tuple(health.get(name) for name in names)

    def statuses(self) -> dict[str, StatusMessage]:
        """Return what adapters have told others of themselves."""
        return asyncio.run(read_statuses(self.stream))

    def status(self) -> StatusMessage:
        """Return what the adapter has told others of itself."""
        return self.statuses()["exchange"]

    def kept(self) -> bool:
        """Return whether the adapter keeps a revision for the next process."""
        with Redis.from_url(self.valkey) as valkey:
            return bool(valkey.hexists("furlong:provider:exchange:configuration", KEPT))

    def markets(self) -> list[str]:
        """Return the exchange's markets."""
        answer = httpx.get(f"http://127.0.0.1:{self.ports['control']}/books", timeout=5).json()
        return sorted(answer["books"])

    def shown(self) -> dict[str, Any]:
        """Return what the command says of the adapter."""
        (row,) = json.loads(self.programs.run("provider", "show", "exchange", "--json"))
        return dict(row)

    def decide(self, seen: int, **changes: Any) -> None:
        """Let one person propose settings and another approve them, and publish that."""
        asyncio.run(self._decide(seen, {**self.settings, **changes}))

    async def _decide(self, seen: int, settings: dict[str, Any]) -> None:
        clock = ManualClock(NOW)
        own = Database.open(DatabaseSettings(url=self.database), "backoffice")
        try:
            audit = AuditLog(clock)
            approvals = Approvals(own, audit, clock)
            environment = {"exchange": AdapterConfiguration(name="exchange", settings=self.settings)}
            configurations = AdapterConfigurations(own, audit, approvals, clock, environment)
            approvals.register(configurations.proposal_kind)
            fields = {"name": "exchange", "settings": settings}
            proposal = await configurations.submit(OLGA, fields, seen=seen, reason="a new contract")
            async with own.read() as connection:
                found = await proposals.find(connection, proposal)
            assert found is not None
            await approvals.approve(OTTO, proposal, found.content_hash, NOW)
            await publish_now(own, self.stream, clock)
        finally:
            await own.close()


@pytest.fixture
def site(tmp_path: Path, free_port: Callable[[], int]) -> Iterator[Site]:
    """An installation on SQLite with a Kafka, a Valkey and a simulated exchange of its own."""
    for name in ("secrets", "databases", "valkey"):
        (tmp_path / name).mkdir()
    (tmp_path / "secrets" / "exchange-app-key").write_text("simulated-key")
    (tmp_path / "secrets" / "exchange-session").write_text("simulated-session")
    broker, valkey = start_kafka(tmp_path / "kafka"), start_valkey(tmp_path / "valkey")
    ports = {name: free_port() for name in ("stream", "control", "health")}
    certificate = tmp_path / "exchange" / "certificate.pem"
    database = f"sqlite+aiosqlite:///{tmp_path / 'databases'}"
    settings = {
        "host": "127.0.0.1",
        "port": ports["stream"],
        "authority": str(certificate),
        "catalogue_url": "",
    }
    environment = {
        "FURLONG_DATABASE_URL": database,
        "FURLONG_KAFKA_BOOTSTRAP": broker.bootstrap,
        "FURLONG_REDIS_URL": valkey.url,
        "FURLONG_PROVIDERS_SECRET_FOLDER": str(tmp_path / "secrets"),
        "FURLONG_PROVIDERS_LONGEST_PAUSE_SECONDS": "1",
        "FURLONG_PROVIDERS_STATUS_SECONDS": "0.5",
        **{f"FURLONG_EXCHANGE_{name.upper()}": str(value) for name, value in settings.items()},
    }
    with programs_in(tmp_path, environment) as programs:
        programs.run("db", "upgrade")
        programs.run("topics", "create", "--partitions", "1", "--feeds")
        programs.start(
            *("simulator", "exchange", f"--data={tmp_path / 'exchange'}", "--rate=5"),
            *(f"--port={ports['stream']}", f"--control={ports['control']}"),
        )
        eventually(certificate.exists, "the exchange has a certificate")
        yield Site(
            programs, database, StreamSettings(bootstrap=broker.bootstrap), settings, ports, valkey.url
        )
    valkey.stop()
    broker.stop()


def test_a_running_adapter_follows_what_two_people_decided(site: Site) -> None:
    """It asks for other markets at once; what it cannot use it refuses, also after a restart."""
    site.start_adapter()
    assert len(site.markets()) > 1
    assert site.used() == (1, "environment", True, site.health()["items"])
    before, first = site.status(), site.markets()[0]

    site.decide(1, markets=[first], market_types=[])
    eventually(lambda: site.used() == (2, "approved", True, 1), "it follows one market")
    eventually(lambda: site.status().complete, "and says so to others")
    status = site.status()
    assert status.configuration is not None
    assert (status.configuration.revision, status.items) == (2, 1)
    assert status.first_revision > before.first_revision
    shown = site.shown()
    assert (shown["revision"], shown["in_use"]) == (2, {"revision": 2, "source": "approved", "unused": None})
    sources = {one["setting"]: one["source"] for one in shown["settings"]}
    assert sources["FURLONG_EXCHANGE_MARKETS"] == "revision 2"

    eventually(site.kept, "it has proved itself, and is kept")

    site.decide(2, authority="/nowhere/authority.pem")
    says = "authority: there is no file /nowhere/authority.pem"
    eventually(lambda: site.health().get("configuration_refused") == f"revision 3: {says}", "it refuses")
    assert site.used() == (2, "approved", True, 1)
    eventually(lambda: site.shown()["in_use"]["unused"] == says, "others are told why")
    site.restart_adapter()
    assert site.used() == (2, "kept", True, 1)
    eventually(
        lambda: site.health().get("configuration_refused") == f"revision 3: {says}", "it still refuses"
    )

    site.decide(3)
    eventually(lambda: site.used()[:3] == (4, "approved", True), "the environment's settings, as revision 4")
    eventually(lambda: site.health()["items"] > 1, "with all markets")
    assert site.health()["configuration_refused"] is None
