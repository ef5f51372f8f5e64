"""Scenarios of the demo: customer situations, created with real messages and real mutations."""

from furlong.demo.scenarios.faults import FaultyGateway, faulty_gateway
from furlong.demo.scenarios.player import Arrived, Cast, ScenarioPlayer
from furlong.demo.scenarios.scenario import (
    SCENARIOS,
    START,
    Scenario,
    ScenarioError,
    customers_of,
    read_scenario,
    read_scenarios,
)
from furlong.demo.scenarios.wiring import DemoParts, play_scenarios

__all__ = [
    "SCENARIOS",
    "START",
    "Arrived",
    "Cast",
    "DemoParts",
    "FaultyGateway",
    "Scenario",
    "ScenarioError",
    "ScenarioPlayer",
    "customers_of",
    "faulty_gateway",
    "play_scenarios",
    "read_scenario",
    "read_scenarios",
]
