"""The scenarios of `contracts/scenarios/scenarios.yaml`, checked, and the stages of their weeks."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Final, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from furlong.settings import ROOT
from simulator.upstream.handler import FaultName
from simulator.world import Customer
from subgraphs.club_kit.domain.reward_kinds.kind import Payer

Stage = Literal["open", "locked", "ended", "closed", "later"]

START: Final = datetime(2026, 4, 8, 14, 0, tzinfo=UTC)
"""The instant of the stage `open`: the Wednesday of 2026-W15."""

WEEK: Final = "2026-W15"
FIRST_BET: Final = datetime(2026, 4, 6, 9, 0, tzinfo=UTC)
"""When a scenario's first bet is placed; each further bet follows an hour later."""

STAGES: Final[dict[Stage, datetime]] = {
    "open": START,
    "locked": datetime(2026, 4, 12, 21, 30, tzinfo=UTC),
    "ended": datetime(2026, 4, 13, 0, 30, tzinfo=UTC),
    "closed": datetime(2026, 4, 13, 12, 0, tzinfo=UTC),
    "later": datetime(2026, 4, 22, 12, 0, tzinfo=UTC),
}
"""The stages in order: lagunabet's choice is locked, northbet's week has ended, its grace period has ended,
and a credit that is valid for a week has expired."""


SCENARIOS: Final = ROOT / "contracts" / "scenarios" / "scenarios.yaml"


class ScenarioError(ValueError):
    """The scenario does not exist, failed, or its file is invalid; the message says what to do."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class BetFacts(_Part):
    """A bet that the customer places; by default a £5 single at 2.5."""

    stake_minor: Annotated[int, Field(ge=1)] = 500
    odds_milli: int | None = 2500
    bet_type: Literal["single", "multiple", "system"] = "single"
    stake_source: Literal["cash", "free_bet"] = "cash"
    product: Literal["betting", "casino", "bingo", "poker"] = "betting"
    currency: str | None = None


class Revision(_Part):
    """A later revision of the customer's n-th bet, counted from 1."""

    bet: Annotated[int, Field(ge=1)]
    status: Literal["void", "partially_void", "cashed_out"]
    left_minor: int = 0


class AccountFacts(_Part):
    """The new state of the customer's account."""

    status: Literal["active", "suspended", "closed"] = "active"
    verified: bool = True
    rg_state: Literal["none", "restricted", "self_excluded"] = "none"
    promo_restricted: bool = False
    jurisdiction: str | None = None
    currency: str | None = None


class Step(_Part):
    """A step of a scenario; exactly one field is set."""

    bet: BetFacts | None = None
    revise: Revision | None = None
    account: AccountFacts | None = None
    choose: str | None = None
    """The id of the option to choose."""
    upstream: FaultName | None = None
    """A fault of the upstream's API for all further changes of this customer."""
    provider: Literal["busy", "pending", "refuse"] | None = None
    """A fault of the provider for all further credits of this customer."""
    stop_provider: Payer | None = None
    """Stop a provider for all customers, as an operator would."""
    recall: str | None = None
    """The id of an option to recall for safety."""
    credit: Literal["used", "expired"] | None = None
    """The new status of the customer's credits at the provider."""
    until: str | None = None
    """The `ClubState` to wait for."""


class Scenario(_Part):
    """A named customer situation, and the steps that lead to it."""

    name: str
    says: str
    brand: str = "northbet"
    open: tuple[Step | Literal["join", "leave"], ...] = ()
    locked: tuple[Step, ...] | None = None
    ended: tuple[Step, ...] | None = None
    closed: tuple[Step, ...] | None = None
    later: tuple[Step, ...] | None = None
    gateway: Literal["overloaded", "slow", "broken"] | None = None
    """A fault of the graph after the demo has started."""
    expected: dict[str, Any]
    """The expected club in the end; additional fields are allowed."""
    errors: tuple[str, ...] = ()
    """The expected error codes of the last mutation."""

    @property
    def customer(self) -> Customer:
        """Return the scenario's customer."""
        return Customer(id=f"s-{self.name}", demo=True, note=self.says)

    def steps(self, stage: Stage) -> tuple[Step | Literal["join", "leave"], ...] | None:
        """Return the steps of a stage; None if the scenario has no such stage."""
        found: tuple[Step | Literal["join", "leave"], ...] | None = getattr(self, stage)
        return found

    def recalls(self, stage: Stage) -> bool:
        """Return whether a stage recalls a reward, which changes every customer's menu."""
        return any(isinstance(step, Step) and step.recall for step in self.steps(stage) or ())

    @property
    def last_stage(self) -> Stage:
        """Return the stage at which the scenario ends."""
        return [stage for stage in STAGES if self.steps(stage) is not None][-1]


def read_scenarios(path: Path = SCENARIOS) -> tuple[Scenario, ...]:
    """Return all scenarios, in the file's order.

    Raises:
        ScenarioError: The file cannot be read, or a scenario is invalid.
    """
    try:
        entries = TypeAdapter(dict[str, dict[str, Any]]).validate_python(
            yaml.safe_load(path.read_text(encoding="utf-8"))
        )
        return tuple(Scenario.model_validate({"name": name, **entry}) for name, entry in entries.items())
    except (OSError, yaml.YAMLError, ValidationError) as error:
        raise ScenarioError(f"the scenarios in {path} cannot be used: {error}") from error


def read_scenario(name: str) -> Scenario:
    """Return the scenario with a name.

    Raises:
        ScenarioError: No scenario has this name; the message says how to list all of them.
    """
    for scenario in read_scenarios():
        if scenario.name == name:
            return scenario
    raise ScenarioError(f"there is no scenario {name!r}: `furlong demo --scenario list` shows them")


def customers_of(scenarios: Sequence[Scenario]) -> dict[str, tuple[Customer, ...]]:
    """Return the customers of scenarios by brand."""
    brands = {scenario.brand for scenario in scenarios}
    return {
        brand: tuple(scenario.customer for scenario in scenarios if scenario.brand == brand)
        for brand in brands
    }
