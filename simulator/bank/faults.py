"""The faults of a simulated bank, on demand."""

import time
from dataclasses import dataclass, field
from typing import Final, Literal, TypeAlias, get_args

CountedFaultName: TypeAlias = Literal[
    "refuses",  # so many files are refused as a whole
    "reports",  # so many files that are refused are answered by a report (pain.002), and not by silence
    "drops",  # so many payments are never booked
    "late",  # so many payments are booked a day late
    "differs",  # so many payments are booked with a minor unit less
    "returns",  # so many payments come back on the day on which they are booked
    "returns_later",  # so many payments come back on the day after
    "together",  # the payments of so many files are booked together, with details
    "together_bare",  # the payments of so many files are booked together, without details
    "odd",  # so many statements have the first entry's amount in a currency that is not the account's
    "misses_line",  # so many statements leave out an entry, so that their balances contradict them
    "twice",  # so many statements are followed by a duplicate
    "foreign",  # so many statements are followed by one of another account
    "cut",  # so many statements are cut off in the middle
]
COUNTED_FAULTS: Final = get_args(CountedFaultName)
SILENCE: Final = "silence"
"""For so many seconds no file is taken, and none is written."""

NAMES: Final = (*COUNTED_FAULTS, SILENCE)


@dataclass(slots=True)
class BankFaults:
    """The faults that are armed."""

    _times: dict[str, int] = field(default_factory=dict)
    _silent_until: float = 0.0

    def arm(self, name: str, amount: float = 1) -> None:
        """Arm a fault, for so many times or so many seconds."""
        if name == SILENCE:
            self._silent_until = time.monotonic() + amount
        else:
            self._times[name] = self._times.get(name, 0) + int(amount)

    def clear(self) -> None:
        """Disarm all faults."""
        self._times.clear()
        self._silent_until = 0.0

    def take(self, name: CountedFaultName) -> bool:
        """Return whether a fault happens now, and use it up by one."""
        left = self._times.get(name, 0)
        self._times[name] = max(left - 1, 0)
        return left > 0

    @property
    def silent(self) -> bool:
        """Whether the bank does nothing now."""
        return time.monotonic() < self._silent_until
