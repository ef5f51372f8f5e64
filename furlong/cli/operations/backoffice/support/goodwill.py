"""`furlong support goodwill …`: credits within a weekly budget, and the budget itself, by two people each."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from furlong.cli.amounts import minor_of
from furlong.cli.json_lists import AsJson, echo_json, echo_table
from furlong.cli.operations.backoffice.signed_in import User
from furlong.cli.operations.backoffice.support.corrections import proposal_line
from furlong.cli.operations.backoffice.support.session import Brand, Customer, Reason, with_support

if TYPE_CHECKING:
    from backoffice.access.actor import Actor
    from backoffice.support.app import SupportParts

cli = typer.Typer(
    no_args_is_help=True,
    help="Goodwill credits within a weekly budget; `furlong support approve` is the second person's part.",
)
LOCALE: Final = "en-GB"


def add_to(support: typer.Typer) -> None:
    """Add the commands to `furlong support`."""
    support.add_typer(cli, name="goodwill")


@cli.command()
def offer(brand: Brand, customer: Customer, *, user: User, as_json: AsJson = False) -> None:
    """List what can be given to a customer now, the reasons, and what the budget leaves."""
    from subgraphs.kit.domain.keys import Owner
    from subgraphs.kit.graphql.schema.money import written

    async def work(parts: SupportParts, actor: Actor) -> Any:
        from backoffice.support.graph.goodwill.types import shown_choice

        return shown_choice(await parts.goodwill.choice(actor, Owner(brand, customer)))

    found = with_support(user, work)
    if as_json:
        echo_json([asdict(found)])
        return
    left = written(found.left_minor, found.currency, LOCALE)
    typer.echo(found.refusal or f"{left} left in {found.iso_week}")
    values = {one.id: written(one.value_minor, one.currency, LOCALE) for one in found.rewards}
    rows = ((one.id, one.kind, values[one.id], one.expiry_days) for one in found.rewards)
    echo_table(("REWARD", "KIND", "VALUE", "DAYS"), rows, nothing="No reward can be given.")
    echo_table(("CAUSE", ""), ((one.cause.value, one.words) for one in found.causes))


@cli.command()
def give(
    brand: Brand,
    customer: Customer,
    reward: Annotated[str, typer.Argument(help="A reward and its version, such as northbet:fb-5:3.")],
    cause: Annotated[str, typer.Argument(help="One of the list that `offer` shows.")],
    *,
    reason: Reason,
    user: User,
) -> None:
    """Propose a credit, which is reserved in the budget; print the proposal and the hash of its content."""
    from backoffice.support.goodwill.causes import GoodwillCause
    from backoffice.support.goodwill.credits import GoodwillRequest
    from subgraphs.kit.domain.keys import Owner

    if cause not in GoodwillCause.__members__:
        raise typer.BadParameter(f"one of {', '.join(GoodwillCause.__members__)}", param_hint="CAUSE")
    wanted = GoodwillRequest(Owner(brand, customer), reward, GoodwillCause[cause], reason)

    async def work(parts: SupportParts, actor: Actor) -> str:
        return await proposal_line(parts, await parts.goodwill.propose(actor, wanted))

    typer.echo(with_support(user, work, step_up=True))


@cli.command()
def budgets(brand: Brand, *, user: User, as_json: AsJson = False) -> None:
    """List a brand's goodwill budgets of this week and coming ones: set, reserved, approved, paid, left."""
    from subgraphs.kit.graphql.schema.money import written

    async def work(parts: SupportParts, actor: Actor) -> list[Any]:
        from backoffice.support.graph.goodwill.types import shown_use

        return [asdict(shown_use(one)) for one in await parts.goodwill_budgets.uses(actor, brand)]

    found = with_support(user, work)
    if as_json:
        echo_json(found)
        return
    names = ("amount_minor", "reserved_minor", "approved_minor", "paid_minor", "left_minor")
    heads = ("WEEK", "BUDGET", "RESERVED", "APPROVED", "PAID", "LEFT")
    rows = (
        [one["iso_week"], *(written(one[name], one["currency"], LOCALE) for name in names)] for one in found
    )
    echo_table(heads, rows, nothing="No goodwill budget is set.")


@cli.command()
def set_budget(
    brand: Brand,
    currency: Annotated[str, typer.Argument(help="The currency, such as GBP.")],
    amount: Annotated[str, typer.Argument(help="Such as 500.00.")],
    *,
    week: Annotated[str | None, typer.Option(help="Only this week, such as 2026-W13.")] = None,
    per_customer: Annotated[
        str | None, typer.Option(help="At most this to one customer, such as 20.00.")
    ] = None,
    per_agent: Annotated[str | None, typer.Option(help="At most this by one support agent.")] = None,
    reason: Reason,
    user: User,
) -> None:
    """Set a weekly budget at once, or propose it if more could be given than before."""
    from backoffice.support.goodwill.budget import EVERY_WEEK, GoodwillBudgetKey, GoodwillLimits

    key = GoodwillBudgetKey(brand, currency, week or EVERY_WEEK)
    limits = GoodwillLimits(
        minor_of(amount, currency, "AMOUNT"),
        minor_of(per_customer or amount, currency, "--per-customer"),
        minor_of(per_agent or amount, currency, "--per-agent"),
    )

    async def work(parts: SupportParts, actor: Actor) -> str:
        found = await parts.goodwill_budgets.set(actor, key, limits, reason)
        return "The budget is set." if found is None else await proposal_line(parts, found)

    typer.echo(with_support(user, work, step_up=True))
