"""Connects the scenario player to a running demo."""

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Protocol

import httpx

from backoffice.operations.reward_statuses import StatusAction, decide_change, plan_change
from foundation.storage.database import open_databases
from furlong.demo.clock import demo_now, move_demo_clock
from furlong.demo.fulfilment import DemoFulfilment
from furlong.demo.ready_file import database_in
from furlong.demo.routes import DemoSession
from furlong.demo.scenarios.player import PATIENCE_SECONDS, Arrived, ScenarioPlayer
from furlong.demo.scenarios.scenario import Scenario
from simulator.run import RunningSimulator
from subgraphs.rewards.catalogue.rewards import OptionId


class ScenarioOptions(Protocol):
    """The demo's options that the player needs."""

    @property
    def data(self) -> Path:
        """The data folder, which contains the demo's clock."""
        ...

    @property
    def scenarios(self) -> tuple[Scenario, ...]:
        """The scenarios to play."""
        ...

    @property
    def arrived(self) -> Arrived | None:
        """Called for each scenario at its last stage."""
        ...


@dataclass(frozen=True, slots=True)
class DemoParts:
    """The running parts of a demo that scenarios act on.

    Attributes:
        url: The demo's address.
    """

    url: str
    simulator: RunningSimulator
    fulfilment: DemoFulfilment
    session: DemoSession


async def play_scenarios(options: ScenarioOptions, parts: DemoParts) -> None:
    """Play the scenarios of a demo that started at `START`.

    Raises:
        ScenarioError: A scenario did not reach its expected state.
    """
    simulator = parts.simulator
    async with (
        httpx.AsyncClient(base_url=parts.url, timeout=PATIENCE_SECONDS) as graph,
        httpx.AsyncClient(base_url=simulator.url, timeout=PATIENCE_SECONDS) as upstream,
    ):
        player = ScenarioPlayer(
            graph,
            upstream,
            simulator,
            parts.fulfilment,
            move_clock=partial(move_demo_clock, options.data),
            recall=partial(_recall, options.data),
        )
        sessions = {customer.id: customer for customer in parts.session.customers}
        await player.play(options.scenarios, sessions, options.arrived)


async def _recall(data: Path, option: str) -> None:
    now = demo_now(data)
    async with open_databases(database_in(data), "rewards", "backoffice") as (rewards, backoffice):
        change = await plan_change(rewards, OptionId.parse(option), StatusAction.RECALL, now)
        async with backoffice.write() as connection:  # the demo's publisher sends it
            await decide_change(connection, change, by="a scenario", at=now)
