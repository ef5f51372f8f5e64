"""A week rehearsed in an installation of many processes, on MariaDB and Kafka, that follow one clock."""

import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import yaml
from private_kafka import start_kafka
from private_mariadb import PrivateMariadb
from rehearsed_week import MONDAY, RehearsedWeek
from running_furlong import BETSLIP, BRAND, PATIENCE_SECONDS, ROOT, Programs, Site, eventually, programs_in
from server_process import free_port

from simulator.providers.serve import SECRET as PROVIDER_SECRET

pytestmark = [pytest.mark.mariadb, pytest.mark.kafka, pytest.mark.timeout(900)]

CUSTOMER = "c-1001"
CONSUMERS = ("club", "rewards", "progress", "fulfilment")
WORKERS = ("outbox", "intents", "weeks", "fulfilment")


@pytest.fixture(scope="module")
def rehearsal(
    mariadb: PrivateMariadb, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Site, Programs]]:
    """An installation that declares itself a rehearsal, set up at its own Monday."""
    folder = tmp_path_factory.mktemp("rehearsal")
    broker = start_kafka(folder / "kafka")
    upstream, gateway, status = free_port(), free_port(), free_port()
    environment = {
        "FURLONG_DATABASE_URL": mariadb.fresh_url(),
        "FURLONG_KAFKA_BOOTSTRAP": broker.bootstrap,
        "FURLONG_UPSTREAM_URL": f"http://127.0.0.1:{upstream}",
        "FURLONG_JWT_SECRET": "a secret of the tests, long enough for HS256",
        "FURLONG_JWT_ISSUER": "tests",
        "FURLONG_JWT_AUDIENCE": "furlong",
        "FURLONG_FULFILMENT_PROVIDERS": str(folder / "providers.yaml"),
        "FURLONG_FULFILMENT_SECRETS": json.dumps({"simulated": PROVIDER_SECRET}),
        "FURLONG_CLOCK_REHEARSAL": "true",
        "FURLONG_CLOCK_FILE": str(folder / "clock.json"),
    }
    with programs_in(folder, environment) as programs:
        programs.run("clock", "set", MONDAY)
        programs.run("db", "upgrade")
        programs.run("topics", "create", "--partitions", "2")
        programs.run("load", str(ROOT / "furlong" / "world.yaml"))
        kafka = ("--kafka", broker.bootstrap)
        programs.start("simulator", "providers", "--data", "books", "--config", "providers.yaml")
        eventually((folder / "providers.yaml").exists, "the providers are there")
        served = ("simulator", "serve", *kafka, "--data", "upstream", "--no-traffic")
        programs.start(*served, "--listen", f"127.0.0.1:{upstream}")
        for name in CONSUMERS:
            listen = ("--listen", f"127.0.0.1:{status}") if name == "progress" else ()
            programs.start("consume", name, *listen)
        for name in WORKERS:
            programs.start("worker", name)
        programs.start("serve", "--listen", f"127.0.0.1:{gateway}")
        token = programs.run("token", "--customer", CUSTOMER, "--brand", BRAND).strip()
        site = Site(f"http://127.0.0.1:{gateway}", broker.bootstrap, {CUSTOMER: token})
        eventually(lambda: _complete(site), "the bet-slip is complete")
        assert "2026-04-06T" in httpx.get(f"http://127.0.0.1:{status}/health").json()["rehearsal"]
        yield site, programs
    broker.stop()


def _complete(site: Site) -> bool:
    try:
        answer = site.ask(BETSLIP, {"brand": BRAND}, customer=CUSTOMER)
    except httpx.TransportError:
        return False
    club = (answer.get("data") or {}).get("club")
    return bool(club and "errors" not in answer and club["membership"]["canOptIn"] and club["options"])


def test_all_processes_go_through_the_week_together(rehearsal: tuple[Site, Programs]) -> None:
    """Joined on Monday, reached on Thursday, closed, past its grace, credited once; the next week is open."""
    site, programs = rehearsal
    assert RehearsedWeek(site, programs, CUSTOMER).play()
    assert _effects(programs.folder) == [1]
    assert all(program.poll() is None for program in programs.started), programs.logs()


def _effects(folder: Path) -> list[int]:
    """How often each key has been credited, by the books of all providers."""
    entries = yaml.safe_load((folder / "providers.yaml").read_text())["providers"]
    told = [httpx.get(f"{one['url']}/simulator/effects").json() for one in entries]
    return [number for effects in told for number in effects.values()]


def test_a_process_without_the_declaration_does_not_start(rehearsal: tuple[Site, Programs]) -> None:
    """The file alone, left over in an environment, moves nothing: the process ends, and says why."""
    _, programs = rehearsal
    consumer = programs.start("consume", "club", FURLONG_CLOCK_REHEARSAL="false")
    assert consumer.wait(PATIENCE_SECONDS) == 1
    assert "FURLONG_CLOCK_REHEARSAL=true if this installation is a rehearsal" in programs.logs()
