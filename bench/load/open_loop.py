"""Open-loop load: requests on a schedule that does not wait for answers, each one timed exactly.

wrk waits for an answer before it sends the next request, so a slow server slows its own load down. Here the
n-th request is due n / rate seconds after the first, and its latency counts from then, even if sent late.
"""

import asyncio
import random
from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, cast

import uvloop

from bench.load.http_messages import complete_message
from bench.load.target import PLACEHOLDER, Target

CONNECTIONS: Final = 1024
"""More than the server keeps in flight."""
TICK: Final = 0.001
PATIENCE: Final = 3.0
REFUSED: Final = frozenset({429, 503})


@dataclass(slots=True)
class Record:
    """The outcomes of the requests of one run.

    Attributes:
        outcomes: Counts of right, refused, wrong, cut (the connection ended first), late (never answered).
        in_time: Right answers that arrived before the schedule ended.
        unconnected: Connections that the server did not accept.
        right: Seconds from the time a request was due until its right answer arrived.
        first_wrong: The beginning of the first wrong answer.
    """

    seconds: float
    sent: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    in_time: int = 0
    unconnected: int = 0
    right: list[float] = field(default_factory=list)
    first_wrong: str = ""

    def p99(self) -> float:
        """Return the 99th percentile of the right answers' latency, in milliseconds."""
        ordered = sorted(self.right)
        return ordered[min(len(ordered) - 1, len(ordered) * 99 // 100)] * 1000 if ordered else 0.0


def offer(target: Target, tokens: Sequence[str], rate: float, seconds: float, lead_in: float = 0.0) -> Record:
    """Offer requests at a rate, each from a random customer.

    Args:
        target: Where the requests go.
        tokens: The customers' tokens.
        rate: Requests per second.
        seconds: How long to offer them.
        lead_in: Seconds before that in which the same rate is offered but not counted.
    """
    return uvloop.run(_offer(OpenLoop(target, tokens), rate, seconds, lead_in))


async def _offer(open_loop: "OpenLoop", rate: float, seconds: float, lead_in: float) -> Record:
    record = await open_loop.run(rate, seconds, lead_in)
    await open_loop.close()
    return record


class OpenLoop:
    """Many connections, and the requests that are due but wait for a free one."""

    def __init__(
        self,
        target: Target,
        tokens: Sequence[str],
        *,
        connections: int = CONNECTIONS,
        patience: float = PATIENCE,
    ) -> None:
        head, _, tail = target.text().partition(PLACEHOLDER)
        self.target = target
        self.record = Record(0)
        self.free: deque[Connection] = deque()
        self._parts = head.encode(), tail.encode()
        self._tokens = [token.encode() for token in tokens]
        self._due: deque[float] = deque()
        self._opening: set[asyncio.Task[object]] = set()
        self._connections, self._patience = connections, patience
        self._all: set[Connection] = set()
        self._ended = False
        self._counted_from = 0.0

    async def run(self, rate: float, seconds: float, lead_in: float = 0.0) -> Record:
        """Open the connections, send on schedule, and wait a little for the last answers."""
        loop = asyncio.get_running_loop()
        await asyncio.gather(*(self._open() for _ in range(self._connections)))
        self.record = Record(seconds)
        begun, planned = loop.time(), round(rate * (lead_in + seconds))
        self._counted_from = begun + lead_in
        number = 0
        while number < planned:
            while number < planned and begun + number / rate <= loop.time():
                self._due.append(begun + number / rate)
                number += 1
            self.send_due()
            await asyncio.sleep(TICK)
        self.record.in_time = self.record.outcomes["right"]
        await self._last_answers(loop.time() + self._patience)
        return self.record

    async def close(self) -> None:
        """Close all connections."""
        self._ended = True
        for connection in self._all:
            connection.close()
        await asyncio.sleep(TICK)

    def send_due(self) -> None:
        """Send what is due, as long as there are free connections."""
        head, tail = self._parts
        while self._due and self.free:
            token = random.choice(self._tokens)  # noqa: S311 - no secret
            due = self._due.popleft()
            self.free.popleft().send(head + token + tail, due)
            if due >= self._counted_from:
                self.record.sent += 1

    def finished(self, connection: "Connection", outcome: str, due: float, seconds: float) -> None:
        """Record the answer to a request, and free its connection."""
        if due >= self._counted_from:
            self.record.outcomes[outcome] += 1
            if outcome == "right":
                self.record.right.append(seconds)
        self.free.append(connection)

    def lost(self, connection: "Connection", due: float | None) -> None:
        """Replace a connection that the server closed, and record its request, if any, as cut."""
        if self._ended:
            return
        self._all.discard(connection)
        if due is not None:
            if due >= self._counted_from:
                self.record.outcomes["cut"] += 1
        elif connection in self.free:
            self.free.remove(connection)
        task = asyncio.get_running_loop().create_task(self._open())
        self._opening.add(task)
        task.add_done_callback(self._opening.discard)

    async def _open(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            port = self.target.port
            _, connection = await loop.create_connection(lambda: Connection(self), "127.0.0.1", port)
        except OSError:
            self.record.unconnected += 1
        else:
            self._all.add(connection)
            self.free.append(connection)

    async def _last_answers(self, until: float) -> None:
        loop = asyncio.get_running_loop()
        # Polled, so that counting an answer stays cheap.
        while loop.time() < until and sum(self.record.outcomes.values()) < self.record.sent:  # noqa: ASYNC110
            await asyncio.sleep(TICK)
        answered = sum(self.record.outcomes.values())
        self.record.outcomes["late"] += len(self._due) + max(0, self.record.sent - answered)


class Connection(asyncio.Protocol):
    """A connection with one request at a time."""

    def __init__(self, open_loop: OpenLoop) -> None:
        self._load = open_loop
        self._received = b""
        self._due: float | None = None
        self._transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Store the transport."""
        self._transport = cast("asyncio.Transport", transport)

    def send(self, request: bytes, due: float) -> None:
        """Send a request that was due at a time of the loop's clock."""
        self._due = due
        self._transport.write(request)

    def close(self) -> None:
        """Close the connection."""
        self._transport.close()

    def data_received(self, data: bytes) -> None:
        """Record the answer when it is complete."""
        self._received += data
        if self._due is None or complete_message(self._received) is None:
            return
        due, seconds = self._due, asyncio.get_running_loop().time() - self._due
        outcome = self._outcome(self._received)
        self._received, self._due = b"", None
        self._load.finished(self, outcome, due, seconds)

    def connection_lost(self, exc: Exception | None) -> None:
        """Report that the connection ended."""
        del exc
        self._load.lost(self, self._due)

    def _outcome(self, answer: bytes) -> str:
        target, status = self._load.target, int(answer[9:12])
        if status in REFUSED:
            return "refused"
        if status == 200 and target.wanted.encode() in answer and target.unwanted.encode() not in answer:  # noqa: PLR2004
            return "right"
        record = self._load.record
        record.first_wrong = record.first_wrong or answer[:400].decode(errors="replace")
        return "wrong"
