"""Commands that stand in for who keeps or moves customers' money."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Annotated, Final, Literal

import typer

from simulator.cli.options import clock_of, stop_event

DEMO_IBAN: Final = "DE89370400440532013000"


def operator(
    *,
    data: Annotated[Path, typer.Option(help="The folder of its books and keys; created if missing.")],
    brand: Annotated[str, typer.Option(help="Whose customers' money it keeps.")] = "southbet",
    port: Annotated[int, typer.Option(help="Its port on the loopback; 0 for any free one.")] = 8446,
    control: Annotated[int, typer.Option(help="The port of faults and books; 0 for any free one.")] = 8447,
) -> None:
    """Serve an operator's own wallet by Hub88's operator API, until Ctrl-C or SIGTERM.

    On the other port, `POST /customers/USER?balance=100&token=T` opens an account, `POST /sessions/USER`
    begins another session, `POST /faults/NAME` arms a fault, `POST /refusals/USER?status=S` refuses a
    customer's bets, and `GET /books` shows all.
    """
    from simulator.seamless.serve import serving_operator

    async def run() -> None:
        stop = stop_event()
        async with serving_operator(data, port=port, control=control) as served:
            typer.echo(f"FURLONG_FUNDS_WALLETS='{json.dumps({brand: served.wallet()})}'")
            typer.echo(f"faults and books at {served.control_url}")
            await stop.wait()
        typer.echo("stopped")

    asyncio.run(run())


def payments(
    ctx: typer.Context,
    *,
    data: Annotated[Path, typer.Option(help="The folder of its books; created if missing.")],
    port: Annotated[int, typer.Option(help="The port of API and pages; 0 for any free one.")] = 8460,
    control: Annotated[int, typer.Option(help="The port of faults and books; 0 for any free one.")] = 8461,
    webhooks: Annotated[
        str, typer.Option(metavar="URL", help="Where it sends events; by default nowhere.")
    ] = "",
    settle: Annotated[
        float, typer.Option(min=-1, help="Seconds until refunds and payouts arrive; -1 for when told to.")
    ] = 2.0,
) -> None:
    """Serve a payment processor that speaks Stripe's API, with a page for customers, until Ctrl-C or SIGTERM.

    On the other port, `POST /faults/NAME?amount=N` arms a fault, and `GET /state` shows what it believes.
    """
    from foundation.storage.rehearsal import announce_rehearsal
    from simulator.payments.api import KEY
    from simulator.payments.serve import PaymentSettings, serving_payments

    settings = PaymentSettings(
        webhooks=webhooks,
        port=port,
        control=control,
        settle_seconds=None if settle < 0 else settle,
        clock=clock_of(ctx),
    )
    announce_rehearsal(settings.clock)

    async def run() -> None:
        stop = stop_event()
        async with serving_payments(data, settings) as served:
            typer.echo(f"payments at {served.url}, faults and books at {served.control_url}")
            typer.echo(f"the key is {KEY}, webhooks are signed with {' and '.join(served.sender.secrets)}")
            await stop.wait()
        typer.echo("stopped")

    asyncio.run(run())


def bank(
    ctx: typer.Context,
    *,
    folder: Annotated[Path, typer.Option(help="Where outbox and inbox are, and what it knows.")],
    account: Annotated[str, typer.Option(metavar="IBAN", help="The account it keeps.")] = DEMO_IBAN,
    currency: Annotated[str, typer.Option(help="The account's.")] = "EUR",
    opening: Annotated[int, typer.Option(help="What is on it first, in minor units.")] = 0,
    version: Annotated[
        Literal["camt.053.001.02", "camt.053.001.08"], typer.Option(help="How it writes statements.")
    ] = "camt.053.001.08",
    control: Annotated[int, typer.Option(help="The port of faults and books; 0 for any free one.")] = 8463,
) -> None:
    """Take payments as files from outbox, and write statements to inbox each day, until Ctrl-C or SIGTERM.

    On the port, `POST /days` ends the day now, `POST /credits?to=IBAN&amount=N` lets somebody pay,
    `POST /faults/NAME?amount=N` arms a fault, and `GET /state` shows its books.
    """
    try:
        from simulator.bank.books import NotPossible
        from simulator.bank.serve import BankSettings, serving_bank
    except ModuleNotFoundError as fault:
        typer.echo("furlong: the simulated bank needs lxml: pip install 'furlong[payments]'", err=True)
        raise typer.Exit(1) from fault
    from foundation.storage.rehearsal import announce_rehearsal

    settings = BankSettings(
        account=account,
        currency=currency,
        opening=opening,
        version=version,
        control=control,
        clock=clock_of(ctx),
    )
    announce_rehearsal(settings.clock)

    async def run() -> None:
        stop = stop_event()
        async with serving_bank(folder, settings) as served:
            typer.echo(f"bank over {folder}, faults and books at {served.control_url}")
            await stop.wait()
        typer.echo("stopped")

    try:
        asyncio.run(run())
    except NotPossible as fault:
        raise typer.BadParameter(str(fault), param_hint="--account, --currency or --opening") from fault
