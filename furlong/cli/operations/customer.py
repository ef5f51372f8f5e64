"""`furlong customer …`: exports what is kept of a customer, erases the customer, and ends sessions."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Annotated, Any

import typer
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError
from sqlalchemy.exc import SQLAlchemyError

from furlong.cli.options import database_settings, fail, product_clock, session_settings, stream_settings
from furlong.embedding.sessions import embed_issuer
from furlong.embedding.settings import EmbedSettings
from furlong.operations.customer_erasure import Counts, CustomerErasure, Erased, NotErased, send_tombstone
from subgraphs.kit.auth.sessions import session_revocations
from subgraphs.kit.domain.keys import Owner
from tokens import Revocations
from tokens.revocations import revoke

cli = typer.Typer(no_args_is_help=True, help="Export what is kept of a customer, erase it, end its sessions.")
Brand = Annotated[str, typer.Argument(help="The brand.")]
Customer = Annotated[str, typer.Argument(help="The customer's id, as the session's token carries it.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object, for programs.")]


@cli.command()
def export(*, brand: Brand, customer: Customer, as_json: AsJson = False) -> None:
    """Print all rows about a customer, by subgraph and table, as JSON."""
    owner = Owner(brand, customer)

    async def act(erasure: CustomerErasure) -> None:
        rows = await erasure.export(owner)
        now = product_clock().now().isoformat()
        whole = {"brand": brand, "customer": customer, "exported_at": now, "subgraphs": rows}
        typer.echo(json.dumps(whole, indent=None if as_json else 2, default=_text, ensure_ascii=False))

    _with_databases(act)


@cli.command()
def erase(
    *,
    brand: Brand,
    customer: Customer,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would be erased.")] = False,
    as_json: AsJson = False,
    unknown: Annotated[
        bool, typer.Option("--unknown", help="Also erase a customer of whom nothing is known here.")
    ] = False,
    wait: Annotated[float, typer.Option(min=0, help="How many seconds the consumers may take.")] = 60.0,
) -> None:
    """Erase a customer by a null value on the account topic, which every consumer applies.

    What accounting and the law require is kept under a pseudonym; docs/erasure.md lists it. Erasure cannot be
    undone. Let the account system erase the customer first: an account it reports later is a new person's.
    """
    owner = Owner(brand, customer)

    async def act(erasure: CustomerErasure) -> None:
        counts = await erasure.counts(owner)
        if dry_run:
            _show({"would_erase": counts}, _lines(counts) or ["Nothing is known of this customer."], as_json)
            return
        if not counts and not unknown:
            fail(f"nothing is known of customer {customer!r} of {brand!r}; --unknown erases it anyway")
        before = await erasure.last_erasures(owner)
        async with AIOKafkaProducer(bootstrap_servers=stream_settings().bootstrap) as producer:
            await send_tombstone(producer, owner)
        erased = await erasure.finish(owner, before, wait)
        _report(erased, as_json=as_json)

    _with_databases(act)


@cli.command("sign-out")
def sign_out(*, brand: Brand, customer: Customer) -> None:
    """End all sessions of a customer that began before now; they take effect no more within seconds.

    FURLONG_JWT_REVOCATIONS says where processes learn of it; sessions of frames end with the others if
    FURLONG_EMBED_… is set as for `furlong serve`. The customer can sign in again: whether that is
    wanted is for the issuer to decide.
    """
    sessions = session_settings()
    revocations = session_revocations(sessions)
    if revocations is None or not sessions.issuer:
        fail("set FURLONG_JWT_REVOCATIONS and FURLONG_JWT_ISSUER as for `furlong serve`")
    kept = sessions.longest_lifetime_seconds + sessions.leeway_seconds
    framed = embed_issuer(EmbedSettings())

    async def revoke_all(found: Revocations) -> None:
        for issuer in (sessions.issuer, *(() if framed is None else (framed.issuer,))):
            await revoke(found, {"iss": issuer, "brand": brand, "sub": customer}, kept)

    try:
        asyncio.run(revoke_all(revocations))
    except (OSError, ValueError) as error:
        fail(error)
    typer.echo(f"The sessions of {customer} at {brand} have ended.")


def _report(erased: Erased, *, as_json: bool) -> None:
    lines = [
        *_lines(erased.found),
        f"Erased as of {erased.at:%Y-%m-%d %H:%M:%S} UTC; what is kept is kept as {erased.pseudonym}.",
    ]
    if erased.left:
        lines += ["Written meanwhile, and still there:", *_lines(erased.left), "Run the command again."]
    facts = {
        "erased_at": erased.at.isoformat(),
        "pseudonym": erased.pseudonym,
        "erased": erased.found,
        "left": erased.left,
    }
    _show(facts, lines, as_json)
    if erased.left:
        raise typer.Exit(1)


def _lines(counts: Counts) -> list[str]:
    return [f"{name}: {number} {what}" for name, found in counts.items() for what, number in found.items()]


def _show(facts: dict[str, Any], lines: list[str], as_json: bool) -> None:  # noqa: FBT001 - passed on
    typer.echo(json.dumps(facts) if as_json else "\n".join(lines))


def _text(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _with_databases(act: Callable[[CustomerErasure], Awaitable[None]]) -> None:
    async def run() -> None:
        async with CustomerErasure.open(database_settings()) as erasure:
            await act(erasure)

    try:
        asyncio.run(run())
    except (NotErased, KafkaError, SQLAlchemyError, OSError) as error:
        fail(error)
