"""The tables of payments, which the wallet's block declares among its own."""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import BigInteger, Column, Date, Index, Integer, MetaData, String, Table, UniqueConstraint

from foundation.storage.columns import LONG_TEXT, SECRET, Identifier, UtcDateTime

MAX_WORDS: Final = 500
"""Of a reason that a person has written."""


@dataclass(frozen=True, slots=True)
class PaymentTables:
    """What customers asked for, of what it consists, and what a person has to look at.

    Attributes:
        payment: A deposit or withdrawal.
        part: What was asked of processors for it, and what they said.
        refund: What two people decided to send back of a deposit.
        destination: Bank accounts to which customers' money may be sent.
        case: What does not fit, or what a person has to decide; it stays when it is closed.
        line: What processors' reports say, each line once.
        report: Which days of which processors' reports were compared.
    """

    payment: Table
    part: Table
    refund: Table
    destination: Table
    case: Table
    line: Table
    report: Table

    @classmethod
    def declare(cls, metadata: MetaData) -> "PaymentTables":
        """Add the tables to the wallet's metadata."""
        return cls(
            _payment(metadata),
            _part(metadata),
            _refund(metadata),
            _destination(metadata),
            _case(metadata),
            _line(metadata),
            _report(metadata),
        )


def _payment(metadata: MetaData) -> Table:
    """The columns are the fields of `Payment`, and when somebody has to look at it again.

    `routes` and `choices`: lists as JSON; `due_at`: null when nothing is due; `tries`: looks in a row that
    changed nothing.
    """
    return Table(
        "payment",
        metadata,
        Column("payment_id", Identifier(35), primary_key=True),
        Column("brand_id", Identifier(), nullable=False),
        Column("customer_id", Identifier(128), nullable=False),
        Column("idempotency_key", Identifier(128), nullable=False),
        Column("direction", Identifier(16), nullable=False),
        Column("method_id", Identifier(64), nullable=False),
        Column("amount_minor", BigInteger, nullable=False),
        Column("fee_minor", BigInteger, nullable=False),
        Column("currency", Identifier(3), nullable=False),
        Column("language", Identifier(16), nullable=False),
        Column("destination_id", Identifier(35), nullable=False),
        Column("routes", String(2000), nullable=False),
        Column("choices", LONG_TEXT, nullable=False),
        Column("asked_at", UtcDateTime, nullable=False),
        Column("state", Identifier(16), nullable=False),
        Column("account_id", Identifier(64), nullable=False),
        Column("accepted_at", UtcDateTime, nullable=True),
        Column("refusal", Identifier(32), nullable=False),
        Column("review", String(200), nullable=False),
        Column("decision", Identifier(16), nullable=False),
        Column("decision_id", Identifier(64), nullable=False),
        Column("decided_by", String(410), nullable=False),
        Column("decided_at", UtcDateTime, nullable=True),
        Column("decision_reason", String(MAX_WORDS), nullable=False),
        Column("given_back_at", UtcDateTime, nullable=True),
        Column("due_at", UtcDateTime, nullable=True),
        Column("tries", Integer, nullable=False),
        UniqueConstraint("brand_id", "customer_id", "idempotency_key", name="payment_by_key"),
        Index("payment_due", "due_at"),
        Index("payment_of_customer", "brand_id", "customer_id", "asked_at"),
        Index("payment_by_state", "brand_id", "state", "asked_at", "payment_id"),
        Index("payment_newest", "brand_id", "asked_at", "payment_id"),
    )


def _part(metadata: MetaData) -> Table:
    """The columns are the fields of `Part`."""
    return Table(
        "payment_part",
        metadata,
        Column("part_id", Identifier(35), primary_key=True),
        Column("payment_id", Identifier(35), nullable=False),
        Column("kind", Identifier(16), nullable=False),
        Column("processor", Identifier(64), nullable=False),
        Column("reference", Identifier(128), nullable=False),
        Column("source", Identifier(35), nullable=False),
        Column("state", Identifier(16), nullable=False),
        Column("amount_minor", BigInteger, nullable=False),
        Column("currency", Identifier(3), nullable=False),
        Column("reason", String(200), nullable=False),
        Column("url", String(2000), nullable=False, info=dict(SECRET)),
        Column("fee_minor", BigInteger, nullable=True),
        Column("asked_at", UtcDateTime, nullable=False),
        Column("expires_at", UtcDateTime, nullable=True),
        Column("moved_at", UtcDateTime, nullable=True),
        Column("admission", Identifier(32), nullable=False),
        Column("booked", Identifier(16), nullable=False),
        Index("payment_part_of", "payment_id"),
        Index("payment_part_by_reference", "processor", "reference"),
        Index("payment_part_asked", "asked_at"),
        Index("payment_part_moved", "processor", "moved_at"),
    )


def _refund(metadata: MetaData) -> Table:
    """The columns are the fields of `DecidedRefund`."""
    return Table(
        "payment_refund",
        metadata,
        Column("decision_id", Identifier(64), primary_key=True),
        Column("payment_id", Identifier(35), nullable=False),
        Column("part_id", Identifier(35), nullable=False),
        Column("charge_id", Identifier(35), nullable=False),
        Column("amount_minor", BigInteger, nullable=False),
        Column("currency", Identifier(3), nullable=False),
        Column("reason", String(MAX_WORDS), nullable=False),
        Column("decided_by", String(410), nullable=False),
        Column("decided_at", UtcDateTime, nullable=False),
        Column("refusal", Identifier(32), nullable=False),
        UniqueConstraint("part_id", name="payment_refund_by_part"),
        Index("payment_refund_of", "payment_id"),
        Index("payment_refund_decided", "decided_at"),
    )


def _destination(metadata: MetaData) -> Table:
    """`account`: an IBAN, or a processor's token; `removed_at`: since when nothing is sent to it."""
    return Table(
        "payment_destination",
        metadata,
        Column("destination_id", Identifier(35), primary_key=True),
        Column("brand_id", Identifier(), nullable=False),
        Column("customer_id", Identifier(128), nullable=False),
        Column("holder", String(140), nullable=False),
        Column("account", Identifier(64), nullable=False),
        Column("added_at", UtcDateTime, nullable=False),
        Column("removed_at", UtcDateTime, nullable=True),
        UniqueConstraint("brand_id", "customer_id", "account", name="payment_destination_once"),
        Index("payment_destination_by_account", "account"),
    )


def _case(metadata: MetaData) -> Table:
    """`subject`: what tells cases of one kind apart; `details`: facts as JSON, for the person who looks."""
    return Table(
        "payment_case",
        metadata,
        Column("case_id", Identifier(35), primary_key=True),
        Column("kind", Identifier(16), nullable=False),
        Column("processor", Identifier(64), nullable=False),
        Column("brand_id", Identifier(), nullable=False),
        Column("payment_id", Identifier(35), nullable=False),
        Column("subject", String(200), nullable=False),
        Column("currency", Identifier(3), nullable=False),
        Column("amount_minor", BigInteger, nullable=False),
        Column("day", Date, nullable=True),
        Column("details", LONG_TEXT, nullable=False),
        Column("opened_at", UtcDateTime, nullable=False),
        Column("closed_at", UtcDateTime, nullable=True),
        Column("closed_by", String(410), nullable=False),
        Column("finding", String(MAX_WORDS), nullable=False),
        Index("payment_case_open", "closed_at", "opened_at"),
        Index("payment_case_of", "payment_id"),
        Index("payment_case_of_day", "day", "processor"),
    )


def _line(metadata: MetaData) -> Table:
    """`part_id`: the part that it is of, "" if there is none; `details`: what else it says, as JSON."""
    return Table(
        "payment_line",
        metadata,
        Column("processor", Identifier(64), primary_key=True),
        Column("line_id", Identifier(128), primary_key=True),
        Column("day", Date, nullable=False),
        Column("part_id", Identifier(35), nullable=False),
        Column("kind", Identifier(16), nullable=False),
        Column("reference", Identifier(128), nullable=False),
        Column("amount_minor", BigInteger, nullable=False),
        Column("currency", Identifier(3), nullable=False),
        Column("fee_minor", BigInteger, nullable=False),
        Column("at", UtcDateTime, nullable=False),
        Column("details", LONG_TEXT, nullable=False),
        Index("payment_line_of", "part_id"),
        Index("payment_line_of_day", "processor", "day"),
    )


def _report(metadata: MetaData) -> Table:
    """`lines`, `matched`: counts; `digest`: of what the report said when it was compared last."""
    return Table(
        "payment_report",
        metadata,
        Column("processor", Identifier(64), primary_key=True),
        Column("day", Date, primary_key=True),
        Column("lines", Integer, nullable=False),
        Column("matched", Integer, nullable=False),
        Column("different", Integer, nullable=False),
        Column("digest", Identifier(64), nullable=False),
        Column("compared_at", UtcDateTime, nullable=False),
    )
