"""A sink whose batches are part of the traces of their records."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from opentelemetry.context import Context
from opentelemetry.trace import Link, NonRecordingSpan, Span, SpanContext, SpanKind, set_span_in_context

from consumers.stream.database.batch import Batch
from consumers.stream.database.sink import Applied, Sink
from consumers.stream.records import Record
from foundation.tracing import (
    TRACEPARENT,
    TRACESTATE,
    Tracing,
    fail,
    header_of,
    is_sampled,
    span_context_of,
    within,
)

MAX_SPANS: Final = 64
"""How many records of a batch are traced at most; more occur only if every trace is recorded."""

Sampled: TypeAlias = tuple[Record, SpanContext | None]


@dataclass(frozen=True, slots=True)
class TracedBatch(Batch):
    """A batch of which some records are traced.

    Attributes:
        spans: The newest processing span by record key, as `traceparent` headers; consequences of a record
            belong to it.
    """

    spans: Mapping[bytes, str] = field(default_factory=dict)

    def trace_of(self, key: str) -> str | None:
        """Return the trace of the newest record with a key."""
        return self.spans.get(key.encode()) or Batch.trace_of(self, key)


@dataclass(frozen=True, slots=True)
class RecordSpans:
    """The spans of one record: its processing, and the transaction below that."""

    record: Record
    process: Span
    write: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class TracedSink(Sink):
    """Applies batches as `Sink` does; each sampled record's trace continues to the transaction that has it.

    The SQL statements of the transaction have their spans in the trace of the first such record; the
    transaction's spans in the other traces link to it. Nothing is noted of a batch without sampled records.

    Attributes:
        tracing: Records spans.
        system: The database system's name in the semantic conventions.
    """

    tracing: Tracing
    system: str

    async def apply(self, batch: Batch) -> Applied:
        """Apply a batch and store its positions; raises what `Sink.apply` raises."""
        sampled = self._sampled(batch)
        if not sampled:
            return await Sink.apply(self, batch)
        with self._spans(batch, sampled) as spans:
            newest = {span.record.key: header_of(span.process.get_span_context()) for span in spans}
            headers = {key: header for key, header in newest.items() if key is not None}
            return await Sink.apply(self, TracedBatch(batch.topic, batch.parts, headers))

    def _sampled(self, batch: Batch) -> list[Sampled]:
        """Return the records that are traced, with the spans that sent them."""
        sampling = self.tracing.sampling
        sampled: list[Sampled] = []
        for record in batch.records:
            traceparent = record.header(TRACEPARENT)
            if traceparent is not None and sampling.follows_parent and not is_sampled(traceparent):
                continue  # the usual case, decided without reading the header
            sender = span_context_of(traceparent, record.header(TRACESTATE))
            if sampling.starts() if sender is None else sampling.continues(sender):
                sampled.append((record, sender))
                if len(sampled) == MAX_SPANS:
                    break
        return sampled

    @contextmanager
    def _spans(self, batch: Batch, sampled: list[Sampled]) -> Iterator[list[RecordSpans]]:
        """Begin the spans of all sampled records, and end them after the block."""
        spans: list[RecordSpans] = []
        for record, sender in sampled:
            first = spans[0].write.get_span_context() if spans else None
            spans.append(self._begin(batch, record, sender, first))
        try:
            with within(spans[0].write):
                yield spans
        except BaseException as error:
            for span in spans:
                fail(span.write, error)
                fail(span.process, error)
            raise
        finally:
            for span in spans:
                span.write.end()
                span.process.end()

    def _begin(
        self, batch: Batch, record: Record, sender: SpanContext | None, first: SpanContext | None
    ) -> RecordSpans:
        start = self.tracing.tracer.start_span
        parent = Context() if sender is None else set_span_in_context(NonRecordingSpan(sender), Context())
        process = start(
            f"process {record.topic}",
            parent,
            SpanKind.CONSUMER,
            {
                "messaging.system": "kafka",
                "messaging.operation.type": "process",
                "messaging.operation.name": "process",
                "messaging.destination.name": record.topic,
                "messaging.destination.partition.id": str(record.partition),
                "messaging.kafka.offset": record.offset,
            },
        )
        write = start(
            f"write {batch.topic.name}",
            set_span_in_context(process, Context()),
            SpanKind.INTERNAL,
            {"db.system.name": self.system, "messaging.batch.message_count": len(batch)},
            () if first is None else (Link(first),),
        )
        return RecordSpans(record, process, write)
