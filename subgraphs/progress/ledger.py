"""The progress reducer: bets in, contributions and totals out, in any order, any number of times."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from subgraphs.kit.accounts import Account, unknown_account
from subgraphs.kit.owners import ClubKey, Owner
from subgraphs.kit.reference import ReferenceRepository
from subgraphs.kit.schemes import Brand, Scheme, scheme_of_week
from subgraphs.kit.weeks import Week, week_at
from subgraphs.progress.entries import Bet, BetKey, Entry
from subgraphs.progress.repository import Delta, LedgerRepository
from subgraphs.progress.rules import judge

CUSTOMERS_AT_ONCE = 100
BETS_AT_ONCE = 1000
EARLIEST, LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2101, 1, 1, tzinfo=UTC)
"""Between which instants bets are placed: the consumer lets no others in."""


@dataclass(frozen=True, slots=True)
class Rules:
    """Brands with all versions of their schemes, as they stand in the transaction."""

    brands: Mapping[str, Brand]
    schemes: Mapping[str, Sequence[Scheme]]

    def assess(self, bet: Bet, account: Account | None) -> Entry:
        """Which week the bet belongs to and what it counts there: a pure function."""
        brand = self.brands[bet.key.brand]
        week = week_at(bet.facts.placed_at, brand.time_zone)
        known = account or unknown_account(brand)
        scheme = scheme_of_week(self.versions(brand.id, known.jurisdiction, known.currency), week)
        return Entry(bet, week.iso, judge(bet.facts, scheme))

    def versions(self, brand: str, jurisdiction: str, currency: str) -> list[Scheme]:
        """All versions for customers of a jurisdiction and currency."""
        wanted = (jurisdiction, currency)
        return [s for s in self.schemes.get(brand, ()) if (s.jurisdiction, s.currency) == wanted]


@dataclass(frozen=True, slots=True)
class Applied:
    """What became of a batch of bets, by their places in it.

    Attributes:
        stale: bets whose stored revision was the same or higher; nothing was changed.
        refused: bets that cannot be right, with the reason.
    """

    stale: list[int] = field(default_factory=list)
    refused: dict[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Change:
    """An entry before and after; `before` is None for a bet not seen yet."""

    before: Entry | None
    after: Entry


@dataclass(frozen=True, slots=True)
class Ledger:
    """Applies bets, and judges stored ones again when what they are judged by has changed.

    Every method runs inside the caller's write transaction and commits nothing.
    """

    repository: LedgerRepository
    reference: ReferenceRepository

    async def apply_bets(self, connection: AsyncConnection, bets: Sequence[Bet]) -> Applied:
        """Takes in states of bets, in order; each counts in the week that it was placed in."""
        rules = await self.rules(connection, {bet.key.brand for bet in bets}, exclusive=False)
        stored = await self.repository.entries(connection, {bet.key for bet in bets})
        newest, applied = _newest(bets, stored, rules)
        accounts = await self._accounts(connection, {bet.owner for bet in newest.values()})
        changes = [
            Change(stored.get(bet.key), rules.assess(bet, accounts.get(bet.owner))) for bet in newest.values()
        ]
        await self._record(connection, changes)
        return applied

    async def rules(self, connection: AsyncConnection, brands: Collection[str], *, exclusive: bool) -> Rules:
        """The rules of brands, held still until the transaction ends.

        Args:
            connection: in a write transaction.
            brands: their ids; unknown ones are left out.
            exclusive: whether accounts or schemes of the brands are about to be changed.
        """
        await self.repository.hold_brands(connection, brands, exclusive=exclusive)
        return Rules(
            await self.reference.brands(connection, brands), await self.reference.schemes(connection, brands)
        )

    async def reassess_customers(self, connection: AsyncConnection, owners: Collection[Owner]) -> None:
        """Judges the bets of customers again, after their accounts have changed."""
        ordered = sorted(owners)
        rules = await self.rules(connection, {owner.brand for owner in ordered}, exclusive=True)
        for start in range(0, len(ordered), CUSTOMERS_AT_ONCE):
            some = ordered[start : start + CUSTOMERS_AT_ONCE]
            entries = await self.repository.entries_of_customers(connection, some)
            await self._reassess(connection, entries, rules)

    async def reassess_schemes(self, connection: AsyncConnection, before: Rules) -> None:
        """Judges bets again, of the weeks that are now played by another scheme.

        Args:
            connection: in a write transaction that has changed brands or schemes.
            before: the rules as they were, from `rules(…, exclusive=True)`.
        """
        rules = await self.rules(connection, before.brands, exclusive=True)
        for brand in sorted(before.brands):
            weeks = _weeks_changed(brand, before, rules)
            after = BetKey(brand, "")
            while weeks is None or weeks:
                page = await self.repository.entries_of_weeks(connection, after, weeks, BETS_AT_ONCE)
                if not page:
                    break
                await self._reassess(connection, page, rules)
                after = page[-1].bet.key

    async def _reassess(self, connection: AsyncConnection, entries: Sequence[Entry], rules: Rules) -> None:
        accounts = await self._accounts(connection, {entry.bet.owner for entry in entries})
        assessed = [
            Change(entry, rules.assess(entry.bet, accounts.get(entry.bet.owner))) for entry in entries
        ]
        changes = [change for change in assessed if change.before != change.after]
        for start in range(0, len(changes), BETS_AT_ONCE):
            await self._record(connection, changes[start : start + BETS_AT_ONCE])

    async def _accounts(
        self, connection: AsyncConnection, owners: Collection[Owner]
    ) -> Mapping[Owner, Account]:
        return await self.reference.accounts(connection, owners, held=True) if owners else {}

    async def _record(self, connection: AsyncConnection, changes: Sequence[Change]) -> None:
        added = [change.after for change in changes if change.before is None]
        changed = [change.after for change in changes if change.before is not None]
        await self.repository.add(connection, added)
        await self.repository.change(connection, changed)
        await self.repository.move(connection, _deltas(changes))
        await self.repository.settle(connection, _left(changes))


def _weeks_changed(brand: str, before: Rules, after: Rules) -> set[str] | None:
    """Weeks of a brand that another scheme holds for now; None for every week there may be."""
    was, now = before.brands[brand], after.brands[brand]
    if _what_weeks_depend_on(was) != _what_weeks_depend_on(now):
        return None
    served = {(scheme.jurisdiction, scheme.currency) for scheme in after.schemes[brand]}
    versions = [
        (before.versions(brand, *customers), after.versions(brand, *customers)) for customers in served
    ]
    changed = [(old, new) for old, new in versions if len(old) != len(new)]
    if not changed:
        return set()
    return {
        week.iso
        for week in _every_week(now.time_zone)
        if any(scheme_of_week(old, week) != scheme_of_week(new, week) for old, new in changed)
    }


def _what_weeks_depend_on(brand: Brand) -> tuple[str, str, str]:
    return (brand.time_zone, brand.default_jurisdiction, brand.default_currency)


def _every_week(zone: str) -> Iterator[Week]:
    week = week_at(EARLIEST, zone)
    while week.starts_at < LATEST:
        yield week
        week = week_at(week.ends_at + timedelta(hours=1), zone)


def _newest(
    bets: Sequence[Bet], stored: Mapping[BetKey, Entry], rules: Rules
) -> tuple[dict[BetKey, Bet], Applied]:
    """The highest revision of each bet that is higher than the stored one; the first of equal ones."""
    newest: dict[BetKey, Bet] = {}
    applied = Applied()
    for place, bet in enumerate(bets):
        known = newest.get(bet.key) or (stored[bet.key].bet if bet.key in stored else None)
        if bet.key.brand not in rules.brands:
            applied.refused[place] = f"unknown brand {bet.key.brand!r}"
        elif known and known.customer != bet.customer:
            applied.refused[place] = "bet belongs to another customer"
        elif known and known.revision >= bet.revision:
            applied.stale.append(place)
        else:
            newest[bet.key] = bet
    return newest, applied


def _deltas(changes: Iterable[Change]) -> dict[ClubKey, Delta]:
    deltas: dict[ClubKey, Delta] = {}
    for change in changes:
        if change.before is not None:
            _add(deltas, change.before, sign=-1)
        _add(deltas, change.after, sign=1)
    return deltas


def _add(deltas: dict[ClubKey, Delta], entry: Entry, *, sign: int) -> None:
    verdict, as_of = entry.verdict, entry.bet.occurred_at
    known = deltas.get(entry.club, Delta(0, 0, as_of))
    deltas[entry.club] = Delta(
        known.total_minor + sign * verdict.counted_minor,
        known.counted_bets + sign * verdict.counts,
        max(known.as_of, as_of),
    )


def _left(changes: Iterable[Change]) -> set[ClubKey]:
    """Weeks whose newest event time may have gone back: a bet left, or came with an earlier time."""
    return {
        change.before.club
        for change in changes
        if change.before is not None
        and (
            change.before.club != change.after.club
            or change.before.bet.occurred_at > change.after.bet.occurred_at
        )
    }
