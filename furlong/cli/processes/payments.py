"""`furlong payments …`: hear processors, read a payment's story, compare reports, list what differs."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer

from furlong.cli.command_work import run_with
from furlong.cli.json_lists import AsJson, amount, echo_list
from furlong.cli.options import (
    address,
    database_settings,
    fail,
    log_to_stderr,
    payments_settings,
    running_clock,
)
from furlong.cli.own_databases import check_databases

if TYPE_CHECKING:
    from foundation.storage.database import Database
    from subgraphs.wallet.paying.opened import OpenedPayments
    from subgraphs.wallet.paying.reconciliation.comparison import Compared
    from subgraphs.wallet.payments.payment import Part, Payment
    from subgraphs.wallet.payments.records.cases import Case

cli = typer.Typer(
    no_args_is_help=True, help="Deposits and withdrawals: hear processors, compare reports, list cases."
)
MAX_CASES = 1_000


@cli.command()
def serve(
    *,
    listen: Annotated[str, typer.Option(metavar="HOST:PORT", help="Where to serve.")] = "127.0.0.1:4020",
) -> None:
    """Hear the webhooks of the processors of FURLONG_PAYMENTS_FILE, at /webhooks/PROCESSOR."""
    from furlong.cli.long_work import stop_on_signals
    from furlong.serve.http_server import listen as open_listener
    from furlong.serve.http_server import serving
    from furlong.workers.money.payments_server import open_payments_server

    log_to_stderr()
    settings, databases = payments_settings(), database_settings()
    check_databases("wallet")

    async def work() -> None:
        async with open_payments_server(databases, running_clock(), settings) as app:
            listener = open_listener(*address(listen))
            with stop_on_signals() as stop:
                async with serving(app, listener):
                    typer.echo(f"Hearing payment processors at http://{listen}/webhooks/")
                    await stop.wait()

    try:
        asyncio.run(work())
    except (ValueError, OSError) as error:
        fail(error)


@cli.command()
def show(
    payment_id: Annotated[str, typer.Argument(metavar="PAYMENT", help="Its id: the reference of its money.")],
    *,
    as_json: AsJson = False,
) -> None:
    """Show what became of a payment: why which processor, what each said, and what was booked."""
    from msgspec import to_builtins

    async def work(database: Database) -> tuple[Payment, list[Part]] | None:
        from subgraphs.wallet.models import PAYMENTS
        from subgraphs.wallet.payments.records.store import PaymentStore

        return await PaymentStore(database, PAYMENTS).load(payment_id)

    found = run_with(("wallet",), work)
    if found is None:
        fail(f"there is no payment {payment_id!r}")
    payment, parts = found
    if not as_json:
        for line in _told(payment):
            typer.echo(line)
    echo_list(
        parts,
        as_json=as_json,
        heads=(
            "part",
            "what",
            "processor",
            "reference",
            "state",
            "amount",
            "why",
            "asked",
            "moved",
            "booked",
        ),
        cells=lambda part: (
            part.part_id,
            part.kind.value,
            part.processor,
            part.reference,
            part.state.value,
            amount(part.amount_minor, part.currency),
            part.admission if part.admission not in {"", "received"} else part.reason,
            part.asked_at,
            part.moved_at,
            part.booked,
        ),
        facts=to_builtins,
        nothing="No processor was asked for anything.",
    )


@cli.command()
def compare(
    processor: Annotated[str, typer.Argument(metavar="PROCESSOR", help="A name of the file of payments.")],
    day: Annotated[str, typer.Argument(metavar="YYYY-MM-DD", help="A day in UTC that is over.")],
) -> None:
    """Compare a processor's report of a day with our books. Exits with 1 if something differs."""
    from subgraphs.wallet.payments.processor import Unanswered, Unavailable, Unreadable

    log_to_stderr(quiet=True)
    wanted = _day(day)

    async def work(database: Database) -> Compared:
        from subgraphs.wallet.paying.reconciliation.reconciler import Reconciler

        payments = await _opened(database, processor)
        return await Reconciler(payments.work).ask(processor, wanted)

    compared = run_with(("wallet",), work, Unanswered, Unavailable, Unreadable)
    typer.echo(f"{compared.lines} lines, {compared.matched} matched, {compared.different} cases.")
    if compared.different:
        typer.echo("furlong payments cases lists what differs: docs/runbooks/payments-differ.md")
        raise typer.Exit(1)


@cli.command()
def cases(*, as_json: AsJson = False) -> None:
    """List what a person has to look at, the oldest first."""
    from msgspec import to_builtins

    async def work(database: Database) -> list[Case]:
        from subgraphs.wallet.models import PAYMENTS
        from subgraphs.wallet.payments.records.cases import open_cases

        async with database.read() as connection:
            return await open_cases(connection, PAYMENTS, MAX_CASES)

    echo_list(
        run_with(("wallet",), work),
        as_json=as_json,
        heads=("case", "what", "processor", "day", "payment", "amount", "subject", "since"),
        cells=lambda case: (
            case.case_id,
            case.kind.value,
            case.processor,
            case.day,
            case.payment_id,
            amount(case.amount_minor, case.currency or None),
            case.subject,
            case.opened_at,
        ),
        facts=lambda case: {"case_id": case.case_id, **to_builtins(case)},
        nothing="Nothing differs.",
    )


async def _opened(database: Database, processor: str) -> OpenedPayments:
    """Return the payments over a database, which has such a processor."""
    from subgraphs.wallet.opened import OpenedWallet
    from subgraphs.wallet.paying.opened import opened_payments
    from subgraphs.wallet.payments.configuration import PaymentsError

    try:
        wallet = OpenedWallet.of(database, running_clock())
        payments = opened_payments(wallet, payments_settings())
    except PaymentsError as error:
        fail(error)
    if processor not in payments.work.asking.processors:
        fail(f"FURLONG_PAYMENTS_FILE has no processor {processor!r}")
    return payments


def _told(payment: Payment) -> list[str]:
    """Return what was asked for, and what people decided."""
    asked = amount(payment.amount_minor, payment.currency)
    fee = f", of which {amount(payment.fee_minor, payment.currency)} is the fee" if payment.fee_minor else ""
    lines = [
        f"{payment.direction.value.lower()} of {asked}{fee}, by {payment.method_id}: {payment.state.value}",
        f"{payment.brand_id}, customer {payment.customer_id}, asked at {payment.asked_at:%Y-%m-%d %H:%M:%S}Z",
        *payment.choices,
    ]
    if payment.refusal:
        lines.append(f"refused: {payment.refusal}")
    if payment.review:
        decided = f"{payment.decision} by {payment.decided_by}: {payment.decision_reason}"
        lines.append(f"looked at, because it is {payment.review}; {decided if payment.decision else 'waits'}")
    return lines


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        fail(f"{text!r} is no day: write it as 2026-11-28")
