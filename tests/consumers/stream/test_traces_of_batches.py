"""A bet's trace continues through the consumer to the transaction that writes it."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

from opentelemetry.trace import SpanKind, StatusCode

from consumers.progress.wiring import create_consumer
from foundation.tracing import Sampling
from subgraphs.progress.models import CONTRIBUTION, OUTBOX
from tests.support.consumers.sample_messages import bet, membership, scheme
from tests.support.telemetry.recorded_spans import Recording

BIG = {"stake_minor": 3000, "counting_stake_minor": 3000}
PROCESS, WRITE = "process club.progress.v1", "write club.progress.v1"


def traceparent(number: int, flags: str) -> str:
    """The header of a bet's trace."""
    return f"00-{'a' * 31}{number}-{'b' * 16}-{flags}"


def traced_bet(number: int, flags: str) -> Any:
    """A bet that reaches the target, with a trace."""
    record = bet(customer_id=f"c-{number}", bet_id=f"b-{number}", **BIG)
    return replace(record, headers=(*record.headers, ("traceparent", traceparent(number, flags).encode())))


async def applied(harness: Any, recording: Recording, *bets: Any) -> None:
    """Send the bets of customers who take part, and let a consumer apply all of them at once."""
    await harness.send(scheme(), *(membership(customer_id=f"c-{number}") for number in range(len(bets))))
    await harness.send(*bets)
    consumer = await harness.start(make=partial(create_consumer, tracing=recording.tracing))

    async def all_written() -> bool:
        return len(await harness.rows(CONTRIBUTION)) == len(bets)

    await harness.until(all_written)
    await harness.stop(consumer)


async def test_a_bets_trace_reaches_the_transaction_that_writes_it(harness: Any) -> None:
    """Each sampled bet of a batch has its own trace, down to SQL; one that is not sampled has no span.

    What follows from a bet belongs to the span that processed it, and no span says whose bet it was. A bet
    without a trace begins one, if it is drawn.
    """
    recording = Recording()
    bets = [traced_bet(number, "01" if number else "00") for number in range(3)]
    await applied(harness, recording, *bets, bet(customer_id="c-3", bet_id="b-3", **BIG))
    processed = [span for span in recording.spans if span.name == PROCESS]
    sent = [span for span in processed if span.parent is not None]
    assert sorted(span.context.trace_id & 0xF for span in sent) == [1, 2]
    assert len(processed) == len(sent) + 1
    statements = []
    for span in processed:
        assert span.kind is SpanKind.CONSUMER
        assert span.parent is None or span.parent.span_id == 0xBBBBBBBBBBBBBBBB
        (write,) = recording.children(span)
        assert write.name == WRITE
        statements += recording.children(write)
        linked = {link.context.trace_id for link in write.links}
        assert recording.children(write) or linked == {statement.context.trace_id for statement in statements}
    assert {"INSERT contribution", "INSERT outbox"} <= {span.name for span in statements}
    assert {span.status.status_code for span in recording.spans} == {StatusCode.UNSET}

    columns = [column.name for column in OUTBOX.outbox.columns]
    facts = [dict(zip(columns, row, strict=True)) for row in await harness.rows(OUTBOX.outbox)]
    told = {fact["headers"]["traceparent"][36:52] for fact in facts if fact["key"].endswith(("c-1", "c-2"))}
    assert told == {f"{span.context.span_id:016x}" for span in sent}

    shown = "".join(span.to_json() for span in recording.spans)
    assert not [name for number in range(4) for name in (f"c-{number}", f"b-{number}") if name in shown]


async def test_a_batch_without_sampled_messages_has_no_spans(harness: Any) -> None:
    """Neither are its statements traced."""
    recording = Recording(Sampling(0.0))
    await applied(harness, recording, traced_bet(0, "00"), bet(customer_id="c-1", bet_id="b-1", **BIG))
    assert recording.spans == []
