"""`furlong support adjust|approve`: corrections of a customer's week, by two people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from furlong.cli.amounts import minor_of
from furlong.cli.operations.backoffice.signed_in import User
from furlong.cli.operations.backoffice.support.session import Brand, Customer, Reason, with_support

if TYPE_CHECKING:
    from backoffice.access.actor import Actor
    from backoffice.support.app import SupportParts


def add_to(cli: typer.Typer) -> None:
    """Add the commands to `furlong support`."""
    for command in (adjust, approve):
        cli.command()(command)


def adjust(
    brand: Brand,
    customer: Customer,
    week: Annotated[str, typer.Argument(help="The week, such as 2026-W13.")],
    amount: Annotated[
        str, typer.Argument(help="Such as 5.00, in the currency of the week; -- -5.00 is subtracted.")
    ],
    *,
    reason: Reason,
    user: User,
) -> None:
    """Propose an adjustment of a customer's week; print the proposal and the hash of its content."""
    from backoffice.support.corrections.adjustments import AdjustmentRequest
    from subgraphs.kit.domain.keys import Owner

    owner = Owner(brand, customer)

    async def work(parts: SupportParts, actor: Actor) -> tuple[str, str]:
        from backoffice.support.types import shown_customer

        shown = shown_customer(await parts.customers.view(actor, owner, week)).week
        minor = minor_of(amount, shown.currency, "AMOUNT")
        wanted = AdjustmentRequest(owner, week, minor, reason)
        line = await proposal_line(parts, await parts.adjustments.propose(actor, wanted))
        return line, f"{week} has {shown.shown}; {amount} {shown.currency} is proposed."

    line, consequence = with_support(user, work, step_up=True)
    typer.echo(line)
    typer.echo(consequence, err=True)


def approve(
    proposal: Annotated[str, typer.Argument(help="The proposal.")],
    content_hash: Annotated[str, typer.Argument(help="The hash of the content that you have seen.")],
    *,
    user: User,
) -> None:
    """Approve what another person proposed; it is executed immediately."""

    async def work(parts: SupportParts, actor: Actor) -> str:
        now = parts.base.clock.machine.now()
        found = await parts.base.approvals.approve(actor, proposal, content_hash, now)
        return f"{found.kind} of {found.subject} is {found.status.value}"

    typer.echo(with_support(user, work, step_up=True))


async def proposal_line(parts: SupportParts, proposal_id: str) -> str:
    """Return a proposal and the hash of its content, for the person who approves it."""
    from backoffice.approvals import repository

    async with parts.base.database.home.read() as connection:
        found = await repository.find(connection, proposal_id)
    return f"{proposal_id} {found.content_hash if found else ''}"
