"""The back office with all that it needs: processes over MariaDB and Kafka, and people with accounts."""

import asyncio
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx
import pyotp
import yaml
from pydantic import SecretStr

from backoffice.access import Role
from backoffice.base import create_base
from backoffice.settings import BackofficeSettings
from foundation.storage.clock import SystemClock
from foundation.storage.settings import DatabaseSettings
from furlong.demo.backoffice import add_account
from furlong.demo.ready_file import DemoAccount
from simulator.providers.serve import SECRET as PROVIDER_SECRET
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
from tools.private_kafka import PrivateKafka
from tools.private_mariadb import PrivateMariadb
from tools.server_process import free_port

KEY: Final = "a key of the back office in the tests"
PASSWORD: Final = "seven green horses"
DEPUTY: Final = "deputy"
"""The account of a person who approves what support, risk, finance and operators propose."""

EVERYBODY: Final = "everybody"
"""The account of a person who has all roles."""

ROLES_OF: Final = {
    **{role.value: (role,) for role in Role},
    DEPUTY: (Role.SUPPORT, Role.RISK, Role.FINANCE, Role.OPERATOR),
    EVERYBODY: tuple(Role),
}
ANN, BEN, CAT, DAN = CUSTOMERS = ("c-1001", "c-1002", "c-1003", "c-1004")
EARLY: Final = ("early-1", "early-2", "early-3")
"""Bets of the first customer that come before their brand is known, and so become dead letters."""


@dataclass
class Office:
    """The running product.

    Attributes:
        url: Of the back office.
        accounts: The user, the password and the authenticator's secret of each account, by its name.
        upstream_url: Of the upstream's API.
    """

    site: Site
    url: str
    accounts: Mapping[str, Mapping[str, str]]
    programs: Programs
    upstream_url: str

    def let_upstream_ask_to_wait(self, customer: str) -> None:
        """Let the upstream's API turn the customer's next change away, with `Retry-After: 1`."""
        order = {"fault": "busy", "customer": customer, "times": 1}
        httpx.post(f"{self.upstream_url}/simulator/faults", json=order).raise_for_status()

    def credits(self) -> dict[str, int]:
        """Return how often each key was credited, according to the books of all providers."""
        file = self.programs.folder / "providers.yaml"
        urls = [str(provider["url"]) for provider in yaml.safe_load(file.read_text())["providers"]]
        books: list[Any] = [httpx.get(f"{url}/simulator/effects").raise_for_status().json() for url in urls]
        return {key: times for book in books for key, times in book.items()}


LINKED_HOST: Final = "offers.example.org"
"""Where the texts of the brand may lead, besides its schemes' terms."""


@contextmanager
def running_office(mariadb: PrivateMariadb, kafka: PrivateKafka, folder: Path) -> Iterator[Office]:
    """Run the back office, the bet-slip's graph, and the consumers and workers behind both."""
    upstream, gateway, office = (f"127.0.0.1:{free_port()}" for _ in range(3))
    url = mariadb.fresh_url()
    environment = {
        "FURLONG_DATABASE_URL": url,
        "FURLONG_KAFKA_BOOTSTRAP": kafka.bootstrap,
        "FURLONG_KAFKA_HINT_SECONDS": "0.5",
        "FURLONG_KAFKA_LINGER_SECONDS": "0",
        "FURLONG_UPSTREAM_URL": f"http://{upstream}",
        "FURLONG_UPSTREAM_TIMEOUT_SECONDS": "60",
        "FURLONG_JWT_SECRET": "a secret of the tests, long enough for HS256",
        "FURLONG_JWT_ISSUER": "tests",
        "FURLONG_JWT_AUDIENCE": "furlong",
        "FURLONG_FULFILMENT_PROVIDERS": str(folder / "providers.yaml"),
        "FURLONG_FULFILMENT_SECRETS": json.dumps({"simulated": PROVIDER_SECRET}),
        "FURLONG_ANALYTICS_FOLDER": str(folder / "analytics"),
        "FURLONG_ANALYTICS_KEY": "a key of pseudonyms that is long enough",
        "FURLONG_ANALYTICS_ROLLUP_SECONDS": "1",
        "FURLONG_ANALYTICS_QUESTION_SECONDS": str(PATIENCE_SECONDS),
        "FURLONG_BACKOFFICE_KEY": KEY,
        "FURLONG_BACKOFFICE_RISK_COUNT_SECONDS": "1",
        "FURLONG_BACKOFFICE_FIRST_BRAND": BRAND,
        "FURLONG_BACKOFFICE_TRUSTED_PROXIES": '["127.0.0.1"]',
        "FURLONG_BACKOFFICE_CONTENT_HOSTS": json.dumps({BRAND: [LINKED_HOST]}),
    }
    with programs_in(folder, environment) as programs:
        programs.start("simulator", "providers", "--data", "books", "--config", "providers.yaml")
        programs.run("db", "upgrade")
        programs.run("topics", "create", "--partitions", "2")
        accounts = asyncio.run(_accounts(url))
        programs.start("consume", "progress")
        tokens = {
            customer: programs.run("token", "--customer", customer, "--brand", BRAND).strip()
            for customer in CUSTOMERS
        }
        site = Site(f"http://{gateway}", kafka.bootstrap, tokens)
        running = Office(site, f"http://{office}/backoffice/", accounts, programs, f"http://{upstream}")
        _leave_dead_letters(running)
        programs.run("load", str(ROOT / "furlong" / "world.yaml"))
        programs.start(
            *("simulator", "serve", "--kafka", kafka.bootstrap, "--data", "upstream", "--no-traffic"),
            *("--listen", upstream),
        )
        for name in ("club", "rewards", "fulfilment", "bets", "lobby", "backoffice"):
            programs.start("consume", name)
        for name in ("outbox", "weeks", "fulfilment"):
            programs.start("worker", name)
        programs.start("serve", "--listen", gateway)
        programs.start("backoffice", "serve", "--listen", office)
        eventually(lambda: _is_complete(running), "the bet-slip is complete, and the screens are served")
        yield running


def _leave_dead_letters(office: Office) -> None:
    """Send bets whose brand is not known yet, and a record that is broken for good."""
    early = [office.site.bet(ANN, name) for name in EARLY]
    office.site.produce(*early, b"{broken", key=f"{BRAND}:{ANN}")
    eventually(
        lambda: office.programs.run("deadletters", "list").count("Unknown brand") == len(EARLY),
        "the early bets are dead letters",
    )


async def _accounts(url: str) -> dict[str, dict[str, str]]:
    """Add an account for each role, and the deputy's; return them by their names."""
    own = BackofficeSettings(key=SecretStr(KEY), _env_file=None)
    base = create_base(DatabaseSettings(url=url), own, SystemClock())
    made = {name: _account(name) for name in ROLES_OF}
    for name, account in made.items():
        await add_account(base, account, ROLES_OF[name])
    await base.database.close()
    return {name: account.model_dump() for name, account in made.items()}


def _account(name: str) -> DemoAccount:
    return DemoAccount(
        role=name, user=f"{name}@office.example", password=PASSWORD, totp=pyotp.random_base32()
    )


def _is_complete(office: Office) -> bool:
    try:
        httpx.get(office.url).raise_for_status()
        answers = [office.site.ask(BETSLIP, {"brand": BRAND}, customer=customer) for customer in CUSTOMERS]
    except httpx.HTTPError:
        return False
    return all("errors" not in answer and _is_shown(answer["data"]["club"]) for answer in answers)


def _is_shown(club: Mapping[str, Any]) -> bool:
    return bool(club["membership"]["canOptIn"] and club["options"])
