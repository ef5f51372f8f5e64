"""The headers of W3C Trace Context are read strictly and written as they came."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry import trace
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from foundation.tracing import header_of, is_sampled, span_context_of, unsampled

SPAN = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
HEX = st.text(alphabet="0123456789abcdef", min_size=0, max_size=34)
HEADERS = st.one_of(
    st.from_regex(r"[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}", fullmatch=True),
    st.builds("-".join, st.lists(HEX, min_size=3, max_size=6)),
    st.text(max_size=60),
)


@given(HEADERS)
def test_a_header_is_read_as_by_opentelemetrys_own_reader(header: str) -> None:
    """What it takes for a span is the same span here, and what it refuses is refused."""
    context = TraceContextTextMapPropagator().extract({"traceparent": header})
    expected = trace.get_current_span(context).get_span_context()
    span_context = span_context_of(header)
    if span_context is None:
        assert not expected.is_valid
    else:
        assert (span_context.trace_id, span_context.span_id, span_context.trace_flags) == (
            expected.trace_id,
            expected.span_id,
            expected.trace_flags,
        )
        assert is_sampled(header) == span_context.trace_flags.sampled


@pytest.mark.parametrize("flags", ["00", "01", "03", "ff"])
def test_a_span_is_written_as_it_was_read(flags: str) -> None:
    """Unknown flags are kept."""
    header = f"{SPAN[:-2]}{flags}"
    context = span_context_of(header)
    assert context is not None
    assert header_of(context) == header


def test_what_is_not_recorded_says_so_and_never_twice_the_same() -> None:
    """It is a valid header of a new trace."""
    made = {unsampled() for _ in range(100)}
    assert len({header[3:35] for header in made}) == 100
    for header in made:
        context = span_context_of(header)
        assert context is not None
        assert not context.trace_flags.sampled
        assert not is_sampled(header)


def test_a_state_that_is_too_long_is_left_out() -> None:
    """Otherwise a client could make every request to a subgraph as long as it likes."""
    context = span_context_of(SPAN, "a=" + "x" * 600)
    assert context is not None
    assert not context.trace_state
    kept = span_context_of(SPAN, "vendor=1,other=2")
    assert kept is not None
    assert kept.trace_state.to_header() == "vendor=1,other=2"
