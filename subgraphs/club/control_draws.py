"""Records who was drawn for or against a scheme's control group or trial, and publishes it for analytics.

A customer is recorded when the club would first have been shown to them, in either group, and when it is
first shown with a trial, on either side: from then on their bets are compared, whatever they do. What is
recorded decides nothing: a draw never changes.
"""

from collections.abc import Collection
from datetime import UTC, datetime
from typing import Any, NamedTuple

from sqlalchemy import Row, Table, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from foundation.storage.columns import upsert
from subgraphs.club.models import CONTROL_DRAW, OUTBOX, REFERENCE, TRIAL_DRAW
from subgraphs.club_kit.records.reference import ReferenceRepository
from subgraphs.club_kit.topics import CONTROL_TOPIC
from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.records.outbox import Fact, Outbox


class TrialDraw(NamedTuple):
    """A customer's draw for a scheme's trial.

    Attributes:
        draw: 0 to 999; the customers with the lowest are offered the trial's reward by default.
        per_mille: Their share when the draw was recorded.
        at: When the club was first shown with the trial.
    """

    reward_id: str
    draw: int
    per_mille: int
    at: datetime


class ControlDraw(NamedTuple):
    """A customer's draws for a scheme.

    Attributes:
        draw: 0 to 999; the customers with the lowest are the control group.
        control_per_mille: The group's share when the draw was recorded; 0 if the scheme has only a trial.
        at: When the club would first have been shown.
        trial: None if the scheme has no trial, or the customer is in the control group.
    """

    owner: Owner
    jurisdiction: str
    currency: str
    draw: int
    control_per_mille: int
    at: datetime
    trial: TrialDraw | None = None

    @property
    def fact(self) -> Fact:
        """Return the message: the newest one about a customer says all that earlier ones said."""
        body: dict[str, Any] = {
            "brand_id": self.owner.brand,
            "customer_id": self.owner.customer,
            "jurisdiction": self.jurisdiction,
            "currency": self.currency,
            "draw": self.draw,
            "control_per_mille": self.control_per_mille,
            "occurred_at": _text(self.at),
        }
        identity = f"{self.jurisdiction}:{self.currency}"
        if self.trial is not None:
            body["trial"] = {**self.trial._asdict(), "at": _text(self.trial.at)}
        return Fact(CONTROL_TOPIC, "club.control/1", ":".join(self.owner), identity, body)


async def record(connection: AsyncConnection, draws: Collection[ControlDraw]) -> None:
    """Record draws in the caller's write transaction; those already recorded stay unchanged.

    Customers without an account are left out: they have been erased since. Two processes may publish the same
    draw, with one meaning.
    """
    if not draws:
        return
    owners = {draw.owner for draw in draws}
    accounts = await ReferenceRepository(REFERENCE).accounts(connection, owners, held=True)
    known = await _recorded(connection, CONTROL_DRAW, owners)
    has_trials = any(draw.trial for draw in draws)
    tried = await _recorded(connection, TRIAL_DRAW, owners) if has_trials else {}
    rows: dict[Table, list[dict[str, Any]]] = {CONTROL_DRAW: [], TRIAL_DRAW: []}
    facts = []
    for draw in sorted(draws, key=lambda draw: (draw.owner, draw.at)):
        first, trial = known.get(draw[:3]), draw.trial
        is_new = draw.control_per_mille > 0 and first is None
        is_new_trial = trial is not None and (*draw[:3], trial.reward_id) not in tried
        if draw.owner not in accounts or not (is_new or is_new_trial):
            continue
        if is_new:
            rows[CONTROL_DRAW].append(_key(draw) | _values(draw, "draw control_per_mille"))
        if is_new_trial and trial is not None:
            rows[TRIAL_DRAW].append(_key(draw) | _values(trial, "reward_id draw per_mille"))
        if first is not None:
            draw = draw._replace(control_per_mille=first.control_per_mille, at=first.drawn_at)  # noqa: PLW2901
        facts.append(draw.fact)
    for table, values in rows.items():
        if values:
            await connection.execute(upsert(connection.dialect.name, table, values))
    if facts:
        await Outbox(OUTBOX).put_all(connection, facts, min(draw.at for draw in draws))


async def _recorded(
    connection: AsyncConnection, table: Table, owners: Collection[Owner]
) -> dict[tuple[Any, ...], Row[Any]]:
    """Return rows of customers by customer, jurisdiction and currency, those of trials also by reward."""
    key = tuple_(table.c.brand_id, table.c.customer_id)
    rows = await connection.execute(select(table).where(key.in_(sorted(owners))))
    more = [column.name for column in table.primary_key][2:]
    return {
        (Owner(row.brand_id, row.customer_id), *(getattr(row, name) for name in more)): row for row in rows
    }


def _key(draw: ControlDraw) -> dict[str, Any]:
    columns = ("brand_id", "customer_id", "jurisdiction", "currency")
    return dict(zip(columns, (*draw.owner, draw.jurisdiction, draw.currency), strict=True))


def _values(draw: ControlDraw | TrialDraw, names: str) -> dict[str, Any]:
    return {name: getattr(draw, name) for name in names.split()} | {"drawn_at": draw.at}


def _text(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")
