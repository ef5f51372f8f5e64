"""Measure how long it takes until a bet shows in the tracker."""

import asyncio
import itertools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

import httpx

from bench.load.target import Target

QUERY: Final = "query Tracker($brand: ID!) { club(brand: $brand) { progress { countedBets } } }"
GLANCE_SECONDS: Final = 0.02
PATIENCE: Final = 30.0


@dataclass(slots=True)
class ProbeResults:
    """The results of the probes.

    Attributes:
        seconds: Seconds from passing a bet to Kafka's client until an answer showed it.
        unseen: Bets that no answer showed.
    """

    seconds: list[float] = field(default_factory=list)
    unseen: int = 0


@dataclass(slots=True)
class Probes:
    """Customers without other bets, who probe one after the other.

    Attributes:
        tracker: Where the query goes.
        tokens: The customers' tokens by customer id.
        place_bet: Sends a bet of a customer that counts.
    """

    tracker: Target
    tokens: Mapping[str, str]
    place_bet: Callable[[str], None]
    patience: float = PATIENCE
    _bets: dict[str, int] = field(default_factory=dict)
    _customers: Iterator[str] = field(init=False)

    def __post_init__(self) -> None:
        """Cycle through the customers."""
        self._customers = itertools.cycle(self.tokens)

    async def watch(self, rate: float, seconds: float) -> ProbeResults:
        """Place bets at a rate and wait for each; return when all were seen or given up.

        The rate has to leave each customer more time than the limit for one probe.
        """
        seen, loop = ProbeResults(), asyncio.get_running_loop()
        begun = loop.time()
        async with httpx.AsyncClient(timeout=5) as client, asyncio.TaskGroup() as group:
            for number in range(round(rate * seconds)):
                await asyncio.sleep(begun + number / rate - loop.time())
                group.create_task(self._probe(client, next(self._customers), seen))
        return seen

    async def _probe(self, client: httpx.AsyncClient, customer: str, seen: ProbeResults) -> None:
        expected = self._bets[customer] = self._bets.get(customer, 0) + 1
        loop = asyncio.get_running_loop()
        begun = loop.time()
        self.place_bet(customer)
        while loop.time() < begun + self.patience:
            if await self._counted(client, customer) >= expected:
                seen.seconds.append(loop.time() - begun)
                return
            await asyncio.sleep(GLANCE_SECONDS)
        seen.unseen += 1

    async def _counted(self, client: httpx.AsyncClient, customer: str) -> int:
        """Return the number of bets that the tracker shows; -1 if it does not answer."""
        target = self.tracker
        headers = {"Authorization": f"Bearer {self.tokens[customer]}", "Content-Type": "application/json"}
        url = f"http://127.0.0.1:{target.port}{target.path}"
        try:
            answer = await client.post(url, headers=headers, content=target.content)
        except httpx.TransportError:
            return -1
        if answer.status_code != httpx.codes.OK or '"errors"' in answer.text:
            return -1
        progress = answer.json()["data"]["club"]["progress"]
        return int(progress["countedBets"]) if progress else 0
