"""`furlong provider list`, `show`, `test`, `disable` and `enable`, for all kinds, on a real Kafka."""

import asyncio
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from confluent_kafka import Producer

from backoffice.operations.providers.adapter_health import read_statuses
from consumers.feeds.adapters import sports
from consumers.stream.settings import StreamSettings
from providers.delivery import StatusMessage
from providers.registry import NAMES
from tests.support.consumers.feed_records import example
from tests.support.processes.running_furlong import Programs, eventually, programs_in
from tools.private_kafka import start_kafka

pytestmark = [pytest.mark.kafka, pytest.mark.usefixtures("processes")]
FEEDS = ("casino", "esports", "exchange", "sports", "virtual")


@dataclass
class Site:
    """Databases and topics without any process, and what runs of them by name of the test."""

    programs: Programs
    folder: Path
    bootstrap: str
    ports: dict[str, int]

    def told(self, *arguments: str) -> dict[str, dict[str, Any]]:
        """Return the rows of a list by their names."""
        rows = json.loads(self.programs.run("provider", *arguments, "--json"))
        return {row["provider"]: row for row in rows}

    def health_of(self, name: str) -> tuple[str, str]:
        """Return how a provider is, as the list says."""
        health = self.told("list")[name]["health"]
        return health["state"], health["says"]

    def health(self) -> dict[str, Any]:
        """Return what the adapter's process says of itself; nothing while it does not answer."""
        try:
            return dict(httpx.get(f"http://127.0.0.1:{self.ports['health']}/health", timeout=5).json())
        except httpx.HTTPError:
            return {}

    def status(self) -> StatusMessage:
        """Return what the adapter has told others of itself."""
        return asyncio.run(read_statuses(StreamSettings(bootstrap=self.bootstrap)))["exchange"]

    def sessions(self) -> list[str]:
        """Return the ends of the connections that are established to the exchange's stream."""
        port = f":{self.ports['stream']:04X}"
        lines = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
        return [line[1] for line in lines if line[2].endswith(port) and line[3] == "01"]

    def run_exchange(self) -> None:
        """Start the simulated exchange and its adapter, and wait until the adapter is complete."""
        self.programs.start(
            *("simulator", "exchange", f"--data={self.folder / 'exchange'}", "--rate=20"),
            *(f"--port={self.ports['stream']}", f"--control={self.ports['control']}"),
        )
        certificate = self.folder / "exchange" / "certificate.pem"
        eventually(certificate.exists, "the exchange has a certificate")
        self.programs.start("provider", "run", "exchange", f"--listen=127.0.0.1:{self.ports['health']}")
        eventually(lambda: self.health().get("complete"), "the adapter is complete")


@pytest.fixture
def site(tmp_path: Path, free_port: Callable[[], int]) -> Iterator[Site]:
    """An installation on SQLite with a Kafka of its own and a wallet in the workers' file."""
    broker, ports = start_kafka(tmp_path / "kafka"), {}
    for name in ("stream", "control", "health", "wallet"):
        ports[name] = free_port()
    secrets, databases = tmp_path / "secrets", tmp_path / "databases"
    for folder in (secrets, databases):
        folder.mkdir()
    (secrets / "exchange-app-key").write_text("simulated-key")
    (secrets / "exchange-session").write_text("simulated-session")
    wallet = {"name": "till", "adapter": "wallet", "url": f"http://127.0.0.1:{ports['wallet']}"}
    providers = [wallet | {"secret": "till", "kinds": ["cash"], "attempts": 1}]
    (tmp_path / "providers.yaml").write_text(yaml.safe_dump({"providers": providers}))
    environment = {
        "FURLONG_DATABASE_URL": f"sqlite+aiosqlite:///{databases}",
        "FURLONG_KAFKA_BOOTSTRAP": broker.bootstrap,
        "FURLONG_FULFILMENT_PROVIDERS": str(tmp_path / "providers.yaml"),
        "FURLONG_FULFILMENT_SECRETS": '{"till": "a-till-secret"}',
        "FURLONG_PROVIDERS_SECRET_FOLDER": str(secrets),
        "FURLONG_PROVIDERS_LONGEST_PAUSE_SECONDS": "1",
        "FURLONG_EXCHANGE_CATALOGUE_URL": "",
        "FURLONG_EXCHANGE_HOST": "127.0.0.1",
        "FURLONG_EXCHANGE_PORT": str(ports["stream"]),
        "FURLONG_EXCHANGE_AUTHORITY": str(tmp_path / "exchange" / "certificate.pem"),
    }
    with programs_in(tmp_path, environment) as programs:
        programs.run("db", "upgrade")
        programs.run("topics", "create", "--partitions", "1", "--feeds")
        yield Site(programs, tmp_path, broker.bootstrap, ports)
    broker.stop()


def test_the_list_has_adapters_of_all_kinds(site: Site) -> None:
    """Each says what it brings, where it runs, and how it is; of nothing that runs, that it is unknown."""
    told = site.told("list")
    assert set(told) == {*NAMES, *(f"bets-{feed}" for feed in FEEDS), "till", "games", "sportsbook", "house"}
    exchange, feed, till = (told[name] for name in ("exchange", "bets-sports", "till"))
    assert (exchange["kind"], exchange["enabled"], exchange["revision"]) == ("exchange", True, 1)
    assert exchange["capabilities"] == ["fixtures", "live odds", "pre-match odds", "results"]
    assert exchange["runs_in"] == "furlong provider run exchange"
    assert (exchange["health"]["state"], feed["health"]["state"]) == ("unknown", "down")
    assert "is `furlong provider run exchange` running?" in exchange["health"]["says"]
    assert "no feed worker reads it" in feed["health"]["says"]
    assert (feed["kind"], feed["runs_in"]) == ("bet feed", "furlong worker feeds")
    assert (till["kind"], till["adapter"], till["imported"]) == ("rewards", "wallet", True)
    assert till["health"]["state"] == "unknown"
    assert told["games"]["health"] == {
        "state": "off",
        "says": "no provider is configured with it",
        "details": "",
        "since": None,
    }
    assert not told["games"]["enabled"]
    shown = site.programs.run("provider", "list")
    assert "exchange" in shown
    assert "furlong worker feeds" in shown
    assert "GBP" not in site.programs.run("provider", "list", "--kind", "rewards")
    assert "there are bet feed" in site.programs.refused("provider", "list", "--kind", "reward")


def test_settings_are_shown_with_their_sources_and_no_secret(site: Site) -> None:
    """Of secrets one sees whether they are here."""
    (shown,) = site.told("show", "exchange").values()
    settings = {one["setting"]: (one["value"], one["source"]) for one in shown["settings"]}
    assert settings["FURLONG_EXCHANGE_HOST"] == ("127.0.0.1", "environment")
    assert settings["FURLONG_EXCHANGE_LEVELS"] == (3, "default")
    assert shown["limits"] == {"items": 1_000, "message_bytes": 16 * 2**20}
    assert {one["secret"]: one["here"] for one in shown["secrets"]} == {
        "exchange-app-key": True,
        "exchange-session": True,
    }
    (site.folder / "secrets" / "exchange-session").unlink()
    for_people = site.programs.run("provider", "show", "exchange")
    assert "exchange-session: is not here" in for_people
    assert "simulated-key" not in for_people
    (till,) = site.told("show", "till").values()
    assert [one["here"] for one in till["secrets"]] == [True]
    assert "a-till-secret" not in json.dumps(till)
    assert yaml.safe_load(site.programs.run("provider", "show", "till"))["adapter"] == "wallet"
    assert "There is no provider 'exchnage': there are" in site.programs.refused(
        "provider", "show", "exchnage"
    )


def test_a_provider_is_tried_as_it_is_configured(site: Site) -> None:
    """What works and what is wrong is a sentence; what is wrong ends with 1."""

    def tried(name: str) -> tuple[bool, str]:
        ended = site.programs.ended("provider", "test", name, "--json")
        (found,) = json.loads(ended.stdout)
        assert ended.returncode == (0 if found["ok"] else 1)
        return found["ok"], found["says"]

    site.run_exchange()
    assert tried("exchange") == (True, f"127.0.0.1:{site.ports['stream']} accepts the session")
    (site.folder / "secrets" / "exchange-session").write_text("an-old-session")
    works, says = tried("exchange")
    assert (works, "INVALID_SESSION_INFORMATION" in says, "an-old-session" in says) == (False, True, False)
    works, says = tried("till")
    assert (works, f"http://127.0.0.1:{site.ports['wallet']} cannot be used" in says) == (False, True)
    assert tried("bets-sports") == (True, "sports.bets.v1 can be read, and has no record yet")
    _produce(site.bootstrap, "sports.bets.v1", json.dumps(example(sports.FEED)).encode())
    assert tried("bets-sports") == (True, "sports.bets.v1 can be read, and its newest record is a bet")
    _produce(site.bootstrap, "sports.bets.v1", b'{"schema": "sports.bets/9"}')
    works, says = tried("bets-sports")
    assert (works, "the newest record of sports.bets.v1 cannot be used" in says) == (False, True)
    assert "there is no provider 'nobody'" in site.programs.refused("provider", "test", "nobody")


def test_a_disabled_exchange_disconnects_until_it_is_enabled(site: Site) -> None:
    """It holds at once, for a process that starts later as well, and others are told why."""
    site.run_exchange()
    assert site.sessions()
    eventually(lambda: site.health_of("exchange")[0] == "up", "the list shows that it is complete")
    before = site.status()
    ended = site.told("disable", "exchange", "--reason", "wrong prices", "--as", "sam")
    assert ended["exchange"]["enabled"] is False
    eventually(lambda: site.health().get("provider_trouble") == "switched off: wrong prices", "it obeys")
    eventually(lambda: not site.sessions(), "it has disconnected")
    eventually(lambda: site.status().reason == "switched off: wrong prices", "others are told")
    status = site.status()
    assert (status.complete, status.first_revision) == (False, before.first_revision)
    assert status.incomplete_since is not None
    row = site.told("list")["exchange"]
    assert (row["enabled"], row["health"]["state"]) == (False, "off")
    assert row["switched_off"]["reason"] == "wrong prices"
    assert row["switched_off"]["by"].startswith("sam (command line")
    (adapter,) = [one for one in site.programs.started if one.poll() is None][-1:]
    adapter.terminate()
    assert adapter.wait(30) == 0
    site.programs.start("provider", "run", "exchange", f"--listen=127.0.0.1:{site.ports['health']}")
    eventually(lambda: site.health().get("provider_trouble") == "switched off: wrong prices", "the next, too")
    assert not site.sessions()
    site.programs.run("provider", "enable", "exchange", "--reason", "the prices are right")
    eventually(lambda: site.health().get("complete"), "it is complete again")
    eventually(lambda: site.health_of("exchange") == ("up", "complete"), "and says so to others")


def test_a_disabled_feed_waits_in_kafka(site: Site) -> None:
    """Its records are forwarded once it is enabled; other feeds go on."""
    listen = f"127.0.0.1:{site.ports['health']}"
    site.programs.start("worker", "feeds", "sports", "casino", f"--listen={listen}")

    def feed(name: str) -> dict[str, Any]:
        return dict(site.health().get("feeds", {}).get(name, {}))

    eventually(lambda: feed("sports").get("consuming"), "the feed is read")
    eventually(lambda: site.health_of("bets-sports") == ("up", "0 records wait"), "the list shows a reader")
    site.programs.run("provider", "disable", "bets-sports", "--reason", "a bad release")
    eventually(lambda: feed("sports").get("detail") == "switched off: a bad release", "the feed is off")
    assert feed("casino")["consuming"]
    _produce(site.bootstrap, "sports.bets.v1", json.dumps(example(sports.FEED)).encode())
    assert site.health_of("bets-sports")[0] == "off"
    site.programs.run("provider", "enable", "bets-sports", "--reason", "mended")
    eventually(lambda: feed("sports").get("consuming"), "the feed is read again")
    eventually(lambda: site.health_of("bets-sports") == ("up", "0 records wait"), "nothing was lost")


def test_an_unknown_provider_is_not_switched_off(site: Site) -> None:
    """Whoever misspells a name must not believe that it holds."""
    refused = site.programs.refused("provider", "disable", "exchnage", "--reason", "wrong prices")
    assert "There is no provider exchnage; there are bets-casino" in refused


def _produce(bootstrap: str, topic: str, value: bytes) -> None:
    producer = Producer({"bootstrap.servers": bootstrap})
    producer.produce(topic, value, "c-1")
    assert producer.flush(60) == 0
    producer.close()
