"""Why a bet counted or did not, by the rules that decided it, in sentences that can be read aloud."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final
from zoneinfo import ZoneInfo

from backoffice.access import Actor, Permission, require
from backoffice.errors import NotFound
from backoffice.scopes.names import ScopeNames
from backoffice.subgraph_databases import SubgraphDatabases
from backoffice.support.lookup.named_events import UNKNOWN, NamedEvents, keys_of, named_events
from backoffice.support.personal_data_access import PersonalDataAccess
from subgraphs.club_kit.domain.schemes import Brand, Scheme
from subgraphs.kit.graphql.money import written
from subgraphs.progress.counting.contribution import Bet
from subgraphs.progress.counting.legs import KnownEvents, decode_legs, untold_markets
from subgraphs.progress.counting.rules import ContributionReason, Verdict, WeekRules
from subgraphs.progress.known_events import known_events
from subgraphs.progress.ledger.customer_repository import CustomerRepository
from subgraphs.progress.ledger.repository import LedgerRepository
from subgraphs.progress.ledger.rulebook_reader import RulebookReader


@dataclass(frozen=True, slots=True)
class AssessedBet:
    """A bet with everything that decided whether it counts.

    Attributes:
        bet: The revision in force.
        rules: Of the week in which the bet was placed, for its customer.
        opted_in_at: When the customer first opted in; None for never.
        newest: The newest revision, if it came too late to be in force.
        events: What counts and what the bet is on; None where all sports events count.
    """

    brand: Brand
    bet: Bet
    verdict: Verdict
    rules: WeekRules
    opted_in_at: datetime | None
    newest: Bet | None = None
    events: NamedEvents | None = None

    def money(self, minor: int, currency: str | None = None) -> str:
        """Return an amount as people say it."""
        return written(minor, currency or self.bet.currency, LOCALE)

    def moment(self, at: datetime) -> str:
        """Return an instant in words, in the brand's local time."""
        local = at.astimezone(ZoneInfo(self.brand.time_zone))
        return f"{local:%H:%M} on {local:%A} {local.day} {local:%B %Y}"

    @property
    def week(self) -> str:
        """Return the week in words, for a sentence."""
        return f"the week from {self.days}"

    @property
    def days(self) -> str:
        """Return the first and the last day of the week in words."""
        zone = ZoneInfo(self.brand.time_zone)
        first = self.rules.week.starts_at.astimezone(zone)
        last = (self.rules.week.ends_at - timedelta(seconds=1)).astimezone(zone)
        return f"Monday {first.day} {first:%B} to Sunday {last.day} {last:%B %Y}"

    @property
    def scheme(self) -> Scheme:
        """Return the rules by which the bet was assessed.

        Raises:
            LookupError: There are none for the customer.
        """
        if self.rules.scheme is None:
            raise LookupError(f"{self.brand.id} has no scheme for this customer")
        return self.rules.scheme


@dataclass(frozen=True, slots=True)
class BetExplanations:
    """Reads bets with the facts that decided about them, and records each look."""

    databases: SubgraphDatabases
    rulebooks: RulebookReader
    access: PersonalDataAccess
    names: ScopeNames

    async def of_bet(self, actor: Actor, brand: str, bet_id: str) -> AssessedBet:
        """Return a bet with everything that decided whether it counts.

        Raises:
            Forbidden: The actor may not look at this brand's customers.
            NotFound: The brand has no such bet.
        """
        require(actor, Permission.SUPPORT_READ, brand)
        wanted = bet_id.strip()
        await self.access.record(actor, "bet", brand, f"bet:{brand}:{wanted}")
        database = self.databases.progress
        async with database.read() as connection:
            rulebook = await self.rulebooks.read(connection, [brand])
            ledger = LedgerRepository.of(database.dialect, held=False)
            contributions = await ledger.bets.contributions(connection, [(brand, wanted)])
            if brand not in rulebook.brands or not contributions:
                raise NotFound(f"{brand} has no bet {wanted[:64]!r}.")
            contribution = contributions[brand, wanted]
            owner, rules = contribution.bet.owner, rulebook.brands[brand]
            customers = CustomerRepository.of(database.dialect)
            territories = await customers.territories(connection, [owner], {brand: rules.default_territory})
            opted_in = await customers.first_opt_ins(connection, [owner], held=False)
            legs = contribution.bet.legs
            known = await known_events(connection, untold_markets(legs)) if legs is not None else {}
        newest = contribution.revisions[-1]
        week_rules = rules.rules_of(contribution.bet, territories.get(owner) or rules.default_territory)
        return AssessedBet(
            brand=rules.brand,
            bet=contribution.bet,
            verdict=contribution.verdict,
            rules=week_rules,
            opted_in_at=opted_in.get(owner),
            newest=None if newest is contribution.bet else newest,
            events=await self._named(rules.brand, contribution.bet, week_rules.scheme, known),
        )

    async def _named(
        self, brand: Brand, bet: Bet, scheme: Scheme | None, known: KnownEvents
    ) -> NamedEvents | None:
        """Return what counts and what a bet is on, by their names; None where all sports events count."""
        if scheme is None or scheme.events is None:
            return None
        legs = decode_legs(bet.legs)
        events = [*filter(None, (leg.told_event for leg in legs)), *known.values()]
        keys = {key for event in events for key in keys_of(event)}
        names = await self.names.of(brand.id, [scheme.events], keys)
        return named_events(scheme.events, legs, known, names, ZoneInfo(brand.time_zone))


LOCALE: Final = "en-GB"
CHANNELS: Final = {"sports": "sports", "esports": "e-sports", "virtual": "virtual sports"}


def sentence_of(bet: AssessedBet) -> str:
    """Return why a bet counted or did not, to be read aloud to its customer."""
    return SENTENCES[bet.verdict.reason](bet)


def odds(milli: int | None) -> str:
    """Return decimal odds."""
    if milli is None:
        return "the starting price"
    return f"{milli / 1000:.3f}".rstrip("0").rstrip(".") if milli % 10 else f"{milli / 1000:.2f}"


def _counted(bet: AssessedBet) -> str:
    part = ""
    if bet.verdict.counted_minor != bet.bet.stake_minor:
        part = f" of its stake of {bet.money(bet.bet.stake_minor)}"
    return f"Your bet counted: {bet.money(bet.verdict.counted_minor)}{part} went towards {bet.week}."


def _partial_void(bet: AssessedBet) -> str:
    return (
        f"A part of your bet was void, so its stake for that part was returned to you. The rest counted: "
        f"{bet.money(bet.verdict.counted_minor)} of {bet.money(bet.bet.stake_minor)} went towards {bet.week}."
    )


def _below_min_stake(bet: AssessedBet) -> str:
    return (
        f"Your bet didn't count because its stake was {bet.money(bet.bet.stake_minor)}. "
        f"Only bets of {bet.money(bet.scheme.min_stake_minor)} or more count towards your weekly target."
    )


def _below_min_odds(bet: AssessedBet) -> str:
    scope = bet.scheme.events
    if scope is not None and scope.legs == "qualifying":
        return (
            "Your bet didn't count because the odds of those parts of it that are on sports events that "
            f"count were together shorter than {odds(bet.scheme.min_odds_milli)}."
        )
    return (
        f"Your bet didn't count because its odds were {odds(bet.bet.odds_milli)}. "
        f"Only bets at odds of {odds(bet.scheme.min_odds_milli)} or longer count towards your weekly target."
    )


def _free_bet_stake(bet: AssessedBet) -> str:
    return (
        f"Your bet didn't count because its stake of {bet.money(bet.bet.stake_minor)} was a free bet. "
        "Only bets that you place with your own money count."
    )


def _void(bet: AssessedBet) -> str:
    return (
        f"Your bet didn't count because it was void. Its stake of {bet.money(bet.bet.stake_minor)} was "
        "returned to you, so it wasn't staked in the end."
    )


def _cashed_out(bet: AssessedBet) -> str:
    return (
        f"Your bet of {bet.money(bet.bet.stake_minor)} didn't count because you cashed it out. "
        "Cashed-out bets don't count towards your weekly target."
    )


def _excluded_bet_type(bet: AssessedBet) -> str:
    kind = (bet.bet.bet_type or "other").replace("_", " ")
    return (
        f"Your bet didn't count because it was a {kind} bet. "
        f"Only {_listed(bet.scheme.bet_types)} bets count towards your weekly target."
    )


def _excluded_product(bet: AssessedBet) -> str:
    scheme = bet.scheme
    if bet.bet.product == scheme.qualifying_product and bet.bet.channel is not None:
        counting = _listed([CHANNELS.get(channel, channel) for channel in scheme.channels])
        channel = CHANNELS.get(bet.bet.channel, bet.bet.channel)
        return f"Your bet didn't count because it was a bet on {channel}. Only bets on {counting} count."
    return (
        f"Your bet didn't count because it was placed on {bet.bet.product}. "
        f"Only {scheme.qualifying_product} counts towards your weekly target."
    )


def _excluded_event(bet: AssessedBet) -> str:
    events = bet.events
    if events is None:
        return "Your bet didn't count because it wasn't on sports events that count. Your terms say which do."
    only = f"Only bets on {events.counting} count"
    if bet.bet.legs is None:
        return f"Your bet didn't count because we weren't told what it was on. {only}."
    qualifying, others = events.on(True), events.on(False)
    if qualifying and events.need_all:
        return (
            f"Your bet didn't count because not every part of it was on what counts. {only}. "
            f"This bet was also on {others}."
        )
    return f"Your bet didn't count. {only}. This bet was on {others or UNKNOWN}."


def _outside_week(bet: AssessedBet) -> str:
    return (
        f"Your bet didn't count because you placed it at {bet.moment(bet.bet.placed_at)}, "
        f"and the club hadn't begun in {bet.week}."
    )


def _late(bet: AssessedBet) -> str:
    closed = bet.rules.closes_at
    when = "" if closed is None else f" That week closed at {bet.moment(closed)}."
    happened = (bet.newest or bet.bet).occurred_at
    return (
        f"Your bet was placed in {bet.week}, but we learned of it, or of its result, only as of "
        f"{bet.moment(happened)}.{when} What happens after a week has closed no longer changes it."
    )


def _before_opt_in(bet: AssessedBet) -> str:
    placed = bet.moment(bet.bet.placed_at)
    if bet.opted_in_at is None:
        return f"Your bet, placed at {placed}, didn't count because you hadn't opted in to the club."
    return (
        f"Your bet didn't count because you placed it at {placed}, "
        f"before you opted in at {bet.moment(bet.opted_in_at)}."
    )


def _wrong_currency(bet: AssessedBet) -> str:
    if bet.rules.scheme is None:
        return (
            f"Your bet didn't count because {bet.brand.name} has no club for accounts in your country "
            "and currency."
        )
    return (
        f"Your bet didn't count because it was placed in {bet.bet.currency}. "
        f"In your club only bets in {bet.rules.scheme.currency} count, and nothing is converted."
    )


def _price_pending(bet: AssessedBet) -> str:
    return (
        "Your bet doesn't count yet because it was placed at the starting price, which isn't known so far. "
        f"It counts if the price turns out to be {odds(bet.scheme.min_odds_milli)} or longer."
    )


def _event_pending(bet: AssessedBet) -> str:
    events = bet.events
    only = "" if events is None else f" Only bets on {events.counting} count."
    known = "" if events is None else events.on(True, False)
    part = "all that it's on" if known else "what it's on"
    so_far = f" So far we know of {known}." if known else ""
    return (
        f"Your bet of {bet.money(bet.bet.stake_minor)} doesn't count yet because we don't know {part}."
        f"{only}{so_far} It's checked again as soon as we know."
    )


def _disputed(bet: AssessedBet) -> str:
    return (
        f"We have received your bet of {bet.money(bet.bet.stake_minor)} under more than one account. What it "
        "counts stays as it is until a colleague has found out whose bet it is."
    )


_R = ContributionReason
SENTENCES: Final[Mapping[ContributionReason, Callable[[AssessedBet], str]]] = MappingProxyType(
    {
        _R.COUNTED: _counted,
        _R.PARTIAL_VOID: _partial_void,
        _R.BELOW_MIN_STAKE: _below_min_stake,
        _R.BELOW_MIN_ODDS: _below_min_odds,
        _R.FREE_BET_STAKE: _free_bet_stake,
        _R.VOID: _void,
        _R.CASHED_OUT: _cashed_out,
        _R.EXCLUDED_BET_TYPE: _excluded_bet_type,
        _R.EXCLUDED_PRODUCT: _excluded_product,
        _R.EXCLUDED_EVENT: _excluded_event,
        _R.OUTSIDE_WEEK: _outside_week,
        _R.LATE: _late,
        _R.BEFORE_OPT_IN: _before_opt_in,
        _R.WRONG_CURRENCY: _wrong_currency,
        _R.PRICE_PENDING: _price_pending,
        _R.EVENT_PENDING: _event_pending,
        _R.DISPUTED: _disputed,
    }
)
"""The sentence of each reason."""


def _listed(names: "list[str] | tuple[str, ...]") -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
