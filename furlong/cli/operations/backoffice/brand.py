"""`furlong brand …`: the names, languages and themes of brands, on all nodes."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from furlong.cli.json_lists import AsJson, echo_json, echo_table
from furlong.cli.operating_person import As, operator
from furlong.cli.options import database_settings, fail, product_clock, stream_settings

if TYPE_CHECKING:
    from backoffice.access import Actor
    from backoffice.operations.brands.document import BrandDocument
    from backoffice.operations.brands.service import BrandService, KnownBrand

R = TypeVar("R")
cli = typer.Typer(
    no_args_is_help=True, help="Brands: their names, languages and themes, in revisions, on all nodes."
)
Name = Annotated[str, typer.Argument(help="The brand's id, such as northbet.")]
File = Annotated[
    Path, typer.Argument(help="A file as `furlong brand show` prints it.", exists=True, dir_okay=False)
]
Reason = Annotated[str, typer.Option(help="Why; the audit log and the nodes show it.")]


@cli.command("list")
def list_(*, as_json: AsJson = False) -> None:
    """List the brands with their revisions, and the nodes that have not applied the last one."""
    found = _run(lambda brands, actor: brands.page(actor, 10_000))
    if as_json:
        echo_json({"id": one.brand.id, **_facts(one), "missing": one.missing} for one in found)
        return
    echo_table(
        ("brand", "name", "zone", "languages", "revision", "own colours", "not applied by"),
        (
            (
                one.brand.id,
                one.brand.name,
                one.brand.time_zone,
                ", ".join(one.brand.locales),
                one.revision,
                len(one.document.theme),
                ", ".join(one.missing),
            )
            for one in found
        ),
        nothing="There is no brand: see `furlong load`.",
    )


@cli.command()
def show(*, brand: Name) -> None:
    """Print a brand as JSON, in the form that `furlong brand change` reads."""
    found = _run(lambda brands, actor: brands.find(actor, brand))
    typer.echo(json.dumps(_facts(found), indent=2, ensure_ascii=False))


@cli.command()
def history(*, brand: Name, as_json: AsJson = False) -> None:
    """List the revisions of a brand, the newest first."""
    found = _run(lambda brands, actor: brands.revisions(actor, brand, 10_000))
    if as_json:
        echo_json({**_document(one.document), **_revision_fields(one)} for one in found)
        return
    echo_table(
        ("revision", "at", "by", "reason", "name", "own colours"),
        (
            (
                one.revision,
                one.changed_at,
                one.changed_by,
                one.reason,
                one.document.name,
                len(one.document.theme),
            )
            for one in found
        ),
        nothing=f"{brand} is as its schemes say.",
    )


@cli.command()
def contrast(*, brand: Name, file: File) -> None:
    """Show the contrast of each pair of colours for a brand with the theme in a file; change nothing.

    The exit status is 1 if a pair cannot be read.
    """
    document = _read(file)[1]
    found = _run(lambda brands, actor: brands.try_theme(actor, brand, document.theme))
    from backoffice.operations.brands.document import floored

    echo_table(
        ("", "pages", "colour", "on", "ratio", "needs", "for"),
        (
            (
                "" if one.is_readable else "!",
                one.scheme,
                f"{one.pair.front} {one.front}",
                f"{one.pair.back} {one.back}",
                floored(one.ratio),
                f"{one.pair.least:g}",
                one.pair.use,
            )
            for one in found
        ),
    )
    if not all(one.is_readable for one in found):
        raise typer.Exit(1)


@cli.command()
def change(*, brand: Name, file: File, reason: Reason, person: As = None) -> None:
    """Change a brand on all nodes: its name, its languages and its theme.

    Refused if somebody else has changed it since `revision`, and if colours cannot be read.
    """
    seen, document = _read(file)
    changed = _run(
        lambda brands, actor: brands.change(actor, brand, document, seen=seen, reason=reason),
        person,
        publishes=True,
    )
    typer.echo(f"{brand} has revision {changed.revision}, for all nodes.")


def _read(file: Path) -> tuple[int, BrandDocument]:
    """Return the revision that a file changes, and the document in it."""
    from backoffice.operations.brands.document import BrandDocument

    try:
        facts: Mapping[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        return int(facts["revision"]), BrandDocument.of_fields(facts)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        fail(f"{file} is not in the form of `furlong brand show`: {error}")


def _run(
    act: Callable[[BrandService, Actor], Awaitable[R]], person: str | None = None, *, publishes: bool = False
) -> R:
    from aiokafka.errors import KafkaError
    from sqlalchemy.exc import SQLAlchemyError

    from backoffice.errors import BackofficeError
    from backoffice.run_publisher import NotPublished

    try:
        return asyncio.run(_acting(act, person, publishes=publishes))
    except (BackofficeError, NotPublished, KafkaError, SQLAlchemyError, OSError) as error:
        fail(error)


async def _acting(
    act: Callable[[BrandService, Actor], Awaitable[R]], person: str | None, *, publishes: bool
) -> R:
    from backoffice.audit.audit_log import AuditLog
    from backoffice.operations.brands.service import BrandService
    from backoffice.run_publisher import publish_now
    from foundation.storage.database import Database

    clock = product_clock()
    async with AsyncExitStack() as stack:
        own, rewards = (Database.open(database_settings(), name) for name in ("backoffice", "rewards"))
        stack.push_async_callback(own.close)
        stack.push_async_callback(rewards.close)
        result = await act(BrandService(own, rewards, AuditLog(clock), clock), operator(person))
        if publishes:
            await publish_now(own, stream_settings(), clock)
        return result


def _facts(one: KnownBrand) -> dict[str, Any]:
    return {"revision": one.revision, **_document(one.document)}


def _document(document: BrandDocument) -> dict[str, Any]:
    from consumers.messages.global_events.states import state_fields

    return state_fields(document.state)


def _revision_fields(one: Any) -> dict[str, Any]:
    return {
        "revision": one.revision,
        "reason": one.reason,
        "changed_at": one.changed_at,
        "changed_by": one.changed_by,
    }
