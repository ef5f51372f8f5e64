"""Remembers the nonces of signatures until the signatures have expired."""

from dataclasses import dataclass, field

from foundation.signatures.errors import InvalidSignature, Reason


@dataclass(slots=True)
class NonceMemory:
    """Nonces of two periods: each is remembered for at least one period, and at most two.

    Attributes:
        seconds: The length of a period: the longest time for which a signature can be accepted.
        most: How many nonces are remembered per period. Further ones are refused, because a nonce that is
            forgotten could be used again.
    """

    seconds: float
    most: int
    _present: set[str] = field(default_factory=set, init=False)
    _past: set[str] = field(default_factory=set, init=False)
    _ends_at: float = field(default=0.0, init=False)

    def use(self, nonce: str, now: float) -> None:
        """Remember a nonce.

        Args:
            nonce: The nonce.
            now: The present time, in seconds, by the clock that signatures expire by.

        Raises:
            InvalidSignature: It was used before, or no more can be remembered.
        """
        if now >= self._ends_at:
            is_next = now < self._ends_at + self.seconds
            self._past = self._present if is_next else set()
            self._present = set()
            self._ends_at = now + self.seconds
        if nonce in self._present or nonce in self._past:
            raise InvalidSignature(Reason.REPLAYED)
        if len(self._present) >= self.most:
            raise InvalidSignature(Reason.OVERLOADED)
        self._present.add(nonce)
