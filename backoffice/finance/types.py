"""What finance reads, as types of the admin graph."""

from datetime import date, datetime

import strawberry
from strawberry import ID

from backoffice.finance.closes import read_close
from backoffice.finance.corrections import CorrectionPreview
from backoffice.finance.waiting import Waiting
from foundation.same_fields import with_fields_of
from subgraphs.kit.graphql.descriptions import described
from subgraphs.wallet.closing.close import CloseDifference, Position, StoredClose
from subgraphs.wallet.closing.holds import PayoutHold
from subgraphs.wallet.corrections import Correction, CorrectionState
from subgraphs.wallet.limits.checks import OpenCheck

described(strawberry.enum(CorrectionState, name="CorrectionState"))


@described
@strawberry.type
class FinanceWaiting:
    """How much waits for finance of a brand.

    Attributes:
        checks: Financial checks that wait for a person.
        corrections: Corrections that two people decided, and the wallet has not settled.
        withdrawals: Withdrawals that wait for a person.
        cases: What does not fit of payments, and waits for a person.
        differing_days: Of how many days of processors' reports such cases are.
    """

    checks: int
    corrections: int
    withdrawals: int
    cases: int
    differing_days: int


@described
@strawberry.type
class FinanceMovement:
    """What transfers of one reason moved on a position in a day.

    Attributes:
        code: Why money moved, such as STAKE.
        debits_minor: What was taken, in minor units.
        credits_minor: What was added.
        transfers: How many transfers there were.
    """

    code: str
    debits_minor: float
    credits_minor: float
    transfers: int


@described
@strawberry.type
class FinancePosition:
    """What all accounts of one kind had on a day, in minor units.

    Attributes:
        brand: Empty for accounts whose customer is not known any more.
        account: BETS, GAMES, CREDITS, PAYMENTS, CORRECTIONS of the house; CASH, BONUS, FREE_BET of customers.
        opening_minor: At the beginning of the day, credits less debits.
        closing_minor: At its end.
        movements: Why it changed.
    """

    id: ID
    brand: str
    currency: str
    account: str
    opening_minor: float
    closing_minor: float
    movements: list[FinanceMovement]


@described
@strawberry.type
class FinanceDifference:
    """Something that should be equal and was not when a day was closed.

    Attributes:
        words: All of it as a sentence.
        currency: Whose payouts were stopped; empty if all were.
        account_id: The account of the ledger; empty for the ledger itself.
        recorded_minor: What a row says, in minor units.
        computed_minor: What follows from the others.
    """

    words: str
    currency: str
    account_id: str
    recorded_minor: float | None
    computed_minor: float | None


@described
@strawberry.type
class FinanceClose:
    """The close of a day of the wallet's ledger.

    Attributes:
        day: A UTC day, by the clock of the wallet's database.
        sequence: Counts closes from 1.
        hash: It covers the close and the hash of the one before.
        signed: Whether it is signed.
        begins: Why its openings were not compared with the close before; empty if they were.
        transfers: How many transfers and failed requests the day has.
        differences: What differed; none if all was right.
        positions: What the house had, and what customers held.
    """

    id: ID
    day: date
    sequence: int
    closed_at: datetime
    hash: str
    signed: bool
    begins: str
    transfers: int
    differences: list[FinanceDifference]
    positions: list[FinancePosition]


@described
@strawberry.type
class FinanceHold:
    """A currency that pays out nothing, because the close of a day differed.

    Attributes:
        day: The day whose close differed.
        differences: In how many ways.
    """

    id: ID
    currency: str
    day: date
    differences: int
    held_at: datetime


@described
@strawberry.type
class FinanceCorrection:
    """A correction that two people decided.

    Attributes:
        id: Also that of the transfer.
        customer: Brand and customer, such as northbet:c-1.
        amount_minor: What the customer gets, in minor units; negative for what is taken.
        credit: The club's credit whose account it is; empty for cash.
        state: Whether the money was moved.
        refusal: Why it is not: INSUFFICIENT_FUNDS, SUSPENDED, NO_ACCOUNT or IMPOSSIBLE.
    """

    id: ID
    customer: ID
    currency: str
    amount_minor: float
    credit: str
    reason: str
    proposed_by: str
    approved_by: str
    decided_at: datetime
    state: CorrectionState
    refusal: str | None
    settled_at: datetime | None


@described
@strawberry.type
class FinanceCorrectionPreview:
    """What a correction would do now; nothing is moved.

    Attributes:
        before_minor: What the customer may use of the account, in minor units.
        after_minor: The same, after the correction.
        refusal: Why it would be refused; null if it would not.
        waits: Whether it would wait, because payouts of the currency are stopped.
    """

    before_minor: float
    after_minor: float
    refusal: str | None
    waits: bool


@described
@strawberry.type
class FinanceCheck:
    """A customer at whom a person has to look.

    Attributes:
        customer: Brand and customer, such as northbet:c-1.
        net_minor: Deposits less withdrawals when it became due, in minor units.
    """

    id: ID
    customer: ID
    due_at: datetime
    currency: str
    net_minor: float


@described
@strawberry.type
class FinanceProposal:
    """What another person has to approve now."""

    proposal_id: ID


def close_to_graphql(stored: StoredClose) -> FinanceClose:
    """Return a close, for the graph."""
    close = read_close(stored)
    return FinanceClose(
        id=ID(str(close.sequence)),
        day=close.day,
        sequence=close.sequence,
        closed_at=close.closed_at,
        hash=stored.hash,
        signed=bool(stored.signature),
        begins=close.begins,
        transfers=close.transfers,
        differences=[_difference(difference) for difference in close.differences],
        positions=[position_to_graphql(close.day, position) for position in close.positions],
    )


def _difference(difference: CloseDifference) -> FinanceDifference:
    return with_fields_of(
        FinanceDifference,
        difference,
        recorded_minor=difference.recorded,
        computed_minor=difference.computed,
    )


def position_to_graphql(day: date, position: Position) -> FinancePosition:
    """Return a position, for the graph."""
    movements = [
        with_fields_of(
            FinanceMovement, movement, debits_minor=movement.debits, credits_minor=movement.credits
        )
        for movement in position.movements
    ]
    return with_fields_of(
        FinancePosition,
        position,
        id=ID(f"{day}:{':'.join(position.key)}"),
        opening_minor=position.opening,
        closing_minor=position.closing,
        movements=movements,
    )


def hold_to_graphql(hold: PayoutHold) -> FinanceHold:
    """Return a stop of payouts, for the graph."""
    return with_fields_of(FinanceHold, hold, id=ID(f"{hold.currency}:{hold.day}"))


def correction_to_graphql(correction: Correction) -> FinanceCorrection:
    """Return a correction, for the graph."""
    return with_fields_of(
        FinanceCorrection,
        correction,
        id=ID(correction.correction_id),
        customer=ID(f"{correction.brand_id}:{correction.customer_id}"),
    )


def preview_to_graphql(preview: CorrectionPreview) -> FinanceCorrectionPreview:
    """Return what a correction would do, for the graph."""
    return with_fields_of(FinanceCorrectionPreview, preview)


def check_to_graphql(check: OpenCheck) -> FinanceCheck:
    """Return a financial check, for the graph."""
    customer = f"{check.owner.brand}:{check.owner.customer}"
    id_ = ID(f"{customer}@{check.due_at.isoformat()}")
    return with_fields_of(FinanceCheck, check, id=id_, customer=ID(customer))


def waiting_to_graphql(waiting: Waiting) -> FinanceWaiting:
    """Return what waits as the graph gives it."""
    return with_fields_of(FinanceWaiting, waiting)
