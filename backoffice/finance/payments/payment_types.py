"""What finance reads of payments, as types of the admin graph."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import strawberry
from strawberry import ID

from backoffice.finance.payments.withdrawals import WithdrawalDecision
from foundation.same_fields import with_fields_of
from subgraphs.kit.graphql.descriptions import described
from subgraphs.wallet.payments.payment import Payment
from subgraphs.wallet.payments.records.cases import Case, CaseKind
from subgraphs.wallet.payments.records.health import ComparedDay, ProcessorHealth

described(strawberry.enum(CaseKind, name="PaymentCaseKind"))
described(strawberry.enum(WithdrawalDecision, name="WithdrawalDecision"))


@described
@strawberry.type
class FinanceWithdrawal:
    """A withdrawal that waits for a person.

    Attributes:
        customer: Brand and customer, such as northbet:c-1.
        method_id: The way that the customer chose.
        amount_minor: With the fee, in minor units.
        fee_minor: What the house keeps of it, in minor units.
        review: Why a person has to look at it.
        choices: Why each processor was chosen, or not.
    """

    id: ID
    customer: ID
    method_id: str
    currency: str
    amount_minor: float
    fee_minor: float
    review: str
    choices: list[str]
    asked_at: datetime


@strawberry.type
class PaymentCaseDetail:
    """A fact about a case."""

    name: str
    value: str


@described
@strawberry.type
class FinancePaymentCase:
    """Something that does not fit of payments, and waits for a person.

    Attributes:
        brand: Empty if it is of no brand that is known.
        payment_id: The payment; empty if it is of none.
        subject: What tells it from others of its kind at the processor, such as a reference.
        amount_minor: In minor units of `currency`.
        day: Of the report that shows it; null if none does.
        details: What else is known.
    """

    id: ID
    kind: CaseKind
    processor: str
    brand: str
    payment_id: str
    subject: str
    currency: str
    amount_minor: float
    day: date | None
    opened_at: datetime
    details: list[PaymentCaseDetail]


@described
@strawberry.type
class FinanceComparedDay:
    """A day of a processor's report that was compared with the wallet's books.

    Attributes:
        day: A UTC day.
        lines: How many lines the report had.
        matched: To how many of them the wallet knows a part.
        different: How many cases were found.
    """

    id: ID
    processor: str
    day: date
    lines: int
    matched: int
    different: int
    compared_at: datetime


@described
@strawberry.type
class FinanceProcessor:
    """How a processor of payments does.

    Attributes:
        moved_at: When money moved there last; null if it never did.
        doubtful: How many parts it was asked for and has not answered for a minute.
        doubtful_since: When the oldest of them was asked for.
        under_way: How many parts it has answered that are not over.
        under_way_since: When the oldest of them was asked for.
    """

    id: ID
    moved_at: datetime | None
    doubtful: int
    doubtful_since: datetime | None
    under_way: int
    under_way_since: datetime | None


def withdrawal_to_graphql(payment: Payment) -> FinanceWithdrawal:
    """Return a withdrawal that waits, for the graph."""
    return with_fields_of(
        FinanceWithdrawal,
        payment,
        id=ID(payment.payment_id),
        customer=ID(f"{payment.brand_id}:{payment.customer_id}"),
        choices=list(payment.choices),
    )


def case_to_graphql(case: Case) -> FinancePaymentCase:
    """Return a case, for the graph."""
    return with_fields_of(
        FinancePaymentCase, case, id=ID(case.case_id), brand=case.brand_id, details=_details(case.details)
    )


def _details(details: Mapping[str, Any]) -> list[PaymentCaseDetail]:
    """Return the facts that say something."""
    return [
        PaymentCaseDetail(name=name, value=str(value))
        for name, value in details.items()
        if value is not None and value != ""
    ]


def compared_to_graphql(compared: ComparedDay) -> FinanceComparedDay:
    """Return a compared day, for the graph."""
    return with_fields_of(FinanceComparedDay, compared, id=ID(f"{compared.processor}:{compared.day}"))


def processor_to_graphql(health: ProcessorHealth) -> FinanceProcessor:
    """Return how a processor does, for the graph."""
    return with_fields_of(FinanceProcessor, health, id=ID(health.processor))
