"""Executes queries, or gives a kept answer again after a look at all that it was made of."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Hashable, Mapping
from datetime import UTC, datetime
from functools import partial
from hashlib import blake2b
from time import perf_counter
from typing import Any, Final, TypeAlias
from weakref import ref

from msgspec import Struct, field
from msgspec.msgpack import Encoder

from foundation.dependencies import RECORDED, Clock, Dependencies, Memory, RowKey, Timed
from gateway.caching import WeightedCache
from gateway.executor import FetchedData, is_large
from gateway.features.kept_answers.metrics import KeptAnswerMetrics
from gateway.features.kept_answers.sightings import Sightings
from gateway.pipeline.encoding import EncodedBody, in_pieces
from gateway.pipeline.identification import CustomerOf
from gateway.pipeline.operation_executor import OperationExecutor
from gateway.pipeline.preparation.plan_cache import PlannedOperation
from gateway.pipeline.preparation.prepared import PreparedRequest
from gateway.pipeline.stages import GraphQLResponse
from gateway.settings.limits import ResponseLimits

IGNORED: Final = frozenset({"authorization", "traceparent", "tracestate", "baggage"})
"""Headers that answers do not depend on: of the token, they depend on the customer alone."""

FOREVER: Final = datetime.max.replace(tzinfo=UTC)
DIGEST_BYTES: Final = 16
OTHER_BYTES: Final = 900
"""The bytes of a kept answer besides its own pieces and its key: digest, rows' keys, objects."""

MAX_CIRCUMSTANCES: Final = 256
_encode: Final = Encoder().encode

Key: TypeAlias = tuple[Hashable, ...]
"""Plan, variables, customer, and the headers that subgraphs see."""


class Circumstances(Struct, frozen=True):
    """The public data that answers were made of, and the time in which they say the same; answers share it.

    Attributes:
        held: Where the data are in memory, their keys there, and the data, which are not kept alive.
        clock: The clock of the subgraphs.
        since: The instant for which the first answer was made.
        until: When the effect of the data changes next.
    """

    held: tuple[tuple[Memory, Hashable, ref[Any]], ...]
    clock: Clock
    since: datetime
    until: datetime

    def still_hold(self) -> bool:
        """Return whether the data in memory are the same objects, and say the same now."""
        now = self.clock.now()
        if not self.since <= now < self.until:
            return False
        for memory, key, data in self.held:  # noqa: SIM110 - a generator would be a call for each
            if memory.get_fresh(key, now) is not data():
                return False
        return True

    def are_of(self, made_of: Dependencies, now: datetime) -> bool:
        """Return whether an answer that is made now was made of the same data, whose ids are the same."""
        if not self.since <= now < self.until:
            return False
        for (_, _, known), data in zip(self.held, made_of.held.values(), strict=True):
            if known() is not data:
                return False
        return True


class KeptAnswer(Struct, frozen=True):
    """An answer, and what it was made of.

    Attributes:
        pieces: The body as JSON.
        rows: The readers and keys of all rows.
        digest: The digest of what was read.
        repeated: What is done each time that it is given.
    """

    pieces: tuple[bytes, ...]
    rows: tuple[RowKey, ...]
    digest: bytes
    circumstances: Circumstances
    repeated: tuple[Callable[[], object], ...]


Answers: TypeAlias = WeightedCache[Key, KeptAnswer]


class Unchanged(FetchedData, frozen=True, gc=False):
    """Stands for data that were not fetched, because the answer is known."""

    body: EncodedBody


class Recorded(FetchedData, frozen=True, gc=False):
    """Fetched data, with what they depend on."""

    key: Key
    dependencies: Dependencies
    digest: bytes


class AnswerKeeper(Struct, frozen=True):
    """Keeps answers over all versions of the graph; plans, which are part of keys, belong to one version.

    Attributes:
        answers: The kept answers.
        metrics: Counts what becomes of them.
        customer_of: Returns the key of a session's customer: all that answers depend on of a session.
        circumstances: What kept answers share, by the identities of what it consists of.
        sightings: What was asked for before.
    """

    answers: Answers
    metrics: KeptAnswerMetrics
    customer_of: CustomerOf
    circumstances: dict[Key, Circumstances] = field(default_factory=dict)
    sightings: Sightings = field(default_factory=Sightings)

    def forget(self) -> None:
        """Forget all answers: nothing of a customer who does not return, or is erased, is kept for long."""
        self.answers.clear()
        self.circumstances.clear()
        self.sightings.forget()

    def keep(self, recorded: Recorded, pieces: tuple[bytes, ...]) -> None:
        """Keep an answer."""
        made_of = recorded.dependencies
        circumstances = self._circumstances(made_of)
        if circumstances is None:
            self.metrics.uncovered += 1
            return
        rows, repeated = tuple(made_of.rows), tuple(made_of.repeated)
        answer = KeptAnswer(pieces, rows, recorded.digest, circumstances, repeated)
        # Pieces that other answers share are counted for each: how many do is not known when one is evicted.
        size = OTHER_BYTES + sum(map(len, pieces)) + len(str(recorded.key[1:]))
        self.answers.put(recorded.key, answer, size)

    def _circumstances(self, made_of: Dependencies) -> Circumstances | None:
        """Return the public data of an answer with their time; None if nobody knows when they change."""
        clock, now, identity = made_of.clock, made_of.now, []
        if clock is None or now is None:
            return None
        for (memory, key), data in made_of.held.items():
            identity += [id(memory), key, id(data)]
        known = self.circumstances.get((id(clock), *identity))
        if known is not None and known.are_of(made_of, now):
            return known
        until = FOREVER
        for data in made_of.held.values():
            if not isinstance(data, Timed):
                return None
            until = min(until, data.next_change(now))
        held = tuple((memory, key, ref(data)) for (memory, key), data in made_of.held.items())
        if len(self.circumstances) >= MAX_CIRCUMSTANCES:
            self.circumstances.clear()
        made = self.circumstances[id(clock), *identity] = Circumstances(held, clock, now, until)
        return made


class KeepingExecutor(Struct, frozen=True):
    """Executes by another executor what is not known.

    Attributes:
        part: The other executor.
        limits: Its limits on the data of a response.
        keeper: Keeps answers.
    """

    part: OperationExecutor
    limits: ResponseLimits
    keeper: AnswerKeeper

    @classmethod
    def around(cls, keeper: AnswerKeeper, part: OperationExecutor) -> KeepingExecutor:
        """Give a kept answer again if all that it was made of is the same."""
        return cls(part, part.limits, keeper)

    @property
    def fresh(self) -> OperationExecutor:
        """The executor that fetches for each request, for who wants to see how an answer is made."""
        return self.part

    def covers(self, planned: PlannedOperation) -> bool:
        """Return whether all calls of a plan record what they depend on, and nobody else changes them."""
        return all(
            getattr(self.part.transports[fetch.subgraph], "records_reads", False)
            and all(
                getattr(middleware, "only_observes", False)
                or middleware.wrap(_unchanged, fetch, "query") is _unchanged
                for middleware in self.part.middleware
            )
            for fetch in planned.plan.fetches
        )

    def fetch(
        self,
        planned: PlannedOperation,
        variables: Mapping[str, Any],
        headers: Mapping[str, str],
        session: object = None,
    ) -> Coroutine[Any, Any, FetchedData]:
        """Fetch from subgraphs, unless the answer is known; a mutation has no session here.

        What is asked for the first time is not kept: recording and storing cost half as much again, and
        pay only if it is asked for once more.
        """
        customer = None if session is None else self.keeper.customer_of(session)
        if customer is None or planned.introspection is not None or planned.plan.kind != "query":
            return self.part.fetch(planned, variables, headers, session)
        seen = [header for header in headers.items() if header[0] not in IGNORED]
        key = (ref(planned), _encode(variables), customer, *seen)
        known = self.keeper.answers.get(key)
        if known is None:
            self.keeper.metrics.new += 1
            if not self.keeper.sightings.again(key):
                return self.part.fetch(planned, variables, headers, session)
        fetch = partial(self.part.fetch, planned, variables, headers, session)
        return self._fetch(key, known, planned, fetch)

    async def _fetch(
        self,
        key: Key,
        known: KeptAnswer | None,
        planned: PlannedOperation,
        fetch: Callable[[], Coroutine[Any, Any, FetchedData]],
    ) -> FetchedData:
        metrics, made_of, digest = self.keeper.metrics, Dependencies(), None
        if known is not None:
            began = perf_counter()
            if known.circumstances.still_hold():
                digest = await _digest(made_of, known.rows)
                if digest == known.digest:
                    metrics.same += 1
                    for action in known.repeated:
                        action()
                    return Unchanged({}, (), EncodedBody(known.pieces))
            metrics.changed += 1
            metrics.compared_seconds += perf_counter() - began
        token = RECORDED.set(made_of)
        try:
            fetched = await fetch()
        finally:
            RECORDED.reset(token)
        if not made_of.is_covered or (known is None and not self.covers(planned)):
            metrics.uncovered += 1
            return fetched
        if digest is None or known is None or tuple(made_of.rows) != known.rows:
            digest = await _digest(made_of)
        if digest is None or is_large(self.limits):
            metrics.uncovered += 1
            return fetched
        return Recorded(fetched.data, fetched.failures, key, made_of, digest)

    def project(
        self, prepared: PreparedRequest, planned: PlannedOperation, fetched: FetchedData
    ) -> GraphQLResponse:
        """Project fetched data to the client's response and keep it, or give the known one."""
        if isinstance(fetched, Unchanged):
            return GraphQLResponse(fetched.body)
        response = self.part.project(prepared, planned, fetched)
        if not isinstance(fetched, Recorded) or "errors" in response.body:
            return response
        pieces = in_pieces(response.body)
        self.keeper.keep(fetched, pieces)
        body = EncodedBody(pieces)
        body["data"] = response.body["data"]
        return GraphQLResponse(body)


async def _unchanged(
    _variables: Mapping[str, Any], _headers: Mapping[str, str], _session: object
) -> Mapping[str, Any]:
    """Stand for a call of a subgraph, to see which middleware changes it."""
    return {}


async def _digest(made_of: Dependencies, again: tuple[RowKey, ...] = ()) -> bytes | None:
    """Return the digest of all rows; None if they cannot be read or compared.

    Args:
        made_of: What the rows are part of.
        again: Rows to read first. They become part of it, errors included: whoever needs them meets these.
    """
    for row in again:
        reader, key = row
        made_of.rows[row] = reader.start(key)
    read = []
    try:
        for reading in made_of.rows.values():
            read.append(await reading)  # noqa: PERF401 - a comprehension would be a call for each
        return blake2b(_encode(read), digest_size=DIGEST_BYTES).digest()
    except Exception:  # noqa: BLE001 - it is raised again where the rows are needed, and shown as any error is
        return None
