"""The faults of a simulated payment processor, on demand."""

import time
from dataclasses import dataclass, field, replace
from typing import Final, Literal, TypeAlias, get_args

CallFaultName: TypeAlias = Literal[
    "error",  # 500, nothing done
    "error_after",  # 500, but done: the same request under its key gets the true answer
    "error_kept",  # 500, but done: the same request under its key gets 500 again
    "unavailable",  # 503, nothing done
    "too_many",  # 429, nothing done
    "timeout_before",  # no answer, nothing done
    "timeout_after",  # no answer, but done
    "reset_before",  # the connection is cut, nothing done
    "reset_after",  # the connection is cut, but done
    "garbage",  # 200 with a page, nothing done
    "garbage_after",  # 200 with a page, but done
    "slow",  # done and answered late
]
CountedFaultName: TypeAlias = Literal[
    "lost",  # so many webhooks are never sent
    "duplicates",  # so many are sent twice
    "wrong_order",  # so many are sent after the one that follows them
    "wrong_signature",  # so many attempts are signed with another secret
    "unknown_members",  # so many have members that nobody knows
    "missing_member",  # so many lack a member of what they are about
    "refund_refused",  # so many refunds are refused for good
    "refund_fails",  # so many fail instead of succeeding
    "refund_returns",  # so many fail after they have succeeded
    "payout_refused",  # so many payouts are refused for good
    "payout_fails",  # so many fail instead of being paid
    "payout_returns",  # so many come back after they were paid
    "report_misses",  # so many of the next movements are not in the report
    "report_unknown",  # so many of the next movements are followed by one of which nobody knows
    "report_differs",  # so many of the next movements have another amount in the report
]
LastingFaultName: TypeAlias = Literal[
    "silence",  # for so many seconds no webhook is sent; they are sent then
    "delay",  # webhooks come so many seconds late, until it is 0
    "clock_skew",  # the times of their signatures are so many seconds ahead, until it is 0
    "search_lag",  # a search does not find what is younger than so many seconds, until it is 0
    "refuse",  # for so many seconds no connection is accepted
]
CALL_FAULTS: Final = get_args(CallFaultName)
COUNTED_FAULTS: Final = get_args(CountedFaultName)
LASTING_FAULTS: Final = get_args(LastingFaultName)
NAMES: Final = (*CALL_FAULTS, *COUNTED_FAULTS, *LASTING_FAULTS)


@dataclass(frozen=True, slots=True)
class CallFault:
    """A fault of the next `times` calls.

    Attributes:
        on: How the paths of the calls begin after `/v1/`; "" for any.
        method: `GET` or `POST`; "" for both.
    """

    name: CallFaultName
    times: int = 1
    on: str = ""
    method: str = ""


@dataclass(slots=True)
class PaymentFaults:
    """The faults that are armed.

    Attributes:
        lasting: The amounts of what lasts, in seconds.
    """

    lasting: dict[str, float] = field(default_factory=dict)
    _calls: list[CallFault] = field(default_factory=list)
    _times: dict[str, int] = field(default_factory=dict)
    _until: dict[str, float] = field(default_factory=dict)

    def arm(self, name: str, amount: float = 1, *, on: str = "", method: str = "") -> None:
        """Arm a fault, for so many seconds or so many times."""
        if name in CALL_FAULTS:
            self._calls.append(CallFault(name, int(amount), on, method))  # type: ignore[arg-type]
        elif name in COUNTED_FAULTS:
            self._times[name] = self._times.get(name, 0) + int(amount)
        else:
            self.lasting[name] = amount
            self._until[name] = time.monotonic() + amount

    def clear(self) -> None:
        """Disarm all faults."""
        for armed in (self.lasting, self._calls, self._times, self._until):
            armed.clear()

    def take(self, name: CountedFaultName) -> bool:
        """Return whether a fault happens now, and use it up by one."""
        left = self._times.get(name, 0)
        self._times[name] = max(left - 1, 0)
        return left > 0

    def take_call(self, method: str, path: str) -> CallFaultName | None:
        """Return the fault of a call, and use it up by one."""
        for index, fault in enumerate(self._calls):
            if path.startswith(fault.on) and fault.method in {"", method}:
                if fault.times > 1:
                    self._calls[index] = replace(fault, times=fault.times - 1)
                else:
                    del self._calls[index]
                return fault.name
        return None

    def seconds_left(self, name: LastingFaultName) -> float:
        """Return how long a fault goes on."""
        return max(0.0, self._until.get(name, 0.0) - time.monotonic())
