"""The hand-written REST endpoint compared with our graph, over the same MariaDB."""

import asyncio
import os
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import insert

from bench.betslip import start_ours, start_rest
from bench.fixtures.club import Club, fill, new_sessions
from bench.fixtures.customers import BRAND, customer_id
from bench.harness.cores import Cores
from bench.harness.servers import Servers
from bench.load.target import Target, WrongAnswerError, check_agreement
from foundation.storage.database import Database
from foundation.storage.settings import DatabaseSettings
from subgraphs.club.models import INTENT
from tools.private_mariadb import PrivateMariadb

CUSTOMERS = 120
CHANGING = 3
SUSPENDED = 77


@pytest.fixture(scope="module")
def club(mariadb: PrivateMariadb) -> Iterator[Club]:
    """A small club, one of whose customers has a pending change."""
    url = mariadb.fresh_url()
    club = Club(DatabaseSettings(url=url), new_sessions(), CUSTOMERS)
    asyncio.run(_fill(club.database))
    yield club
    mariadb.drop(url)


@pytest.fixture(scope="module")
def targets(
    processes: None, club: Club, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, Target]]:
    """Both servers, as the benchmark starts them, on any core."""
    servers = Servers(tmp_path_factory.mktemp("bench"))
    core = min(os.sched_getaffinity(0))
    cores = Cores(core, core)
    try:
        contenders = [start_ours(servers, club, cores), start_rest(servers, club, cores)]
        yield {contender.name: contender.target for contender in contenders}
    finally:
        servers.stop()


async def _fill(database: DatabaseSettings) -> None:
    await fill(database, CUSTOMERS)
    opened = Database.open(database, "club")
    async with opened.write() as connection:
        await connection.execute(
            insert(INTENT).values(
                upstream_key=str(uuid.uuid4()),
                brand_id=BRAND,
                customer_id=customer_id(CHANGING),
                operation="optOut",
                client_key="of-the-test",
                slot="membership",
                body_hash="0" * 64,
                request={},
                status="pending",
                created_at=datetime.now(UTC),
            )
        )
    await opened.close()


def test_the_endpoint_and_the_graph_answer_alike(targets: dict[str, Target], club: Club) -> None:
    """Every customer, and an unknown one, gets the same bet-slip from both."""
    check_agreement(targets, [club.token(number) for number in range(CUSTOMERS + 1)])


def test_the_customers_are_of_all_kinds(targets: dict[str, Target], club: Club) -> None:
    """Members and others, at the target or not, with a choice or not, suspended, with a pending change."""
    clubs = [targets["rest_sqlalchemy"].ask(club.token(number))["club"] for number in range(CUSTOMERS)]
    assert {each["state"] for each in clubs} == {"NOT_OPTED_IN", "TRACKING", "QUALIFIED", "INELIGIBLE"}
    assert clubs[CHANGING]["membership"]["pending"]
    assert clubs[SUSPENDED]["membership"]["blockedReason"] == "SUSPENDED"
    chosen = [each["choice"] for each in clubs if each["choice"]]
    assert {choice["isDefault"] for choice in chosen} == {True, False}


def test_the_endpoint_checks_tokens(targets: dict[str, Target], club: Club) -> None:
    """The endpoint refuses a token of another issuer."""
    foreign = Club(club.database, new_sessions(), CUSTOMERS).token(1)
    with pytest.raises(WrongAnswerError, match="401"):
        targets["rest_sqlalchemy"].ask(foreign)
