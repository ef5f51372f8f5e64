"""Bets as they are stored, beside the ledger, the club's totals, and what was told of them."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from msgspec.structs import replace
from sqlalchemy import func, or_, select

from consumers.stream.records import Record
from foundation.storage.database import Database
from subgraphs.bets.betting.bet import Bet, BetStatus
from subgraphs.bets.betting.progress_facts import progress_fact
from subgraphs.bets.betting.settling import settlement_of
from subgraphs.bets.betting.state_facts import state_fact
from subgraphs.bets.models import BETS, OUTBOX, TRADING
from subgraphs.bets.records.rows import bet_of
from subgraphs.bets.settlement.results import MarketResult
from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.records.outbox import Fact
from subgraphs.progress.models import CONTRIBUTION, PROGRESS
from tests.support.consumers.betting_load import Recount, recount


@dataclass(frozen=True)
class StoredBets:
    """The bets of a database.

    Attributes:
        due: Those that somebody has to look at.
        untold: How many messages are not published.
        at_risk: The selections by which the house may lose something.
    """

    bets: Sequence[Bet]
    due: Sequence[str]
    untold: int
    at_risk: Sequence[str]

    @classmethod
    async def read(cls, database: Database) -> "StoredBets":
        """Read all of them."""
        settlements = defaultdict[str, list[Any]](list)
        c, e = BETS.settlement.c, TRADING.exposure.c
        at_risk = select(e.selection_id).where(or_(e.bets != 0, e.stake_minor != 0, e.returns_minor != 0))
        async with database.read() as connection:
            for row in await connection.execute(select(BETS.settlement).order_by(c.bet_id, c.number)):
                settlements[row.bet_id].append(row)
            rows = (await connection.execute(select(BETS.bet).order_by(BETS.bet.c.asked_at))).all()
            untold = await connection.scalar(select(func.count()).select_from(OUTBOX.outbox))
            selections = list(await connection.scalars(at_risk))
        bets = [bet_of(row, settlements[row.bet_id]) for row in rows]
        due = [row.bet_id for row in rows if row.due_at is not None]
        return cls(bets, due, int(untold or 0), selections)

    @property
    def made(self) -> list[Bet]:
        """Return those that are made."""
        return [bet for bet in self.bets if bet.taken_at is not None and not bet.refusal]

    def unfinished(self, results: Mapping[str, MarketResult]) -> list[str]:
        """Return what has no end yet, by what decides bets."""
        now = datetime.now(UTC)
        found = [f"{len(self.due)} are due", f"{self.untold} messages"] if self.due or self.untold else []
        for bet in self.bets:
            if bet.refusal:
                is_over = bet.released_at is not None
            else:
                is_over = bool(bet.settlements) and all(settlement.is_over for settlement in bet.settlements)
            if not is_over or bet.status is BetStatus.PENDING or settlement_of(bet, results, now):
                found.append(f"{bet.bet_id} {bet.status} {bet.legs} {bet.settlements}")
        return found

    def cash(self, owner: Owner) -> int:
        """Return what a customer has won by all bets, less the stakes; below 0 if they have lost."""
        return sum(_paid(bet) - bet.slip.total_minor for bet in self.made if bet.owner == owner)

    def told(self) -> dict[str, dict[tuple[str, int], Fact]]:
        """Return all messages that tell of bets, by topic, bet and revision."""
        told = defaultdict[str, dict[tuple[str, int], Fact]](dict)
        for bet in self.made:
            for number in range(len(bet.settlements) + 1):
                then = replace(bet, settlements=bet.settlements[:number])
                for fact in (progress_fact(then), state_fact(then)):
                    assert fact is not None
                    told[fact.topic][bet.bet_id, number + 1] = fact
        return dict(told)

    def counted(self) -> Recount:
        """Return what the club's totals have to be."""
        facts = [fact for bet in self.made if (fact := progress_fact(bet)) is not None]
        return recount([Record(fact.topic, 0, 0, None, json.dumps(fact.body).encode(), ()) for fact in facts])


def _paid(bet: Bet) -> int:
    """Return what a customer has of a bet in the end: what could not be moved has paid nothing."""
    moved = [settlement.returns_minor for settlement in bet.settlements if settlement.moved_at is not None]
    return moved[-1] if moved else 0


async def club_totals(progress: Database) -> Recount:
    """Return what the club has counted."""
    c, p = CONTRIBUTION.c, PROGRESS.c
    totals = select(p.customer_id, p.iso_week, p.total_minor, p.counted_bets)
    async with progress.read() as connection:
        bets = await connection.execute(select(c.bet_id, c.revision, c.counted_minor))
        by_bet = {str(row.bet_id): (int(row.revision), int(row.counted_minor)) for row in bets}
        weeks = (await connection.execute(totals)).all()
    return Recount(by_bet, {(one, week): (total, bets) for one, week, total, bets in weeks})


def compare_told(records: Iterable[Record], wanted: Mapping[tuple[str, int], Fact]) -> int:
    """Require a topic to tell each revision of each bet once, in order; return how many records repeat one.

    Readers drop what repeats an `event_id`.
    """
    last, seen, repeated = Counter[str](), dict[str, Record](), 0
    told: dict[tuple[str, int], dict[str, Any]] = {}
    for record in records:
        body = json.loads(record.value or b"")
        event_id = body.pop("event_id")
        if event_id in seen:
            assert seen[event_id].value == record.value
            repeated += 1
            continue
        seen[event_id] = record
        key = body["bet_id"], body["bet_revision"]
        assert key not in told, key
        assert body["bet_revision"] == last[body["bet_id"]] + 1, key
        last[body["bet_id"]] += 1
        assert (record.key or b"").decode() == f"{body['brand_id']}:{body['customer_id']}"
        assert event_id == wanted[key].event_id, (key, body, wanted[key].body)
        told[key] = body
    assert told == {key: {"schema": fact.schema, **fact.body} for key, fact in wanted.items()}
    return repeated
