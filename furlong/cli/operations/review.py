"""`furlong review …`: bets that wait for a person's decision, late or disputed ones."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Annotated, Any, Final, TypeVar

import typer
from typer.core import TyperCommand

from furlong.cli.command_work import run_with
from furlong.cli.json_lists import AsJson, amount, echo_list, week_cell
from furlong.cli.known_names import require_names
from furlong.cli.options import product_clock

if TYPE_CHECKING:
    from foundation.storage.database import Database
    from subgraphs.progress.review_repository import Decision, DecisionOutcome, LateRevision

LATE_HEADS: Final = (
    *("brand", "week", "customer", "bet", "revision"),
    *("counts", "would count", "as", "came", "closed"),
)
FORMER_NAMES: Final = {"--why": "--reason"}


class WithFormerNames(TyperCommand):
    """A command whose options may be given by former names."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read the arguments, with present names in place of former ones."""
        return super().parse_args(ctx, [_present(argument) for argument in args])


def _present(argument: str) -> str:
    name, is_assigned, value = argument.partition("=")
    return f"{FORMER_NAMES.get(name, name)}{is_assigned}{value}"


R = TypeVar("R")
cli = typer.Typer(no_args_is_help=True, help="Bets that wait for a person's decision.")
late = typer.Typer(help="Bets that would count differently if they had not arrived too late.")
cli.add_typer(late, name="late")
disputed = typer.Typer(help="Bets that are attributed to several customers: they stay the first one's.")
cli.add_typer(disputed, name="disputed")

BrandName = Annotated[str, typer.Argument(help="The brand.")]
BetId = Annotated[str, typer.Argument(help="The bet.")]
Revision = Annotated[int, typer.Argument(min=1, help="The revision that the list shows.")]
By = Annotated[str, typer.Option(help="Who decides.")]
Reason = Annotated[str, typer.Option(help="Why, kept for later questions.")]


@cli.callback()
def review_group() -> None:
    """Make each queue a subcommand."""


@late.callback(invoke_without_command=True)
def listed(
    context: typer.Context,
    *,
    brand: Annotated[str | None, typer.Option(help="Only this brand.")] = None,
    week: Annotated[str | None, typer.Option(help="Only this ISO week, such as 2026-W13.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="The maximum number.")] = 100,
    as_json: AsJson = False,
) -> None:
    """List them, or decide about one."""
    if context.invoked_subcommand is not None:
        return

    from subgraphs.club_kit.records.reference import ReferenceRepository
    from subgraphs.kit.domain.keys import Owner
    from subgraphs.progress.models import REFERENCE
    from subgraphs.progress.review_repository import late_revisions

    async def show(database: Database) -> None:
        await require_names(database, REFERENCE, brand, week)
        async with database.read() as connection:
            revisions = await late_revisions(connection, brand=brand, iso_week=week, limit=limit)
            owners = {Owner(revision.brand, revision.customer) for revision in revisions}
            currencies = await ReferenceRepository(REFERENCE).currencies(connection, owners)

        def cells(bet: LateRevision) -> tuple[object, ...]:
            currency = currencies.get(Owner(bet.brand, bet.customer))
            return (
                *(bet.brand, week_cell(bet.iso_week), bet.customer, bet.bet_id, bet.revision),
                amount(bet.counted_minor, currency),
                amount(bet.would_count_minor, currency),
                *(bet.would_be, bet.occurred_at, bet.closed_at),
            )

        echo_list(revisions, as_json=as_json, heads=LATE_HEADS, cells=cells, nothing="Nothing waits.")

    _with_database(show)


@late.command(cls=WithFormerNames)
def accept(brand: BrandName, bet: BetId, revision: Revision, *, by: By, reason: Reason) -> None:
    """Count a bet as if its revision had arrived in time. A reward that was credited stays."""
    from subgraphs.progress.review_repository import Decision

    _decide(Decision(brand, bet, revision, accepted=True, by=by, why=reason))


@late.command(cls=WithFormerNames)
def reject(brand: BrandName, bet: BetId, revision: Revision, *, by: By, reason: Reason) -> None:
    """Leave a bet as it counts now, and remove it from the queue."""
    from subgraphs.progress.review_repository import Decision

    _decide(Decision(brand, bet, revision, accepted=False, by=by, why=reason))


@disputed.callback(invoke_without_command=True)
def listed_disputes(
    context: typer.Context,
    *,
    brand: Annotated[str | None, typer.Option(help="Only this brand.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="The maximum number.")] = 100,
    as_json: AsJson = False,
) -> None:
    """List them, or decide whose bet one is."""
    if context.invoked_subcommand is not None:
        return

    from subgraphs.progress.review_repository import disputed_bets

    async def show(database: Database) -> None:
        async with database.read() as connection:
            bets = await disputed_bets(connection, brand=brand, limit=limit)
        echo_list(
            bets,
            as_json=as_json,
            heads=("brand", "week", "bet", "claimed by"),
            cells=lambda bet: (bet.brand, week_cell(bet.iso_week), bet.bet_id, ", ".join(bet.customers)),
            nothing="Nothing waits.",
        )

    _with_database(show)


@disputed.command(cls=WithFormerNames)
def assign(
    brand: BrandName,
    bet: BetId,
    customer: Annotated[str, typer.Argument(help="Whose bet it is: one of the customers in the list.")],
    *,
    by: By,
    reason: Reason,
) -> None:
    """Count a disputed bet for one of its claimants, for good. A reward that was credited stays."""
    from subgraphs.progress.ledger.ledger import ledger_of
    from subgraphs.progress.review import ReviewService

    async def act(database: Database) -> None:
        clock = product_clock()
        service = ReviewService(database, ledger_of(database.dialect, clock), clock)
        await service.assign(brand, bet, customer, by=by, why=reason)

    _with_database(act)
    typer.echo(f"{bet} of {brand} is {customer}'s.")


def _decide(decision: Decision) -> None:
    from subgraphs.club_kit.records.reference import ReferenceRepository
    from subgraphs.kit.domain.keys import Owner
    from subgraphs.progress.ledger.ledger import ledger_of
    from subgraphs.progress.models import REFERENCE
    from subgraphs.progress.review import ReviewService

    async def act(database: Database) -> tuple[DecisionOutcome, str | None]:
        clock = product_clock()
        decided = await ReviewService(database, ledger_of(database.dialect, clock), clock).decide(decision)
        owner = Owner(decided.late.brand, decided.late.customer)
        async with database.read() as connection:
            currencies = await ReferenceRepository(REFERENCE).currencies(connection, [owner])
        return decided, currencies.get(owner)

    decided, currency = _with_database(act)
    typer.echo(_result(decided, currency, accepted=decision.accepted))


def _result(decided: DecisionOutcome, currency: str | None, *, accepted: bool) -> str:
    bet = decided.late
    counts = amount(bet.would_count_minor if accepted else bet.counted_minor, currency)
    text = f"{bet.bet_id} revision {bet.revision} counts {counts} in week {week_cell(bet.iso_week)}."
    if decided.status_before != decided.status_now:
        text += f" {bet.customer} was {decided.status_before or 'not qualified'}, is {decided.status_now}."
        if decided.status_now == "revoked" and decided.week_closed:
            text += " The week is closed: a reward that was credited stays, with a flag in fulfilment."
    return text


def _with_database(act: Callable[[Database], Awaitable[R]]) -> R:
    from subgraphs.progress.errors import AlreadyDecided, NoSuchClaim, NothingToDecide

    return run_with(("progress",), act, NothingToDecide, NoSuchClaim, AlreadyDecided)
