"""The faults of a simulated exchange's stream and catalogue, on demand."""

import time
from dataclasses import dataclass, field
from typing import Final, Literal, TypeAlias, get_args

FaultName: TypeAlias = Literal[
    "silence",  # for so many seconds nothing is sent, not even heartbeats
    "duplicates",  # so many messages are sent twice
    "omission",  # so many messages are left out, and nothing says so
    "image_omission",  # so many messages of images, and of what was missed, are left out
    "lost",  # so many messages are not sent, and the connection is cut then
    "wrong_order",  # so many messages are sent after the one that follows them
    "schema_change",  # so many messages have sizes as text
    "slow_consumer",  # for so many seconds changes gather, as for a client that does not read
    "reconnect_storm",  # so many connections are cut as soon as they have their image
    "refuse",  # so many connections are refused: there are too many
    "invalid_clock",  # so many clocks are not known
    "clock_skew",  # times are so many seconds ahead
    "behind",  # for so many seconds messages say that data are behind
    "catalogue_silence",  # for so many seconds the catalogue does not answer
    "catalogue_slow",  # for so many seconds its answers come byte by byte
    "catalogue_refuse",  # so many requests are too many
    "catalogue_too_much",  # so many requests ask for too much
    "catalogue_page",  # so many answers are a page of a proxy
    "catalogue_redirect",  # so many answers lead elsewhere
    "catalogue_lacks",  # so many answers lack a market
    "catalogue_schema",  # so many answers are of another form
]
NAMES: Final = get_args(FaultName)
LASTING: Final = frozenset({"silence", "slow_consumer", "behind", "catalogue_silence", "catalogue_slow"})


@dataclass(slots=True)
class StreamFaults:
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
