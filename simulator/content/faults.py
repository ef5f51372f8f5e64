"""The faults of a simulated provider of content, on demand."""

import time
from dataclasses import dataclass, field
from typing import Final, Literal, TypeAlias, get_args

FaultName: TypeAlias = Literal[
    "silence",  # for so many seconds requests are not answered, and nothing is sent
    "duplicates",  # so many lists have a member twice, or webhooks are sent twice
    "gaps",  # so many lists lack a member, or webhooks are left out
    "wrong_order",  # so many answers are older than others before, or webhooks come after the next
    "wrong_signature",  # so many webhooks are signed with another secret
    "clock_skew",  # times are so many seconds ahead
    "schema_change",  # so many messages are of the next version of the schema
    "slow",  # so many answers come too late
    "busy",  # so many requests are answered with 429
    "reconnect_storm",  # so many requests are cut off, or connections are opened and cut
    "redirect",  # so many requests are sent to another host
    "oversized",  # so many answers are longer than anybody needs
]
NAMES: Final = get_args(FaultName)


@dataclass(slots=True)
class ContentFaults:
    """The faults of one provider that are armed."""

    skew_seconds: float = 0.0
    _times: dict[str, int] = field(default_factory=dict)
    _silent_until: float = 0.0

    def arm(self, name: FaultName, amount: float) -> None:
        """Arm a fault, for so many seconds or so many times."""
        if name == "clock_skew":
            self.skew_seconds = amount
        elif name == "silence":
            self._silent_until = time.monotonic() + amount
        else:
            self._times[name] = self._times.get(name, 0) + int(amount)

    def take(self, name: FaultName) -> bool:
        """Return whether a fault happens now, and use it up by one."""
        left = self._times.get(name, 0)
        self._times[name] = max(left - 1, 0)
        return left > 0

    @property
    def silence_left(self) -> float:
        """How many seconds the provider is silent from now on; 0 if it is not."""
        return max(0.0, self._silent_until - time.monotonic())
