"""Messages as rows of the record tables: what is kept of each, with customers and ids as pseudonyms.

Texts of people (explanations, names of staff) and references of providers are not kept.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

import msgspec

from analytics import record_tables
from analytics.bet_columns import plain_bets
from analytics.pseudonyms import Owner, Pseudonyms
from consumers.acknowledgements.message import decode_acknowledgement
from consumers.fulfilment.messages import decode_goodwill, decode_published
from consumers.messages.accounts import CustomerErased, decode_account_or_erasure
from consumers.messages.customer_weeks import ChosenReward, decode_choice, decode_qualification
from consumers.messages.memberships import decode_control_draw_or_erasure, decode_membership_or_erasure
from consumers.messages.schemes import decode_scheme, decode_week
from consumers.messages.served import decode_served
from consumers.progress.messages import decode_adjustment, decode_bet
from consumers.stream.errors import Poison
from consumers.stream.records import Record

if TYPE_CHECKING:
    import pyarrow as pa

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
LEFT_OUT: Final = "left out"
"""How the reason of a record begins that is well formed and not kept."""

MAX_REASON: Final = 200
_QUOTED: Final = re.compile(r"'[^']*'|\"[^\"]*\"")


@dataclass(frozen=True, slots=True)
class Fact:
    """What a message says, before pseudonyms.

    Attributes:
        owner: The customer; None in topics that are not about one.
        columns: The table's own columns; those left out are empty.
        erases: Whether the record erases the customer.
    """

    brand: str
    owner: Owner | None
    occurred_at: datetime
    columns: Mapping[str, Any]
    erases: bool = False


@dataclass(frozen=True, slots=True)
class Origin:
    """Which records a block is made of.

    Attributes:
        first: The position before the records.
        last: The offset of the last record.
    """

    partition: int
    generation: str
    first: int
    last: int
    arrived_at: datetime


@dataclass(frozen=True, slots=True)
class Block:
    """The rows of an insert.

    Attributes:
        erased: The customers whose secrets are destroyed once the block is stored, and when they were erased.
        zones: The time zones of brands in the block.
    """

    rows: pa.Table
    refused: int
    erased: Sequence[tuple[Owner, datetime]]
    zones: frozenset[str]


def end_of_block(table: record_tables.RecordTable, records: Sequence[Record], limit: int) -> int:
    """Return how many records the next block may have: an erasure ends one, so that none of it is later."""
    if table is not record_tables.ACCOUNTS:
        return min(limit, len(records))
    erasures = (number for number, record in enumerate(records[:limit], 1) if record.value is None)
    return next(erasures, min(limit, len(records)))


def block_of(
    table: record_tables.RecordTable, records: Sequence[Record], origin: Origin, pseudonyms: Pseudonyms
) -> Block:
    """Return the rows of records of one partition, one row a record, in their order."""
    plain = plain_bets(records, pseudonyms) if table is record_tables.BETS else None
    if plain is not None:
        rows = _arrow(table, plain | _origins(records, origin) | {"refused": [""] * len(records)})
        return Block(rows, 0, (), frozenset())
    facts = [_fact(table, record, pseudonyms) for record in records]
    understood = [fact for fact in facts if isinstance(fact, Fact)]
    columns = {name: [] for name in table.columns} | _origins(records, origin)
    columns["refused"] = ["" if isinstance(fact, Fact) else fact for fact in facts]
    columns["brand"] = [fact.brand if isinstance(fact, Fact) else "" for fact in facts]
    columns["occurred_at"] = [fact.occurred_at if isinstance(fact, Fact) else EPOCH for fact in facts]
    for name, kind in table.own.items():
        empty = _empty(kind)
        columns[name] = [fact.columns.get(name, empty) if isinstance(fact, Fact) else empty for fact in facts]
    if table.keyed:
        columns["customer"] = _customers(facts, pseudonyms)
    return Block(
        _arrow(table, columns),
        len(facts) - len(understood),
        [(fact.owner, fact.occurred_at) for fact in understood if fact.erases and fact.owner is not None],
        frozenset(fact.columns["time_zone"] for fact in understood if "time_zone" in fact.columns),
    )


def _customers(facts: Sequence[Fact | str], pseudonyms: Pseudonyms) -> list[int]:
    about = [fact for fact in facts if isinstance(fact, Fact) and fact.owner and not fact.erases]
    numbers = iter(pseudonyms.at([(fact.owner, fact.occurred_at) for fact in about if fact.owner]))
    found = []
    for fact in facts:
        if not isinstance(fact, Fact) or fact.owner is None:
            found.append(0)
        elif fact.erases:
            found.append(pseudonyms.of_erased(fact.owner, fact.occurred_at))
        else:
            found.append(next(numbers))
    return found


def _fact(table: record_tables.RecordTable, record: Record, pseudonyms: Pseudonyms) -> Fact | str:
    """Return what a record says, or why it is no fact."""
    try:
        return _DECODERS[table.topic](record, pseudonyms)
    except Poison as fault:
        return _QUOTED.sub("…", fault.reason)[:MAX_REASON] or "not understood"


def _origins(records: Sequence[Record], origin: Origin) -> dict[str, Any]:
    import pyarrow as pa

    def same(value: Any, kind: pa.DataType) -> pa.Array:
        return pa.repeat(pa.scalar(value, kind), len(records))

    return {
        "generation": same(origin.generation, pa.string()),
        "topic_partition": same(origin.partition, pa.uint32()),
        "topic_offset": [record.offset for record in records],
        "range_first": same(origin.first, pa.uint64()),
        "range_last": same(origin.last, pa.uint64()),
        "produced_at": [record.timestamp for record in records],
        "arrived_at": same(origin.arrived_at, pa.timestamp("us", tz="UTC")),
    }


def _bet(record: Record, pseudonyms: Pseudonyms) -> Fact:
    bet = decode_bet(record)
    brand = bet.brand_id
    columns = {
        "bet": pseudonyms.number_of(brand, bet.bet_id),
        "revision": bet.bet_revision,
        "status": bet.status,
        "bet_type": bet.bet_type or "",
        "product": bet.product,
        "channel": bet.channel or "",
        "stake_minor": bet.stake_minor,
        "counting_stake_minor": bet.counting_stake_minor,
        "currency": bet.currency,
        "stake_source": bet.stake_source,
        "odds_milli": bet.odds_milli,
        "placed_at": bet.placed_at,
    }
    return Fact(brand, (brand, bet.customer_id), bet.occurred_at, columns)


def _account(record: Record, pseudonyms: Pseudonyms) -> Fact:
    del pseudonyms
    account = decode_account_or_erasure(record)
    if isinstance(account, CustomerErased):
        owner = (account.owner.brand, account.owner.customer)
        return Fact(owner[0], owner, account.at, {"erased": True}, erases=True)
    return _plain(account, "revision status verified jurisdiction currency rg_state promo_restricted")


def _membership(record: Record, pseudonyms: Pseudonyms) -> Fact:
    del pseudonyms
    membership = decode_membership_or_erasure(record)
    if isinstance(membership, CustomerErased):  # the account's own erasure destroys the secret
        return Fact(membership.owner.brand, None, membership.at, {"change": "erased"})
    return _plain(membership, "version change opted_in since left_at first_opted_in_at")


def _control_draw(record: Record, pseudonyms: Pseudonyms) -> Fact:
    del pseudonyms
    drawn = decode_control_draw_or_erasure(record)
    if isinstance(drawn, CustomerErased):  # the account's own erasure destroys the secret
        return Fact(drawn.owner.brand, None, drawn.at, {})
    fact, trial = _plain(drawn, "jurisdiction currency draw control_per_mille"), drawn.trial
    if trial is None:
        return fact
    columns = {"trial_reward_id": trial.reward_id, "trial_draw": trial.draw, "trial_drawn_at": trial.at}
    return replace(fact, columns={**fact.columns, **columns})


def _choice(record: Record, pseudonyms: Pseudonyms) -> Fact:
    del pseudonyms
    choice = decode_choice(record)
    return _plain(choice, "iso_week revision final source", **_reward(choice.reward))


def _qualification(record: Record, pseudonyms: Pseudonyms) -> Fact:
    del pseudonyms
    return _plain(decode_qualification(record), "iso_week revision status total_minor target_minor currency")


def _outcome(record: Record, pseudonyms: Pseudonyms) -> Fact:
    del pseudonyms
    outcome = decode_published(record)
    exact = outcome.fulfilment_state
    return _plain(
        outcome,
        "iso_week revision state sent_at credited_at expires_at",
        stage=str(exact.value) if exact else outcome.state,
        reason=(outcome.reason or "")[:64] if re.fullmatch("[A-Z_]{0,64}", outcome.reason or "") else "OTHER",
        flag=outcome.flag or "",
        provider=outcome.provider or "",
        **_reward(outcome.reward),
    )


def _adjustment(record: Record, pseudonyms: Pseudonyms) -> Fact:
    adjusted = decode_adjustment(record)
    columns = {
        "adjustment": pseudonyms.number_of(adjusted.brand_id, adjusted.adjustment_id),
        "iso_week": adjusted.iso_week,
        "amount_minor": adjusted.amount_minor,
        "currency": adjusted.currency,
    }
    return Fact(adjusted.brand_id, (adjusted.brand_id, adjusted.customer_id), adjusted.decided_at, columns)


def _goodwill(record: Record, pseudonyms: Pseudonyms) -> Fact:
    given = decode_goodwill(record)
    columns = {
        "credit": pseudonyms.number_of(given.brand_id, given.credit_id),
        "iso_week": given.iso_week,
        "cause": given.cause,
        **_reward(given.reward),
    }
    return Fact(given.brand_id, (given.brand_id, given.customer_id), given.decided_at, columns)


def _scheme(record: Record, pseudonyms: Pseudonyms) -> Fact:
    del pseudonyms
    scheme = decode_scheme(record)
    names = (
        "jurisdiction currency version qualifying_product target_minor min_stake_minor min_odds_milli "
        "count_before_opt_in grace_minutes effective_from control_per_mille trial_per_mille"
    )
    columns = {name: getattr(scheme, name) for name in names.split()} | {
        "time_zone": scheme.brand.time_zone,
        "default_jurisdiction": scheme.brand.default_jurisdiction,
        "default_currency": scheme.brand.default_currency,
        "bet_types": list(scheme.bet_types),
        "channels": list(scheme.channels),
        "issued_at": scheme.issued_at or scheme.occurred_at,
        "default_reward_id": scheme.default_reward_id or "",
        "trial_reward_id": scheme.trial_reward_id or "",
    }
    return Fact(scheme.brand_id, None, scheme.occurred_at, columns)


def _week(record: Record, pseudonyms: Pseudonyms) -> Fact:
    del pseudonyms
    week = decode_week(record)
    names = "iso_week jurisdiction currency scheme_version starts_at ends_at grace_until"
    return Fact(week.brand_id, None, week.opened_at, {name: getattr(week, name) for name in names.split()})


def _cell(record: Record, pseudonyms: Pseudonyms) -> Fact:
    del pseudonyms
    if msgspec.json.decode(record.value or b"null", type=_Kind).kind != "acknowledgement":
        raise Poison(f"{LEFT_OUT}: a cell's figures")
    report = decode_acknowledgement(record)
    cell = report.cell
    columns = {
        "node": report.node,
        "part": report.part,
        "cell": cell.name if cell else "",
        "first_partition": cell.first if cell else 0,
        "last_partition": cell.last if cell else 0,
        "every_seconds": report.every_seconds,
    }
    return Fact("*", None, report.reported_at, columns)


def _served(record: Record, pseudonyms: Pseudonyms) -> Fact:
    del pseudonyms
    served = decode_served(record)
    columns = {name: getattr(served, name) for name in ("process", "sequence", "kind", "since")} | {
        "cell": served.cell or "",
        "jurisdictions": [count.jurisdiction for count in served.counts],
        "currencies": [count.currency for count in served.counts],
        "items": [count.item for count in served.counts],
        "config_versions": [count.config_version for count in served.counts],
        "locales": [count.locale for count in served.counts],
        "revisions": [count.revision for count in served.counts],
        "counts": [count.count for count in served.counts],
    }
    return Fact(served.brand_id, None, served.occurred_at, columns)


class _Kind(msgspec.Struct):
    kind: str = ""


def _plain(message: Any, names: str, **more: Any) -> Fact:
    """Return the fact of a message about a customer, most of whose fields are columns."""
    columns = {name: getattr(message, name) for name in names.split()}
    owner = (message.brand_id, message.customer_id)
    return Fact(message.brand_id, owner, message.occurred_at, columns | more)


def _reward(reward: ChosenReward | None) -> dict[str, Any]:
    if reward is None:
        return {}
    return {
        "reward_id": reward.reward_id,
        "config_version": reward.config_version,
        "kind": str(reward.kind),
        "value_minor": reward.value_minor,
        "spins": reward.spins,
        "currency": reward.currency,
    }


_DECODERS: Final[Mapping[str, Callable[[Record, Pseudonyms], Fact]]] = {
    record_tables.BETS.topic: _bet,
    record_tables.ACCOUNTS.topic: _account,
    record_tables.MEMBERSHIPS.topic: _membership,
    record_tables.CONTROL_DRAWS.topic: _control_draw,
    record_tables.CHOICES.topic: _choice,
    record_tables.QUALIFICATIONS.topic: _qualification,
    record_tables.OUTCOMES.topic: _outcome,
    record_tables.ADJUSTMENTS.topic: _adjustment,
    record_tables.GOODWILL.topic: _goodwill,
    record_tables.SCHEMES.topic: _scheme,
    record_tables.WEEKS.topic: _week,
    record_tables.CELLS.topic: _cell,
    record_tables.SERVED.topic: _served,
}


def _empty(kind: str) -> Any:
    """Return the value of a column that a record does not fill, by the column's type."""
    if kind.startswith("Nullable"):
        return None
    if "DateTime" in kind:
        return EPOCH
    if kind.startswith("Array"):
        return []
    if "String" in kind:
        return ""
    return False if kind == "Bool" else 0


def _arrow(table: record_tables.RecordTable, columns: Mapping[str, Sequence[Any]]) -> pa.Table:
    import pyarrow as pa

    types = {
        "UInt64": pa.uint64(),
        "UInt32": pa.uint32(),
        "Int64": pa.int64(),
        "Float64": pa.float64(),
        "Bool": pa.bool_(),
        "String": pa.string(),
        "Array(String)": pa.list_(pa.string()),
        "Array(Int64)": pa.list_(pa.int64()),
        record_tables.INSTANT: pa.timestamp("us", tz="UTC"),
    }
    wrapped = re.compile(r"(?:Nullable|LowCardinality)\((.*)\)")
    return pa.table(
        {
            name: column
            if isinstance(column := columns[name], pa.Array)
            else pa.array(column, types[found[1] if (found := wrapped.fullmatch(kind)) else kind])
            for name, kind in table.columns.items()
        }
    )
