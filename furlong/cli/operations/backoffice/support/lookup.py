"""`furlong support find|show|timeline|why|record`: customers, what happened to them, and their bets."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from furlong.cli.json_lists import AsJson, echo_json, echo_table
from furlong.cli.operations.backoffice.signed_in import User
from furlong.cli.operations.backoffice.support.session import Brand, Customer, with_support

if TYPE_CHECKING:
    from backoffice.access.actor import Actor
    from backoffice.support.area import SupportArea

Limit = Annotated[int, typer.Option(min=1, max=1000, help="How many rows at most.")]


def add_to(cli: typer.Typer) -> None:
    """Add the commands to `furlong support`."""
    for command in (find, show, timeline, why, record):
        cli.command()(command)


def find(
    brand: Brand,
    search: Annotated[str, typer.Argument(help="A customer's id, or its beginning; or a bet's id.")] = "",
    *,
    bet: Annotated[str | None, typer.Option(help="Find the customer who placed this bet.")] = None,
    limit: Limit = 25,
    user: User,
    as_json: AsJson = False,
) -> None:
    """Find customers by the beginning of their id, or by a bet; the access is recorded."""

    async def work(parts: SupportArea, actor: Actor) -> list[str]:
        if bet is not None:
            return [(await parts.customers.of_bet(actor, brand, bet)).owner.customer]
        return list(await parts.customers.search(actor, brand, search, limit, None))

    found = with_support(user, work)
    if as_json:
        echo_json({"brand": brand, "customer": one} for one in found)
    else:
        echo_table(("CUSTOMER",), ((one,) for one in found), nothing="No such customer is known.")


def show(brand: Brand, customer: Customer, *, user: User) -> None:
    """Show a customer's account, membership and current week as JSON; the access is recorded."""
    from subgraphs.kit.domain.keys import Owner

    async def work(parts: SupportArea, actor: Actor) -> Any:
        from backoffice.support.types import shown_customer

        return asdict(shown_customer(await parts.customers.view(actor, Owner(brand, customer))))

    echo_json([with_support(user, work)])


def timeline(
    brand: Brand, customer: Customer, *, limit: Limit = 50, user: User, as_json: AsJson = False
) -> None:
    """List what happened to a customer, the newest first; the access is recorded."""
    from subgraphs.kit.domain.keys import Owner

    async def work(parts: SupportArea, actor: Actor) -> list[dict[str, Any]]:
        from backoffice.support.types import shown_entry

        found = await parts.timeline.page(actor, Owner(brand, customer), limit, None)
        return [asdict(shown_entry(one)) for one in found]

    rows = with_support(user, work)
    if as_json:
        echo_json(rows)
        return
    cells = ((one["at"], one["kind"], one["title"], one["message_id"] or "") for one in rows)
    echo_table(("AT", "KIND", "WHAT", "MESSAGE"), cells, nothing="Nothing has happened to this customer.")


def why(brand: Brand, bet: Annotated[str, typer.Argument(help="The bet's id.")], *, user: User) -> None:
    """Explain why a bet counted or did not, in words for its customer; the access is recorded."""

    async def work(parts: SupportArea, actor: Actor) -> Any:
        from backoffice.support.types import shown_explanation

        return shown_explanation(await parts.explanations.of_bet(actor, brand, bet))

    found = with_support(user, work)
    typer.echo(found.sentence)
    echo_table(("", ""), ((one.label, one.value) for one in found.facts))


def record(brand: Brand, bet: Annotated[str, typer.Argument(help="The bet's id.")], *, user: User) -> None:
    """Find a bet's message on Kafka, and when it arrived, as JSON; the access is recorded."""

    async def work(parts: SupportArea, actor: Actor) -> Any:
        return asdict(await parts.records.of_bet(actor, brand, bet))

    echo_json([with_support(user, work)])
