"""Builds Apollo's usage reports from the counts of a store."""

from __future__ import annotations

import gzip
import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from google.protobuf.json_format import MessageToDict
from graphql import GraphQLSchema, parse

from gateway.usage.apollo.messages import report_class
from gateway.usage.apollo.signature import operation_key, referenced_fields
from gateway.usage.store import StoredUse

MAX_BYTES: Final = 4 * 1024 * 1024
"""The approximate limit on a report's bytes before compression; the same as Apollo Server's."""

BUCKETS: Final = 384
"""How many buckets Apollo's histograms of durations have."""

BUCKET_RATIO: Final = 1.1
"""The ratio between the bounds of successive buckets; the first bucket ends at one microsecond."""


@dataclass(frozen=True, slots=True)
class ReportHeader:
    """The header of a report.

    Attributes:
        graph_ref: The graph and its variant, such as `club@current`.
        schema_id: The SHA-256 digest of the supergraph's text, in hexadecimal.
        agent: The reporting software, with its version.
        runtime: The runtime of that software, with its version.
    """

    graph_ref: str
    schema_id: str
    agent: str
    runtime: str


def apollo_report(
    header: ReportHeader,
    uses: Sequence[StoredUse],
    documents: Mapping[str, str],
    schema: GraphQLSchema,
    lost: int = 0,
) -> Any:
    """Return a report as a message.

    It corresponds to the reports of Apollo's own servers with field-level instrumentation off: no resolver is
    timed, so there are no field statistics, only the fields that an operation names. All requests of an
    operation and client are reported with their mean duration.

    Args:
        header: The report's header.
        uses: The uses.
        documents: The operations' texts by their digests.
        schema: The public schema.
        lost: How many more requests there were about which nothing else is known.
    """
    report = report_class()()
    _describe(report, header)
    counted: dict[tuple[str, str, str], list[StoredUse]] = {}
    keys: dict[str, str] = {}
    for use in uses:
        if use.digest not in keys:
            document = parse(documents[use.digest], no_location=True)
            key = keys[use.digest] = operation_key(document)
            referenced = report.traces_per_query[key].referenced_fields_by_type
            for name, (fields, is_interface) in referenced_fields(document, schema).items():
                del referenced[name].field_names[:]
                referenced[name].field_names.extend(fields)
                referenced[name].is_interface = is_interface
        counted.setdefault((keys[use.digest], use.client, use.version), []).append(use)
    for (key, client, version), same in counted.items():
        stats = report.traces_per_query[key].stats_with_context.add()
        stats.context.client_name, stats.context.client_version = client, version
        _count(stats.query_latency_stats, same)
    report.operation_count = sum(use.requests for use in uses) + lost
    report.end_time.seconds = max((use.last for use in uses), default=0)
    return report


def divided(report: Any, most: int = MAX_BYTES) -> Iterator[Any]:
    """Split a report into several of about equal size; an operation is never split."""
    part, size = None, 0
    uncounted = report.operation_count - sum(map(_requests, report.traces_per_query.values()))
    for key in sorted(report.traces_per_query):
        stats = report.traces_per_query[key]
        added = len(key.encode()) + stats.ByteSize()
        if part is not None and size + added > most:
            yield part
            part = None
        if part is None:
            part, size = type(report)(header=report.header, end_time=report.end_time), 0
            part.operation_count, uncounted = uncounted, 0
        part.traces_per_query[key].CopyFrom(stats)
        part.operation_count += _requests(stats)
        size += added
    yield report if part is None else part


def compressed(report: Any) -> bytes:
    """Return a report as sent."""
    return gzip.compress(report.SerializeToString(deterministic=True), mtime=0)


def as_json(report: Any) -> dict[str, Any]:
    """Return a report as JSON; 64-bit numbers are strings, as usual for Protocol Buffers in JSON."""
    return MessageToDict(report, preserving_proto_field_name=True)  # type: ignore[no-any-return]


def histogram(durations: Iterable[tuple[float, int]]) -> list[int]:
    """Return durations in seconds, each with how often it occurred, as counts of Apollo's buckets.

    A run of several empty buckets is one negative number, and empty buckets at the end are left out.
    """
    counts: Counter[int] = Counter()
    for seconds, count in durations:
        counts[_bucket(seconds)] += count
    found: list[int] = []
    following = 0
    for bucket in sorted(counts):
        empty = bucket - following
        found += [] if not empty else [0] if empty == 1 else [-empty]
        found.append(counts[bucket])
        following = bucket + 1
    return found


def _bucket(seconds: float) -> int:
    microseconds = round(seconds * 1e9) / 1000
    if microseconds <= 1:
        return 0
    return min(math.ceil(math.log(microseconds) / math.log(BUCKET_RATIO)), BUCKETS - 1)


def _describe(report: Any, header: ReportHeader) -> None:
    report.header.graph_ref = header.graph_ref
    report.header.executable_schema_id = header.schema_id
    report.header.agent_version = header.agent
    report.header.runtime_version = header.runtime


def _count(stats: Any, uses: Sequence[StoredUse]) -> None:
    """Add the counts of one operation and client."""
    requests = sum(use.requests for use in uses)
    stats.request_count = stats.requests_without_field_instrumentation = requests
    stats.requests_with_errors_count = sum(use.failed for use in uses)
    stats.latency_count.extend(histogram((use.seconds / use.requests, use.requests) for use in uses))


def _requests(stats: Any) -> int:
    return sum(each.query_latency_stats.request_count for each in stats.stats_with_context)
