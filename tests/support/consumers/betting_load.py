"""A load of bets as an upstream would produce it, and its totals, counted independently.

The recount reads the bytes that were produced and knows nothing of the product's rules or tables: it follows
the description of the demo's scheme.
"""

import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from consumers.stream.records import Record
from tests.support.consumers.sample_messages import bet

BRAND = "northbet"
ZONE = ZoneInfo("Europe/London")
ENDS = ("settled", "settled", "settled", "void", "partially_void", "cashed_out")


@dataclass
class Load:
    """Everything produced so far; equal seeds give equal loads.

    Attributes:
        customers: How many customers there are.
        began: When the first bets were placed; by default twenty minutes ago.
        records: The records in the order of production.
    """

    seed: int
    customers: int = 40
    began: datetime = field(default_factory=lambda: datetime.now(UTC) - timedelta(minutes=20))
    records: list[Record] = field(default_factory=list)
    poison: int = 0
    _bets: int = 0

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)  # noqa: S311 - plausible, not secret

    def more(self, bets: int) -> list[Record]:
        """Return further bets with all their revisions: some twice, some out of order, some poison."""
        fresh: list[Record] = []
        for _ in range(bets):
            states = list(self._states())
            if self._random.random() < 0.1:
                states.reverse()
            fresh += states
            if self._random.random() < 0.1:
                fresh.append(self._random.choice(states))
            if self._random.random() < 0.01:
                fresh.append(replace(states[0], value=b"{broken " + str(self._bets).encode()))
                self.poison += 1
        self.records += fresh
        return fresh

    def _states(self) -> Iterator[Record]:
        """Yield the states of a bet, from its placement on."""
        pick, self._bets = self._random, self._bets + 1
        placed = self.began + timedelta(seconds=self._bets % 600)
        stake = pick.choice((50, 100, 500, 2000))
        facts: dict[str, Any] = {
            "brand_id": BRAND,
            "customer_id": f"c-{pick.randrange(self.customers)}",
            "bet_id": f"b-{self.seed}-{self._bets}",
            "bet_type": pick.choice(("single", "multiple", "system")),
            "stake_minor": stake,
            "counting_stake_minor": stake,
            "stake_source": pick.choice(("cash", "cash", "cash", "free_bet")),
            "odds_milli": pick.choice((None, 1200, 1500, 2500)),
            "placed_at": _instant(placed),
            "occurred_at": _instant(placed),
        }
        yield bet(**facts)
        if pick.random() < 0.5:
            status = pick.choice(ENDS)
            left = {"void": 0, "cashed_out": 0, "partially_void": stake // 2}.get(status, stake)
            decided = {"status": status, "counting_stake_minor": left, "bet_revision": 2}
            odds = {"odds_milli": facts["odds_milli"] or 3000}
            yield bet(**facts | decided | odds | {"occurred_at": _instant(placed + timedelta(seconds=60))})


@dataclass(frozen=True)
class Recount:
    """What records must come to.

    Attributes:
        bets: The revision and counted amount of each bet.
        totals: The amount and number of counting bets, by customer and week.
    """

    bets: dict[str, tuple[int, int]]
    totals: dict[tuple[str, str], tuple[int, int]]


def recount(records: Sequence[Record]) -> Recount:
    """Sum up each bet at its highest revision, by customer and week."""
    newest: dict[str, dict[str, Any]] = {}
    for record in records:
        try:
            body = json.loads(record.value or b"")
        except ValueError:
            continue
        if body["bet_revision"] > newest.get(body["bet_id"], {"bet_revision": 0})["bet_revision"]:
            newest[body["bet_id"]] = body
    bets: dict[str, tuple[int, int]] = {}
    totals: dict[tuple[str, str], tuple[int, int]] = {}
    for body in newest.values():
        counted = _counted(body)
        bets[body["bet_id"]] = (body["bet_revision"], counted)
        key = (body["customer_id"], _week(body["placed_at"]))
        total, number = totals.get(key, (0, 0))
        totals[key] = (total + counted, number + (counted > 0))
    return Recount(bets, totals)


def _counted(body: dict[str, Any]) -> int:
    """Return what counts by Northbet's scheme: cash singles and multiples from £1 at odds from 1.5."""
    counts = (
        body["status"] in {"placed", "settled", "partially_void"}
        and body["bet_type"] in {"single", "multiple"}
        and body["stake_source"] == "cash"
        and body["stake_minor"] >= 100
        and body["odds_milli"] is not None
        and body["odds_milli"] >= 1500
    )
    return int(body["counting_stake_minor"]) if counts else 0


def _week(placed_at: str) -> str:
    year, week, _ = datetime.fromisoformat(placed_at).astimezone(ZONE).isocalendar()
    return f"{year}-W{week:02d}"


def _instant(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
