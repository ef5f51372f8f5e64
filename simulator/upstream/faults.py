"""Faults that tests and demonstrations inject into the squad's API."""

from dataclasses import dataclass, field, replace
from typing import Literal

from simulator.hanging_requests import HangingRequests

FaultName = Literal["busy", "refuse", "timeout_before", "timeout_after", "reset_after", "slow"]


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault of the next `times` PUTs, of one customer or of any.

    `late_seconds` is the delay of a slow response; `code` is the code of a refusal.
    """

    name: FaultName
    times: int = 1
    customer: str | None = None
    late_seconds: float = 1.0
    code: str = "REFUSED"


@dataclass(slots=True)
class Faults:
    """The armed faults, oldest first, and the requests that hang because of a fault."""

    hanging: HangingRequests = field(default_factory=HangingRequests)
    _armed: list[Fault] = field(default_factory=list)

    @property
    def armed(self) -> tuple[Fault, ...]:
        """The armed faults."""
        return tuple(self._armed)

    def arm(self, fault: Fault) -> None:
        """Arm a fault for the next PUTs that match it, after earlier faults."""
        self._armed.append(fault)

    def clear(self) -> None:
        """Disarm all faults."""
        self._armed.clear()

    def take(self, customer: str) -> Fault | None:
        """Return the fault of this customer's PUT, or None, and use it up by one."""
        for index, fault in enumerate(self._armed):
            if fault.customer in {None, customer}:
                if fault.times > 1:
                    self._armed[index] = replace(fault, times=fault.times - 1)
                else:
                    del self._armed[index]
                return fault
        return None
