"""One timeline of a customer: what all databases record, merged in one order and read in pages by key.

`title_of` says what a row of it is called.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from heapq import merge
from itertools import islice
from types import MappingProxyType
from typing import Any, Final

from backoffice.access import Actor
from backoffice.graph.pages import Moment, Name, no_cursor, read_cursor, require_moment
from backoffice.subgraph_databases import SubgraphDatabases
from backoffice.support.lookup.brand_words import BrandWords, read_words
from backoffice.support.lookup.customers import Customers
from backoffice.support.lookup.explanations import LOCALE, odds
from foundation.storage.clock import Clock
from foundation.storage.database import Database
from subgraphs.block_list import BLOCKS
from subgraphs.fulfilment.state.state_machine import FulfilmentState
from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.graphql.money import written
from subgraphs.kit.mutations.intents import PENDING
from subgraphs.kit.records.customer_history import CustomerHistory, HistoryEntry, HistoryPosition
from subgraphs.progress.counting.rules import ContributionReason
from subgraphs.progress.qualification.qualification import QualificationStatus

MAX_DIGITS: Final = 18
"""A number of this length fits into each database's integers."""

HISTORIES: Final = {block.name: block.history for block in BLOCKS if block.has_customers}


class TimelinePart(Enum):
    """What of a timeline is looked at."""

    BETS = "BETS"
    CHANGES = "CHANGES"
    PAYMENTS = "PAYMENTS"
    STAFF = "STAFF"


PART_OF: Final = {
    **dict.fromkeys(("bet", "placed_bet", "bet_void"), TimelinePart.BETS),
    **dict.fromkeys(("payment", "credit", "goodwill_credit", "reward", "limit"), TimelinePart.PAYMENTS),
    **dict.fromkeys(("adjustment", "goodwill", "factor"), TimelinePart.STAFF),
    **dict.fromkeys(
        (
            "account",
            "choice",
            "control",
            "impression",
            "intent.club",
            "intent.rewards",
            "membership",
            "qualification",
            "trial",
        ),
        TimelinePart.CHANGES,
    ),
}
"""The part of each kind of entry; a test compares it with the kinds that the databases record."""


@dataclass(frozen=True, slots=True)
class Timeline:
    """Reads timelines, and records each look."""

    databases: SubgraphDatabases
    customers: Customers
    clock: Clock

    async def words_of(self, brand: str) -> BrandWords:
        """Return what the rewards of a brand are called, for the titles of its customers' entries."""
        return await read_words(self.databases.rewards, brand, self.clock)

    async def page(
        self,
        actor: Actor,
        owner: Owner,
        size: int,
        after: HistoryPosition | None,
        part: TimelinePart | None = None,
    ) -> Sequence[HistoryEntry]:
        """Return up to `size` entries of a customer after a position, the newest first; of a part, or all.

        Each table is read for no more than `size` rows, by an index that begins with the customer.

        Raises:
            NotFound: There is no such customer whom the actor may look at.
        """
        await self.customers.require_known(actor, owner)
        streams: list[list[HistoryEntry]] = []
        for database, history in self._sources(part):
            async with database.read() as connection:
                streams += await history.page(connection, owner, size, after)
        return list(islice(merge(*streams, key=_order), size))

    def _sources(self, part: TimelinePart | None) -> list[tuple[Database, CustomerHistory]]:
        wanted = {
            name: tuple(table for table in history.tables if part is None or PART_OF[table.kind] is part)
            for name, history in HISTORIES.items()
        }
        return [
            (self.databases.by_name[name], CustomerHistory(tables))
            for name, tables in wanted.items()
            if tables
        ]


def position_key(position: HistoryPosition) -> list[str]:
    """Return a position as the key of a page."""
    return [position.at.isoformat(), position.kind, position.id]


def position_of(after: str | None) -> HistoryPosition | None:
    """Return the position of a page's key; None for the first page.

    Raises:
        Invalid: It is not a key of a timeline.
    """
    key = read_cursor(after, tuple[Moment, Name, Name])
    if key is None:
        return None
    position = HistoryPosition(*key)
    require_moment(position.at)
    if not _has_id(position):
        raise no_cursor()
    return position


def _has_id(position: HistoryPosition) -> bool:
    """Return whether the id has the type of the ids of its kind's tables."""
    for history in HISTORIES.values():
        for table in history.tables:
            if table.kind == position.kind and table.id.type.python_type is int:
                return position.id.isascii() and position.id.isdigit() and len(position.id) <= MAX_DIGITS
    return True


def _order(entry: HistoryEntry) -> tuple[float, str]:
    """Order entries of different tables; each table's own are in order already."""
    return (-entry.at.timestamp(), entry.kind)


Facts = Mapping[str, Any]


def week_in_words(iso: str) -> str:
    """Return a week such as `2026-W48` as people name it: by its Monday."""
    year, _, week = iso.partition("-W")
    monday = date.fromisocalendar(int(year), int(week), 1)
    return f"the week of {monday.day} {monday:%b}"


_COUNTS: Final = {ContributionReason.COUNTED.value, ContributionReason.PARTIAL_VOID.value}
WHY_NOT: Final = {
    ContributionReason.BELOW_MIN_STAKE: "its stake was too small",
    ContributionReason.BELOW_MIN_ODDS: "its odds were too short",
    ContributionReason.FREE_BET_STAKE: "its stake was a free bet",
    ContributionReason.VOID: "it was void",
    ContributionReason.CASHED_OUT: "it was cashed out",
    ContributionReason.EXCLUDED_BET_TYPE: "bets of its type don't count",
    ContributionReason.EXCLUDED_PRODUCT: "bets on its product or channel don't count",
    ContributionReason.EXCLUDED_EVENT: "it wasn't on sports events that count",
    ContributionReason.OUTSIDE_WEEK: "the club hadn't begun",
    ContributionReason.LATE: "it came when the week was closed",
    ContributionReason.BEFORE_OPT_IN: "the customer hadn't joined yet",
    ContributionReason.WRONG_CURRENCY: "it was in another currency",
    ContributionReason.PRICE_PENDING: "its starting price isn't known yet",
    ContributionReason.EVENT_PENDING: "it isn't known yet on which sports events it is",
    ContributionReason.DISPUTED: "it is in dispute",
}
"""Why a bet does not count, within a line; `Why?` has the sentence with the figures."""
_OPERATIONS: Final = {"optIn": "to join", "optOut": "to leave", "changeReward": "for another reward"}
_MEMBERSHIP: Final = {
    "opted_in": "Opted in",
    "opted_out": "Opted out",
    "forced_out": "Membership ended because of the account",
}


_REACHED: Final = {
    QualificationStatus.PROVISIONAL: "Target of {week} reached, not final yet",
    QualificationStatus.CONFIRMED: "Target of {week} reached, and confirmed",
    QualificationStatus.REVOKED: "Target of {week} no longer reached",
}
_REWARD_IS: Final = {
    FulfilmentState.CONFIRMED: "waiting to be credited",
    FulfilmentState.FULFILLING: "on its way from the provider",
    FulfilmentState.REVIEW: "held until a person decides",
    FulfilmentState.CREDITED: "credited",
    FulfilmentState.USED: "credited and used",
    FulfilmentState.EXPIRED: "credited, but not used in time",
    FulfilmentState.EXCLUDING: "being cancelled, as the customer can't take part",
    FulfilmentState.REVOKING: "being cancelled, as the target is no longer reached",
    FulfilmentState.INELIGIBLE: "not given, as the customer can't take part",
    FulfilmentState.REVOKED: "cancelled, as the target is no longer reached",
}
"""Where a reward is: what a customer is told who asks for it."""


def title_of(entry: HistoryEntry, words: BrandWords) -> str:
    """Return what happened, in one line, with the names of the customer's brand."""
    return TITLES[entry.kind](words.in_words(entry.facts))


def waits_until(entry: HistoryEntry) -> datetime | None:
    """Return until when the upstream asked not to be called about a change in doubt; None for all else."""
    return entry.facts.get("not_before") if entry.facts.get("status") == PENDING else None


def _code_in_words(code: str) -> str:
    """Return a code such as `IN_DOUBT` as words."""
    return code.replace("_", " ").lower()


def _because(code: str | None) -> str:
    """Return the code of a refusal as the end of a line; nothing if there is none."""
    return f" ({_code_in_words(code)})" if code else ""


def _bet(facts: Facts) -> str:
    stake = written(facts["stake_minor"], facts["currency"], LOCALE)
    price = "" if facts["product"] != "betting" else f" at {odds(facts['odds_milli'])}"
    bet = f"Bet {facts['bet_id']} of {stake}{price}, {facts['status'].replace('_', ' ')}"
    if facts["reason"] in _COUNTS:
        return f"{bet}: {written(facts['counted_minor'], facts['currency'], LOCALE)} counted"
    return f"{bet}: didn't count, {WHY_NOT[ContributionReason(facts['reason'])]}"


def _placed_bet(facts: Facts) -> str:
    stake = written(facts["total_minor"], facts["currency"], LOCALE)
    status = _code_in_words(facts["status"])
    return f"Asked for bet {facts['bet_id']} of {stake}, now {status}{_because(facts['refusal'])}"


def _factor(facts: Facts) -> str:
    part = f"{facts['factor_milli'] / 10:g} %"
    return f"May stake {part} of what others may, by {facts['decided_by']}: {facts['reason']}"


def _bet_void(facts: Facts) -> str:
    return f"Bet {facts['bet_id']} declared void by {facts['decided_by']}: {facts['reason']}"


def _account(facts: Facts) -> str:
    notes = [f"Account {facts['status']}", "verified" if facts["verified"] else "not verified"]
    if facts["rg_state"] != "none":
        notes.append(facts["rg_state"].replace("_", "-"))
    if facts["promo_restricted"]:
        notes.append("excluded from promotions")
    return f"{', '.join(notes)} ({facts['jurisdiction']}, {facts['currency']})"


def _membership(facts: Facts) -> str:
    terms = f" with terms {facts['terms_version']}" if facts["terms_version"] else ""
    return f"{_MEMBERSHIP[facts['kind']]}{terms}, by {facts['origin'].replace('_', ' ')}"


def _intent(facts: Facts) -> str:
    asked = _OPERATIONS.get(facts["operation"], f"for {facts['operation']}")
    return f"Asked {asked}: {_code_in_words(facts['status'])}{_because(facts['error_code'])}"


def _choice(facts: Facts) -> str:
    week = week_in_words(facts["iso_week"])
    return f"Chose {facts['reward_id']} (version {facts['config_version']}) for {week}"


def _payment(facts: Facts) -> str:
    amount = written(facts["amount_minor"], facts["currency"], LOCALE)
    state = _code_in_words(facts["state"])
    return f"{facts['direction'].capitalize()} of {amount}, now {state}{_because(facts['refusal'])}"


def _qualification(facts: Facts) -> str:
    total = written(facts["total_minor"], facts["currency"], LOCALE)
    target = written(facts["target_minor"], facts["currency"], LOCALE)
    reached = _REACHED[QualificationStatus(facts["status"])]
    return f"{reached.format(week=week_in_words(facts['iso_week']))}: {total} of {target}"


def _adjustment(facts: Facts) -> str:
    amount = written(abs(facts["amount_minor"]), facts["currency"], LOCALE)
    what = f"{amount} added to" if facts["amount_minor"] > 0 else f"{amount} subtracted from"
    people = f"{facts['proposed_by']} and {facts['approved_by']}"
    return f"{what} {week_in_words(facts['iso_week'])} by {people}: {facts['reason']}"


def _reward(facts: Facts) -> str:
    name = facts["reward_id"] or "Reward not chosen yet"
    return f"{name} for {week_in_words(facts['iso_week'])}: {_REWARD_IS[FulfilmentState(facts['state'])]}"


def _credit(facts: Facts) -> str:
    value = facts["value_minor"]
    worth = "" if value is None else f", {written(value, facts['currency'], LOCALE)}"
    return (
        f"{facts['reward_id']}{worth} credited by {facts['provider']} for {week_in_words(facts['iso_week'])}"
    )


def _goodwill(facts: Facts) -> str:
    value = written(facts["value_minor"], facts["currency"], LOCALE)
    people = f"{facts['proposed_by']} and {facts['approved_by']}"
    cause = _code_in_words(facts["cause"])
    why = f"{cause}: {facts['explanation']}" if facts["explanation"] else cause
    state = _REWARD_IS[FulfilmentState(facts["state"])]
    return f"Goodwill of {value} ({facts['reward_id']}), {state}; decided by {people} ({why})"


def _goodwill_credit(facts: Facts) -> str:
    value = written(facts["value_minor"], facts["currency"], LOCALE)
    return f"{facts['reward_id']}, {value} credited by {facts['provider']} as goodwill"


def _impression(facts: Facts) -> str:
    return f"Shown the tracker of {week_in_words(facts['iso_week'])} for the first time"


def _control(facts: Facts) -> str:
    group = "control group, who are not offered the club" if _is_control(facts) else "customers with the club"
    return f"Drawn for the {group} ({facts['jurisdiction']}, {facts['currency']})"


def _trial(facts: Facts) -> str:
    reward = facts["reward_id"]
    drawn = f"{reward} in place of the default reward"
    if facts["draw"] >= facts["per_mille"]:
        drawn = f"the default reward, in the trial of {reward}"
    return f"Drawn for {drawn} ({facts['jurisdiction']}, {facts['currency']})"


def _is_control(facts: Facts) -> bool:
    return bool(facts["draw"] < facts["control_per_mille"])


_BREAKS: Final = {"break": "a break", "exclusion": "to be excluded"}


def _limit(facts: Facts) -> str:
    kind = facts["subject"].replace("_", " ").lower()
    if facts["ends_at"] is not None:
        where = f" from {facts['product'].lower()}" if facts["product"] else ""
        ends = facts["ends_at"]
        return f"Chose {_BREAKS[kind]}{where}, until {ends.day} {ends:%b %Y, %H:%M}"
    result = facts["outcome"].lower()
    if facts["amount"] is None:
        return f"Asked to remove the limit ({kind}): {result}"
    is_time = kind == "session minutes"
    value = str(facts["amount"]) if is_time else written(facts["amount"], facts["currency"], LOCALE)
    return f"Asked for a limit of {value} ({kind}): {result}"


TITLES: Final[Mapping[str, Callable[[Facts], str]]] = MappingProxyType(
    {
        "account": _account,
        "adjustment": _adjustment,
        "bet": _bet,
        "bet_void": _bet_void,
        "choice": _choice,
        "control": _control,
        "credit": _credit,
        "factor": _factor,
        "goodwill": _goodwill,
        "goodwill_credit": _goodwill_credit,
        "impression": _impression,
        "intent.club": _intent,
        "intent.rewards": _intent,
        "limit": _limit,
        "membership": _membership,
        "payment": _payment,
        "placed_bet": _placed_bet,
        "qualification": _qualification,
        "reward": _reward,
        "trial": _trial,
    }
)
"""By the kind of entry; a test compares it with the kinds that the databases record."""
