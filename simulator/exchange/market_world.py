"""Markets that move, each part of them with the version at which it last changed.

So what changed since any version is known without a journal: for a delta, for a subscription that is resumed,
and for a client that reads too slowly.
"""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final, TypeAlias
from uuid import uuid4

from simulator.exchange.programme import Offer, Selection, offer

PRICES: Final = (
    1.01,
    1.5,
    1.9,
    1.95,
    2.0,
    2.02,
    2.1,
    2.5,
    3.0,
    3.35,
    4.2,
    5.5,
    8.0,
    13.0,
    34.0,
    110.0,
    1000.0,
)
LADDERS: Final = ("atb", "atl")

OTHERWISE: Final[Mapping[str, Any]] = {
    "bettingType": "ODDS",
    "bspMarket": False,
    "bspReconciled": False,
    "complete": True,
    "crossMatching": False,
    "discountAllowed": True,
    "marketBaseRate": 5.0,
    "persistenceEnabled": True,
    "regulators": ["MR_INT"],
    "runnersVoidable": False,
    "timezone": "Europe/London",
    "turnInPlayEnabled": False,
    "betDelay": 0,
}
"""The facts of a definition that are the same for all markets; clients need them."""

Part: TypeAlias = tuple[int, str, float]
"""A part of a market: a runner's id, a name such as `atb` or `ltp`, and for a ladder the price."""


@dataclass(slots=True)
class Market:
    """A market: its definition, its parts, and the versions of all of them.

    Attributes:
        offer: What it is, with the names that only the catalogue has.
        opened: The version at which it came.
        defined: The version at which its definition changed.
    """

    id: str
    offer: Offer
    definition: dict[str, Any]
    opened: int
    defined: int
    parts: dict[Part, tuple[float, int]] = field(default_factory=dict)

    def change(self, since: int | None) -> dict[str, Any] | None:
        """Return what changed since a version, in the words of the protocol; None if nothing did.

        Args:
            since: The version; None, or one at which the market was not there, for an image.
        """
        image = since is None or self.opened > since
        least = -1 if image or since is None else since
        runners: dict[int, dict[str, Any]] = {}
        lines = {runner.id: {"hc": runner.handicap} for runner in self.offer.runners if runner.handicap}
        for (runner, name, price), (value, version) in self.parts.items():
            if version <= least or (image and not value):
                continue
            changed = runners.setdefault(runner, {"id": runner, **lines.get(runner, {})})
            if name in LADDERS:
                changed.setdefault(name, []).append([price, value])
            else:
                changed[name] = value
        if not runners and self.defined <= least:
            return None
        change: dict[str, Any] = {"id": self.id, "rc": list(runners.values())} if runners else {"id": self.id}
        if self.defined > least:
            change["marketDefinition"] = self.definition
        return change | {"img": True} if image else change

    def book(self) -> dict[str, Any]:
        """Return what a client that has everything knows: by runner, each name's value, or sizes by price."""
        runners: dict[str, dict[str, Any]] = {}
        for (runner, name, price), (value, _) in sorted(self.parts.items()):
            known = runners.setdefault(str(runner), {})
            if name not in LADDERS:
                known[name] = value
            elif value:
                known.setdefault(name, {})[str(price)] = value
        return {"status": self.definition["status"], "runners": runners}


def _runner(position: int, runner: Selection) -> dict[str, Any]:
    line = {"hc": runner.handicap} if runner.handicap else {}
    return {"id": runner.id, "status": "ACTIVE", "sortPriority": position, **line}


def _instant(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


class MarketWorld:
    """All markets of a simulated exchange; they move when told so, at random but repeatably.

    Attributes:
        epoch: Says which world a version is of; clocks of another one mean nothing.
        version: How often anything changed.
    """

    def __init__(self, markets: int = 4, seed: int = 1) -> None:
        self.epoch, self.version = uuid4().hex[:12], 0
        self.markets: dict[str, Market] = {}
        self._opened, self._events = 0, dict[str, str]()
        self._chance = random.Random(seed)  # noqa: S311 - repeatable on purpose
        for _ in range(markets):
            self.open_market()

    def open_market(self) -> Market:
        """Let a market open, with offers on each runner."""
        self._opened += 1
        number, offered = self._opened, offer(self._opened)
        self.version += 1
        starts = _instant(datetime.now(UTC) + timedelta(minutes=10 * number))
        definition = {
            **offered.facts(),
            "marketTime": starts,
            "openDate": self._events.setdefault(offered.event_id, starts),
            "countryCode": "GB",
            "status": "OPEN",
            "inPlay": False,
            "version": self.version,
            "numberOfActiveRunners": len(offered.runners),
            **OTHERWISE,
            "runners": [_runner(at, runner) for at, runner in enumerate(offered.runners, 1)],
        }
        market = Market(f"1.{200_000_000 + number}", offered, definition, self.version, self.version)
        self.markets[market.id] = market
        for runner in offered.runners:
            for ladder, price in zip(LADDERS, (1.95, 2.1), strict=True):
                self._set(market, (runner.id, ladder, price), 100.0)
        return market

    def define(self, name: str, **facts: Any) -> None:
        """Change facts of a market's definition, such as its status."""
        market = self.markets[name]
        self.version += 1
        market.definition = {**market.definition, **facts, "version": self.version}
        market.defined = self.version

    def retire(self, market: str) -> None:
        """Let a market be gone, as a closed one is after a while."""
        del self.markets[market]

    def move(self, times: int = 1) -> None:
        """Change something, so many times."""
        for _ in range(times):
            self._move(self._chance.choice(list(self.markets.values())))

    def changes(self, markets: Sequence[str], since: int | None) -> list[dict[str, Any]]:
        """Return what changed of some markets since a version; None for their images."""
        found = (self.markets[name].change(since) for name in markets if name in self.markets)
        return [change for change in found if change is not None]

    def books(self) -> dict[str, Any]:
        """Return the book of each market."""
        return {name: market.book() for name, market in self.markets.items()}

    def matching(self, market_filter: Mapping[str, Any]) -> Iterator[str]:
        """Yield the markets that a subscription's filter asks for."""
        for name, market in self.markets.items():
            facts = {
                "marketIds": name,
                "eventIds": market.definition["eventId"],
                "eventTypeIds": market.definition["eventTypeId"],
                "marketTypes": market.definition["marketType"],
                "countryCodes": market.definition["countryCode"],
            }
            if all(facts[asked] in market_filter[asked] for asked in facts if market_filter.get(asked)):
                yield name

    def _move(self, market: Market) -> None:
        chance = self._chance
        runner = chance.choice(market.definition["runners"])["id"]
        what = chance.random()
        if what < 0.02 and market.definition["status"] != "CLOSED":  # noqa: PLR2004 - one in fifty
            self.define(market.id, status="SUSPENDED" if market.definition["status"] == "OPEN" else "OPEN")
        elif what < 0.2:  # noqa: PLR2004 - a fifth
            self._set(market, (runner, "ltp", 0), chance.choice(PRICES))
        else:
            size = 0.0 if chance.random() < 0.4 else round(chance.uniform(2, 5000), 2)  # noqa: PLR2004
            self._set(market, (runner, chance.choice(LADDERS), chance.choice(PRICES)), size)

    def _set(self, market: Market, part: Part, value: float) -> None:
        self.version += 1
        market.parts[part] = (value, self.version)
