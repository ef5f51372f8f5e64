"""`furlong liability` and the screen of risk say one number."""

import asyncio
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from typer.testing import CliRunner

from backoffice.figures.week_figures import LIABLE
from backoffice.risk.figures.owed import owed_lines
from furlong.cli import app
from tests.backoffice.risk.made_weeks import weeks
from tests.backoffice.risk.risk_fixture import RISK, WEEK, CustomerWeek, RiskFixture, risk_fixture
from tests.support.examples import examples

Sums = Counter[tuple[str, str, str, str | None, str]]


@pytest.fixture(scope="module")
def loop() -> Iterator[asyncio.AbstractEventLoop]:
    """One event loop for all examples, which share databases."""
    with asyncio.Runner() as runner:
        yield runner.get_loop()


@pytest.fixture(scope="module")
def risk_area(
    loop: asyncio.AbstractEventLoop, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RiskFixture]:
    """The services of risk, over databases for all examples."""
    opening = risk_fixture(f"sqlite+aiosqlite:///{tmp_path_factory.mktemp('owed')}")
    yield loop.run_until_complete(opening.__aenter__())
    loop.run_until_complete(opening.__aexit__(None, None, None))


async def compare(risk_area: RiskFixture, found: list[CustomerWeek]) -> None:
    """Compare what the screen shows with the lines of the command, in money and in customers."""
    await risk_area.clear()
    await risk_area.add(found)
    await risk_area.parts.collector.count_due()
    screen, command = (Sums(), Sums()), (Sums(), Sums())
    for reward in (await risk_area.parts.risk.liability(RISK, "northbet")).rewards:
        figure = reward.figure
        key = (reward.iso_week, figure.currency, figure.stage, figure.kind, figure.source)
        screen[0][key] += figure.customers
        screen[1][key] += figure.value_minor
    for line in await owed_lines(risk_area.parts.counter, "northbet"):
        if line.stage in LIABLE:
            key = (line.iso_week, line.currency, line.stage, line.kind, line.source)
            command[0][key] += line.customers
            command[1][key] += line.value_minor
    assert command == screen


@settings(max_examples=examples(20), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(found=weeks())
def test_command_and_screen_agree(
    risk_area: RiskFixture, loop: asyncio.AbstractEventLoop, found: list[CustomerWeek]
) -> None:
    """By week, currency, stage, kind and source, whatever customers did."""
    loop.run_until_complete(compare(risk_area, found))


async def liability(url: str, *arguments: str) -> str:
    """Return what the command prints, at the time of the fixture."""
    environment = {"FURLONG_DATABASE_URL": url}
    ended = await asyncio.to_thread(CliRunner().invoke, app, ["liability", *arguments], env=environment)
    assert ended.exit_code == 0, ended.output
    return ended.output


async def test_who_has_chosen_nothing_counts_with_the_default_reward(tmp_path: Path) -> None:
    """The command says £0.00 for nobody whose reward the screen values at £5.00."""
    url = f"sqlite+aiosqlite:///{tmp_path}"
    async with risk_fixture(url) as risk_area:
        await risk_area.add([CustomerWeek("a", ("MT", "EUR"), status="provisional")])
        await risk_area.parts.collector.count_due()
        (reward,) = (await risk_area.parts.risk.liability(RISK, "northbet")).rewards
        printed = await liability(url)
        told: list[dict[str, Any]] = json.loads(await liability(url, "--json"))
    assert reward.figure.value_minor == 550
    assert " ".join(printed.splitlines()[1].split()) == (
        f"northbet {WEEK.iso} (23 Mar) expected free bet (by default) 1 €5.50 0"
    )
    (owed,) = [line for line in told if line["list"] == "owed"]
    assert (owed["source"], owed["value_minor"], owed["kind"]) == ("default", 550, "free_bet")
