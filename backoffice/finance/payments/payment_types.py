"""What finance reads of payments, as types of the admin graph."""

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final

import strawberry
from strawberry import ID

from backoffice.finance.payments.processors import ProcessorRoute, ShownProcessor
from backoffice.finance.payments.refunds import Refundable
from backoffice.finance.payments.withdrawals import WithdrawalDecision
from foundation.same_fields import with_fields_of
from subgraphs.kit.graphql.descriptions import described
from subgraphs.wallet.payments.payment import Direction, Payment, PaymentState
from subgraphs.wallet.payments.processor import PartState
from subgraphs.wallet.payments.records.cases import Case, CaseKind
from subgraphs.wallet.payments.records.health import ComparedDay
from subgraphs.wallet.payments.records.refunds import BrandRefund, RefundRefusal

described(strawberry.enum(RefundRefusal, name="RefundRefusal"))
described(strawberry.enum(CaseKind, name="PaymentCaseKind"))
described(strawberry.enum(WithdrawalDecision, name="WithdrawalDecision"))


@described
@strawberry.type
class ListedPayment:
    """A deposit or withdrawal in a list; its story is `financePayment`.

    Attributes:
        customer: Brand and customer, such as northbet:c-1.
        method_id: The way that the customer chose.
        processors: Who was asked for it; none if nobody was.
        amount_minor: With the fee, in minor units.
    """

    id: ID
    customer: ID
    direction: Direction
    state: PaymentState
    method_id: str
    processors: list[str]
    currency: str
    amount_minor: float
    asked_at: datetime


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


@strawberry.type
class ComparedDayCases:
    """How many cases of a kind a day's report has shown, and how many of them wait for a person."""

    kind: CaseKind
    cases: int
    waiting: int


@described
@strawberry.type
class FinanceComparedDay:
    """A day of a processor's report that was compared with the wallet's books.

    Attributes:
        day: A UTC day.
        lines: How many lines the report had.
        matched: To how many of them the wallet knows a part.
        different: How many cases were found when it was compared last.
        cases: Those that its report has ever shown, by kind.
    """

    id: ID
    processor: str
    day: date
    lines: int
    matched: int
    different: int
    cases: list[ComparedDayCases]
    compared_at: datetime


@strawberry.type
class PaymentFailures:
    """How often parts failed for a reason of the processor's; empty if it gave none."""

    reason: str
    parts: int


@described
@strawberry.type
class PaymentRoute:
    """A method by which customers pay at a processor.

    Attributes:
        name: What customers read.
        place: Which of the method's processors it is, as they are asked in order: the first is 1.
        places: How many the method has.
        brands: For which; all if empty. So are countries.
        maximum_minor: Up to which amount, in minor units; null if it has no limit of its own.
    """

    method_id: str
    name: str
    direction: Direction
    place: int
    places: int
    brands: list[str]
    countries: list[str]
    currencies: list[str]
    maximum_minor: float | None


@described
@strawberry.type
class FinanceProcessor:
    """How a processor of payments does.

    Attributes:
        enabled: Whether payments may begin at it; null if it is not configured where the back office runs.
        routes: For what it is asked; none if it is not configured there.
        answered_at: When the newest part was asked for that it has answered; null if not for a week.
        failures: Why parts failed that it was asked for in the last day, the most frequent first.
        moved_at: When money moved there last; null if it never did.
        doubtful: How many parts it was asked for and has not answered for a minute.
        doubtful_since: When the oldest of them was asked for.
        under_way: How many parts it has answered that are not over.
        under_way_since: When the oldest of them was asked for.
    """

    id: ID
    enabled: bool | None
    routes: list[PaymentRoute]
    answered_at: datetime | None
    failures: list[PaymentFailures]
    moved_at: datetime | None
    doubtful: int
    doubtful_since: datetime | None
    under_way: int
    under_way_since: datetime | None


class RefundState(StrEnum):
    """How a decided refund stands.

    WAITING: It was not sent yet: payouts of its currency may be stopped, or its processor does not answer.
    SENDING: It is on its way.
    DONE: The money has arrived.
    FAILED: It was not sent, or came back: the customer has the money again, unless it had to go back.
    REFUSED: It never is.
    """

    WAITING = "waiting"
    SENDING = "sending"
    DONE = "done"
    FAILED = "failed"
    REFUSED = "refused"


described(strawberry.enum(RefundState, name="RefundState"))
STATES: Final = {
    "": RefundState.REFUSED,
    PartState.ASKED.value: RefundState.WAITING,
    PartState.DONE.value: RefundState.DONE,
    PartState.FAILED.value: RefundState.FAILED,
}
"""How a refund stands by the state of its part; in all others, it is on its way."""


@described
@strawberry.type
class FinanceRefundable:
    """A charge of a payment that was paid, and what can go back of it, in minor units.

    Attributes:
        reference: The processor's id of it.
        left_minor: What was neither refunded, nor withdrawn to this source, nor taken back by a bank.
        cash_minor: What cash the customer may use: no more can go back.
        owed: Whether the money never became the customer's: then all that is left goes back.
    """

    id: ID
    processor: str
    reference: str
    currency: str
    amount_minor: float
    left_minor: float
    cash_minor: float
    owed: bool


@described
@strawberry.type
class FinanceRefund:
    """Money of a deposit that two people decided to send back to its source.

    Attributes:
        customer: Brand and customer, such as northbet:c-1.
        payment_id: The deposit.
        amount_minor: In minor units.
        reason: Why, in the words of the person who proposed it.
        decided_by: The two people.
        refusal: Why it never is; null if it was not refused.
    """

    id: ID
    customer: ID
    payment_id: str
    currency: str
    amount_minor: float
    reason: str
    decided_by: str
    decided_at: datetime
    state: RefundState
    refusal: RefundRefusal | None


def refundable_to_graphql(found: Refundable) -> FinanceRefundable:
    """Return a charge that was paid, for the graph."""
    charge = found.charge.charge
    return with_fields_of(
        FinanceRefundable,
        charge,
        id=ID(charge.part_id),
        left_minor=found.charge.left_minor,
        cash_minor=found.cash_minor,
        owed=found.charge.is_owed,
    )


def refund_to_graphql(brand: str, decided: BrandRefund) -> FinanceRefund:
    """Return a decided refund of a brand, for the graph."""
    refund = decided.refund
    state = RefundState.REFUSED if refund.refusal else STATES.get(decided.state, RefundState.SENDING)
    return with_fields_of(
        FinanceRefund,
        refund,
        id=ID(refund.decision_id),
        customer=ID(f"{brand}:{decided.customer_id}"),
        state=state,
        refusal=RefundRefusal(refund.refusal) if refund.refusal else None,
    )


def listed_to_graphql(payment: Payment, processors: list[str]) -> ListedPayment:
    """Return a payment with those who were asked for it, for the graph."""
    return with_fields_of(
        ListedPayment,
        payment,
        id=ID(payment.payment_id),
        customer=ID(f"{payment.brand_id}:{payment.customer_id}"),
        processors=processors,
    )


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
    return with_fields_of(
        FinanceComparedDay,
        compared,
        id=ID(f"{compared.processor}:{compared.day}"),
        cases=[with_fields_of(ComparedDayCases, cases) for cases in compared.cases],
    )


def processor_to_graphql(shown: ShownProcessor) -> FinanceProcessor:
    """Return how a processor does, for the graph."""
    return with_fields_of(
        FinanceProcessor,
        shown.health,
        id=ID(shown.health.processor),
        enabled=shown.enabled,
        routes=[_route(route) for route in shown.routes],
        failures=[with_fields_of(PaymentFailures, failure) for failure in shown.health.failures],
    )


def _route(route: ProcessorRoute) -> PaymentRoute:
    lists = {name: list(getattr(route, name)) for name in ("brands", "countries", "currencies")}
    return with_fields_of(PaymentRoute, route, **lists)
