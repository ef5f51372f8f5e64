"""Every way in which a reward provider fails, on purpose: one by one, or at random from a seed."""

import random
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from simulator.faults import Faults

ProviderFaultName = Literal[
    "busy",  # 503, nothing done
    "too_many",  # 429, nothing done
    "error",  # 500, nothing done
    "error_after",  # 500, and yet done
    "refuse",  # 422
    "conflict",  # 409: the key is another's
    "denied",  # 401
    "reset_before",
    "reset_after",
    "timeout_before",
    "timeout_after",
    "slow",
    "html",  # 200 with a page, nothing done
    "pending",  # 202; done later
    "duplicate",  # the request arrives twice
    "wrong_amount",  # done, and another amount echoed
    "wrong_currency",
    "wrong_customer",
]
What = Literal["credit", "read", "cancel", "balance"]
WRONG = frozenset({"wrong_amount", "wrong_currency", "wrong_customer"})


@dataclass(frozen=True, slots=True)
class ProviderFault:
    """What befalls the next `times` requests of a kind, of one customer or of anybody."""

    name: ProviderFaultName
    times: int = 1
    on: What = "credit"
    customer: str | None = None
    late_seconds: float = 1.0
    code: str = "REFUSED"


@dataclass(slots=True)
class ProviderFaults:
    """The faults still to come, oldest first, and those that come at random.

    Attributes:
        rates: how likely each is to befall a credit, at random.
        hanging: the requests that hang because of one.
    """

    rates: Mapping[ProviderFaultName, float] = field(default_factory=dict)
    chance: random.Random = field(default_factory=lambda: random.Random(1))  # noqa: S311 - repeatable on purpose
    hanging: Faults = field(default_factory=Faults)
    _armed: list[ProviderFault] = field(default_factory=list)

    def arm(self, fault: ProviderFault) -> None:
        """Lets a fault befall the next requests that match it."""
        self._armed.append(fault)

    def clear(self) -> None:
        """Forgets the faults still to come."""
        self._armed.clear()
        self.rates = {}

    def take(self, what: What, customer: str | None) -> ProviderFault | None:
        """The fault that befalls this request now."""
        for place, fault in enumerate(self._armed):
            if fault.on == what and fault.customer in {None, customer}:
                if fault.times > 1:
                    self._armed[place] = replace(fault, times=fault.times - 1)
                else:
                    del self._armed[place]
                return fault
        return self._at_random() if what == "credit" else None

    async def hang(self, request: Request, seconds: float | None = None) -> None:
        """Waits that long, unless the client goes away or the server stops."""
        await self.hanging.hold(request, seconds)

    def release(self) -> None:
        """Lets nothing hang from now on."""
        self.hanging.release()

    def _at_random(self) -> ProviderFault | None:
        point = self.chance.random()
        for name, rate in self.rates.items():
            if point < rate:
                return ProviderFault(name)
            point -= rate
        return None


class CutOff(Response):
    """Promises a body and never sends it: the server then drops the connection."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - ASGI's form
        """Sends the beginning of an answer."""
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"1")]})
