"""The types of support's part of the graph."""

from datetime import datetime
from typing import cast

import strawberry
from strawberry import ID
from strawberry.scalars import JSON

from backoffice.support.lookup.bet_records import BetRecord
from backoffice.support.lookup.customers import CustomerView
from backoffice.support.lookup.explanations import LOCALE, AssessedBet, odds, sentence_of
from backoffice.support.lookup.timeline import title_of, waits_until
from backoffice.support.privacy.repository import LegalHold
from subgraphs.club_kit.domain.schemes import Brand
from subgraphs.kit.graphql.descriptions import described
from subgraphs.kit.graphql.money import written
from subgraphs.kit.records.customer_history import HistoryEntry


@described
@strawberry.type
class SupportBrand:
    """A brand whose customers one may look at."""

    id: ID
    name: str
    time_zone: str
    currencies: list[str]


@described
@strawberry.type
class FoundCustomer:
    """A customer who was found; the page of the customer shows more.

    Attributes:
        id: Brand and customer, such as northbet:c-1.
    """

    id: ID
    brand: str
    customer_id: str


@described
@strawberry.type
class CustomerAccount:
    """The newest revision of a customer's account.

    Attributes:
        rg_state: Safer gambling: none, restricted or self_excluded.
    """

    revision: float
    status: str
    verified: bool
    jurisdiction: str
    currency: str
    rg_state: str
    promo_restricted: bool
    since: datetime


@described
@strawberry.type
class CustomerWeekInfo:
    """A week of a customer.

    Attributes:
        target_minor: Null if there are no rules for the customer.
        shown: In words, such as £5.00 of £25.00.
    """

    iso_week: str
    total_minor: float
    counted_bets: int
    target_minor: int | None
    currency: str
    shown: str


@described
@strawberry.type
class SupportedCustomer:
    """A customer, as support sees them.

    Attributes:
        id: Brand and customer, such as northbet:c-1.
        ineligible_reason: Why they cannot take part at present.
    """

    id: ID
    brand: str
    customer_id: str
    account: CustomerAccount | None
    member: bool
    member_since: datetime | None
    ineligible_reason: str | None
    week: CustomerWeekInfo


@described
@strawberry.type
class TimelineEntry:
    """Something that happened to a customer.

    Attributes:
        at: Event time.
        arrived_at: When it arrived here; null where the tables do not keep it.
        waits_until: Until when the upstream asked to wait with a change in doubt; null for all else.
        bet_id: The bet, if it is one: ask why it counted or not.
        counted: Whether the bet counted; null if it is no bet.
        topic: The topic of its message; null if it has none.
        message_id: Identifies the message among those of its key.
        partition: Null where the tables do not keep it.
        offset: Null where the tables do not keep it.
    """

    id: ID
    kind: str
    at: datetime
    arrived_at: datetime | None
    title: str
    waits_until: datetime | None
    bet_id: str | None
    counted: bool | None
    topic: str | None
    message_key: str | None
    message_id: str | None
    partition: int | None
    offset: float | None
    facts: JSON


@described
@strawberry.type
class BetFact:
    """A fact by which a bet was assessed."""

    label: str
    value: str


@described
@strawberry.type
class BetExplanation:
    """Why a bet counted or did not.

    Attributes:
        sentence: To be read aloud to the customer.
    """

    id: ID
    bet_id: str
    customer_id: str
    counted: bool
    reason: str
    sentence: str
    facts: list[BetFact]


@described
@strawberry.type
class BetRecordInfo:
    """Where the revision of a bet that is in force is on Kafka.

    Attributes:
        message_id: Its `event_id`.
        occurred_at: Event time.
        arrived_at: The timestamp of the record.
        arrival_by_broker: Whether the broker set the timestamp; otherwise it was the producer.
    """

    topic: str
    partition: int
    offset: float
    revision: float
    message_id: str | None
    occurred_at: datetime
    arrived_at: datetime
    arrival_by_broker: bool


@described
@strawberry.type
class LegalHoldInfo:
    """Why a customer's data may not be erased.

    Attributes:
        lifted_at: Null while it holds.
    """

    id: ID
    brand: str
    customer_id: str
    reason: str
    put_by: str
    put_at: datetime
    lift_reason: str | None
    lifted_by: str | None
    lifted_at: datetime | None


@described
@strawberry.type
class SupportJob:
    """Work that was started; the job has its progress and its result."""

    job_id: ID


@described
@strawberry.type
class SupportProposal:
    """What waits for another person, who finds it among the approvals."""

    proposal_id: ID


def hold_to_graphql(hold: LegalHold) -> LegalHoldInfo:
    """Return a hold as the graph shows it."""
    return LegalHoldInfo(
        id=ID(hold.hold_id),
        brand=hold.brand_id,
        customer_id=hold.customer_id,
        reason=hold.reason,
        put_by=hold.put_by,
        put_at=hold.put_at,
        lift_reason=hold.lift_reason,
        lifted_by=hold.lifted_by,
        lifted_at=hold.lifted_at,
    )


def brand_to_graphql(brand: Brand) -> SupportBrand:
    """Return a brand as the graph shows it."""
    return SupportBrand(
        id=ID(brand.id), name=brand.name, time_zone=brand.time_zone, currencies=list(brand.currencies)
    )


def customer_to_graphql(view: CustomerView) -> SupportedCustomer:
    """Return a customer as the graph shows them."""
    return SupportedCustomer(
        id=ID(":".join(view.owner)),
        brand=view.owner.brand,
        customer_id=view.owner.customer,
        account=_account(view),
        member=view.membership.opted_in,
        member_since=view.membership.since,
        ineligible_reason=view.ineligible.value if view.ineligible else None,
        week=_week(view),
    )


def entry_to_graphql(entry: HistoryEntry) -> TimelineEntry:
    """Return an entry of the timeline as the graph shows it."""
    is_bet = entry.kind == "bet"
    return TimelineEntry(
        id=ID(f"{entry.kind}:{entry.id}"),
        kind=entry.kind,
        at=entry.at,
        arrived_at=entry.source.arrived_at,
        title=title_of(entry),
        waits_until=waits_until(entry),
        bet_id=entry.id if is_bet else None,
        counted=entry.facts["counted_minor"] > 0 if is_bet else None,
        topic=entry.source.topic,
        message_key=entry.source.key,
        message_id=entry.source.identity,
        partition=entry.source.partition,
        offset=entry.source.offset,
        facts=cast("JSON", {name: _plain(value) for name, value in entry.facts.items()}),
    )


def explanation_to_graphql(bet: AssessedBet) -> BetExplanation:
    """Return an explanation as the graph shows it."""
    return BetExplanation(
        id=ID(f"{bet.bet.brand}:{bet.bet.bet_id}"),
        bet_id=bet.bet.bet_id,
        customer_id=bet.bet.customer,
        counted=bet.verdict.counts,
        reason=bet.verdict.reason.value,
        sentence=sentence_of(bet),
        facts=[BetFact(label=label, value=value) for label, value in _facts(bet)],
    )


def _account(view: CustomerView) -> CustomerAccount | None:
    if view.account is None:
        return None
    account = view.account.account
    return CustomerAccount(
        revision=view.account.revision,
        status=account.status,
        verified=account.verified,
        jurisdiction=account.jurisdiction,
        currency=account.currency,
        rg_state=account.rg_state,
        promo_restricted=account.promo_restricted,
        since=view.account.at,
    )


def _week(view: CustomerView) -> CustomerWeekInfo:
    scheme, total = view.scheme, view.total
    currency = scheme.currency if scheme else view.brand.default_currency
    staked = written(total.total_minor if total else 0, currency, LOCALE)
    return CustomerWeekInfo(
        iso_week=view.week.iso,
        total_minor=total.total_minor if total else 0,
        counted_bets=total.counted_bets if total else 0,
        target_minor=scheme.target_minor if scheme else None,
        currency=currency,
        shown=f"{staked} of {written(scheme.target_minor, currency, LOCALE)}" if scheme else staked,
    )


def _facts(assessed: AssessedBet) -> list[tuple[str, str]]:
    """Return the facts that decided, with the limits of the rules beside them."""
    bet, scheme = assessed.bet, assessed.rules.scheme
    facts = [
        ("Placed", assessed.moment(bet.placed_at)),
        ("Week", f"{assessed.rules.week.iso}: {assessed.week}"),
        ("Status", f"{bet.status.replace('_', ' ')}, revision {bet.revision}"),
        ("Stake", f"{assessed.money(bet.stake_minor)}, {bet.stake_source.replace('_', ' ')}"),
        ("Most that can count", assessed.money(bet.counting_stake_minor)),
        ("Odds", odds(bet.odds_milli)),
        ("Product", " ".join(filter(None, (bet.product, bet.channel, bet.bet_type)))),
        ("Opted in", assessed.moment(assessed.opted_in_at) if assessed.opted_in_at else "never"),
    ]
    if scheme is not None:
        facts += [
            ("Rules", f"version {scheme.version} for {scheme.jurisdiction} {scheme.currency}"),
            ("Least stake", assessed.money(scheme.min_stake_minor, scheme.currency)),
            ("Least odds", odds(scheme.min_odds_milli)),
            ("Weekly target", assessed.money(scheme.target_minor, scheme.currency)),
        ]
    if assessed.rules.closes_at is not None:
        facts.append(("Week closes", assessed.moment(assessed.rules.closes_at)))
    return facts


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else value


def record_to_graphql(record: BetRecord) -> BetRecordInfo:
    """Return a record as the graph shows it."""
    return BetRecordInfo(
        topic=record.topic,
        partition=record.partition,
        offset=float(record.offset),
        revision=float(record.revision),
        message_id=record.event_id,
        occurred_at=record.occurred_at,
        arrived_at=record.arrived_at,
        arrival_by_broker=record.arrival_by_broker,
    )
