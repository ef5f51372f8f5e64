"""How late the messages of a provider come, though its clock may not be ours."""

from dataclasses import dataclass
from typing import Final

PERIOD_SECONDS: Final = 600.0
"""For so long at least, and twice at most, the message counts that came soonest."""

MAX_AHEAD_SECONDS: Final = 5.0
"""A message that is further ahead is of a wrong clock, theirs or ours, and no measure for others."""


@dataclass(slots=True)
class Lateness:
    """Compares each message with the one that came soonest lately.

    By a clock that is behind ours, messages seem late, and that is believed. By one that is ahead they would
    seem early, however late they are: the soonest one says how far it is ahead at least. Messages of a wrong
    clock are compared only with one another, and forgotten with the first one of the right time.
    """

    _soonest: float = 0.0
    _before: float = 0.0
    _began: float = 0.0
    _is_wrong: bool = False

    def seconds(self, ahead: float, at: float) -> float:
        """Return how late a message came.

        Args:
            ahead: By how many seconds its time is ahead of ours.
            at: When it came, in seconds of our clock.
        """
        if self._is_wrong != (ahead > MAX_AHEAD_SECONDS):
            self._is_wrong = not self._is_wrong
            self.forget()
        if not 0 <= at - self._began < PERIOD_SECONDS:
            is_next = PERIOD_SECONDS <= at - self._began < 2 * PERIOD_SECONDS
            self._before, self._soonest, self._began = self._soonest if is_next else 0.0, 0.0, at
        self._soonest = max(self._soonest, ahead)
        return max(self._soonest, self._before) - ahead

    def forget(self) -> None:
        """Begin anew, as the clock may be another one."""
        self._soonest = self._before = 0.0
