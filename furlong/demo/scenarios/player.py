"""Plays scenarios: bets and accounts over Kafka, changes over the graph, faults in the simulators."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final, TypeAlias

import httpx
import msgspec

from furlong.demo.fulfilment import DemoFulfilment
from furlong.demo.routes import SessionCustomer
from furlong.demo.scenarios.scenario import (
    FIRST_BET,
    STAGES,
    WEEK,
    AccountFacts,
    BetFacts,
    Revision,
    Scenario,
    ScenarioError,
    Stage,
    Step,
)
from simulator.kafka.messages import Bet, account_message, bet_message, cashed_out, partially_voided, voided
from simulator.providers.faults import ProviderFault
from simulator.run import RunningSimulator


def first_revision(customer: SessionCustomer, number: int, facts: BetFacts, currency: str) -> Bet:
    """Return a customer's n-th bet, placed n-1 hours after the first."""
    placed_at = FIRST_BET + timedelta(hours=number - 1)
    is_betting = facts.product == "betting"
    bet = Bet(
        brand_id=customer.brand,
        customer_id=customer.id,
        bet_id=f"b-{customer.id}-{number}",
        currency=facts.currency or currency,
        stake_minor=facts.stake_minor,
        counting_stake_minor=facts.stake_minor,
        odds_milli=facts.odds_milli,
        bet_type=facts.bet_type if is_betting else None,
        placed_at=placed_at,
        changed_at=placed_at,
        stake_source=facts.stake_source,
        product=facts.product,
    )
    return bet if is_betting else replace(bet, channel=None)


def later_revision(bet: Bet, revision: Revision) -> Bet:
    """Return the bet's next revision, half an hour after it was placed."""
    at = bet.placed_at + timedelta(minutes=30)
    match revision.status:
        case "void":
            return voided(bet, at)
        case "partially_void":
            return partially_voided(bet, at, left_minor=revision.left_minor)
        case "cashed_out":
            return cashed_out(bet, at)


PATIENCE_SECONDS: Final = 90.0
PAUSE_SECONDS: Final = 0.1
ATTEMPTS: Final = 900
FOREVER: Final = 1_000_000
CLUB: Final = """query ScenarioClub($brand: ID!, $week: ID!) {
  club(brand: $brand, week: $week) {
    state ineligibleReason week { state } terms { version }
    membership { optedIn pending version }
    progress { staked { minor } qualified countedBets asOf }
    choice { version isDefault locked pending notice option { id } }
    fulfilment { status }
  }
}"""
MUTATIONS: Final = """
mutation Join($input: OptInInput!) { payload: optIn(input: $input) { errors { code } } }
mutation Leave($input: OptOutInput!) { payload: optOut(input: $input) { errors { code } } }
mutation Choose($input: ChangeRewardInput!) { payload: changeReward(input: $input) { errors { code } } }
"""


@dataclass(slots=True)
class Cast:
    """The customer of a scenario while it is played.

    Attributes:
        session: The customer's session.
        bets: The customer's bets, each at its newest revision.
        errors: The codes of the last mutation's errors.
    """

    scenario: Scenario
    session: SessionCustomer
    bets: list[Bet] = field(default_factory=list)
    errors: tuple[str, ...] = ()
    changes: int = 0


Arrived: TypeAlias = Callable[[httpx.AsyncClient, Cast], Awaitable[None]]
"""Called for each scenario at its last stage, with a client of the graph."""


@dataclass(frozen=True, slots=True)
class ScenarioPlayer:
    """Plays scenarios against a demo's graph and simulators.

    Attributes:
        graph: An HTTP client for the demo.
        upstream: An HTTP client for the simulated upstream.
        fulfilment: The simulated providers, and the worker that pays rewards through them.
        move_clock: Moves the demo's clock to an instant.
        recall: Recalls an option, as `furlong reward recall` does.
    """

    graph: httpx.AsyncClient
    upstream: httpx.AsyncClient
    simulator: RunningSimulator
    fulfilment: DemoFulfilment
    move_clock: Callable[[datetime], None]
    recall: Callable[[str], Awaitable[None]]

    async def play(
        self,
        scenarios: Sequence[Scenario],
        sessions: Mapping[str, SessionCustomer],
        arrived: Arrived | None = None,
    ) -> None:
        """Play all scenarios stage by stage, each up to its last stage.

        Args:
            scenarios: The scenarios to play; their customers must exist.
            sessions: The sessions by customer id.
            arrived: Called for each scenario at its last stage, before the clock moves on.

        Raises:
            ScenarioError: A scenario did not reach its expected state.
        """
        cast = [Cast(scenario, sessions[scenario.customer.id]) for scenario in scenarios]
        last = max((list(STAGES).index(scenario.last_stage) for scenario in scenarios), default=0)
        for stage, instant in list(STAGES.items())[: last + 1]:
            if stage != "open":
                self.move_clock(instant)
            present = [member for member in cast if member.scenario.steps(stage) is not None]
            # Recalls change every customer's menu, so play them after all other scenarios of the stage.
            alone = [member for member in present if member.scenario.recalls(stage)]
            for wave in ([member for member in present if member not in alone], alone):
                await asyncio.gather(*(self._play_stage(member, stage) for member in wave))
                for member in wave:
                    if member.scenario.last_stage == stage and arrived is not None:
                        await arrived(self.graph, member)

    async def _play_stage(self, cast: Cast, stage: Stage) -> None:
        for step in cast.scenario.steps(stage) or ():
            await self._play_step(cast, step)
        if cast.scenario.last_stage != stage:
            return
        await self._until(cast, lambda club: contains(club, cast.scenario.expected), "its expected state")
        if cast.errors != cast.scenario.errors:
            raise ScenarioError(f"{cast.scenario.name}: the last change ended with {cast.errors}")

    async def _play_step(self, cast: Cast, step: Step | str) -> None:
        match step:
            case "join":
                club = await self._club(cast)
                await self._change(cast, "Join", termsVersion=club["terms"]["version"])
            case "leave":
                await self._change(cast, "Leave")
            case Step(bet=facts) if facts is not None:
                bet = first_revision(cast.session, len(cast.bets) + 1, facts, self._currency(cast))
                cast.bets.append(bet)
                await self.simulator.producer.publish([bet_message(bet)])
            case Step(revise=revision) if revision is not None:
                bet = later_revision(cast.bets[revision.bet - 1], revision)
                cast.bets[revision.bet - 1] = bet
                await self.simulator.producer.publish([bet_message(bet)])
            case Step(account=facts) if facts is not None:
                await self._change_account(cast, facts)
            case Step(choose=option) if option is not None:
                club = await self._club(cast)
                version = club["choice"]["version"]
                await self._change(cast, "Choose", optionId=option, expectedVersion=version)
            case Step(recall=option) if option is not None:
                await self.recall(option)
            case Step(until=state) if state is not None:
                await self._until(cast, lambda club: club["state"] == state, state)
            case Step():
                await self._play_fault(cast, step)

    async def _play_fault(self, cast: Cast, step: Step) -> None:
        customer = cast.session.id
        if step.upstream is not None:
            order = {"fault": step.upstream, "times": FOREVER, "customer": customer}
            (await self.upstream.post("/simulator/faults", json=order)).raise_for_status()
        if step.stop_provider is not None:
            await self.fulfilment.stop_provider(step.stop_provider)
        for provider in self.fulfilment.providers.served:
            if step.provider is not None:
                provider.handler.faults.arm(
                    ProviderFault(step.provider, times=FOREVER, on="credit", customer=customer)
                )
            if step.credit is not None:
                ledger = provider.handler.ledger
                for key in ledger.keys_of(customer):
                    ledger.change(key, step.credit, provider.handler.clock())

    async def _change_account(self, cast: Cast, facts: AccountFacts) -> None:
        brand = self.simulator.world.brand(cast.scenario.brand)
        assert brand is not None  # noqa: S101 - the session's brand is the world's
        changed = msgspec.structs.replace(cast.scenario.customer, revision=2, **facts.model_dump())
        await self.simulator.producer.publish([account_message(brand, changed, STAGES["open"])])

    def _currency(self, cast: Cast) -> str:
        brand = self.simulator.world.brand(cast.scenario.brand)
        assert brand is not None  # noqa: S101 - the session's brand is the world's
        return brand.currency

    async def _change(self, cast: Cast, operation: str, **inputs: Any) -> None:
        cast.changes += 1
        key = f"scenario-{cast.scenario.name}-{cast.changes}"
        variables = {"input": {"brand": cast.scenario.brand, "idempotencyKey": key, **inputs}}
        for _ in range(ATTEMPTS):
            answer = await self._ask(cast, MUTATIONS, variables, operation)
            payload = (answer.get("data") or {}).get("payload")
            if payload is not None:
                cast.errors = tuple(error["code"] for error in payload["errors"])
                return
            if not is_temporary(answer):
                break
            # The key is the same, so a change that was carried out before is not carried out again.
            await asyncio.sleep(PAUSE_SECONDS)
        raise ScenarioError(f"{cast.scenario.name}: {operation} was answered with {answer}")

    async def _until(self, cast: Cast, holds: Callable[[dict[str, Any]], bool], what: str) -> None:
        for _ in range(ATTEMPTS):
            club = await self._club(cast)
            if holds(club):
                return
            await asyncio.sleep(PAUSE_SECONDS)
        raise ScenarioError(f"{cast.scenario.name} did not reach {what}: {club}")

    async def _club(self, cast: Cast) -> dict[str, Any]:
        answer = await self._ask(cast, CLUB, {"brand": cast.scenario.brand, "week": WEEK}, "ScenarioClub")
        return dict((answer.get("data") or {}).get("club") or {"state": None})

    async def _ask(
        self, cast: Cast, document: str, variables: dict[str, Any], operation: str
    ) -> dict[str, Any]:
        response = await self.graph.post(
            "/graphql",
            json={"query": document, "operationName": operation, "variables": variables},
            headers={"Authorization": f"Bearer {cast.session.token}"},
        )
        return dict(response.json())


def is_temporary(answer: Mapping[str, Any]) -> bool:
    """Return whether an answer's only errors say that the service is unavailable at the moment."""
    codes = {error.get("extensions", {}).get("code") for error in answer.get("errors", ())}
    return codes == {"SERVICE_UNAVAILABLE"}


def contains(answer: Any, expected: Any) -> bool:
    """Return whether a value matches the expected one; objects may have additional fields."""
    if isinstance(expected, dict):
        return isinstance(answer, dict) and all(
            contains(answer.get(name), value) for name, value in expected.items()
        )
    return bool(answer == expected)
