"""The commands of fulfilment, as an operator uses them."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import yaml
from sqlalchemy import insert
from typer.testing import CliRunner, Result

from consumers.messages.schemes import decode_scheme
from foundation.storage.clock import SystemClock
from foundation.storage.database import Database
from foundation.storage.migrations.upgrade import upgrade
from foundation.storage.settings import DatabaseSettings
from furlong.cli import app
from furlong.demo.fulfilment import running_fulfilment, serving_demo_providers
from simulator.providers.serve import APIS, SECRET
from subgraphs.club_kit.domain.club_key import ClubKey
from subgraphs.club_kit.records.reference_writer import ReferenceWriter
from subgraphs.fulfilment.state.state_machine import FulfilmentState
from subgraphs.rewards.budgets import EVERY_WEEK, BudgetKey, BudgetRepository
from subgraphs.rewards.models import METADATA as REWARDS
from subgraphs.rewards.models import REFERENCE, REWARD_CHOICE, REWARD_CONTENT
from subgraphs.rewards.repository import ChoiceRepository
from tests.support.consumers.sample_messages import scheme
from tests.support.fulfilment.payout_harness import FREE_BET, PayoutHarness, key_of

TEXT = {
    "brand_id": "northbet",
    "reward_id": "fb-5",
    "locale": "en-GB",
    "revision": 1,
    "status": "published",
    "publish_at": datetime(2026, 1, 1, tzinfo=UTC),
    "position": 1,
    "title": "£5 free bet",
    "summary": "",
    "significant_terms": "18+",
    "terms_url": "https://northbet.example/terms",
    "eligible_games": [],
}


@pytest.fixture
def environment(harness: PayoutHarness, tmp_path: Path) -> dict[str, str]:
    """Return the environment that the commands read."""
    providers = tmp_path / "providers.yaml"
    providers.write_text(
        yaml.safe_dump({"providers": [config.model_dump(mode="json") for config in harness.configs]})
    )
    return {
        "FURLONG_DATABASE_URL": harness.url,
        "FURLONG_FULFILMENT_PROVIDERS": str(providers),
        "FURLONG_FULFILMENT_SECRETS": json.dumps({"simulated": SECRET}),
    }


async def furlong(environment: dict[str, str], *arguments: str) -> Result:
    """Run a command, which has an event loop of its own."""
    return await asyncio.to_thread(CliRunner().invoke, app, arguments, env=environment)


async def test_a_review_is_listed_inspected_and_retried(
    harness: PayoutHarness, environment: dict[str, str]
) -> None:
    """An operator finds a reward in the list, reads its history, and has it sent again."""
    await harness.owe("c-1")
    harness.arm_fault("sportsbook", "refuse", code="CUSTOMER_BLOCKED")
    await harness.run_worker(harness.open())
    shown = " ".join((await furlong(environment, "fulfilment", "reviews")).output.split())
    assert f"{key_of('c-1')} northbet:c-1 2026-W13 (23 Mar) fb-5 sportsbook REVIEW CUSTOMER_BLOCKED" in shown
    [told] = json.loads((await furlong(environment, "fulfilment", "reviews", "--json")).output)
    assert (told["key"], told["state"], told["reason"]) == (key_of("c-1"), "REVIEW", "CUSTOMER_BLOCKED")
    shown = (await furlong(environment, "fulfilment", "history", key_of("c-1"))).output
    assert "credit refused CUSTOMER_BLOCKED" in " ".join(shown.split())
    [told] = json.loads((await furlong(environment, "fulfilment", "history", key_of("c-1"), "--json")).output)
    assert (told["step"], told["outcome"], told["detail"]) == ("credit", "refused", "CUSTOMER_BLOCKED")
    await furlong(environment, "fulfilment", "retry", key_of("c-1"), "--by", "sam")
    await harness.run_worker(harness.open(), 2, pause=timedelta(minutes=1))
    assert await harness.state("c-1") is FulfilmentState.CREDITED
    assert (await furlong(environment, "fulfilment", "reviews")).output == "Nothing waits for a person.\n"


async def test_an_invalid_decision_is_reported(harness: PayoutHarness, environment: dict[str, str]) -> None:
    """A wrong key ends the command with a message and status 1."""
    ended = await furlong(environment, "fulfilment", "retry", "no-such-key")
    assert (ended.exit_code, "there is no such reward" in ended.output) == (1, True)
    assert await harness.find_or_none("c-1") is None


async def test_a_provider_is_stopped_and_resumed(harness: PayoutHarness, environment: dict[str, str]) -> None:
    """The list shows who stopped a provider and why, until it is resumed."""
    await furlong(environment, "fulfilment", "stop", "sportsbook", "--reason", "maintenance", "--by", "sam")
    listed = (await furlong(environment, "fulfilment", "reviews")).output
    assert "provider sportsbook is stopped" in listed
    assert "sam: maintenance" in listed
    [told] = json.loads((await furlong(environment, "fulfilment", "reviews", "--json")).output)
    assert (told["kind"], told["provider"], told["reason"]) == ("provider", "sportsbook", "sam: maintenance")
    await furlong(environment, "fulfilment", "resume", "sportsbook", "--by", "sam")
    assert "sportsbook" not in (await furlong(environment, "fulfilment", "reviews")).output
    assert await harness.find_or_none("c-1") is None


async def test_reconcile_reports_differences(harness: PayoutHarness, environment: dict[str, str]) -> None:
    """The command ends with 0 if the journals agree, and otherwise with 1 and the differences."""
    await harness.owe("c-1")
    await harness.run_worker(harness.open())
    today = harness.clock.now().date().isoformat()
    agreeing = await furlong(environment, "fulfilment", "reconcile", "--day", today)
    assert (agreeing.exit_code, f"sportsbook {today}: 1 credits, 0 differences" in agreeing.output) == (
        0,
        True,
    )
    harness.providers["sportsbook"].handler.ledger.lose(key_of("c-1"))
    differing = await furlong(
        environment, "fulfilment", "reconcile", "--day", today, "--provider", "sportsbook"
    )
    assert (differing.exit_code, "MISSING_THERE" in differing.output) == (1, True)


async def test_an_unreadable_journal_does_not_stop_the_comparison(
    harness: PayoutHarness, environment: dict[str, str], tmp_path: Path
) -> None:
    """The command names the unreadable provider, compares the others, and ends with 1."""
    away = [config.model_copy(update={"url": "http://127.0.0.1:9"}) for config in harness.configs[:1]]
    providers = {"providers": [one.model_dump(mode="json") for one in (*away, *harness.configs[1:])]}
    (tmp_path / "providers.yaml").write_text(yaml.safe_dump(providers))
    ended = await furlong(environment, "fulfilment", "reconcile", "--day", "2026-03-30")
    assert (ended.exit_code, "cannot be read" in ended.stderr) == (1, True)
    assert ended.stdout.count("0 credits, 0 differences") == len(harness.configs) - 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("reconcile", "--provider", "bookie"), f"no provider 'bookie'; there are {', '.join(APIS)}"),
        (("reconcile", "--day", "yesterday"), "'yesterday' is not a day"),
        (("stop", "bookie", "--reason", "a slip"), "no provider 'bookie'; there are sportsbook"),
        (("resume", "sportsbook"), "sportsbook is not stopped"),
        (("history", "no-such-key"), "there is no such reward"),
    ],
)
async def test_a_wrong_argument_is_reported(
    harness: PayoutHarness, environment: dict[str, str], arguments: tuple[str, ...], said: str
) -> None:
    """If nothing was compared, stopped or found, the command says so and ends with 1."""
    ended = await furlong(environment, "fulfilment", *arguments)
    assert (ended.exit_code, said in ended.stderr) == (1, True)
    assert await harness.find_or_none("c-1") is None


async def test_without_providers_nothing_is_compared(harness: PayoutHarness) -> None:
    """A node without providers does not report that all journals agree."""
    ended = await furlong({"FURLONG_DATABASE_URL": harness.url}, "fulfilment", "reconcile")
    assert (ended.exit_code, "no provider is configured" in ended.stderr) == (1, True)


async def test_a_new_reward_has_no_history_yet(harness: PayoutHarness, environment: dict[str, str]) -> None:
    """The command says that nothing was asked or decided yet."""
    await harness.owe("c-1")
    shown = await furlong(environment, "fulfilment", "history", key_of("c-1"))
    assert (shown.exit_code, shown.output) == (0, "Nothing was asked or decided yet.\n")


@pytest.fixture
async def rewards(harness: PayoutHarness) -> AsyncIterator[Database]:
    """Yield the rewards database, which has the budgets."""
    settings = DatabaseSettings(url=harness.url)
    await upgrade(settings, "rewards", REWARDS)
    database = Database.open(settings, "rewards")
    yield database
    await database.close()


@pytest.mark.usefixtures("rewards")
async def test_the_liability_is_shown(harness: PayoutHarness, environment: dict[str, str]) -> None:
    """The liability has one line for each brand, week, stage and kind."""
    await harness.owe("c-1")
    await harness.run_worker(harness.open())
    shown = (await furlong(environment, "liability", "--brand", "northbet", "--week", "2026-W13")).output
    assert [line.split() for line in shown.splitlines()[1:]] == [
        ["northbet", "2026-W13", "(23", "Mar)", "outstanding", "free", "bet", "1", "£5.00", "0"]
    ]


async def test_budgets_are_shown_with_their_use(
    harness: PayoutHarness, environment: dict[str, str], rewards: Database
) -> None:
    """Budgets show what was chosen, qualified, owed and credited; an exceeded budget is negative."""
    await harness.owe("paid-1")
    await harness.owe("paid-2")
    await harness.run_worker(harness.open())
    await harness.owe("owed")
    await harness.choose("expected", FREE_BET, final=False)
    await harness.qualify("expected", "provisional")
    async with rewards.write() as connection:
        await BudgetRepository().put(connection, BudgetKey("northbet", "fb-5", EVERY_WEEK), 3)
        await BudgetRepository().put(connection, BudgetKey("northbet", "boost", "2026-W14"), 5)
        choice = ClubKey("northbet", "2026-W14", "paid-1")
        await ChoiceRepository(REWARD_CHOICE).record(connection, choice, "boost", 1, harness.clock.now())
        writer, rules = ReferenceWriter(REFERENCE, rewards.dialect), decode_scheme(scheme())
        await writer.store_schemes(connection, [rules.brand_row()], [rules.row()])
        await connection.execute(insert(REWARD_CONTENT).values(TEXT))
    shown = (await furlong(environment, "liability")).output
    assert shown.split("\n\n")[1].splitlines() == [
        "brand     week               reward  name         budget  chosen  qualified  owed  credited  left",
        "northbet  2026-W13 (23 Mar)  fb-5    £5 free bet       3       0          1     1         2    -1",
        "northbet  2026-W14 (30 Mar)  boost                     5       1          0     0         0     4",
        "northbet  2026-W14 (30 Mar)  fb-5    £5 free bet       3       0          0     0         0     3",
    ]
    only = (await furlong(environment, "liability", "--week", "2026-W13")).output
    assert "2026-W14" not in only
    told = json.loads((await furlong(environment, "liability", "--week", "2026-W13", "--json")).output)
    budget = {"list": "budgets", "brand": "northbet", "iso_week": "2026-W13", "reward_id": "fb-5"}
    assert (
        budget
        | {
            "budget": 3,
            "chosen": 0,
            "qualified": 1,
            "owed": 1,
            "credited": 2,
            "left": -1,
        }
        in told
    )
    assert {(each["stage"], each["customers"]) for each in told if each["list"] == "owed"} == {
        ("expected", 1),
        ("owed", 1),
        ("outstanding", 2),
    }


async def test_wrong_providers_end_the_worker_with_a_message(
    harness: PayoutHarness, environment: dict[str, str]
) -> None:
    """The message names the missing secret."""
    ended = await furlong(environment | {"FURLONG_FULFILMENT_SECRETS": "{}"}, "worker", "fulfilment")
    assert (ended.exit_code, "the secret 'simulated'" in ended.output) == (1, True)
    assert await harness.find_or_none("c-1") is None


async def test_the_demo_pays_through_simulated_providers(harness: PayoutHarness, tmp_path: Path) -> None:
    """Its providers keep their addresses, which configurations name, unless a port is taken meanwhile."""
    await harness.owe("c-1")
    database, clock = DatabaseSettings(url=harness.url), SystemClock()
    async with (
        serving_demo_providers(tmp_path / "demo", clock) as providers,
        running_fulfilment(database, providers, None, clock),
    ):
        first, *others = [one.url for one in providers.served]

        async def paid() -> bool:
            return await harness.state("c-1") is FulfilmentState.CREDITED

        await harness.until(paid, "the demo pays")
    assert (await harness.find("c-1")).provider == "simulated-sportsbook"
    with socket.create_server(("127.0.0.1", urlsplit(first).port or 0)):
        async with serving_demo_providers(tmp_path / "demo", clock) as providers:
            assert [one.url for one in providers.served][1:] == others
            moved = providers.served[0].url
            assert [provider.url for provider in providers.settings.read_providers()] == [moved, *others]
    async with serving_demo_providers(tmp_path / "demo", clock) as providers:
        assert moved != first
        assert [one.url for one in providers.served] == [moved, *others]


async def test_a_provider_is_tried_with_its_secret(
    harness: PayoutHarness, environment: dict[str, str]
) -> None:
    """Each API takes the right one; with another, the sentence names the secret and never shows it."""
    for config in harness.configs:
        tried = await furlong(environment, "provider", "test", config.name)
        assert (tried.exit_code, f"{config.url} accepts the secret simulated" in tried.output) == (0, True)
    old = "an-old-secret-of-thirty-two-bytes"
    wrong = environment | {"FURLONG_FULFILMENT_SECRETS": json.dumps({"simulated": old})}
    for config in harness.configs:
        tried = await furlong(wrong, "provider", "test", config.name, "--json")
        [told] = json.loads(tried.stdout)
        assert (tried.exit_code, told["ok"], "the secret simulated" in told["says"]) == (1, False, True)
        assert old not in tried.output
    missing = environment | {"FURLONG_FULFILMENT_SECRETS": "{}"}
    tried = await furlong(missing, "provider", "test", harness.configs[0].name)
    assert (tried.exit_code, "needs the secret 'simulated'" in tried.output) == (1, True)
