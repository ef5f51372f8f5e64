"""Usage reports for registries: builds the report of a day, and prints, writes or sends it."""

from __future__ import annotations

import platform
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import orjson
import typer

from gateway.errors import SupergraphError
from gateway.supergraph import load_supergraph
from gateway.usage import UsageStore
from gateway.usage.apollo import ReportHeader, apollo_report, as_json, compressed, divided
from gateway.usage.hive import API_VERSION, hive_report
from gateway.usage.push import PushError, push
from gateway.usage.settings import UsageSettings

_GRAPH_REF: Final = re.compile(r"[^@\s]+@[^@\s]+")


class RegistryReportError(Exception):
    """A report cannot be built or delivered."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """The destination of a report.

    Attributes:
        url: The URL to send it to; None if it is only printed or written.
        output: The file to write it to, instead of printing it.
        as_json: Whether to write a binary report as JSON, so that people can read it.
    """

    url: str | None
    output: Path | None
    as_json: bool


def report_to_hive(
    stores: Sequence[UsageStore], day: date, delivery: Delivery, settings: UsageSettings
) -> None:
    """Print, write or send the report of a day for GraphQL Hive.

    Raises:
        RegistryReportError: The report cannot be built or delivered.
    """
    coordinates: dict[str, list[str]] = {}
    documents: dict[str, str] = {}
    for each in stores:
        documents |= each.documents()
        for name, digests in sorted(each.coordinates().items()):
            for digest in digests:
                if name not in coordinates.setdefault(digest, []):
                    coordinates[digest].append(name)
    uses = [use for each in stores for use in each.uses(day, day)]
    content = orjson.dumps(hive_report(uses, documents, coordinates))
    if delivery.url is None:
        _write(content + b"\n", delivery.output)
        return
    headers = {
        "authorization": f"Bearer {_token(settings)}",
        "content-type": "application/json",
        API_VERSION[0]: API_VERSION[1],
    }
    _send(delivery.url, [content], headers)
    typer.echo(f"Sent the usage of {day}: {sum(use.requests for use in uses)} requests.")


def report_to_apollo(
    stores: Sequence[UsageStore],
    day: date,
    supergraph: Path | None,
    delivery: Delivery,
    settings: UsageSettings,
) -> None:
    """Print, write or send the report of a day for Apollo GraphOS.

    Raises:
        RegistryReportError: The report cannot be built or delivered.
    """
    if supergraph is None:
        raise RegistryReportError("--apollo needs --supergraph FILE, the schema of that day.")
    graph_ref = settings.usage_graph_ref
    if graph_ref is None or _GRAPH_REF.fullmatch(graph_ref) is None:
        raise RegistryReportError("--apollo: set FURLONG_GATEWAY_USAGE_GRAPH_REF, such as my-graph@current.")
    if delivery.url is None and delivery.output is None and not delivery.as_json and sys.stdout.isatty():
        raise RegistryReportError(
            "--apollo: the report is binary; redirect it, or add --json or --output FILE."
        )
    report = _apollo_report(stores, day, supergraph, graph_ref)
    if report is None:
        typer.echo(f"Nobody asked for anything on {day}: there is no report.", err=True)
    elif delivery.url is not None:
        headers = {
            "x-api-key": _token(settings),
            "content-type": "application/protobuf",
            "content-encoding": "gzip",
            "accept": "application/json",
        }
        _send(delivery.url, [compressed(part) for part in divided(report)], headers)
        typer.echo(f"Sent the usage of {day}: {report.operation_count} requests.")
    elif delivery.as_json:
        _write(orjson.dumps(as_json(report), option=orjson.OPT_INDENT_2) + b"\n", delivery.output)
    else:
        _write(compressed(report), delivery.output)


def _apollo_report(stores: Sequence[UsageStore], day: date, supergraph: Path, graph_ref: str) -> Any:
    """Return the report of a day; None if there is nothing to report."""
    uses = [use for each in stores for use in each.uses(day, day)]
    if not uses:
        return None
    try:
        content = supergraph.read_bytes()
        schema = load_supergraph(content.decode()).public
    except (OSError, UnicodeDecodeError, SupergraphError) as error:
        raise RegistryReportError(f"{supergraph}: {error}") from error
    documents = {digest: document for each in stores for digest, document in each.documents().items()}
    lost = sum(each.lost(day, day) for each in stores)
    return apollo_report(_header(graph_ref, content), uses, documents, schema, lost)


def _header(graph_ref: str, supergraph: bytes) -> ReportHeader:
    return ReportHeader(
        graph_ref=graph_ref,
        schema_id=sha256(supergraph).hexdigest(),
        agent=f"furlong {version('furlong')}",
        runtime=f"Python {platform.python_version()}",
    )


def _token(settings: UsageSettings) -> str:
    if settings.usage_token is None:
        raise RegistryReportError("--push: set FURLONG_GATEWAY_USAGE_TOKEN.")
    token = settings.usage_token.get_secret_value().strip()
    # The HTTP client's error about an invalid header would print the token.
    if not token.isascii() or not token.isprintable():
        raise RegistryReportError("--push: FURLONG_GATEWAY_USAGE_TOKEN has characters that no token has.")
    return token


def _send(url: str, parts: Sequence[bytes], headers: Mapping[str, str]) -> None:
    for number, part in enumerate(parts):
        try:
            push(url, part, headers)
        except PushError as error:
            taken = f" ({number} of {len(parts)} parts were taken, and would count twice)" if number else ""
            raise RegistryReportError(f"--push: {error}{taken}") from error


def _write(content: bytes, output: Path | None) -> None:
    if output is None:
        typer.echo(content, nl=False)
        return
    try:
        output.write_bytes(content)
    except OSError as error:
        raise RegistryReportError(f"{output}: {error.strerror}") from error
