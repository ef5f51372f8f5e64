"""`furlong support export|erase|hold|lift|holds`: a person's data, and legal holds."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from furlong.cli.json_lists import AsJson, echo_json, echo_table
from furlong.cli.operations.backoffice.signed_in import User
from furlong.cli.operations.backoffice.support.corrections import proposal_line
from furlong.cli.operations.backoffice.support.session import Brand, Customer, Reason, with_support
from furlong.cli.options import fail

if TYPE_CHECKING:
    from backoffice.access.actor import Actor
    from backoffice.support.area import SupportArea


def add_to(cli: typer.Typer) -> None:
    """Add the commands to `furlong support`."""
    for command in (export, erase, hold, lift, holds):
        cli.command()(command)


def export(
    brand: Brand,
    customer: Customer,
    file: Annotated[Path, typer.Argument(help="Where to write the JSON document.")],
    *,
    reason: Reason,
    user: User,
) -> None:
    """Export all that is stored about a customer; the job, its reason and the access are recorded."""
    from subgraphs.kit.domain.keys import Owner

    async def work(parts: SupportArea, actor: Actor) -> str:
        from backoffice.jobs.jobs import JobStatus
        from backoffice.jobs.worker import JobWorker

        job_id = await parts.requests.export(actor, Owner(brand, customer), reason)
        worker, job = JobWorker(parts.base.jobs), await parts.base.jobs.find(actor, job_id)
        while job.status in {JobStatus.QUEUED, JobStatus.RUNNING}:
            if not await worker.run_once():
                await asyncio.sleep(1)
            job = await parts.base.jobs.find(actor, job_id)
        if job.status is not JobStatus.DONE:
            fail(ValueError(f"the export is {job.status.value}: {job.error or 'no reason is known'}"))
        return await parts.requests.document(actor, job_id)

    document = with_support(user, work)
    file.touch(mode=0o600)
    file.chmod(0o600)  # it may have been there
    file.write_text(document, encoding="utf-8")


def erase(brand: Brand, customer: Customer, *, reason: Reason, user: User) -> None:
    """Propose to erase a customer; print the proposal and the hash of its content."""
    from subgraphs.kit.domain.keys import Owner

    async def work(parts: SupportArea, actor: Actor) -> str:
        found = await parts.requests.propose_erasure(actor, Owner(brand, customer), reason)
        return await proposal_line(parts, found)

    typer.echo(with_support(user, work, step_up=True))


def hold(brand: Brand, customer: Customer, *, reason: Reason, user: User) -> None:
    """Place a legal hold on a customer, who is not erased until it is lifted; print its id."""
    from subgraphs.kit.domain.keys import Owner

    async def work(parts: SupportArea, actor: Actor) -> str:
        return (await parts.holds.put(actor, Owner(brand, customer), reason)).hold_id

    typer.echo(with_support(user, work))


def lift(
    hold_id: Annotated[str, typer.Argument(metavar="HOLD", help="The hold's id.")],
    *,
    reason: Reason,
    user: User,
) -> None:
    """Lift a legal hold."""

    async def work(parts: SupportArea, actor: Actor) -> str:
        found = await parts.holds.lift(actor, hold_id, reason)
        return f"{found.customer_id} of {found.brand_id} is no longer under this hold"

    typer.echo(with_support(user, work))


def holds(brand: Brand, customer: Customer, *, user: User, as_json: AsJson = False) -> None:
    """List the legal holds of a customer, lifted ones included."""
    from subgraphs.kit.domain.keys import Owner

    async def work(parts: SupportArea, actor: Actor) -> list[Any]:
        return list(await parts.holds.of_customer(actor, Owner(brand, customer)))

    found = with_support(user, work)
    if as_json:
        echo_json(asdict(one) for one in found)
        return
    rows = ((one.hold_id, one.put_at, one.put_by, one.lifted_at, one.reason) for one in found)
    echo_table(("HOLD", "SINCE", "BY", "LIFTED", "REASON"), rows, nothing="There is no hold.")
