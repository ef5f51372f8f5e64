"""The types of a customer's timeline and bets in support's part of the graph."""

from datetime import datetime
from typing import cast

import strawberry
from strawberry import ID
from strawberry.scalars import JSON

from backoffice.support.lookup.bet_records import BetRecord
from backoffice.support.lookup.brand_words import BrandWords
from backoffice.support.lookup.explanations import AssessedBet, odds, sentence_of
from backoffice.support.lookup.timeline import title_of, waits_until
from foundation.same_fields import with_fields_of
from subgraphs.kit.graphql.descriptions import described
from subgraphs.kit.records.customer_history import HistoryEntry
from subgraphs.progress.counting.contribution import Bet


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


def entry_to_graphql(entry: HistoryEntry, words: BrandWords) -> TimelineEntry:
    """Return an entry of the timeline as the graph shows it, with the names of its brand."""
    is_bet = entry.kind == "bet"
    return TimelineEntry(
        id=ID(f"{entry.kind}:{entry.id}"),
        kind=entry.kind,
        at=entry.at,
        arrived_at=entry.source.arrived_at,
        title=title_of(entry, words),
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


def _product(bet: Bet) -> str:
    """Return what was bet on and how, such as `sports betting, single`."""
    product = " ".join(filter(None, (bet.channel, bet.product)))
    return ", ".join(filter(None, (product, bet.bet_type))).replace("_", " ")


def _facts(assessed: AssessedBet) -> list[tuple[str, str]]:
    """Return the facts that decided, with the limits of the rules beside them."""
    bet, scheme = assessed.bet, assessed.rules.scheme
    facts = [
        ("Placed", assessed.moment(bet.placed_at)),
        ("Week", assessed.days),
        ("Status", f"{bet.status.replace('_', ' ')}, revision {bet.revision}"),
        ("Stake", f"{assessed.money(bet.stake_minor)}, {bet.stake_source.replace('_', ' ')}"),
        ("Most that can count", assessed.money(bet.counting_stake_minor)),
        ("Odds", odds(bet.odds_milli)),
        ("Product", _product(bet)),
        ("Opted in", assessed.moment(assessed.opted_in_at) if assessed.opted_in_at else "never"),
    ]
    if scheme is not None:
        facts += [
            ("Rules", f"version {scheme.version}, for {scheme.jurisdiction} in {scheme.currency}"),
            ("Minimum stake", assessed.money(scheme.min_stake_minor, scheme.currency)),
            ("Minimum odds", odds(scheme.min_odds_milli)),
            ("Weekly target", assessed.money(scheme.target_minor, scheme.currency)),
        ]
    if assessed.events is not None:
        facts.append(("Counts", f"only bets on {assessed.events.counting}"))
        if assessed.events.legs:
            facts.append(("On", assessed.events.on(True, False, None)))
    if assessed.rules.closes_at is not None:
        facts.append(("Week closes", assessed.moment(assessed.rules.closes_at)))
    return facts


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else value


def record_to_graphql(record: BetRecord) -> BetRecordInfo:
    """Return a record as the graph shows it."""
    return with_fields_of(
        BetRecordInfo,
        record,
        offset=float(record.offset),
        revision=float(record.revision),
        message_id=record.event_id,
    )
