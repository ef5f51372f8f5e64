"""The deadline of a request, part of the state that its calls share: no call takes longer."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from time import monotonic
from typing import Any, Final, Protocol

import msgspec
from msgspec import Struct

from gateway.errors import DeadlineExceeded, SubgraphTimeout
from gateway.transport import SubgraphOperation

MAX_DIGITS: Final = 7
"""The most digits of a client's deadline in milliseconds: some hours."""
MILLISECONDS: Final = 1000


class Request(Protocol):
    """A request over HTTP."""

    @property
    def headers(self) -> Mapping[bytes, bytes]:
        """All headers as bytes, by name in lower case."""
        ...


class HasRequest(Protocol):
    """The part of the hook's input that deadlines need."""

    @property
    def request(self) -> Request:
        """The request as it arrived."""
        ...


class Deadlines(Struct, frozen=True):
    """Sets the deadline of each request, and refuses none.

    Attributes:
        seconds: The time limit of a request.
        client_header: The header by which clients may shorten it, in lower case; None if they may not.
        clock: The monotonic clock, in seconds.
    """

    seconds: float
    client_header: bytes | None = None
    clock: Callable[[], float] = monotonic

    def check(self, policy_input: HasRequest, _planned: object) -> None:
        """Start the clock of a request whose plan is known: planning happens once per document."""
        if self.client_header is None:
            ACTIVE_REQUEST.set(ActiveRequest(self.clock() + self.seconds))
        else:
            self.begin(policy_input.request.headers)

    def begin(self, headers: Mapping[bytes, bytes]) -> None:
        """Start the clock of a request, or of an event: all calls of the current task belong to it."""
        seconds = self.seconds
        given = None if self.client_header is None else headers.get(self.client_header)
        is_hurried = False
        if given is not None and given.isdigit() and len(given) <= MAX_DIGITS:
            wanted = int(given) / MILLISECONDS
            is_hurried = wanted < seconds
            seconds = min(seconds, wanted)
        ACTIVE_REQUEST.set(ActiveRequest(self.clock() + seconds, is_hurried))


class TimeLimit(Struct, frozen=True):
    """The time limit of one subgraph's calls.

    Attributes:
        seconds: The timeout of the subgraph.
        is_kept: Whether the transport enforces the timeout itself.
        clock: The monotonic clock, in seconds.
    """

    seconds: float
    is_kept: bool
    clock: Callable[[], float] = monotonic

    def limited(self, call: SubgraphOperation, *, is_query: bool) -> SubgraphOperation:
        """End a call at the deadline of its request.

        A mutation is not started after the deadline; once started, only the subgraph's timeout ends it. The
        returned call raises `DeadlineExceeded` at the deadline, and `SubgraphTimeout` at the timeout.
        """
        seconds, is_kept, clock = self.seconds, self.is_kept, self.clock

        async def limited(
            variables: Mapping[str, Any], headers: Mapping[str, str], session: object
        ) -> Mapping[str, Any]:
            request = ACTIVE_REQUEST.get()
            left = seconds if request is None else request.deadline - clock()
            if left <= 0:
                raise DeadlineExceeded("the time of the request was over before the call")
            is_shortened = is_query and left < seconds
            if is_kept and not is_shortened:
                return await call(variables, headers, session)
            try:
                async with asyncio.timeout(left if is_shortened else seconds):
                    return await call(variables, headers, session)
            except TimeoutError:
                if is_shortened:
                    raise DeadlineExceeded(f"the request had {left:.3f} s left") from None
                raise SubgraphTimeout("timed out") from None

        return limited

    def announced(self, call: SubgraphOperation, header: str) -> SubgraphOperation:
        """Tell the subgraph in a header how many milliseconds the gateway waits for its reply."""
        seconds, clock = self.seconds, self.clock

        async def announced(
            variables: Mapping[str, Any], headers: Mapping[str, str], session: object
        ) -> Mapping[str, Any]:
            request = ACTIVE_REQUEST.get()
            left = seconds if request is None else min(seconds, request.deadline - clock())
            return await call(variables, {**headers, header: self.told(left)}, session)

        return announced

    @staticmethod
    def told(seconds: float) -> str:
        """Return how a subgraph is told the time that is left, in whole milliseconds."""
        return str(max(1, int(seconds * MILLISECONDS)))


class ActiveRequest(msgspec.Struct, eq=False, gc=False):
    """A request that is being answered.

    Attributes:
        deadline: When its time runs out, in seconds of the monotonic clock.
        is_hurried: Whether its client has shortened the deadline.
        stalled: How many of its calls have been waiting for a long time.
    """

    deadline: float
    is_hurried: bool = False
    stalled: int = 0


ACTIVE_REQUEST: Final[ContextVar[ActiveRequest | None]] = ContextVar("active_request", default=None)
"""The request of the current task; None outside the pipeline."""
