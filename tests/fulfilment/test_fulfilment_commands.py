"""The commands around fulfilment, as a person on duty uses them."""

import asyncio
import json
from datetime import timedelta
from pathlib import Path

import pytest
import yaml
from till import Till, key_of
from typer.testing import CliRunner, Result

from furlong.cli import app
from furlong.demo_fulfilment import paying_rewards
from simulator.provider_serve import SECRET
from subgraphs.fulfilment.states import FulfilmentState
from subgraphs.kit.settings import DatabaseSettings


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


async def test_the_liability_is_shown(till: Till, environment: dict[str, str]) -> None:
    """One line for each brand, week, stage and kind."""
    await till.owe("c-1")
    await till.work(till.open())
    shown = (await furlong(environment, "liability", "--brand", "northbet", "--week", "2026-W13")).output
    assert shown.splitlines()[1] == "northbet\t2026-W13\toutstanding\tfree_bet\t1\t500\tGBP\t0"


async def test_wrong_providers_end_the_worker_with_a_message(till: Till, environment: dict[str, str]) -> None:
    """A secret that is missing is named."""
    ended = await furlong(environment | {"FURLONG_FULFILMENT_SECRETS": "{}"}, "worker", "fulfilment")
    assert (ended.exit_code, "has no 'simulated'" in ended.output) == (1, True)
    assert await till.look("c-1") is None


async def test_the_demo_pays_through_simulated_providers(till: Till, tmp_path: Path) -> None:
    """What the demo runs pays a reward with nobody watching."""
    await till.owe("c-1")
    async with paying_rewards(DatabaseSettings(url=till.url), tmp_path / "demo"):

        async def paid() -> bool:
            return await till.state("c-1") is FulfilmentState.CREDITED

        await till.until(paid, "the demo pays")
    assert (await till.find("c-1")).provider == "simulated-sportsbook"
