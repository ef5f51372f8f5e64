"""The faults of a simulated sports feed, on demand."""

import time
from dataclasses import dataclass, field
from typing import Final, Literal, TypeAlias, get_args

FaultName: TypeAlias = Literal[
    "silence",  # for so many seconds nothing is published, and what would have been is lost
    "duplicates",  # so many messages are published twice
    "omission",  # so many messages are left out, and nothing says so
    "lost",  # so many messages are not published, and all connections are cut then
    "wrong_order",  # so many messages are published after the one that follows them
    "schema_change",  # so many messages have odds as words
    "not_xml",  # so many messages end in their middle
    "slow_consumer",  # for so many seconds nothing reaches the clients, and comes late then
    "reconnect_storm",  # so many connections are cut as soon as they are used
    "refuse",  # so many connections are refused
    "clock_skew",  # times are so many seconds ahead
    "unsubscribed",  # so many signs of life say that the producer has lost track of its clients
    "recovery_refused",  # so many requests for a recovery are refused
    "recovery_lost",  # so many recoveries never end
    "api_down",  # for so many seconds the API answers 503
]
NAMES: Final = get_args(FaultName)
LASTING: Final = frozenset({"silence", "slow_consumer", "api_down"})


@dataclass(slots=True)
class FeedFaults:
    """The faults that are armed."""

    skew_seconds: float = 0.0
    _times: dict[str, int] = field(default_factory=dict)
    _until: dict[str, float] = field(default_factory=dict)

    def arm(self, name: FaultName, amount: float) -> None:
        """Arm a fault, for so many seconds or so many times."""
        if name == "clock_skew":
            self.skew_seconds = amount
        elif name in LASTING:
            self._until[name] = time.monotonic() + amount
        else:
            self._times[name] = self._times.get(name, 0) + int(amount)

    def take(self, name: FaultName) -> bool:
        """Return whether a fault happens now, and use it up by one."""
        left = self._times.get(name, 0)
        self._times[name] = max(left - 1, 0)
        return left > 0

    def lasts(self, name: FaultName) -> bool:
        """Return whether a fault lasts."""
        return time.monotonic() < self._until.get(name, 0.0)
