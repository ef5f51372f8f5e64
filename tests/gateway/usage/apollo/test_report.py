"""Apollo's usage reports, read by the numbers of the published definition."""

from __future__ import annotations

import gzip
from collections import Counter

import pytest
from google.protobuf.json_format import MessageToDict
from graphql import build_schema
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.usage.apollo import ReportHeader, apollo_report, compressed, divided
from gateway.usage.apollo.report import histogram
from gateway.usage.store import StoredUse
from tests.gateway.usage.apollo.wire_format import decode

SCHEMA = build_schema("type Query { me: User, you: User } type User { id: ID, name: String }")
HEADER = ReportHeader("club@current", "5c", "furlong 1", "Python 3")
DOCUMENTS = {
    "one": "query Q{me{id name}}",
    "same": "query Q{x:me{name id}}",
    "other": "query Other{you{id}}",
}


def use(
    digest: str, client: str = "ios", requests: int = 1, failed: int = 0, seconds: float = 0.001
) -> StoredUse:
    """Return the uses of an operation in a day."""
    return StoredUse(
        "2026-01-01", digest, "Q", client, "7", requests, failed, seconds * requests, 1_767_225_600
    )


def test_a_report_has_the_published_numbers() -> None:
    """Operations of one signature are one, by client; nothing is said of what is not measured."""
    uses = [use("one", requests=3, failed=1), use("same", requests=2, seconds=1.0), use("other", "")]
    report = decode("Report", gzip.decompress(compressed(apollo_report(HEADER, uses, DOCUMENTS, SCHEMA, 4))))
    stats = {
        "context": {"client_name": "ios", "client_version": "7"},
        "query_latency_stats": {
            "request_count": 5,
            "requests_with_errors_count": 1,
            "requests_without_field_instrumentation": 5,
            "latency_count": [-73, 3, -71, 2],
        },
    }
    other = {
        "context": {"client_version": "7"},
        "query_latency_stats": {
            "request_count": 1,
            "requests_without_field_instrumentation": 1,
            "latency_count": [-73, 1],
        },
    }
    assert report == {
        "header": {
            "graph_ref": "club@current",
            "executable_schema_id": "5c",
            "agent_version": "furlong 1",
            "runtime_version": "Python 3",
        },
        "end_time": {"seconds": 1_767_225_600},
        "operation_count": 10,
        "traces_per_query": {
            "# Q\nquery Q{me{id name}}": {
                "stats_with_context": [stats],
                "referenced_fields_by_type": {
                    "Query": {"field_names": ["me"]},
                    "User": {"field_names": ["id", "name"]},
                },
            },
            "# Other\nquery Other{you{id}}": {
                "stats_with_context": [other],
                "referenced_fields_by_type": {
                    "Query": {"field_names": ["you"]},
                    "User": {"field_names": ["id"]},
                },
            },
        },
    }


def test_an_interface_is_marked() -> None:
    """Apollo counts its fields otherwise."""
    schema = build_schema(
        "interface Node { id: ID } type A implements Node { id: ID } type Query { n: Node }"
    )
    report = apollo_report(HEADER, [use("d")], {"d": "{n{id}}"}, schema)
    found = decode("Report", gzip.decompress(compressed(report)))["traces_per_query"]["# -\n{n{id}}"]
    assert found["referenced_fields_by_type"] == {
        "Node": {"field_names": ["id"], "is_interface": 1},
        "Query": {"field_names": ["n"]},
    }


# The cases that Apollo publishes for its histograms, in nanoseconds.
@pytest.mark.parametrize(
    ("nanoseconds", "bucket"),
    [
        *((each, 0) for each in (0, 1, 999, 1000)),
        *((1001, 1), (1100, 1), (1101, 2)),
        *((10_000, 25), (10_834, 25), (10_835, 26)),
        *((1e5, 49), (1e6, 73), (1e9, 145), (1e64, 383)),
    ],
)
def test_durations_have_apollos_buckets(nanoseconds: float, bucket: int) -> None:
    """Each is a tenth longer than the one before."""
    expected = [[9], [0, 9]][bucket] if bucket < 2 else [-bucket, 9]
    assert histogram([(nanoseconds / 1e9, 9)]) == expected


@given(st.lists(st.tuples(st.floats(0, 1e9), st.integers(1, 2**40)), max_size=8))
def test_a_histogram_holds_every_duration(durations: list[tuple[float, int]]) -> None:
    """Read as Apollo defines it, it gives the count of each bucket."""
    found: list[int] = []
    for number in histogram(durations):
        found += [0] * -number if number < 0 else [number]
    counts: Counter[int] = Counter()
    for seconds, count in durations:
        single = histogram([(seconds, 1)])
        counts[-single[0] if single[0] < 0 else len(single) - 1] += count
    assert {bucket: count for bucket, count in enumerate(found) if count} == dict(counts)
    assert len(found) <= 384


@settings(max_examples=30)
@given(
    st.lists(
        st.builds(use, st.sampled_from(sorted(DOCUMENTS)), st.sampled_from(["", "ios"]), st.integers(1, 9)),
        min_size=1,
        max_size=6,
    ),
    st.integers(0, 500),
    st.integers(0, 3),
)
def test_parts_say_together_what_the_report_says(uses: list[StoredUse], most: int, lost: int) -> None:
    """Each is about the same graph and time, and no request counts twice."""
    report = apollo_report(HEADER, uses, DOCUMENTS, SCHEMA, lost)
    parts = [MessageToDict(each) for each in divided(report, most)]
    whole = MessageToDict(report)
    assert sum(int(each["operationCount"]) for each in parts) == int(whole["operationCount"])
    assert all((each["header"], each["endTime"]) == (whole["header"], whole["endTime"]) for each in parts)
    queries = [pair for each in parts for pair in each["tracesPerQuery"].items()]
    assert len(queries) == len(dict(queries))
    assert dict(queries) == whole["tracesPerQuery"]
    assert len(parts) == (len(queries) if most < 100 else len(parts))
