"""The faults of a simulated provider of games, on demand."""

import time
from dataclasses import dataclass, field, replace
from typing import Final, Literal, TypeAlias, get_args

from simulator.server import HangingRequests

WalletFaultName: TypeAlias = Literal[
    "late",  # a request to the wallet arrives late
    "lost_request",  # it never arrives
    "lost_answer",  # it is processed, and its answer is lost
    "repeated",  # it arrives twice
    "wrong_signature",  # it is signed with a strange key
]
AnswerFaultName: TypeAlias = Literal[
    "error",  # the operator's request is answered with 500
    "garbage",  # with a page
    "answer_late",  # late
    "answer_lost",  # not at all
    "answer_unsigned",  # without a signature
    "answer_wrong_signature",  # with one of a strange key
]
LastingFaultName: TypeAlias = Literal[
    "silence",  # for so many seconds nothing is sent to the wallet; it is sent then
]
WALLET_FAULTS: Final = get_args(WalletFaultName)
ANSWER_FAULTS: Final = get_args(AnswerFaultName)
LASTING_FAULTS: Final = get_args(LastingFaultName)
NAMES: Final = (*WALLET_FAULTS, *ANSWER_FAULTS, *LASTING_FAULTS)


@dataclass(frozen=True, slots=True)
class Armed:
    """A fault of the next `times` requests whose last part of the path is `on`; "" for any."""

    name: str
    times: int
    on: str


@dataclass(slots=True)
class CasinoFaults:
    """The faults that are armed, oldest first.

    Attributes:
        hanging: The requests that hang because of a fault.
        late_seconds: How late is late.
    """

    hanging: HangingRequests = field(default_factory=HangingRequests)
    late_seconds: float = 1.0
    _armed: list[Armed] = field(default_factory=list)
    _silent_until: float = 0.0

    def arm(self, name: str, amount: float = 1, *, on: str = "") -> None:
        """Arm a fault, for so many requests or so many seconds."""
        if name in LASTING_FAULTS:
            self._silent_until = time.monotonic() + amount
        elif amount >= 1:
            self._armed.append(Armed(name, int(amount), on))

    def clear(self) -> None:
        """Disarm all faults."""
        self._armed.clear()
        self._silent_until = 0.0

    @property
    def is_silent(self) -> bool:
        """Tell whether nothing is sent to the wallet now."""
        return time.monotonic() < self._silent_until

    def take(self, names: tuple[str, ...], path: str) -> str | None:
        """Return which of some faults a request has, if any, and use it up by one."""
        last = path.rpartition("/")[2]
        for index, armed in enumerate(self._armed):
            if armed.name in names and armed.on in {"", last}:
                if armed.times > 1:
                    self._armed[index] = replace(armed, times=armed.times - 1)
                else:
                    del self._armed[index]
                return armed.name
        return None
