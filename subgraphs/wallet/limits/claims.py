"""What counts against limits: one lock a customer, so that parallel claims never exceed a limit."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Table, and_, case, exists, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.elements import ColumnElement

from foundation.storage.columns import upsert
from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.domain.products import Product
from subgraphs.kit.mutations.refusals import Refusal
from subgraphs.wallet.limits.acts import PLAYS, RETURNS, STOPPED, Act
from subgraphs.wallet.limits.breaks import stop_of
from subgraphs.wallet.limits.changes import Limits
from subgraphs.wallet.limits.decision import ALLOWED, Decision, Snapshot, Usage, decide
from subgraphs.wallet.limits.facts.exclusions import with_read_back
from subgraphs.wallet.limits.frames import Span, span
from subgraphs.wallet.limits.limit import DEPOSITS, LimitKind
from subgraphs.wallet.limits.prompts import needs_check
from subgraphs.wallet.limits.records import Standing, of_owner
from subgraphs.wallet.limits.store import LimitStore

CLAIMED: Final = "CLAIMED"
RECEIVED: Final = "RECEIVED"
GIVEN_BACK: Final = "GIVEN_BACK"
RECORDED: Final = "RECORDED"
ACTIVE_AGAIN: Final = timedelta(days=1)
"""How old the time of the last activity becomes before it is written again."""

REUSED: Final = Refusal("IDEMPOTENCY_REUSED", "This id was used for something else, or was given back.")


@dataclass(frozen=True, slots=True)
class Claim:
    """Something that counts: a deposit, a stake, or what is never refused.

    Attributes:
        claim_id: That of the deposit, bet or transfer; the same one counts once.
        currency: That of the amount, which is the account's.
    """

    owner: Owner
    claim_id: str
    act: Act
    amount_minor: int
    currency: str
    at: datetime
    product: Product | None = None


@dataclass(frozen=True, slots=True)
class Claims:
    """Counts claims, in the caller's write transactions."""

    store: LimitStore

    async def claim(
        self, connection: AsyncConnection, claim: Claim, standing: Standing
    ) -> Decision | Refusal:
        """Count something if it may happen now, and return whether it may; before money moves.

        The same claim again is allowed without being counted again, unless it is a stake that a break stops
        since: nobody knows here whether the money was reserved before it. A refused one is not kept, and may
        pass later. One that was given back stays so. Whatever is never refused is counted and allowed.
        """
        if not STOPPED[claim.act]:
            await self.record(connection, claim)
            return ALLOWED
        prompted = await self.store.records.hold(connection, claim.owner, claim.at)
        if (row := await self._stored(connection, claim.owner, claim.claim_id)) is not None:
            same = row["state"] != GIVEN_BACK and _body(row) == _body(_row(claim, CLAIMED))
            if not same:
                return REUSED
            return await self._stopped(connection, claim, standing) if claim.act in PLAYS else ALLOWED
        if claim.currency != standing.currency:
            return Decision("WRONG_CURRENCY")
        decision = await self._decide(connection, claim, standing)
        if decision.allowed:
            table = self.store.records.tables.claim
            await connection.execute(table.insert().values(_row(claim, CLAIMED)))
            if prompted.active_at is None or claim.at - prompted.active_at >= ACTIVE_AGAIN:
                await self.store.records.active(connection, claim.owner, prompted.active_at, claim.at)
        return decision

    async def permits(self, connection: AsyncConnection, claim: Claim, standing: Standing) -> Decision:
        """Return whether what may be counted already may happen now: nothing counts against itself."""
        kinds = DEPOSITS if claim.act is Act.DEPOSIT else (LimitKind.LOSS_DAY,)
        known = await self.snapshot(connection, claim.owner, standing, claim.at, kinds)
        row = await self._stored(connection, claim.owner, claim.claim_id)
        if row is not None and row["state"] != GIVEN_BACK:
            usage = {
                kind: _without(used, row) if row["currency"] == known.limits[kind].currency else used
                for kind, used in known.usage.items()
            }
            known = replace(known, usage=usage)
        return decide(known, claim.act, claim.at, amount_minor=claim.amount_minor, product=claim.product)

    async def knows(self, connection: AsyncConnection, owner: Owner) -> bool:
        """Return whether anything was ever counted of a customer who was not erased since."""
        table = self.store.records.tables.holder
        return bool(await connection.scalar(select(exists().where(of_owner(table, owner)))))

    async def record(self, connection: AsyncConnection, claim: Claim) -> None:
        """Count what is never refused, once: a withdrawal, or returns of stakes."""
        table, dialect = self.store.records.tables.claim, self.store.records.dialect
        await connection.execute(upsert(dialect, table, [_row(claim, RECORDED)]))

    async def came_back(self, connection: AsyncConnection, owner: Owner, claim_id: str) -> None:
        """Count what was recorded no more, nor again: a withdrawal that a bank has sent back."""
        await self._become(connection, owner, claim_id, GIVEN_BACK)

    async def give_back(self, connection: AsyncConnection, owner: Owner, claim_id: str, at: datetime) -> bool:
        """Count something no more: a deposit that failed before it was received, a stake that was returned.

        Returns:
            False if the deposit was received: then it counts, also if it is refunded later. True if it does
            not count any more, or never did.
        """
        await self.store.records.hold(connection, owner, at)
        row = await self._stored(connection, owner, claim_id)
        if row is None or row["state"] == GIVEN_BACK:
            return True
        if row["state"] != CLAIMED:
            return False
        await self._become(connection, owner, claim_id, GIVEN_BACK)
        return True

    async def received(
        self, connection: AsyncConnection, owner: Owner, claim_id: str, standing: Standing, at: datetime
    ) -> bool:
        """Note that a deposit arrived, and that a person has to look at the customer if the rules say so.

        Returns:
            False if the money must go back: the deposit was never claimed, or does not fit by the limits of
            now. It does not count then.
        """
        prompted = await self.store.records.hold(connection, owner, at)
        row = await self._stored(connection, owner, claim_id)
        if row is None or row["act"] != Act.DEPOSIT:
            return False
        if row["state"] == GIVEN_BACK:
            again = Claim(owner, claim_id, Act.DEPOSIT, row["amount_minor"], row["currency"], at)
            if not (await self._decide(connection, again, standing)).allowed:
                return False
        if row["state"] == CLAIMED and not await self._still_fits(connection, owner, row, standing):
            await self._become(connection, owner, claim_id, GIVEN_BACK)
            return False
        if row["state"] != RECEIVED:
            moved = {"at": at} if row["state"] == GIVEN_BACK else {}
            await self._become(connection, owner, claim_id, RECEIVED, **moved)
            await self.store.records.active(connection, owner, prompted.active_at, at, deposited=True)
            await self._look(connection, owner, standing, at)
        return True

    async def snapshot(
        self,
        connection: AsyncConnection,
        owner: Owner,
        standing: Standing,
        at: datetime,
        kinds: Collection[LimitKind] = tuple(LimitKind),
    ) -> Snapshot:
        """Return what is known of a customer, with the usage of the limits of some kinds."""
        records = self.store.records
        rules = self.store.rules(standing, at)
        limits = await records.limits(connection, owner)
        breaks = with_read_back(await records.breaks(connection, owner, at), standing.told, at)
        known = Snapshot(standing.currency, rules, standing.account, limits, breaks)
        return await self.counted(connection, owner, known, frames_of(known, standing, at, kinds))

    async def counted(
        self, connection: AsyncConnection, owner: Owner, known: Snapshot, frames: Mapping[LimitKind, Span]
    ) -> Snapshot:
        """Return what is known of a customer with what counts in frames, read by one statement at most."""
        return replace(known, usage=await self._usage(connection, owner, known.limits, frames))

    async def _still_fits(
        self, connection: AsyncConnection, owner: Owner, row: Mapping[Any, Any], standing: Standing
    ) -> bool:
        """Return whether a deposit that was counted is within the limits of now, also of later ones."""
        known = await self.snapshot(connection, owner, standing, row["at"], DEPOSITS)
        return all(
            _without(used, row).minor + row["amount_minor"] <= known.limits[kind].amount
            for kind, used in known.usage.items()
            if known.limits[kind].currency == row["currency"]
        )

    async def _stopped(self, connection: AsyncConnection, claim: Claim, standing: Standing) -> Decision:
        """Return whether a break or an exclusion stops what has been counted already."""
        known = await self.snapshot(connection, claim.owner, standing, claim.at, ())
        stop = stop_of(known.breaks, known.account, claim.act, claim.product, claim.at)
        return ALLOWED if stop is None else Decision(stop.code, until=stop.until)

    async def _decide(self, connection: AsyncConnection, claim: Claim, standing: Standing) -> Decision:
        kinds = DEPOSITS if claim.act is Act.DEPOSIT else (LimitKind.LOSS_DAY,)
        snapshot = await self.snapshot(connection, claim.owner, standing, claim.at, kinds)
        return decide(snapshot, claim.act, claim.at, amount_minor=claim.amount_minor, product=claim.product)

    async def _usage(
        self, connection: AsyncConnection, owner: Owner, limits: Limits, spans: Mapping[LimitKind, Span]
    ) -> dict[LimitKind, Usage]:
        if not spans:
            return {}
        table = self.store.records.tables.claim
        sums = [
            func.coalesce(
                func.sum(case((_within(table, kind, limits, span), _signed(table, kind)), else_=0)), 0
            )
            for kind, span in spans.items()
        ]
        counted = or_(*(_within(table, kind, limits, span) for kind, span in spans.items()))
        row = (await connection.execute(select(*sums).where(of_owner(table, owner), counted))).one()
        return {kind: Usage(int(minor), spans[kind]) for kind, minor in zip(spans, row, strict=True)}

    async def _look(
        self, connection: AsyncConnection, owner: Owner, standing: Standing, at: datetime
    ) -> None:
        """Add a check for a person, if one is due and none was in the days of the rule."""
        rules = self.store.rules(standing, at)
        if rules.financial_check is None:
            return
        claim, check = self.store.records.tables.claim, self.store.records.tables.check
        earliest = at - timedelta(days=rules.financial_check.days)
        signed = case((claim.c.act == Act.WITHDRAWAL, -claim.c.amount_minor), else_=claim.c.amount_minor)
        moved = or_(
            and_(claim.c.act == Act.WITHDRAWAL, claim.c.state == RECORDED),
            and_(claim.c.act == Act.DEPOSIT, claim.c.state == RECEIVED),
        )
        net = select(func.coalesce(func.sum(signed), 0)).where(
            of_owner(claim, owner), moved, claim.c.at > earliest, claim.c.currency == standing.currency
        )
        net_minor = int(await connection.scalar(net) or 0)
        recent = select(check.c.due_at).where(
            of_owner(check, owner), or_(check.c.due_at > earliest, check.c.closed_at.is_(None))
        )
        if needs_check(rules, net_minor) and (await connection.execute(recent)).first() is None:
            row = {"brand_id": owner.brand, "customer_id": owner.customer, "due_at": at}
            values = {**row, "net_minor": net_minor, "currency": standing.currency}
            await connection.execute(check.insert().values(values))

    async def _stored(
        self, connection: AsyncConnection, owner: Owner, claim_id: str
    ) -> Mapping[Any, Any] | None:
        table = self.store.records.tables.claim
        query = select(table).where(of_owner(table, owner), table.c.claim_id == claim_id)
        return (await connection.execute(query)).mappings().first()

    async def _become(
        self, connection: AsyncConnection, owner: Owner, claim_id: str, state: str, **columns: Any
    ) -> None:
        table = self.store.records.tables.claim
        mine = update(table).where(of_owner(table, owner), table.c.claim_id == claim_id)
        await connection.execute(mine.values(state=state, **columns))


def frames_of(
    known: Snapshot,
    standing: Standing,
    at: datetime,
    kinds: Collection[LimitKind] = tuple(LimitKind),
) -> dict[LimitKind, Span]:
    """Return the frames that an instant is in, of those limits of a customer that count something.

    One before a limit's beginning is of a request that began earlier: it is in the limit's first frame.
    """
    framed = {kind: known.rules.frame(kind) for kind in kinds if kind in known.limits}
    return {
        kind: span(frame, known.limits[kind].since, max(at, known.limits[kind].since), standing.zone)
        for kind, frame in framed.items()
        if frame is not None
    }


def _without(used: Usage, row: Mapping[Any, Any]) -> Usage:
    """Return what counts in a frame without a claim, which counts in it or in another one."""
    is_in = used.span.start <= row["at"] < used.span.end
    return replace(used, minor=used.minor - row["amount_minor"]) if is_in else used


def _within(table: Table, kind: LimitKind, limits: Limits, frame: Span) -> ColumnElement[bool]:
    """Match the rows that count in a frame, in the limit's currency."""
    acts = (Act.DEPOSIT,) if kind in DEPOSITS else (*sorted(PLAYS), *sorted(RETURNS))
    return and_(
        table.c.act.in_([act.value for act in acts]),
        table.c.at >= frame.start,
        table.c.at < frame.end,
        table.c.state != GIVEN_BACK,
        table.c.currency == limits[kind].currency,
    )


def _signed(table: Table, kind: LimitKind) -> ColumnElement[Any]:
    """Return what a row adds: a deposit or stake its amount, and what is paid out takes it off."""
    if kind in DEPOSITS:
        return table.c.amount_minor
    returned = table.c.act.in_([act.value for act in RETURNS])
    return case((returned, -table.c.amount_minor), else_=table.c.amount_minor)


def _row(claim: Claim, state: str) -> dict[str, Any]:
    return {
        "brand_id": claim.owner.brand,
        "customer_id": claim.owner.customer,
        "claim_id": claim.claim_id,
        "act": claim.act.value,
        "amount_minor": claim.amount_minor,
        "currency": claim.currency,
        "product": claim.product and claim.product.value,
        "state": state,
        "at": claim.at,
    }


def _body(row: Mapping[Any, Any]) -> tuple[Any, ...]:
    return tuple(row[name] for name in ("act", "amount_minor", "currency", "product"))
