"""The reads and SQL statements of a traced request are spans, without any value."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.trace import SpanKind

from foundation.storage.bulk_sql import with_keys
from foundation.storage.connections.statement_spans import StatementSpans, anonymous
from foundation.tracing import within
from tests.support.subgraphs.club_fixture import ClubFixture, data_of, session, statements
from tests.support.subgraphs.club_samples import NOW
from tests.support.telemetry.recorded_spans import Recording, attributes_of

QUERY = """{ club(brand: "northbet") {
  id week { state } terms { version } jurisdiction membership { optedIn pending version leftAt }
} }"""
OPT_IN = "mutation ($input: OptInInput!) { optIn(input: $input) { errors { code } } }"


@pytest.fixture
def recording() -> Recording:
    """A recording of all traces."""
    return Recording()


@pytest.fixture
async def traced(each_url: str, recording: Recording) -> AsyncIterator[ClubFixture]:
    """The subgraphs over each engine, which record traces."""
    club_fixture = ClubFixture.over(each_url, NOW, tracer=recording.tracing.tracer)
    await club_fixture.add_northbet("c-1", "c-2")
    yield club_fixture
    await club_fixture.close()


async def test_a_read_is_a_batch_and_its_statement(traced: ClubFixture, recording: Recording) -> None:
    """The batch belongs to the request, and the statement to the batch; both say nothing of whom."""
    await data_of(traced.club, QUERY, {}, session("c-2"))  # public data is read for all requests at once
    request = recording.tracing.tracer.start_span("request")
    with statements(traced.club) as sent, within(request):
        await data_of(traced.club, QUERY, {}, session("c-1"))
    request.end()
    root = recording.named("request")
    loads = [span for span in recording.children(root) if span.name.startswith("load ")]
    assert loads
    below = [child for load in loads for child in recording.children(load)]
    assert {span.kind for span in below} == {SpanKind.CLIENT}
    spans = [span for span in recording.spans if "db.query.text" in (span.attributes or {})]
    wanted = [one for one in sent if one.startswith("SELECT")]
    assert {attributes_of(span)["db.operation.name"] for span in spans} >= {"SELECT"}
    assert len([span for span in spans if attributes_of(span)["db.operation.name"] == "SELECT"]) == len(
        wanted
    )
    assert "c-1" not in "".join(span.to_json() for span in recording.spans)


async def test_requests_that_share_a_batch_each_have_a_span_of_it(
    traced: ClubFixture, recording: Recording
) -> None:
    """The statement is in the trace of the first; the batch's span in the other links to it."""
    tracer = recording.tracing.tracer
    requests = [tracer.start_span("request") for _ in range(2)]

    async def ask(number: int) -> None:
        with within(requests[number]):
            await data_of(traced.club, QUERY, {}, session(f"c-{number + 1}"))

    await asyncio.gather(ask(0), ask(1))
    for request in requests:
        request.end()
    traces = {request.get_span_context().trace_id for request in requests}
    loads = [span for span in recording.spans if span.name.startswith("load ")]
    shared = [span for span in loads if span.links and not recording.children(span)]
    assert {span.context.trace_id for span in loads} == traces
    assert shared
    for span in shared:
        (link,) = span.links
        assert link.context.trace_id in traces - {span.context.trace_id}


async def test_a_request_that_is_not_traced_has_no_spans(traced: ClubFixture, recording: Recording) -> None:
    """Neither does one beside it that is traced change that."""
    await data_of(traced.club, QUERY, {}, session("c-1"))
    assert recording.spans == []


@pytest.mark.usefixtures("upstream")
async def test_the_statements_of_a_change_are_spans(traced: ClubFixture, recording: Recording) -> None:
    """What a transaction writes is traced like what a request reads; its values are not shown."""
    arguments = {"brand": "northbet", "termsVersion": "2026-1", "idempotencyKey": "canary-key"}
    span = recording.tracing.tracer.start_span("request")
    with within(span):
        await data_of(traced.club, OPT_IN, {"input": arguments}, session("c-1"))
    operations = {each.attributes.get("db.operation.name") for each in recording.spans if each.attributes}
    assert operations >= {"INSERT", "UPDATE"}
    shown = "".join(each.to_json() for each in recording.spans)
    assert "canary" not in shown
    assert "c-1" not in shown


@pytest.mark.parametrize(
    ("statement", "shown"),
    [
        ("SELECT a FROM t WHERE (b, c) IN ((%s, %s), (%s, %s))", "SELECT a FROM t WHERE (b, c) IN ((…), …)"),
        ("SELECT a FROM t WHERE b IN (?, ?, ?)", "SELECT a FROM t WHERE b IN (…)"),
        ("UPDATE t1 SET a = 'it''s me' WHERE b2 = 4711", "UPDATE t1 SET a = ? WHERE b2 = ?"),
        ("SELECT 'x\\'y@z', -1.5e3", "SELECT ?, -?"),
    ],
)
def test_a_statement_is_shown_without_values(statement: str, shown: str) -> None:
    """Names with digits stay; lists of placeholders are shortened, so that their text repeats."""
    assert anonymous(statement) == shown


@pytest.mark.parametrize("keys", [1, 900])
@pytest.mark.parametrize("dialect", ["mysql", "mariadb", "sqlite"])
def test_a_read_by_keys_names_its_table(recording: Recording, dialect: str, keys: int) -> None:
    """Not that of the keys, of which a long statement has more than is read; and no key is shown."""
    spans = StatementSpans(recording.tracing.tracer, dialect, "progress")
    wanted = with_keys(dialect, "account a", "customer_id", [f"canary-{number}" for number in range(keys)])
    request = recording.tracing.tracer.start_span("request")
    with within(request):
        spans.begin(f"SELECT JSON_ARRAYAGG(a.currency) FROM {wanted} AND brand_id='canary'").end()  # noqa: S608 - not executed
    request.end()
    shown = recording.named("SELECT account")
    assert attributes_of(shown)["db.collection.name"] == "account"
    assert "canary" not in shown.to_json()


@given(st.integers(3_900, 4_100))
def test_a_value_in_which_a_long_statement_is_cut_is_not_shown(length: int) -> None:
    """Only the beginning of a statement is read, which may end within a string."""
    assert "canary" not in anonymous(f"x {'a' * (length - 20)} = 'canary{'canary' * 50}'")


@given(st.text(alphabet="ab c@.-_1'\\\"", max_size=30))
def test_no_literal_survives(value: str) -> None:
    """Whatever a string literal holds, none of it is shown."""
    escaped = value.replace("\\", "\\\\").replace("'", "''")
    assert anonymous(f"x FROM t WHERE y = '{escaped}' AND z") == "x FROM t WHERE y = ? AND z"
