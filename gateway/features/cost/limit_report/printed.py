"""Prints figures and proposals, as text for people or as JSON values for programs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from gateway.features.cost.limit_report.documents import COST, LIMITS, Document, OperationFigures
from gateway.features.cost.limit_report.proposals import Proposal, Proposals
from gateway.features.cost.settings import CostSettings
from gateway.settings import GatewaySettings

SHOWN_LINES = 20
"""How many bad lines are shown individually."""


def printed_documents(documents: Mapping[str, Document], settings: GatewaySettings) -> Iterator[str]:
    """Yield a table per document: its operations with their costs, its figures next to the limits."""
    for name, document in documents.items():
        yield name
        yield from (f"  {error}" for error in document.errors)
        for operation in document.operations:
            yield from _operation(operation, settings)
        broken = document.broken(settings)
        rows = [
            (limit.what, str(document.figures[limit.setting]), _of(limit.value(settings)), limit.variable)
            for limit in LIMITS
            if limit.setting in document.figures
        ]
        marks = [
            "  over the limit" if limit in broken else ""
            for limit in LIMITS
            if limit.setting in document.figures
        ]
        yield from (f"  {line}{mark}" for line, mark in zip(_table(rows), marks, strict=True))
        yield ""


def documents_as_json(documents: Mapping[str, Document], settings: GatewaySettings) -> dict[str, Any]:
    """Return the same as JSON values."""
    return {
        "limits": {limit.variable: limit.value(settings) for limit in LIMITS},
        "documents": {
            name: {
                "operations": [
                    {
                        "name": operation.name,
                        "cost": operation.cost,
                        "mutationFields": operation.mutation_fields,
                        "fault": operation.fault,
                        "missingVariables": list(operation.missing),
                    }
                    for operation in document.operations
                ],
                "figures": {
                    limit.variable: document.figures[limit.setting]
                    for limit in LIMITS
                    if limit.setting in document.figures
                },
                "broken": [limit.variable for limit in document.broken(settings)],
                "errors": document.errors,
            }
            for name, document in documents.items()
        },
    }


def printed_proposals(report: Proposals, settings: GatewaySettings) -> Iterator[str]:
    """Yield the observed values of each limit and the proposed settings; then the same by client."""
    yield f"{report.requests} requests counted, {len(report.bad)} lines skipped."
    yield from (f"  line {bad.line}: {bad.reason}" for bad in report.bad[:SHOWN_LINES])
    if not report.requests:
        return
    yield ""
    yield from _seen(report.of(), settings)
    yield ""
    yield from (
        f"{proposal.limit.variable}={proposal.proposed}" for proposal in report.of() if proposal.proposed
    )
    for client in report.clients():
        proposals = report.of(client)
        yield ""
        yield f"Client {client}"
        yield from _seen(proposals, settings)
        cost = next(proposal for proposal in proposals if proposal.limit.setting == COST)
        yield f'As a class of clients: "cost": {cost.proposed}'


def proposals_as_json(report: Proposals) -> dict[str, Any]:
    """Return the same as JSON values."""
    return {
        "requests": report.requests,
        "bad": [{"line": bad.line, "reason": bad.reason} for bad in report.bad],
        "limits": _as_json(report.of()),
        "clients": {client: _as_json(report.of(client)) for client in report.clients()},
    }


def _as_json(proposals: Sequence[Proposal]) -> dict[str, Any]:
    return {
        proposal.limit.variable: {
            "p999": proposal.percentile,
            "max": proposal.most,
            "line": proposal.line,
            "proposed": proposal.proposed,
        }
        for proposal in proposals
    }


def _seen(proposals: Sequence[Proposal], settings: GatewaySettings) -> Iterator[str]:
    head = ("", "99.9 %", "most", "line", "now", "proposed")
    rows = [
        (
            proposal.limit.what,
            str(proposal.percentile),
            str(proposal.most),
            str(proposal.line),
            str(proposal.limit.value(settings) or "-"),
            str(proposal.proposed or "-"),
        )
        for proposal in proposals
    ]
    return _table([head, *rows])


def _operation(operation: OperationFigures, settings: GatewaySettings) -> Iterator[str]:
    limit = settings.of(CostSettings).limit
    over = "  over the limit" if operation.cost > limit else ""
    name = operation.name or "(no name)"
    yield f"  {name}: cost {operation.cost} of {limit}{over}"
    most = settings.limits.mutation_fields
    if 0 < most < operation.mutation_fields:
        yield f"    {operation.mutation_fields} mutation fields of {most}  over the limit"
    if operation.fault is not None:
        yield f"    {operation.fault}"
    if operation.missing:
        yield f"    without values for {', '.join(f'${variable}' for variable in operation.missing)}"


def _of(limit: int) -> str:
    return f"of {limit}" if limit else "of any"


def _table(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Yield lines with aligned columns: the first to the left, numbers to the right."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        cells = [
            cell.ljust(width) if column == 0 or cell.startswith("FURLONG") else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        yield "  ".join(cells).rstrip()
