"""How an adapter is: whether what it tells is complete, since when it is not, and what it is waiting for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime

from prometheus_client import Metric
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from providers.configuration import ConfigurationStatus
from providers.lateness import Lateness

STARTING = "the provider was not asked yet"


@dataclass(frozen=True, slots=True)
class Trouble:
    """What is wrong, in words, and since when."""

    reason: str
    since: datetime


@dataclass(slots=True)
class ProviderStatus:
    """How one adapter is. Times are machine time.

    Attributes:
        provider: Why what we know is not what the provider knows; None if it is.
        kafka: Why what we know is not told; None if it is.
        state: Why what we know is not kept; None if it is. That alone makes nothing incomplete.
        names: Why names are missing, or may be old; None if they are not. Nor does that.
        heard_at: When the provider last sent something.
        ahead_seconds: How far the provider's clock was ahead of ours, by its last message.
        late_seconds: How late that message came, as far as is known.
        items: How many markets or the like are known.
        configuration: The one in use; None if that is not known yet.
        counts: Connections, messages of the provider, and messages told.
    """

    adapter: str
    now: Callable[[], datetime]
    provider: Trouble | None = None
    kafka: Trouble | None = None
    state: Trouble | None = None
    names: Trouble | None = None
    heard_at: datetime | None = None
    ahead_seconds: float = 0.0
    late_seconds: float = 0.0
    items: int = 0
    configuration: ConfigurationStatus | None = None
    counts: dict[str, int] = field(
        default_factory=lambda: dict.fromkeys(("connections", "received", "told"), 0)
    )

    _lateness: Lateness = field(default_factory=Lateness)

    def __post_init__(self) -> None:
        """Begin with nothing known."""
        self.provider = Trouble(STARTING, self.now())

    def heard_before(self, instant: str) -> None:
        """Begin with what a process before this one last heard, as ISO 8601 writes it; empty for nothing."""
        with suppress(ValueError):
            self.heard_at = datetime.fromisoformat(instant)
            self.provider = Trouble(STARTING, self.heard_at)

    def connects(self) -> None:
        """Note another connection, whose clock may be another one."""
        self.counts["connections"] += 1
        self._lateness.forget()

    def compare_clocks(self, ahead_seconds: float) -> None:
        """Note by how far the time of a message was ahead of ours."""
        self.ahead_seconds = ahead_seconds
        self.late_seconds = self._lateness.seconds(ahead_seconds, self.now().timestamp())

    def provider_fails(self, reason: str, since: datetime | None = None) -> None:
        """Note that what we know is no longer what the provider knows; what began before stays."""
        began = self.provider.since if self.provider else since or self.now()
        self.provider = Trouble(reason, began)

    def kafka_fails(self, reason: str) -> None:
        """Note that nothing can be told."""
        self.kafka = Trouble(reason, self.kafka.since if self.kafka else self.now())

    def state_fails(self, reason: str) -> None:
        """Note that nothing can be kept."""
        self.state = Trouble(reason, self.state.since if self.state else self.now())

    def names_fail(self, reason: str) -> None:
        """Note that names are missing; what began before stays."""
        self.names = Trouble(reason, self.names.since if self.names else self.now())

    @property
    def trouble(self) -> Trouble | None:
        """What makes that which others are told incomplete, with its beginning; None if it is complete."""
        found = [trouble for trouble in (self.provider, self.kafka) if trouble is not None]
        return min(found, key=lambda trouble: trouble.since, default=None)

    def health(self) -> Mapping[str, object]:
        """Return the body of `/health`. A restart would mend nothing, so it is always live."""
        troubles = {"provider": self.provider, "kafka": self.kafka, "state": self.state, "names": self.names}
        trouble, used = self.trouble, self.configuration
        refused = used and used.refused
        return {
            "live": True,
            "adapter": self.adapter,
            "complete": trouble is None,
            "incomplete_since": None if trouble is None else trouble.since.isoformat(),
            "names_missing_since": None if self.names is None else self.names.since.isoformat(),
            "items": self.items,
            "heard_at": self.heard_at and self.heard_at.isoformat(),
            "configuration_revision": used and used.revision,
            "configuration_source": used and used.source,
            "configuration_refused": refused and f"revision {refused.revision}: {refused.reason}",
            **{f"{part}_trouble": found and found.reason for part, found in troubles.items()},
        }


@dataclass(frozen=True, slots=True, eq=False)
class ProviderMetrics(Collector):
    """Reports an adapter to Prometheus."""

    status: ProviderStatus

    def collect(self) -> Iterator[Metric]:
        """Yield the present figures."""
        status, trouble = self.status, self.status.trouble
        for name, meaning, value in (
            (
                "incomplete_seconds",
                "How long what is told has not been complete; 0 if it is",
                _lasts(status, trouble),
            ),
            (
                "names_missing_seconds",
                "How long names have been missing; 0 if none is",
                _lasts(status, status.names),
            ),
            ("kept", "Whether the adapter's state is kept outside its process", status.state is None),
            ("items", "Markets and the like that are known", status.items),
            (
                "configuration_revision",
                "The revision of the settings in use; 1 for those of the environment",
                status.configuration.revision if status.configuration else 0,
            ),
            (
                "configuration_refused",
                "Whether there is a newer revision of the settings that cannot be used",
                status.configuration is not None and status.configuration.refused is not None,
            ),
            ("clock_ahead_seconds", "How far the provider's clock is ahead of ours", status.ahead_seconds),
        ):
            gauge = GaugeMetricFamily(f"furlong_provider_{name}", meaning, labels=["adapter"])
            gauge.add_metric([status.adapter], value)
            yield gauge
        counter = CounterMetricFamily(
            "furlong_provider_events", "What an adapter did, by kind", labels=["adapter", "event"]
        )
        for event, count in status.counts.items():
            counter.add_metric([status.adapter, event], count)
        yield counter


def _lasts(status: ProviderStatus, trouble: Trouble | None) -> float:
    """Return how long a trouble has lasted, in seconds."""
    return 0.0 if trouble is None else (status.now() - trouble.since).total_seconds()
