"""`furlong gateway usage`: who uses which fields, and which are unused."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import orjson
import typer

from gateway.command_input import settings_of

if TYPE_CHECKING:
    from gateway.features.usage.report import FieldUse, UsageReport

BROKEN, USED = 2, 1


def show_usage(
    *,
    store: Annotated[
        list[Path] | None,
        typer.Option(help="A file with usage, one per node; by default FURLONG_GATEWAY__USAGE__FILE."),
    ] = None,
    supergraph: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="The composed schema (SDL), for --unused."),
    ] = None,
    days: Annotated[int, typer.Option(min=1, help="How many days to look back.")] = 30,
    field: Annotated[
        str | None,
        typer.Option(
            metavar="TYPE.FIELD", help="Show which clients use one field; exit with status 1 if any do."
        ),
    ] = None,
    unused: Annotated[bool, typer.Option("--unused", help="List fields that no client uses.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Print which clients use which fields, so that a field can be removed safely."""
    from gateway.features.usage.report import UsageReport
    from gateway.features.usage.settings import UsageSettings
    from gateway.features.usage.store import UsageStore, UsageStoreError

    file = settings_of().of(UsageSettings).file
    paths = store or ([] if file is None else [file])
    if not paths:
        _stop("Name a file with --store or FURLONG_GATEWAY__USAGE__FILE: nothing is counted without one.")
    stores = [UsageStore(path) for path in paths]
    try:
        report = UsageReport(stores, stores[0].today() - timedelta(days=days - 1))
        if field is not None:
            _show_field(report, field, as_json=as_json)
        elif unused:
            _show_unused(report, supergraph, as_json=as_json)
        else:
            _show_fields(report, as_json=as_json)
    except UsageStoreError as error:
        _stop(str(error))


def _show_fields(report: UsageReport, *, as_json: bool) -> None:
    uses = list(report.fields().values())
    if as_json:
        _print_json(report, {"fields": [_as_json(use) for use in uses]})
        return
    _warn(report)
    width = max((len(use.coordinate) for use in uses), default=0)
    for use in uses:
        typer.echo(f"{use.coordinate:{width}}  {use.requests:>10}  {_time(use.last)}  {_clients(use)}")


def _show_field(report: UsageReport, coordinate: str, *, as_json: bool) -> None:
    use = report.field(coordinate)
    if as_json:
        _print_json(report, _as_json(use))
    else:
        _warn(report)
        typer.echo("\n".join(_field_lines(report, use)))
    if use.requests or report.lost or report.incomplete:
        raise typer.Exit(USED)


def _field_lines(report: UsageReport, use: FieldUse) -> Iterator[str]:
    if not use.requests:
        yield f"{use.coordinate}: not used since {report.since}"
        return
    yield f"{use.coordinate}: {use.requests} requests since {report.since}, last {_time(use.last)}"
    for (client, version), count in sorted(use.clients.items(), key=lambda item: -item[1]):
        yield f"  client {client or '(no name)'} {version}: {count}".rstrip()
    for (name, digest), count in sorted(use.operations.items(), key=lambda item: -item[1]):
        yield f"  operation {name or '(no name)'} {digest[:12]}: {count}"


def _show_unused(report: UsageReport, supergraph: Path | None, *, as_json: bool) -> None:
    from gateway.errors import SupergraphError
    from gateway.features.usage.report import public_fields
    from gateway.supergraph import load_supergraph

    if supergraph is None:
        _stop("--unused needs --supergraph FILE: usage contains only fields that were used.")
    try:
        schema = load_supergraph(supergraph.read_text(encoding="utf-8")).public
    except (OSError, UnicodeDecodeError, SupergraphError) as error:
        _stop(f"{supergraph}: {error}")
    names = report.unused(schema)
    if as_json:
        _print_json(report, {"unused": names, "fields": len(public_fields(schema))})
        return
    _warn(report)
    typer.echo("\n".join(names) if names else "Every field is asked for.")


def _warn(report: UsageReport) -> None:
    """Report on stderr anything that makes the figures too low."""
    if report.lost:
        typer.echo(f"{report.lost} requests are not counted: there were too many operations.", err=True)
    for store in report.incomplete:
        typer.echo(f"{store.path} was begun later than {report.since}.", err=True)


def _print_json(report: UsageReport, content: dict[str, Any]) -> None:
    about = {
        "since": report.since,
        "notCounted": report.lost,
        "begunLater": [str(store.path) for store in report.incomplete],
    }
    typer.echo(orjson.dumps({**about, **content}, option=orjson.OPT_INDENT_2))


def _as_json(use: FieldUse) -> dict[str, Any]:
    return {
        "coordinate": use.coordinate,
        "requests": use.requests,
        "last": _time(use.last) if use.requests else None,
        "clients": [
            {"name": name, "version": version, "requests": count}
            for (name, version), count in sorted(use.clients.items())
        ],
        "operations": [
            {"name": name, "digest": digest, "requests": count}
            for (name, digest), count in sorted(use.operations.items())
        ],
    }


def _clients(use: FieldUse) -> str:
    return ", ".join(sorted({client or "(no name)" for client, _ in use.clients}))


def _time(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _stop(message: str) -> NoReturn:
    typer.echo(message, err=True)
    raise typer.Exit(BROKEN)


def add_to(cli: typer.Typer) -> None:
    """Add the command."""
    cli.command("usage")(show_usage)
