"""The tables of limits, which the wallet's block declares among its own."""

from dataclasses import dataclass

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, MetaData, String, Table, UniqueConstraint

from foundation.storage.columns import Identifier, UtcDateTime


@dataclass(frozen=True, slots=True)
class LimitTables:
    """Limits and breaks as they are, how they became so, and what counts against them.

    Attributes:
        holder: One row for each customer, which is locked by whoever changes or counts anything of theirs.
        limit: What is in effect, and a raise that is not.
        chosen_break: Nothing shortens or removes one; one that holds may become longer.
        change: Append only: who asked for what, when, and what became of it.
        claim: Deposits and stakes that count, and what pays them back.
        check: When a person had to look at a customer, and what was found.
        notice: What customers were told by the calendar, each once.
    """

    holder: Table
    limit: Table
    chosen_break: Table
    change: Table
    claim: Table
    check: Table
    notice: Table

    @classmethod
    def declare(cls, metadata: MetaData) -> "LimitTables":
        """Add the tables to the wallet's metadata."""
        return cls(
            _holder(metadata),
            _limit(metadata),
            _break(metadata),
            _change(metadata),
            _claim(metadata),
            _check(metadata),
            _notice(metadata),
        )


def _owner() -> tuple[Column[str], Column[str]]:
    return (
        Column("brand_id", Identifier(), primary_key=True),
        Column("customer_id", Identifier(128), primary_key=True),
    )


def _holder(metadata: MetaData) -> Table:
    """The other columns are those of `Prompted`.

    `look_at`: when something may be due for the customer; `exclusions_revision`: of the last message.
    """
    return Table(
        "limit_holder",
        metadata,
        *_owner(),
        Column("first_seen", UtcDateTime, nullable=False),
        Column("active_at", UtcDateTime, nullable=True),
        Column("deposited", Boolean, nullable=False),
        Column("declined_at", UtcDateTime, nullable=True),
        Column("reviewed_at", UtcDateTime, nullable=True),
        Column("no_limit_at", UtcDateTime, nullable=True),
        Column("look_at", UtcDateTime, nullable=True),
        Column("exclusions_revision", BigInteger, nullable=True),
        Index("limit_holder_look", "look_at"),
    )


def _limit(metadata: MetaData) -> Table:
    """`asked_at` is null without a raise; a `pending_amount` of null then asks to remove the limit."""
    return Table(
        "customer_limit",
        metadata,
        *_owner(),
        Column("kind", Identifier(16), primary_key=True),
        Column("amount", BigInteger, nullable=False),
        Column("currency", String(3), nullable=False),
        Column("since", UtcDateTime, nullable=False),
        Column("pending_amount", BigInteger, nullable=True),
        Column("pending_currency", String(3), nullable=True),
        Column("asked_at", UtcDateTime, nullable=True),
        Column("due", UtcDateTime, nullable=True),
        Column("lapses", UtcDateTime, nullable=True),
    )


def _break(metadata: MetaData) -> Table:
    """`product`: null for all of them."""
    return Table(
        "gambling_break",
        metadata,
        *_owner(),
        Column("request_key", Identifier(128), primary_key=True),
        Column("kind", String(16), nullable=False),
        Column("product", String(16), nullable=True),
        Column("since", UtcDateTime, nullable=False),
        Column("ends_at", UtcDateTime, nullable=False),
    )


def _change(metadata: MetaData) -> Table:
    """`subject`: a kind of limit, or of break; `ends_at`: of a break; `due`: of a raise; `who`: who asked."""
    return Table(
        "limit_change",
        metadata,
        Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
        Column("brand_id", Identifier(), nullable=False),
        Column("customer_id", Identifier(128), nullable=False),
        Column("request_key", Identifier(128), nullable=False),
        Column("body_hash", Identifier(64), nullable=False),
        Column("subject", String(16), nullable=False),
        Column("outcome", String(16), nullable=False),
        Column("amount", BigInteger, nullable=True),
        Column("currency", String(3), nullable=False),
        Column("product", String(16), nullable=True),
        Column("ends_at", UtcDateTime, nullable=True),
        Column("due", UtcDateTime, nullable=True),
        Column("jurisdiction", String(8), nullable=False),
        Column("who", Identifier(128), nullable=False),
        Column("at", UtcDateTime, nullable=False),
        UniqueConstraint("brand_id", "customer_id", "request_key", name="limit_change_once"),
    )


def _claim(metadata: MetaData) -> Table:
    """`state`: CLAIMED, RECEIVED, GIVEN_BACK, or RECORDED for what is never refused."""
    return Table(
        "limit_claim",
        metadata,
        *_owner(),
        Column("claim_id", Identifier(128), primary_key=True),
        Column("act", String(16), nullable=False),
        Column("amount_minor", BigInteger, nullable=False),
        Column("currency", String(3), nullable=False),
        Column("product", String(16), nullable=True),
        Column("state", String(16), nullable=False),
        Column("at", UtcDateTime, nullable=False),
        Index(
            "limit_claim_counted", "brand_id", "customer_id", "act", "at", "state", "currency", "amount_minor"
        ),
    )


def _check(metadata: MetaData) -> Table:
    """`closed_at` is null until a person has looked."""
    return Table(
        "financial_check",
        metadata,
        *_owner(),
        Column("due_at", UtcDateTime, primary_key=True),
        Column("net_minor", BigInteger, nullable=False),
        Column("currency", String(3), nullable=False),
        Column("closed_at", UtcDateTime, nullable=True),
        Column("closed_by", Identifier(128), nullable=True),
        Column("finding", String(500), nullable=True),
        Index("financial_check_open", "closed_at", "due_at"),
    )


def _notice(metadata: MetaData) -> Table:
    """`subject`: a kind of limit or a product; empty without one."""
    return Table(
        "limit_notice",
        metadata,
        *_owner(),
        Column("kind", Identifier(16), primary_key=True),
        Column("subject", Identifier(16), primary_key=True),
        Column("due_at", UtcDateTime, primary_key=True),
        Column("told_at", UtcDateTime, nullable=False),
    )
