"""The faults of a provider, injected one by one or at random from a seed."""

import random
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from simulator.server import HangingRequests

ProviderFaultName = Literal[
    "busy",  # 503, nothing done
    "too_many",  # 429, nothing done
    "error",  # 500, nothing done
    "error_after",  # 500, but done
    "refuse",  # 422
    "conflict",  # 409: the key was used with another body
    "denied",  # 401
    "reset_before",
    "reset_after",
    "timeout_before",
    "timeout_after",
    "slow",
    "html",  # 200 with a page, nothing done
    "pending",  # 202; done later
    "duplicate",  # the request arrives twice
    "wrong_amount",  # done, but another amount comes back
    "wrong_currency",
    "wrong_customer",
]
Operation = Literal["credit", "read", "cancel", "balance"]
WRONG_ECHOES = frozenset({"wrong_amount", "wrong_currency", "wrong_customer"})


@dataclass(frozen=True, slots=True)
class ProviderFault:
    """A fault of the next `times` requests of an operation, of one customer or of any."""

    name: ProviderFaultName
    times: int = 1
    on: Operation = "credit"
    customer: str | None = None
    late_seconds: float = 1.0
    code: str = "REFUSED"
    retry_after: str = "1"


@dataclass(slots=True)
class ProviderFaults:
    """The armed faults, oldest first, and the random faults.

    Attributes:
        rates: The probability of each fault for a credit.
        hanging: The requests that hang because of a fault.
    """

    rates: Mapping[ProviderFaultName, float] = field(default_factory=dict)
    chance: random.Random = field(default_factory=lambda: random.Random(1))  # noqa: S311 - repeatable on purpose
    hanging: HangingRequests = field(default_factory=HangingRequests)
    _armed: list[ProviderFault] = field(default_factory=list)

    def arm(self, fault: ProviderFault) -> None:
        """Arm a fault for the next requests that match it."""
        self._armed.append(fault)

    def clear(self) -> None:
        """Disarm all faults."""
        self._armed.clear()
        self.rates = {}

    def take(self, what: Operation, customer: str | None) -> ProviderFault | None:
        """Return the fault of a request, or None, and use it up by one."""
        for index, fault in enumerate(self._armed):
            if fault.on == what and fault.customer in {None, customer}:
                if fault.times > 1:
                    self._armed[index] = replace(fault, times=fault.times - 1)
                else:
                    del self._armed[index]
                return fault
        return self._at_random() if what == "credit" else None

    def _at_random(self) -> ProviderFault | None:
        point = self.chance.random()
        for name, rate in self.rates.items():
            if point < rate:
                return ProviderFault(name)
            point -= rate
        return None
