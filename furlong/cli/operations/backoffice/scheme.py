"""`furlong scheme …`: versions of schemes: check, propose, approve, and try over a past week."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from furlong.cli.json_lists import AsJson, echo_json, table
from furlong.cli.operations.backoffice.signed_in import User, run_as
from furlong.cli.options import fail

if TYPE_CHECKING:
    from backoffice.access.actor import Actor
    from backoffice.rules.area import RulesArea

cli = typer.Typer(
    no_args_is_help=True, help="Versions of schemes: check, propose, approve, and try over a past week."
)
Brand = Annotated[str, typer.Argument(help="The brand.")]
File = Annotated[Path, typer.Argument(help="A YAML file with one version, as in furlong/world.yaml.")]


@cli.command(name="list")
def list_versions(brand: Brand, *, user: User, as_json: AsJson = False) -> None:
    """List the published versions of a brand's schemes."""

    async def work(parts: RulesArea, actor: Actor) -> list[dict[str, Any]]:
        found = await parts.rules.versions(actor, brand)
        return [
            {
                "version": f"{one.brand}:{one.jurisdiction}:{one.currency}:{one.version}",
                "product": one.qualifying_product,
                "target_minor": one.target_minor,
                "first_week": dated.first_week.iso,
                "phase": dated.phase.value,
            }
            for dated in found
            for one in [dated.scheme]
        ]

    rows = _with_rules(user, work)
    if as_json:
        echo_json(rows)
        return
    shown = [tuple(map(str, one.values())) for one in rows]
    typer.echo("\n".join(table([("VERSION", "PRODUCT", "TARGET", "FROM", "STATE"), *shown])))


@cli.command()
def check(brand: Brand, file: File, *, user: User) -> None:
    """Check a version: what is impossible, unlawful or too late; exit with 1 if an error blocks it."""
    values = _values(file)

    async def work(parts: RulesArea, actor: Actor) -> Any:
        return await parts.rules.check(actor, brand, values)

    found = _with_rules(user, work)
    for one in found.problems:
        source = f" ({one.source})" if one.source else ""
        typer.echo(f"{one.severity.value} {one.rule} {one.path}: {one.message}{source}")
    typer.echo(f"The first week that can change is {found.first_week.iso}.")
    if any(one.severity.value == "error" for one in found.problems):
        raise typer.Exit(1)


@cli.command()
def propose(
    brand: Brand,
    file: File,
    *,
    reason: Annotated[str, typer.Option("--reason", help="Why, for the approver and the audit log.")],
    user: User,
) -> None:
    """Propose a version for another person's approval; print the proposal and the hash of its content."""
    from backoffice.approvals import repository

    values = _values(file)

    async def work(parts: RulesArea, actor: Actor) -> str:
        proposal_id = await parts.rules.propose(actor, brand, values, reason)
        async with parts.rules.database.home.read() as connection:
            found = await repository.find(connection, proposal_id)
        return f"{proposal_id} {found.content_hash if found else ''}"

    typer.echo(_with_rules(user, work))


@cli.command()
def approve(
    proposal: Annotated[str, typer.Argument(help="The proposal.")],
    content_hash: Annotated[str, typer.Argument(help="The hash of the content that you have seen.")],
    *,
    user: User,
) -> None:
    """Approve a version that another person proposed: it is published."""

    async def work(parts: RulesArea, actor: Actor) -> str:
        now = parts.rules.clock.machine.now()
        found = await parts.rules.approvals.approve(actor, proposal, content_hash, now)
        return f"{found.subject} is {found.status.value}: `furlong worker outbox` publishes it"

    typer.echo(_with_rules(user, work))


@cli.command(name="dry-run")
def dry_run(
    brand: Brand,
    file: File,
    *,
    week: Annotated[str | None, typer.Option(help="Such as 2026-W13; the last one by default.")] = None,
    csv: Annotated[Path | None, typer.Option(help="Where to write the bets that count differently.")] = None,
    user: User,
) -> None:
    """Try a version over the bets of a past week: who would have qualified, and what it would have cost."""
    from backoffice.jobs.jobs import JobStatus
    from backoffice.jobs.worker import JobWorker

    values = _values(file)

    async def work(parts: RulesArea, actor: Actor) -> Any:
        job_id = (await parts.rules.start_dry_run(actor, brand, values, week)).job_id
        worker = JobWorker(parts.rules.jobs)
        job = await parts.rules.dry_run(actor, job_id)
        while job.status in {JobStatus.QUEUED, JobStatus.RUNNING}:
            if not await worker.run_once():
                await asyncio.sleep(1)
            job = await parts.rules.dry_run(actor, job_id)
        if csv is not None and job.status is JobStatus.DONE:
            csv.write_text(await parts.rules.csv(actor, job_id), encoding="utf-8", newline="")
        return job

    job = _with_rules(user, work)
    if job.result is None:
        fail(ValueError(f"the dry run is {job.status.value}: {job.error or 'no reason is known'}"))
    echo_json([job.result])


def _values(file: Path) -> dict[str, Any]:
    import yaml

    try:
        found = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError, UnicodeDecodeError) as error:
        fail(error)
    return found if isinstance(found, dict) else {}


def _with_rules(user: str, work: Callable[[RulesArea, Actor], Awaitable[Any]]) -> Any:
    from backoffice.rules.area import RulesArea

    async def run(base: Any, actor: Actor) -> Any:
        parts = RulesArea(base)
        try:
            return await work(parts, actor)
        finally:
            await parts.rewards.close()
            await parts.progress.close()

    return run_as(user, run)
