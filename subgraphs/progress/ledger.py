"""The progress reducer: bets in, contributions and totals out, in any order, any number of times."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.clock import Clock, SystemClock
from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.domain.schemes import Brand
from subgraphs.kit.records.reference import ReferenceRepository, ReferenceWriter
from subgraphs.kit.records.week_definitions import WeekDefinition
from subgraphs.progress.customers import CustomerRepository, KnownCustomers
from subgraphs.progress.disputes import Claims, contested, read_claims, store_claims
from subgraphs.progress.entries import Bet, BetKey, Entry, WeekKey
from subgraphs.progress.ledger_repository import Delta, LedgerRepository
from subgraphs.progress.models import REFERENCE
from subgraphs.progress.qualifying import Qualifying, qualifying_of
from subgraphs.progress.rule_reader import RuleReader
from subgraphs.progress.rulebook import BrandRules, Rules
from subgraphs.progress.rules import DISPUTED

CUSTOMERS_AT_ONCE = 100
BETS_AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class Applied:
    """What became of a batch of bets, by their places in it.

    Attributes:
        stale: bets whose revision is not needed any more; nothing was changed.
        duplicates: bets whose revision was known already; nothing was changed.
        conflicts: those of the duplicates that say something else than what is known.
        refused: bets that cannot be right, with the reason.
    """

    stale: list[int] = field(default_factory=list)
    duplicates: list[int] = field(default_factory=list)
    conflicts: list[int] = field(default_factory=list)
    refused: dict[int, str] = field(default_factory=dict)


class Change(msgspec.Struct, frozen=True, gc=False):
    """An entry before and after; `before` is None for a bet not seen yet."""

    before: Entry | None
    after: Entry

    @property
    def concerns_late_revisions(self) -> bool:
        """Whether anything came about after a week's end, so that there is, or was, more than one row."""
        return self.after.has_late_revision or (self.before is not None and self.before.has_late_revision)


@dataclass(frozen=True, slots=True)
class Ledger:
    """Applies bets, and judges stored ones again when what they are judged by has changed.

    Every method runs inside the caller's write transaction and commits nothing.
    """

    repository: LedgerRepository
    rulebook: RuleReader
    customers: CustomerRepository
    qualifying: Qualifying

    async def apply_bets(self, connection: AsyncConnection, bets: Sequence[Bet]) -> Applied:
        """Takes in states of bets, in order; each counts in the week that it was placed in."""
        rules = await self.rules(connection, {bet.brand for bet in bets}, exclusive=False)
        keys = [(bet.brand, bet.bet_id) for bet in bets]
        stored = await self.repository.entries(connection, set(keys))
        disputed = contested(bets, stored)
        claims = await read_claims(connection, disputed, stored) if disputed else Claims()
        revisions, applied = _revisions(keys, bets, stored, rules, claims)
        await self._apply(connection, revisions, stored, rules, claims)
        return applied

    async def _apply(
        self,
        connection: AsyncConnection,
        revisions: Mapping[BetKey, Sequence[Bet]],
        stored: Mapping[BetKey, Entry],
        rules: Rules,
        claims: Claims,
    ) -> None:
        """Stores what bets come to by their revisions, and what follows from it."""
        left = [[stored[key].bet] for key in claims.revisions if key in stored]
        customers = await self._known(connection, [*revisions.values(), *left], rules)
        assessed = await self._assess(
            connection, list(revisions.values()), rules, customers, claims.disputed()
        )
        changes = [Change(stored.get(key), entry) for key, entry in zip(revisions, assessed, strict=True)]
        moved = await self._record(connection, changes, rules, customers)
        if claims.revisions:
            await store_claims(connection, claims)
        await self.qualifying.follow(connection, moved, rules, customers, moved & _left(changes))

    async def rules(self, connection: AsyncConnection, brands: Collection[str], *, exclusive: bool) -> Rules:
        """The rules of brands, held still until the transaction ends.

        Args:
            connection: in a write transaction.
            brands: their ids; unknown ones are left out.
            exclusive: whether what bets of the brands are judged by is about to be changed.
        """
        await self.repository.hold_brands(connection, brands, exclusive=exclusive)
        return await self.rulebook.read(connection, brands)

    async def store_weeks(self, connection: AsyncConnection, definitions: Sequence[WeekDefinition]) -> int:
        """Keep what weeks are played by, and judge bets again where they were judged by something else.

        Args:
            connection: in a write transaction that holds the brands' rules.
            definitions: of weeks that have opened.

        Returns:
            How many weeks it changed.
        """
        brands = {definition.brand_id for definition in definitions}
        if not brands:
            return 0
        before = await self.rules(connection, brands, exclusive=True)
        changed = await ReferenceWriter(REFERENCE, connection.dialect.name).store_weeks(
            connection, definitions
        )
        if changed:
            await self.reassess_schemes(connection, before)
        return changed

    async def reassess_customers(self, connection: AsyncConnection, owners: Collection[Owner]) -> None:
        """Judges the bets of customers again, after something about them has changed."""
        ordered = sorted(owners)
        rules = await self.rules(connection, {owner.brand for owner in ordered}, exclusive=True)
        for start in range(0, len(ordered), CUSTOMERS_AT_ONCE):
            some = ordered[start : start + CUSTOMERS_AT_ONCE]
            entries = await self.repository.entries_of_customers(connection, some)
            await self._reassess(connection, entries, rules)

    async def follow_memberships(self, connection: AsyncConnection, owners: Collection[Owner]) -> None:
        """Looks again at what customers have qualified for, after they joined or left."""
        rules = await self.rules(connection, {owner.brand for owner in owners}, exclusive=True)
        weeks = await self.qualifying.repository.weeks_of(
            connection, [owner for owner in owners if owner.brand in rules.brands]
        )
        await self.follow_weeks(connection, weeks, rules)

    async def follow_weeks(
        self,
        connection: AsyncConnection,
        weeks: Collection[WeekKey],
        rules: Rules,
        *,
        settling: bool = False,
    ) -> int:
        """Says what is new of weeks; returns of how many there was news.

        Args:
            connection: in a write transaction.
            weeks: of brands that are held.
            rules: from `rules(…, exclusive=True)`.
            settling: whether they were read back, and all their bets are applied again.
        """
        owners = {week[:2] for week in weeks}
        defaults = {name: brand.default_place for name, brand in rules.brands.items()}
        places = await self.customers.places(connection, owners, defaults)
        emptied = weeks if settling else ()
        known = KnownCustomers(places)
        return await self.qualifying.follow(connection, weeks, rules, known, emptied, settling=settling)

    async def reassess_schemes(self, connection: AsyncConnection, before: Rules) -> None:
        """Judges bets again, of the weeks that are now played by another scheme.

        Args:
            connection: in a write transaction that has changed brands or schemes.
            before: the rules as they were, from `rules(…, exclusive=True)`.
        """
        rules = await self.rules(connection, before.brands, exclusive=True)
        for name in sorted(before.brands):
            was, now = before.brands[name], rules.brands[name]
            for iso in await self.repository.weeks(connection, name):
                if not _plays_alike(was, now, iso):
                    await self._reassess_week(connection, name, iso, rules)

    async def reassess_bet(self, connection: AsyncConnection, key: BetKey) -> None:
        """Judges one bet again, after something was decided about it."""
        rules = await self.rules(connection, [key[0]], exclusive=True)
        entries = await self.repository.entries(connection, [key])
        await self._reassess(connection, list(entries.values()), rules)

    async def settle_dispute(self, connection: AsyncConnection, key: BetKey) -> None:
        """Gives a disputed bet to whom a person has said that it belongs."""
        rules = await self.rules(connection, [key[0]], exclusive=True)
        stored = await self.repository.entries(connection, [key])
        claims = await read_claims(connection, [key], stored)
        await self._apply(connection, {key: claims.held(key)}, stored, rules, claims)

    async def _reassess_week(self, connection: AsyncConnection, brand: str, iso: str, rules: Rules) -> None:
        after = (brand, "")
        while page := await self.repository.entries_of_week(connection, after, iso, BETS_AT_ONCE):
            after = page[-1].bet.key
            await self._reassess(connection, page, rules)

    async def _reassess(self, connection: AsyncConnection, entries: Sequence[Entry], rules: Rules) -> None:
        customers = await self._known(connection, [entry.revisions for entry in entries], rules)
        disputed = {entry.bet.key for entry in entries if entry.verdict == DISPUTED}
        revisions = [entry.revisions for entry in entries]
        judged = await self._assess(connection, revisions, rules, customers, disputed)
        assessed = [Change(entry, after) for entry, after in zip(entries, judged, strict=True)]
        changes = [
            change for change in assessed if change.before != change.after or change.concerns_late_revisions
        ]
        for start in range(0, len(changes), BETS_AT_ONCE):
            await self._record(connection, changes[start : start + BETS_AT_ONCE], rules, customers)
        # Of unchanged bets as well: their target may be another one now.
        weeks = {entry.customer_week for entry in entries} | {one.after.customer_week for one in assessed}
        await self.qualifying.follow(connection, weeks, rules, customers, weeks)

    async def _assess(
        self,
        connection: AsyncConnection,
        bets: Sequence[Sequence[Bet]],
        rules: Rules,
        customers: KnownCustomers,
        disputed: Collection[BetKey] = (),
    ) -> list[Entry]:
        """What bets come to, in their order; of those that something happened to late, as was decided."""
        entries = [rules.assess(revisions, customers) for revisions in bets]
        if late := [entry.bet.key for entry in entries if entry.has_late_revision]:
            decisions = await self.repository.decisions(connection, late)
            entries = [
                rules.assess(entry.revisions, customers, decisions[entry.bet.key])
                if entry.bet.key in decisions
                else entry
                for entry in entries
            ]
        if not disputed:
            return entries
        return [
            msgspec.structs.replace(entry, verdict=DISPUTED) if entry.bet.key in disputed else entry
            for entry in entries
        ]

    async def _known(
        self, connection: AsyncConnection, bets: Iterable[Sequence[Bet]], rules: Rules
    ) -> KnownCustomers:
        firsts = [revisions[0] for revisions in bets]
        owners = {(first.brand, first.customer) for first in firsts}
        defaults = {name: brand.default_place for name, brand in rules.brands.items()}
        places = await self.customers.places(connection, owners, defaults)
        asking = {name for name, brand in rules.brands.items() if brand.ask_for_opt_in}
        asked = [owner for owner in owners if owner[0] in asking] if asking else []
        return KnownCustomers(places, await self.customers.first_opt_ins(connection, asked))

    async def _record(
        self,
        connection: AsyncConnection,
        changes: Sequence[Change],
        rules: Rules,
        customers: KnownCustomers,
    ) -> set[WeekKey]:
        """Stores changes; returns the weeks whose totals are others now."""
        added = [change.after for change in changes if change.before is None]
        changed = [
            change.after for change in changes if change.before is not None and change.before != change.after
        ]
        await self.repository.add(connection, added)
        await self.repository.change(connection, changed)
        late = [change.after for change in changes if change.concerns_late_revisions]
        if late:
            bets = [entry.bet.key for entry in late]
            await self.repository.keep(connection, bets, [kept for entry in late for kept in entry.kept])
            decisions = await self.repository.decisions(connection, bets)
            reviews = [rules.review(entry, customers, decisions.get(entry.bet.key, {})) for entry in late]
            await self.repository.queue(connection, bets, [review for review in reviews if review])
        deltas = _deltas(changes)
        await self.repository.move(connection, deltas)
        await self.repository.settle(connection, _left(changes))
        return {week for week, delta in deltas.items() if delta.total_minor}


def ledger_of(dialect: str, clock: Clock | None = None) -> Ledger:
    """The ledger over a database: `mysql`, `mariadb` or `sqlite`."""
    reader = RuleReader(dialect, ReferenceRepository(REFERENCE))
    qualifying = qualifying_of(dialect, clock or SystemClock())
    return Ledger(LedgerRepository.of(dialect), reader, CustomerRepository.of(dialect), qualifying)


def _revisions(
    keys: Sequence[BetKey], bets: Sequence[Bet], stored: Mapping[BetKey, Entry], rules: Rules, claims: Claims
) -> tuple[dict[BetKey, Sequence[Bet]], Applied]:
    """Of each bet about which a record says something new, the revisions that matter now.

    What is claimed of bets by several customers is brought up to date in `claims`.
    """
    revisions: dict[BetKey, Sequence[Bet]] = {}
    applied = Applied()
    for place, (key, bet) in enumerate(zip(keys, bets, strict=True)):
        if bet.brand not in rules.brands:
            applied.refused[place] = f"unknown brand {bet.brand!r}"
            continue
        by_customer = claims.revisions.get(key)
        if by_customer is None:
            known = revisions.get(key) or (stored[key].revisions if key in stored else ())
        else:
            known = by_customer.get(bet.customer, ())
        now = rules.with_revision(known, bet) if known else (bet,)
        if now is known:
            _note_known(applied, place, known, bet)
        elif by_customer is None:
            revisions[key] = now
        else:
            by_customer[bet.customer] = now
        if by_customer and by_customer.keys() - {bet.customer} and place not in applied.conflicts[-1:]:
            applied.conflicts.append(place)
    return revisions | {key: claims.held(key) for key, by in claims.revisions.items() if by}, applied


def _note_known(applied: Applied, place: int, known: Sequence[Bet], bet: Bet) -> None:
    same = [other for other in known if other.revision == bet.revision]
    if not same:
        applied.stale.append(place)
        return
    applied.duplicates.append(place)
    if bet not in same:
        applied.conflicts.append(place)


def _plays_alike(was: BrandRules, now: BrandRules, iso: str) -> bool:
    """Whether bets that lie in a week stay there, and are judged as before."""
    if _what_weeks_depend_on(was.brand) != _what_weeks_depend_on(now.brand):
        return False
    return now.plays_alike(was, now.calendar.week_named(iso))


def _what_weeks_depend_on(brand: Brand) -> tuple[str, str, str]:
    return (brand.time_zone, brand.default_jurisdiction, brand.default_currency)


def _deltas(changes: Iterable[Change]) -> dict[WeekKey, Delta]:
    deltas: dict[WeekKey, Delta] = {}
    for change in changes:
        if change.before is not None:
            _add(deltas, change.before, sign=-1)
        _add(deltas, change.after, sign=1)
    return deltas


def _add(deltas: dict[WeekKey, Delta], entry: Entry, *, sign: int) -> None:
    bet, counted = entry.bet, entry.verdict.counted_minor
    week = (bet.brand, bet.customer, entry.iso_week)
    delta = deltas.get(week)
    if delta is None:
        delta = deltas[week] = Delta(bet.occurred_at)
    elif bet.occurred_at > delta.as_of:
        delta.as_of = bet.occurred_at
    if counted:
        delta.total_minor += sign * counted
        delta.counted_bets += sign


def _left(changes: Iterable[Change]) -> set[WeekKey]:
    """Weeks whose newest event time may have gone back: a bet left, or came with an earlier time."""
    return {
        change.before.customer_week
        for change in changes
        if change.before is not None
        and (
            change.before.customer_week != change.after.customer_week
            or change.before.bet.occurred_at > change.after.bet.occurred_at
        )
    }
