"""The faults of a simulated operator, each armed for some of its next requests."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, Literal, get_args

from simulator.server import HangingRequests

OperatorFaultName = Literal[
    "timeout_before",  # no answer, nothing done
    "timeout_after",  # no answer, but done
    "error",  # HTTP 500, nothing done
    "error_after",  # HTTP 500, but done
    "garbage",  # done, and answered with a page
    "wrong_signature",  # done, and signed with a strange key
    "unsigned",  # done, and not signed
    "wrong_echo",  # done, and answered as another request
    "duplicate",  # the request arrives twice
    "refuse",  # RS_ERROR_UNKNOWN, nothing done
    "slow",  # done and answered, late
]
NAMES: Final[Sequence[OperatorFaultName]] = get_args(OperatorFaultName)


@dataclass(slots=True)
class OperatorFaults:
    """The armed faults, oldest first.

    Attributes:
        hanging: The requests that hang because of a fault.
        late_seconds: How long a slow answer takes.
    """

    hanging: HangingRequests = field(default_factory=HangingRequests)
    late_seconds: float = 1.0
    _armed: list[OperatorFaultName] = field(default_factory=list)

    def arm(self, name: OperatorFaultName, times: int = 1) -> None:
        """Arm a fault for the next requests."""
        self._armed += [name] * times

    def clear(self) -> None:
        """Disarm all faults."""
        self._armed.clear()

    def take(self) -> OperatorFaultName | None:
        """Return the fault of a request, or None, and use it up."""
        return self._armed.pop(0) if self._armed else None
