"""`furlong brand …`: the names, languages and themes of brands, on all nodes."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from furlong.cli.command_work import run_with
from furlong.cli.json_lists import AsJson, echo_list
from furlong.cli.operating_person import As, operator
from furlong.cli.options import fail, product_clock, stream_settings

if TYPE_CHECKING:
    from backoffice.access import Actor
    from backoffice.operations.brands.document import BrandDocument
    from backoffice.operations.brands.repository import BrandRevision
    from backoffice.operations.brands.service import BrandService, KnownBrand
    from foundation.storage.database import Database

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
    echo_list(
        _run(lambda brands, actor: brands.page(actor, 10_000)),
        as_json=as_json,
        facts=lambda brand: {"id": brand.brand.id, **_facts(brand), "missing": brand.missing},
        heads=("brand", "name", "zone", "languages", "revision", "own colours", "not applied by"),
        cells=lambda brand: (
            *(brand.brand.id, brand.brand.name, brand.brand.time_zone, ", ".join(brand.brand.locales)),
            *(brand.revision, len(brand.document.theme), ", ".join(brand.missing)),
        ),
        nothing="There is no brand: see `furlong load`.",
    )


@cli.command()
def show(*, brand: Name) -> None:
    """Print a brand as JSON, in the form that `furlong brand change` reads."""
    current = _run(lambda brands, actor: brands.find(actor, brand))
    typer.echo(json.dumps(_facts(current), indent=2, ensure_ascii=False))


@cli.command()
def history(*, brand: Name, as_json: AsJson = False) -> None:
    """List the revisions of a brand, the newest first."""
    echo_list(
        _run(lambda brands, actor: brands.revisions(actor, brand, 10_000)),
        as_json=as_json,
        facts=lambda revision: {**_document(revision.document), **_revision_fields(revision)},
        heads=("revision", "at", "by", "reason", "name", "own colours"),
        cells=lambda revision: (
            *(revision.revision, revision.changed_at, revision.changed_by, revision.reason),
            *(revision.document.name, len(revision.document.theme)),
        ),
        nothing=f"{brand} is as its schemes say.",
    )


@cli.command()
def contrast(*, brand: Name, file: File, as_json: AsJson = False) -> None:
    """Show the contrast of each pair of colours for a brand with the theme in a file; change nothing.

    The exit status is 1 if a pair cannot be read.
    """
    document = _read(file)[1]
    ratios = _run(lambda brands, actor: brands.try_theme(actor, brand, document.theme))
    from backoffice.operations.brands.document import floored

    echo_list(
        ratios,
        as_json=as_json,
        facts=lambda measured: {**asdict(measured), "readable": measured.is_readable},
        heads=("", "pages", "colour", "on", "ratio", "needs", "for"),
        cells=lambda measured: (
            "" if measured.is_readable else "!",
            measured.scheme,
            f"{measured.pair.front} {measured.front}",
            f"{measured.pair.back} {measured.back}",
            floored(measured.ratio),
            f"{measured.pair.least:g}",
            measured.pair.use,
        ),
    )
    if not all(measured.is_readable for measured in ratios):
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
    from backoffice.audit.audit_log import AuditLog
    from backoffice.operations.brands.service import BrandService
    from backoffice.run_publisher import publish_now

    clock = product_clock()

    async def acting(own: Database, rewards: Database) -> R:
        result = await act(BrandService(own, rewards, AuditLog(clock), clock), operator(person))
        if publishes:
            await publish_now(own, stream_settings(), clock)
        return result

    return run_with(("backoffice", "rewards"), acting)


def _facts(brand: KnownBrand) -> dict[str, Any]:
    return {"revision": brand.revision, **_document(brand.document)}


def _document(document: BrandDocument) -> dict[str, Any]:
    from consumers.messages.global_events.states import state_fields

    return state_fields(document.state)


def _revision_fields(revision: BrandRevision) -> dict[str, Any]:
    return {
        "revision": revision.revision,
        "reason": revision.reason,
        "changed_at": revision.changed_at,
        "changed_by": revision.changed_by,
    }
