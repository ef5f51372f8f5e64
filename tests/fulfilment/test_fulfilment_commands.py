"""The commands around fulfilment, as a person on duty uses them."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
import yaml
from till import FREE_BET, Till, key_of
from typer.testing import CliRunner, Result

from furlong.cli import app
from furlong.demo_fulfilment import paying_rewards
from simulator.provider_serve import SECRET
from storage.clock import SystemClock
from storage.database import Database
from storage.migrations.upgrade import upgrade
from storage.settings import DatabaseSettings
from subgraphs.fulfilment.states import FulfilmentState
from subgraphs.kit.domain.keys import ClubKey
from subgraphs.rewards.budgets.budgets import EVERY_WEEK, BudgetKey
from subgraphs.rewards.budgets.repository import BudgetRepository
from subgraphs.rewards.models import METADATA as REWARDS
from subgraphs.rewards.models import REWARD_CHOICE
from subgraphs.rewards.repository import ChoiceRepository


@pytest.fixture
def environment(till: Till, tmp_path: Path) -> dict[str, str]:
    """What the commands read."""
    providers = tmp_path / "providers.yaml"
    providers.write_text(yaml.safe_dump({"providers": [one.model_dump(mode="json") for one in till.configs]}))
    return {
        "FURLONG_DATABASE_URL": till.url,
        "FURLONG_FULFILMENT_PROVIDERS": str(providers),
        "FURLONG_FULFILMENT_SECRETS": json.dumps({"simulated": SECRET}),
    }


async def furlong(environment: dict[str, str], *arguments: str) -> Result:
    """Runs a command, which has an event loop of its own."""
    return await asyncio.to_thread(CliRunner().invoke, app, arguments, env=environment)


async def test_a_review_is_listed_looked_into_and_tried_again(
    till: Till, environment: dict[str, str]
) -> None:
    """From the list to the key, from the key to its history, and back to the worker."""
    await till.owe("c-1")
    till.upset("sportsbook", "refuse", code="CUSTOMER_BLOCKED")
    await till.work(till.open())
    assert (
        f"{key_of('c-1')}  northbet:c-1 2026-W13  fb-5 by sportsbook  REVIEW  CUSTOMER_BLOCKED"
        in (await furlong(environment, "fulfilment", "reviews")).output
    )
    assert (
        "credit  refused  CUSTOMER_BLOCKED"
        in (await furlong(environment, "fulfilment", "history", key_of("c-1"))).output
    )
    await furlong(environment, "fulfilment", "retry", key_of("c-1"), "--by", "sam")
    await till.work(till.open(), 2, pause=timedelta(minutes=1))
    assert await till.state("c-1") is FulfilmentState.CREDITED
    assert (await furlong(environment, "fulfilment", "reviews")).output == "Nothing waits for a person.\n"


async def test_what_cannot_be_decided_is_said(till: Till, environment: dict[str, str]) -> None:
    """A wrong key ends with a message and status 1."""
    ended = await furlong(environment, "fulfilment", "retry", "no-such-key")
    assert (ended.exit_code, "there is no such reward" in ended.output) == (1, True)
    assert await till.look("c-1") is None


async def test_a_provider_is_stopped_and_let_go_on(till: Till, environment: dict[str, str]) -> None:
    """Who stopped it and why is listed until it goes on."""
    await furlong(environment, "fulfilment", "stop", "sportsbook", "--reason", "maintenance", "--by", "sam")
    listed = (await furlong(environment, "fulfilment", "reviews")).output
    assert "provider sportsbook is stopped" in listed
    assert "sam: maintenance" in listed
    await furlong(environment, "fulfilment", "resume", "sportsbook", "--by", "sam")
    assert "sportsbook" not in (await furlong(environment, "fulfilment", "reviews")).output
    assert await till.look("c-1") is None


async def test_a_comparison_tells_of_differences(till: Till, environment: dict[str, str]) -> None:
    """Books that agree end with 0, others with 1 and what is wrong."""
    await till.owe("c-1")
    await till.work(till.open())
    today = till.clock.now().date().isoformat()
    agreeing = await furlong(environment, "fulfilment", "reconcile", "--day", today)
    assert (agreeing.exit_code, f"sportsbook {today}: 1 credits, 0 differences" in agreeing.output) == (
        0,
        True,
    )
    till.providers["sportsbook"].desk.books.lose(key_of("c-1"))
    differing = await furlong(
        environment, "fulfilment", "reconcile", "--day", today, "--provider", "sportsbook"
    )
    assert (differing.exit_code, "MISSING_THERE" in differing.output) == (1, True)


async def test_books_that_cannot_be_read_keep_no_others_from_being_compared(
    till: Till, environment: dict[str, str], tmp_path: Path
) -> None:
    """The provider is named, the others are compared, and the command ends with 1."""
    away = [one.model_copy(update={"url": "http://127.0.0.1:9"}) for one in till.configs[:1]]
    providers = {"providers": [one.model_dump(mode="json") for one in (*away, *till.configs[1:])]}
    (tmp_path / "providers.yaml").write_text(yaml.safe_dump(providers))
    ended = await furlong(environment, "fulfilment", "reconcile", "--day", "2026-03-30")
    assert (ended.exit_code, "cannot be read" in ended.stderr) == (1, True)
    assert ended.stdout.count("0 credits, 0 differences") == 2


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("reconcile", "--provider", "bookie"), "no provider 'bookie': there are sportsbook, games, wallet"),
        (("reconcile", "--day", "yesterday"), "'yesterday' is no day"),
        (("stop", "bookie", "--reason", "a slip"), "no provider 'bookie': there are sportsbook"),
        (("resume", "sportsbook"), "sportsbook is not stopped"),
        (("history", "no-such-key"), "there is no such reward"),
    ],
)
async def test_a_slip_of_the_pen_is_told(
    till: Till, environment: dict[str, str], arguments: tuple[str, ...], said: str
) -> None:
    """Nothing was compared, stopped or found: the command says so, and does not end as if all were well."""
    ended = await furlong(environment, "fulfilment", *arguments)
    assert (ended.exit_code, said in ended.stderr) == (1, True)
    assert await till.look("c-1") is None


async def test_without_providers_nothing_is_compared(till: Till) -> None:
    """A node that knows no provider does not report that all books agree."""
    ended = await furlong({"FURLONG_DATABASE_URL": till.url}, "fulfilment", "reconcile")
    assert (ended.exit_code, "no provider is configured" in ended.stderr) == (1, True)


async def test_a_reward_of_which_nothing_was_asked_has_no_history_yet(
    till: Till, environment: dict[str, str]
) -> None:
    """It is there, and says so."""
    await till.owe("c-1")
    shown = await furlong(environment, "fulfilment", "history", key_of("c-1"))
    assert (shown.exit_code, shown.output) == (0, "Nothing was asked or decided yet.\n")


@pytest.fixture
async def rewards(till: Till) -> AsyncIterator[Database]:
    """The database that has the budgets."""
    settings = DatabaseSettings(url=till.url)
    await upgrade(settings, "rewards", REWARDS)
    database = Database.open(settings, "rewards")
    yield database
    await database.close()


@pytest.mark.usefixtures("rewards")
async def test_the_liability_is_shown(till: Till, environment: dict[str, str]) -> None:
    """One line for each brand, week, stage and kind."""
    await till.owe("c-1")
    await till.work(till.open())
    shown = (await furlong(environment, "liability", "--brand", "northbet", "--week", "2026-W13")).output
    assert shown.splitlines()[1:] == ["northbet\t2026-W13\toutstanding\tfree_bet\t1\t500\tGBP\t0"]


async def test_budgets_are_shown_beside_what_became_of_them(
    till: Till, environment: dict[str, str], rewards: Database
) -> None:
    """Chosen, qualified, owed and credited; a default that goes beyond its budget shows below zero."""
    await till.owe("paid-1")
    await till.owe("paid-2")
    await till.work(till.open())
    await till.owe("owed")
    await till.choose("expected", FREE_BET, final=False)
    await till.qualify("expected", "provisional")
    async with rewards.home.write() as connection:
        await BudgetRepository().put(connection, BudgetKey("northbet", "fb-5", EVERY_WEEK), 3)
        await BudgetRepository().put(connection, BudgetKey("northbet", "boost", "2026-W14"), 5)
        choice = ClubKey("northbet", "2026-W14", "paid-1")
        await ChoiceRepository(REWARD_CHOICE).record(connection, choice, "boost", 1, till.clock.now())
    shown = (await furlong(environment, "liability")).output
    assert shown.split("\n\n")[1].splitlines() == [
        "brand\tweek\treward\tbudget\tchosen\tqualified\towed\tcredited\tleft",
        "northbet\t2026-W13\tfb-5\t3\t0\t1\t1\t2\t-1",
        "northbet\t2026-W14\tboost\t5\t1\t0\t0\t0\t4",
        "northbet\t2026-W14\tfb-5\t3\t0\t0\t0\t0\t3",
    ]
    only = (await furlong(environment, "liability", "--week", "2026-W13")).output
    assert "2026-W14" not in only


async def test_wrong_providers_end_the_worker_with_a_message(till: Till, environment: dict[str, str]) -> None:
    """A secret that is missing is named."""
    ended = await furlong(environment | {"FURLONG_FULFILMENT_SECRETS": "{}"}, "worker", "fulfilment")
    assert (ended.exit_code, "has no 'simulated'" in ended.output) == (1, True)
    assert await till.look("c-1") is None


async def test_the_demo_pays_through_simulated_providers(till: Till, tmp_path: Path) -> None:
    """What the demo runs pays a reward with nobody watching."""
    await till.owe("c-1")
    async with paying_rewards(DatabaseSettings(url=till.url), tmp_path / "demo", None, SystemClock()):

        async def paid() -> bool:
            return await till.state("c-1") is FulfilmentState.CREDITED

        await till.until(paid, "the demo pays")
    assert (await till.find("c-1")).provider == "simulated-sportsbook"
