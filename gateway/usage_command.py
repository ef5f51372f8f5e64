"""`furlong gateway usage`: who uses which fields, which are unused, and reports for registries."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import orjson
import typer

if TYPE_CHECKING:
    from gateway.usage import FieldUse, UsageReport, UsageStore

BROKEN, USED = 2, 1


def show_usage(
    *,
    store: Annotated[
        list[Path] | None,
        typer.Option(help="A file with usage, one per node; by default FURLONG_GATEWAY_USAGE_FILE."),
    ] = None,
    supergraph: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="The composed schema (SDL), for --unused and --apollo."),
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
    hive: Annotated[bool, typer.Option("--hive", help="Print a usage report for GraphQL Hive.")] = False,
    apollo: Annotated[
        bool,
        typer.Option(
            "--apollo", help="Print a usage report for Apollo GraphOS: binary and compressed, or with --json."
        ),
    ] = False,
    day: Annotated[
        str | None, typer.Option(metavar="YYYY-MM-DD", help="The day of the report; yesterday by default.")
    ] = None,
    push: Annotated[
        str | None,
        typer.Option(
            metavar="URL",
            help="Send the report to this URL (for Hive by default) with FURLONG_GATEWAY_USAGE_TOKEN, "
            "instead of printing it.",
        ),
    ] = None,
    output: Annotated[
        Path | None, typer.Option(help="Write the report to this file instead of printing it.")
    ] = None,
) -> None:
    """Print which clients use which fields, so that a field can be removed safely."""
    from gateway.settings import GatewaySettings
    from gateway.usage import UsageReport, UsageStore, UsageStoreError
    from gateway.usage_registries import Delivery, RegistryReportError, report_to_apollo, report_to_hive

    settings = GatewaySettings()
    paths = store or ([settings.usage_file] if settings.usage_file is not None else [])
    if not paths:
        _stop("Name a file with --store or FURLONG_GATEWAY_USAGE_FILE: nothing is counted without one.")
    if hive and apollo:
        _stop("--hive and --apollo: choose one of them.")
    stores = [UsageStore(path) for path in paths]
    try:
        if hive or apollo or push is not None:
            delivery = Delivery(push, output, as_json)
            if apollo:
                report_to_apollo(stores, _day(day, stores[0]), supergraph, delivery, settings)
            else:
                report_to_hive(stores, _day(day, stores[0]), delivery, settings)
            return
        report = UsageReport(stores, stores[0].today() - timedelta(days=days - 1))
        if field is not None:
            _show_field(report, field, as_json=as_json)
        elif unused:
            _show_unused(report, supergraph, as_json=as_json)
        else:
            _show_fields(report, as_json=as_json)
    except (UsageStoreError, RegistryReportError) as error:
        _stop(str(error))


def _show_fields(report: UsageReport, *, as_json: bool) -> None:
    found = list(report.fields().values())
    if as_json:
        _print_json(report, {"fields": [_as_json(each) for each in found]})
        return
    _warn(report)
    width = max((len(each.coordinate) for each in found), default=0)
    for each in found:
        typer.echo(f"{each.coordinate:{width}}  {each.requests:>10}  {_time(each.last)}  {_clients(each)}")


def _show_field(report: UsageReport, coordinate: str, *, as_json: bool) -> None:
    found = report.field(coordinate)
    if as_json:
        _print_json(report, _as_json(found))
    else:
        _warn(report)
        typer.echo("\n".join(_field_lines(report, found)))
    if found.requests or report.lost or report.incomplete:
        raise typer.Exit(USED)


def _field_lines(report: UsageReport, found: FieldUse) -> Iterator[str]:
    if not found.requests:
        yield f"{found.coordinate}: not used since {report.since}"
        return
    yield f"{found.coordinate}: {found.requests} requests since {report.since}, last {_time(found.last)}"
    for (client, version), count in sorted(found.clients.items(), key=lambda each: -each[1]):
        yield f"  client {client or '(no name)'} {version}: {count}".rstrip()
    for (name, digest), count in sorted(found.operations.items(), key=lambda each: -each[1]):
        yield f"  operation {name or '(no name)'} {digest[:12]}: {count}"


def _show_unused(report: UsageReport, supergraph: Path | None, *, as_json: bool) -> None:
    from gateway.errors import SupergraphError
    from gateway.supergraph import load_supergraph
    from gateway.usage import public_fields

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


def _day(text: str | None, store: UsageStore) -> date:
    try:
        return store.today() - timedelta(days=1) if text is None else date.fromisoformat(text)
    except ValueError:
        _stop(f"--day {text}: expected a day such as 2026-01-31.")


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
