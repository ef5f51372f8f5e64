"""Traces are recorded as the standard variables say, and never hold a process up."""

from __future__ import annotations

import time

import pytest
from opentelemetry.trace import SpanContext, TraceFlags
from pydantic import ValidationError

from foundation.tracing import SamplerSettings, Sampling, Tracing, opened
from tests.support.telemetry.otlp_receiver import receiving

RECORDED = SpanContext(1, 1, is_remote=True, trace_flags=TraceFlags(1))
OTHER = SpanContext(1, 1, is_remote=True, trace_flags=TraceFlags(0))


@pytest.mark.parametrize(
    ("sampler", "share", "follows"),
    [
        ("always_on", 1.0, False),
        ("always_off", 0.0, False),
        ("traceidratio", 0.25, False),
        ("parentbased_always_on", 1.0, True),
        ("parentbased_always_off", 0.0, True),
        ("parentbased_traceidratio", 0.25, True),
    ],
)
def test_the_standard_samplers_are_known(
    monkeypatch: pytest.MonkeyPatch, sampler: str, share: float, *, follows: bool
) -> None:
    """They are read from the variables that every OpenTelemetry SDK reads."""
    monkeypatch.setenv("OTEL_TRACES_SAMPLER", sampler)
    monkeypatch.setenv("OTEL_TRACES_SAMPLER_ARG", "0.25")
    sampling = Sampling.of(SamplerSettings())
    assert (sampling.share, sampling.follows_parent) == (share, follows)
    if follows:
        assert sampling.continues(RECORDED)
        assert not sampling.continues(OTHER)


@pytest.mark.parametrize(
    ("name", "value"), [("SAMPLER", "sometimes"), ("SAMPLER_ARG", "2"), ("SAMPLER_ARG", "x")]
)
def test_an_unknown_sampler_ends_the_start(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    """Recording everything instead would be a costly surprise."""
    monkeypatch.setenv("FURLONG_TRACING", "true")
    monkeypatch.setenv(f"OTEL_TRACES_{name}", value)
    with pytest.raises(ValidationError):
        opened("furlong-test")


def test_a_share_is_drawn() -> None:
    """Just as many traces begin as the share says, whatever the drawn numbers."""
    draws = iter([0.0, 0.0099, 0.01, 0.5, 0.999])
    sampling = Sampling(0.01, draw=lambda: next(draws))
    assert [sampling.starts() for _ in range(5)] == [True, True, False, False, False]


async def test_spans_are_sent_under_the_name_of_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """The standard variables name it first; what is left is sent at the end."""
    with receiving() as received:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", received.url)
        for name in ("", "other"):
            if name:
                monkeypatch.setenv("OTEL_SERVICE_NAME", name)
            tracing = Tracing.open("furlong-test")
            tracing.tracer.start_span("x").end()
            await tracing.close()
    assert [span.service for span in received.spans] == ["furlong-test", "other"]


async def test_a_collector_that_is_away_does_not_hold_the_end_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """The SDK alone would take half a minute."""
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9")
    tracing = Tracing.open("furlong-test")
    tracing.tracer.start_span("x").end()
    began = time.monotonic()
    await tracing.close()
    assert time.monotonic() - began < 20


def test_without_the_setting_nothing_is_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the standard variables say."""
    monkeypatch.delenv("FURLONG_TRACING", raising=False)
    monkeypatch.setenv("OTEL_TRACES_SAMPLER", "always_on")
    assert opened("furlong-test") is None
