"""The commands about weeks, and the worker that advances them, as an operator runs them."""

import asyncio
import json
import signal
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from confluent_kafka import Producer
from typer.testing import CliRunner, Result

from foundation.storage.migrations.upgrade import upgrade
from foundation.storage.settings import DatabaseSettings
from furlong.cli import app
from furlong.cli.json_lists import week_cell
from furlong.demo.embedded_broker import EmbeddedBroker
from furlong.topic_plans import MESSAGES
from subgraphs.club_kit.domain.weeks import week_at
from subgraphs.rewards.models import METADATA as REWARDS
from tests.support.consumers.progress_reducer import opened_reducer
from tests.support.consumers.sample_messages import account, bet, membership, scheme
from tests.support.processes.running_furlong import eventually, programs_in

OLD = {"brand_id": "oldbet"}
LONDON = "Europe/London"
LONG_AGO = "2020-03-25T10:00:00Z"


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Databases with a brand in whose week 2020-W13 one member has reached the target."""
    url = f"sqlite+aiosqlite:///{tmp_path}"
    monkeypatch.setenv("FURLONG_DATABASE_URL", url)
    monkeypatch.chdir(tmp_path)

    async def fill() -> None:
        await upgrade(DatabaseSettings(url=url), "rewards", REWARDS)
        async with opened_reducer(url) as reducer:
            effective = {"effective_from": "2020-01-06T00:00:00Z", "occurred_at": "2020-01-01T00:00:00Z"}
            await reducer.schemes(scheme(**OLD, **effective))
            joined = {"since": LONG_AGO, "first_opted_in_at": LONG_AGO, "occurred_at": LONG_AGO}
            await reducer.memberships(membership(**OLD, **joined))
            placed = {"placed_at": "2020-03-25T14:03:11Z", "occurred_at": "2020-03-25T14:03:11Z"}
            await reducer.bets(bet(**OLD, **placed, stake_minor=2500, counting_stake_minor=2500))

    asyncio.run(fill())
    return url


def furlong(*arguments: str) -> Result:
    """Return the result of `furlong ARGUMENTS`."""
    return CliRunner().invoke(app, arguments)


def weeks(*options: str) -> list[str]:
    """Return the lines of `furlong week status`, with one space between words."""
    return [" ".join(line.split()) for line in furlong("week", "status", *options).output.splitlines()]


@pytest.mark.usefixtures("installed")
def test_a_week_is_closed_by_hand_and_shown() -> None:
    """The output says how many have earned its reward; a second time nothing changes."""
    assert "2020-W13" not in furlong("week", "status").output
    first = furlong("week", "close", "oldbet", "2020-W13")
    assert (first.exit_code, first.output) == (
        0,
        "Week 2020-W13 (23 Mar) of oldbet is closed. Results changed for 1 customer.\n",
    )
    assert furlong("week", "close", "oldbet", "2020-W13").output.endswith(
        "Results changed for 0 customers.\n"
    )
    assert weeks("--brand", "oldbet")[:2] == [
        "brand week jurisdiction currency state scheme customers",
        "oldbet 2020-W13 (23 Mar) GB GBP closed, confirmed scheme 1 1 confirmed",
    ]
    told = json.loads(furlong("week", "status", "--brand", "oldbet", "--json").output)
    assert told[0] == {
        "brand": "oldbet",
        "week": "2020-W13",
        "jurisdiction": "GB",
        "currency": "GBP",
        "state": "CLOSED",
        "confirmed": True,
        "opened_with": 1,
        "waits_for": "",
        "until": None,
        "scheme": 1,
        "customers": {"confirmed": 1},
    }
    assert told[-1]["state"] == "NEXT"


def test_each_line_has_the_counts_of_its_own_jurisdiction_and_currency(installed: str) -> None:
    """This holds after a customer has moved; customers without a line get one of their own."""

    async def fill() -> None:
        async with opened_reducer(installed) as reducer:
            effective = {"effective_from": "2020-01-06T00:00:00Z", "occurred_at": "2020-01-01T00:00:00Z"}
            await reducer.schemes(scheme(**OLD, **effective, jurisdiction="IE", currency="EUR"))
            homes = {"c-1": ("GB", "GBP"), "c-2": ("IE", "EUR"), "c-3": ("IE", "EUR"), "c-4": ("IE", "EUR")}
            for customer, (jurisdiction, currency) in homes.items():
                who = OLD | {"customer_id": customer}
                await reducer.accounts(account(**who, jurisdiction=jurisdiction, currency=currency))
                joined = {"since": LONG_AGO, "first_opted_in_at": LONG_AGO, "occurred_at": LONG_AGO}
                await reducer.memberships(membership(**who, **joined))
                placed = {"placed_at": "2020-03-25T14:03:11Z", "occurred_at": "2020-03-25T14:03:11Z"}
                stake = {"currency": currency, "stake_minor": 2500, "counting_stake_minor": 2500}
                await reducer.bets(bet(**who, **placed, **stake, bet_id=f"b-of-{customer}"))

    async def move(customer: str, revision: int, jurisdiction: str) -> None:
        async with opened_reducer(installed) as reducer:
            who = OLD | {"customer_id": customer, "revision": revision}
            await reducer.accounts(account(**who, jurisdiction=jurisdiction, currency="EUR"))

    asyncio.run(fill())
    furlong("week", "close", "oldbet", "2020-W13")
    lines = [line for line in weeks() if "2020-W13" in line]
    assert lines == [
        "oldbet 2020-W13 (23 Mar) GB GBP closed, confirmed scheme 1 1 confirmed",
        "oldbet 2020-W13 (23 Mar) IE EUR closed, confirmed scheme 1 3 confirmed",
    ]
    asyncio.run(move("c-2", 2, "GB"))
    lines = [line for line in weeks() if "2020-W13" in line]
    assert lines == [
        "oldbet 2020-W13 (23 Mar) GB GBP closed, confirmed scheme 1 1 confirmed",
        "oldbet 2020-W13 (23 Mar) IE EUR closed, confirmed scheme 1 2 confirmed, 1 revoked",
    ]


@pytest.mark.usefixtures("installed")
def test_the_present_week_is_opened_by_hand_and_shown_with_the_next() -> None:
    """Each comes with its scheme; a second time nothing changes."""
    week, following = (week_at(datetime.now(UTC) + timedelta(days=days), LONDON).iso for days in (0, 7))
    first = furlong("week", "open", "oldbet", week)
    assert first.exit_code == 0
    assert first.output.startswith(f"Week {week_cell(week)} of oldbet is open since ")
    assert first.output.endswith("GB GBP: scheme 1.\n")
    assert furlong("week", "open", "oldbet", week).output == first.output
    assert weeks("--brand", "oldbet")[1:] == [
        f"oldbet {week_cell(week)} GB GBP open scheme 1",
        f"oldbet {week_cell(following)} GB GBP next scheme 1",
    ]


@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize(
    ("brand", "week", "why"),
    [
        ("oldbet", "2999-W01", "begins at 2998-12-31 00:00 UTC"),
        ("oldbet", "2020-W13", "is over"),
        ("oldbet", "soon", "no such week"),
        ("nobody", "2020-W13", "no brand 'nobody'"),
    ],
)
def test_a_week_that_cannot_be_opened_ends_with_a_reason(brand: str, week: str, why: str) -> None:
    """The command exits with 1."""
    ended = furlong("week", "open", brand, week)
    assert ended.exit_code == 1
    assert why in ended.output


@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize(("week", "why"), [("2999-W01", "may still change until"), ("soon", "no such week")])
def test_a_week_that_cannot_be_closed_ends_with_a_reason(week: str, why: str) -> None:
    """The command exits with 1."""
    ended = furlong("week", "close", "oldbet", week)
    assert ended.exit_code == 1
    assert why in ended.output


@pytest.mark.usefixtures("processes")
def test_the_worker_opens_the_present_week_once_the_schemes_are_applied(
    installed: str, tmp_path: Path, embedded_broker: EmbeddedBroker, free_port: Callable[[], int]
) -> None:
    """It waits for the consumer, because what a week opens with never changes; SIGTERM stops it.

    Its port tells what it waits for, and later that it works.
    """
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    embedded_broker.create_topics([plan.name for plan in MESSAGES])
    waiting = scheme(
        **OLD, version=2, effective_from="2020-01-06T00:00:00Z", issued_at="2020-01-02T00:00:00Z"
    )
    producer = Producer({"bootstrap.servers": embedded_broker.bootstrap})
    producer.produce(waiting.topic, waiting.value, waiting.key)
    producer.flush(30)
    stream = {
        "FURLONG_KAFKA_BOOTSTRAP": embedded_broker.bootstrap,
        "FURLONG_KAFKA_GENERATION": embedded_broker.generation,
    }
    with programs_in(tmp_path, {"FURLONG_DATABASE_URL": installed, **stream}) as programs:
        worker = programs.start("worker", "weeks", "--listen", f"127.0.0.1:{port}")
        eventually(lambda: "worker_waits" in programs.logs(), "it waits for the scheme")
        health = httpx.get(f"{url}/health").json()
        assert (health["live"], health["working"]) == (True, False)
        assert health["detail"] == "waits for 1 records in 1 partitions"
        assert 'furlong_worker_up{worker="weeks"} 0.0' in httpx.get(f"{url}/metrics").text
        assert "open" not in furlong("week", "status", "--brand", "oldbet").output
        programs.start("consume", "progress", FURLONG_TOPICS_CHECK="false")
        eventually(
            lambda: "open scheme 2" in "\n".join(weeks("--brand", "oldbet")),
            "the week opens by the scheme that was issued in time",
        )
        assert "2020-W13" not in furlong("week", "status", "--brand", "oldbet").output
        eventually(lambda: httpx.get(f"{url}/health").json()["working"], "a round has ended well")
        metrics = httpx.get(f"{url}/metrics").text
        assert 'furlong_worker_up{worker="weeks"} 1.0' in metrics
        assert 'furlong_worker_waiting{for="a_person",worker="weeks"} 0.0' in metrics
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(30) == 0
