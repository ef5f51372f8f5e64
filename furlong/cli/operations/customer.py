"""`furlong customer …`: exports a customer's data, erases the customer, and ends the customer's sessions."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from furlong.cli.command_work import run
from furlong.cli.diagnosis import without_credentials
from furlong.cli.long_work import working
from furlong.cli.operating_person import operating_person
from furlong.cli.options import (
    database_settings,
    embed_settings,
    fail,
    product_clock,
    session_settings,
    stream_settings,
)
from furlong.cli.own_databases import check_databases

if TYPE_CHECKING:
    from backoffice.support.privacy.customer_data import Counts, CustomerErasure, Erased
    from foundation.tokens import Revocations
    from subgraphs.kit.domain.keys import Owner

cli = typer.Typer(
    no_args_is_help=True, help="Export a customer's data, erase a customer, end a customer's sessions."
)
Brand = Annotated[str, typer.Argument(help="The brand.")]
Customer = Annotated[str, typer.Argument(help="The customer's id, as in session tokens.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object, for programs.")]


@cli.command()
def export(*, brand: Brand, customer: Customer, as_json: AsJson = False) -> None:
    """Print all rows about a customer, by subgraph and table, as JSON."""
    from subgraphs.kit.domain.keys import Owner

    owner = Owner(brand, customer)

    async def act(erasure: CustomerErasure) -> None:
        rows = await erasure.export(owner)
        if not any(any(tables.values()) for tables in rows.values()):
            typer.echo(f"furlong: nothing is known of customer {customer!r} of {brand!r}", err=True)
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
        bool, typer.Option("--unknown", help="Erase the customer even if nothing is stored about it here.")
    ] = False,
    wait: Annotated[float, typer.Option(min=0, help="How many seconds the consumers may take.")] = 60.0,
) -> None:
    """Erase a customer by a null value on the account topic, which every consumer applies.

    Data that accounting or the law require are kept under a pseudonym; docs/erasure.md lists them. Erasure
    cannot be undone, and is refused under a legal hold. Erase the customer in the account system first: an
    account that it reports later counts as a new person.
    """
    from aiokafka import AIOKafkaProducer

    from backoffice.support.privacy.customer_data import send_tombstone
    from subgraphs.kit.domain.keys import Owner

    owner = Owner(brand, customer)
    if not dry_run:
        check_databases(stream=stream_settings())

    async def act(erasure: CustomerErasure) -> None:
        counts = await erasure.counts(owner)
        if dry_run:
            _show({"would_erase": counts}, _lines(counts) or ["Nothing is known of this customer."], as_json)
            return
        if not counts and not unknown:
            fail(f"nothing is known of customer {customer!r} of {brand!r}; --unknown erases it anyway")
        before = await erasure.last_erasures(owner)
        await _require_no_hold(owner)
        async with AIOKafkaProducer(bootstrap_servers=stream_settings().bootstrap) as producer:
            await send_tombstone(producer, owner)
        with working("Waiting for the consumers"):
            erased = await erasure.finish(owner, before, wait)
        await _erase_from_goodwill(owner)
        _report(erased, as_json=as_json)

    _with_databases(act)


@cli.command("sign-out")
def sign_out(*, brand: Brand, customer: Customer) -> None:
    """End all sessions that a customer has now; within seconds their tokens are no longer accepted.

    FURLONG_JWT_REVOCATIONS says how processes learn of it. Sessions of frames end as well if FURLONG_EMBED_…
    is set as for `furlong serve`. The customer can sign in again; only the issuer can prevent that.
    """
    from foundation.tokens.revocations import revoke
    from furlong.embedding.sessions import embed_issuer
    from subgraphs.kit.auth import session_revocations

    sessions = session_settings()
    revocations = session_revocations(sessions)
    if revocations is None or not sessions.issuer:
        fail("set FURLONG_JWT_REVOCATIONS and FURLONG_JWT_ISSUER as for `furlong serve`")
    kept = sessions.longest_lifetime_seconds + sessions.leeway_seconds
    framed = embed_issuer(embed_settings())

    async def revoke_all(revocations: Revocations) -> None:
        for issuer in (sessions.issuer, *(() if framed is None else (framed.issuer,))):
            await revoke(revocations, {"iss": issuer, "brand": brand, "sub": customer}, kept)

    try:
        asyncio.run(revoke_all(revocations))
    except OSError as error:
        address = without_credentials(revocations.url)
        fail(f"{error} (is Valkey or Redis running at {address}, as FURLONG_JWT_REVOCATIONS says?)")
    except ValueError as error:
        fail(error)
    typer.echo(f"The sessions of {customer} at {brand} have ended.")
    if framed is None:
        typer.echo(
            "Sessions of frames have not: FURLONG_EMBED_SIGNING_KEYS is not set here. If `furlong serve` "
            "signs such sessions, set FURLONG_EMBED_… as there, and run this command again."
        )


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
    return [f"{name}: {number} {what}" for name, count in counts.items() for what, number in count.items()]


def _show(facts: dict[str, Any], lines: list[str], as_json: bool) -> None:  # noqa: FBT001 - passed on
    typer.echo(json.dumps(facts) if as_json else "\n".join(lines))


def _text(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


async def _require_no_hold(owner: Owner) -> None:
    """Refuse under a legal hold, and record in the audit log who erases the customer."""
    from backoffice.audit.audit_log import AuditLog
    from backoffice.audit.subjects import customer_subject
    from backoffice.metadata import NAME
    from backoffice.support.privacy.holds import require_no_hold
    from foundation.storage.database import open_databases

    audit = AuditLog(product_clock())
    async with open_databases(database_settings(), NAME) as (database,), database.write() as connection:
        await require_no_hold(connection, owner)
        await audit.record(
            connection,
            operating_person(None),
            "support.erase",
            brand=owner.brand,
            subject=customer_subject(owner),
            before=None,
            after=None,
            reason=None,
        )


async def _erase_from_goodwill(owner: Owner) -> None:
    """Rename the customer in what the back office has reserved of goodwill budgets."""
    from backoffice.metadata import NAME
    from backoffice.support.privacy.customer_data import GoodwillErasure
    from foundation.storage.database import open_databases

    settings = database_settings()
    async with open_databases(settings, NAME, "fulfilment") as (own, fulfilment):
        await GoodwillErasure.over(own, fulfilment, settings).apply([owner])


def _with_databases(act: Callable[[CustomerErasure], Awaitable[None]]) -> None:
    from backoffice.support.privacy.customer_data import CustomerErasure, NotErased

    async def opened() -> None:
        async with CustomerErasure.open(database_settings()) as erasure:
            await act(erasure)

    run(opened(), NotErased)
