"""Whatever happens, no line of the log has a customer's id, a token, a secret or an address."""

import asyncio
import json
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import structlog
from sqlalchemy import text

from simulator.providers.faults import ProviderFault
from tests.life import whole_product
from tests.life.whole_product import CHANGE, CLUB, OPT_OUT, Product, running_product
from tests.support.subgraphs.club_fixture import make_token
from tests.support.telemetry.logged_lines import logged_lines

Captured = pytest.CaptureFixture[str]
CANARY = "canary-c-1001"
MAIL = "canary.first@mail.example.com"
BEGINS = datetime(2026, 3, 25, 12, tzinfo=UTC)
FORGED = "Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJjYW5hcnkifQ.canary"
PERSONAL = ("canary", "eyj", "203.0.113.77", "northbet:c-")
EXPECTED = {"the end", "upstream_no_answer", "resolver_fault", "database_unavailable"}
NOWHERE = "http://127.0.0.1:9"


async def ask(product: Product, query: str, authorization: str, **variables: object) -> str:
    """The response to a request, whatever it is."""
    headers = {
        "authorization": authorization,
        "accept-language": MAIL,
        "x-forwarded-for": "203.0.113.77",
        "graphql-client-name": "web",
        "cookie": f"session={CANARY}",
    }
    body = {"query": query, "variables": variables}
    return (await product.client.post("/graphql", json=body, headers=headers)).text


async def good_week(product: Product) -> None:
    """Opt in, bet, choose, win, and be paid by a provider that fails at first."""
    await product.opt_in()
    await product.choose("fb-2x3", 0)
    for number in range(4):
        await product.hear_of_bet(number, BEGINS + timedelta(minutes=number), 2_000)
        product.clock.advance(timedelta(minutes=1))
    product.clock.advance(timedelta(days=9))
    await product.keep()
    for fault in ("error_after", "error_after"):
        product.provider.handler.faults.arm(ProviderFault(fault))
    await product.work()


async def bad_day(product: Product) -> None:
    """Forged and foreign tokens, wrong input, an upstream that is unavailable, and a database that fails."""
    bearer = f"Bearer {make_token(CANARY)}"
    for wrong in (
        "Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJjYW5hcnkifQ.canary",
        f"Basic {CANARY}",
        bearer[:-3],
    ):
        assert "UNAUTHENTICATED" in await ask(product, "{ __typename }", wrong)
    await ask(product, f'{{ club(brand: "northbet", week: "{CANARY}") {{ state }} }}', bearer)
    await ask(product, f'{{ nothing(is: "{CANARY}") }}', bearer)
    change = {"brand": "northbet", "idempotencyKey": CANARY, "optionId": CANARY, "expectedVersion": 7}
    await ask(product, CHANGE, bearer, i=change)
    await product.stop()
    product.upstream = NOWHERE
    await product.start()
    refuse = f"BEGIN SELECT RAISE(ABORT, 'Duplicate entry ''{CANARY}'' for key'); END"
    await change_tables(product, "intent", f"CREATE TRIGGER full BEFORE INSERT ON {{}} {refuse}")
    leaving = {"brand": "northbet", "idempotencyKey": "k-2"}
    assert "INTERNAL_SERVER_ERROR" in await ask(product, OPT_OUT, bearer, i=leaving)
    await change_tables(product, "intent", "DROP TRIGGER full")
    assert "UPSTREAM_PENDING" in await ask(product, OPT_OUT, bearer, i=leaving)
    await product.recovering.round()
    await change_tables(product, "account", "ALTER TABLE {0} RENAME TO {0}_lost")
    await ask(product, CLUB, bearer, week="2026-W13")


async def change_tables(product: Product, named: str, statement: str) -> None:
    """Break the tables of the club with a word in their names."""
    async with product.databases["club"].write() as connection:
        result = await connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'table'"))
        tables = [table for table in result.scalars().all() if named in table]
        assert tables
        for table in tables:
            await connection.execute(text(statement.format(table)))


def test_no_line_of_the_product_names_a_customer(
    migrated_product: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    """A good week and a bad day leave lines, and none has a canary in it."""
    monkeypatch.setattr(whole_product, "CUSTOMER", CANARY)
    folder = tmp_path / "product"
    shutil.copytree(migrated_product, folder)

    async def live() -> None:
        async with running_product(folder, BEGINS) as product:
            await good_week(product)
            await bad_day(product)

    with logged_lines(capsys) as lines:
        asyncio.run(live())
        structlog.get_logger().info("the end")
    events = {line["event"] for line in lines}
    assert events >= EXPECTED, events
    for line in lines:
        written = json.dumps(line).lower()
        assert not [each for each in ("canary", "eyj", "203.0.113.77", "northbet:c-") if each in written], (
            line
        )


def test_a_line_that_names_a_customer_fails_the_test_above(capsys: Captured) -> None:
    """An id under a name that nobody has declared is not recognized: code must not log it."""
    with logged_lines(capsys) as lines:
        structlog.get_logger().warning("opted in", who=CANARY)
    assert "canary" in json.dumps(lines)
