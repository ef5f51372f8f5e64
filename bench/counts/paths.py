"""The hot paths, and how each is counted: of a consumer, of the back office, and of the site."""

from __future__ import annotations

import asyncio
import gc
import itertools
import json
import tempfile
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Mapping
from contextlib import AbstractAsyncContextManager, AbstractContextManager, asynccontextmanager, nullcontext
from dataclasses import dataclass, field, fields
from functools import partial
from pathlib import Path
from typing import Any, Final, NamedTuple, TypeAlias, TypeVar
from uuid import UUID

import orjson
import pyotp
from prometheus_client import CollectorRegistry
from pydantic import SecretStr

from backoffice.access import Role
from backoffice.app import create_backoffice
from backoffice.settings import BackofficeSettings
from bench.consumer.messages import placed_bet
from bench.counts.club import (
    CUSTOMER,
    CUSTOMERS,
    NOW,
    Counted,
    Request,
    counted_club,
    post,
    served,
    use_defaults,
)
from bench.counts.counting import Counting
from bench.counts.doubles import Client, StoppedLoop, embedded_databases, settle
from bench.counts.odds_path import odds_event
from bench.counts.site_paths import betslip, betslip_again, betslip_changed, gateway, live_event
from bench.fixtures.customers import BRAND, customer_id
from bench.harness.standstill import wait_for
from bench.load.http_messages import END
from consumers.progress.wiring import create_consumer
from consumers.stream.broker.memory import MemoryBroker
from consumers.stream.database.batch import Batch
from consumers.stream.database.sink import Applied, Sink
from consumers.stream.records import Record
from consumers.stream.settings import StreamSettings
from furlong.demo.backoffice import add_account
from furlong.demo.ready_file import DemoAccount
from furlong.settings import ROOT
from subgraphs.club_kit.topics import PROGRESS_TOPIC

BATCH: Final = 256
SETTLED: Final = 64
"""How many records of a batch settle a bet that the batch before has placed."""

STAKES: Final = (50, 100, 200, 500, 1000, 2000)
ODDS: Final = (1200, 1500, 2000, 3500)
PATIENT: Final = 60.0
"""Seconds of a poll: longer than all batches take, so that no poll ends without records."""


@dataclass(frozen=True, slots=True)
class WatchedSink(Sink):
    """A sink that says what it has committed."""

    waiting: list[asyncio.Future[Applied]] = field(default_factory=list)

    def next_batch(self) -> asyncio.Future[Applied]:
        """Return what is done when the next batch is committed."""
        self.waiting.append(asyncio.get_running_loop().create_future())
        return self.waiting[-1]

    async def apply(self, batch: Batch) -> Applied:
        """Apply a batch."""
        applied = await Sink.apply(self, batch)
        self.waiting.pop().set_result(applied)
        return applied


@asynccontextmanager
async def consumer_batch(given: Counted) -> AsyncIterator[Request]:
    """One batch of 256 bets by `furlong consume progress`, polled, decoded, applied and committed."""
    settings = StreamSettings(batch_records=BATCH, poll_seconds=PATIENT, dead_letter_topics=False)
    consumer = create_consumer(given.database, settings, CollectorRegistry(), given.clock)
    broker = MemoryBroker("counted")
    consumer.join = partial(broker.join, consumer.app.group, list(consumer.app.by_name))
    parts = {one.name: getattr(consumer.sink, one.name) for one in fields(Sink)}
    consumer.sink = sink = WatchedSink(**parts)
    running = asyncio.create_task(consumer.run())
    broker.create_topics([PROGRESS_TOPIC])
    batches = map(_batch, itertools.count(1))

    async def consume(counting: AbstractContextManager[object]) -> None:
        for record in next(batches):
            broker.send(record)
        with counting:
            applied = await sink.next_batch()
            await settle()
        if applied.records != BATCH or applied.dead or applied.stale:
            raise RuntimeError(f"a wrong batch: {applied}")

    await settle()
    yield consume
    running.cancel()  # to stop it would take until the end of its poll
    await asyncio.wait({running})


def _batch(number: int) -> Iterator[Record]:
    """Yield the records of a batch; all batches have as many of each kind, about the same customers."""
    for place in range(BATCH):
        bet = number * BATCH + place
        if place < SETTLED:
            yield _record(bet, _bet(bet - SETTLED) | {"bet_revision": 2, "status": "settled"})
        else:
            yield _record(bet, _bet(bet))


def _bet(number: int) -> dict[str, Any]:
    place = number % BATCH
    customer, moment = customer_id(place % CUSTOMERS), NOW.strftime("%Y-%m-%dT%H:%M:%SZ")
    bet = placed_bet(number, customer, STAKES[place % len(STAKES)], moment)
    return bet | {"odds_milli": ODDS[place % len(ODDS)]}


def _record(number: int, bet: dict[str, Any]) -> Record:
    message = {"schema": "club.progress/1", "event_id": str(UUID(int=number)), **bet}
    key = f"{BRAND}:{bet['customer_id']}"
    return Record(PROGRESS_TOPIC, 0, 0, key.encode(), orjson.dumps(message), timestamp=NOW)


OPERATIONS: Final = ROOT / "web" / "backoffice" / "src" / "graph" / "generated" / "operations.ts"
PAGE: Final = OPERATIONS.read_text(encoding="utf-8").partition('const READ_CUSTOMER = "')[2].partition('"')[0]
"""What the page of a customer asks for."""

ACCOUNT: Final = DemoAccount(
    role=Role.SUPPORT.value,
    user="support@office.example",
    password="a password of nobody",  # noqa: S106 - no secret
    totp="A" * 32,
)


@asynccontextmanager
async def office_page(given: Counted) -> AsyncIterator[Request]:
    """The page of a customer by `furlong backoffice serve`: session checked, access recorded."""
    office = create_backoffice(
        given.database,
        BackofficeSettings(key=SecretStr("a key that opens only what is counted")),
        given.clock,
        given.folder / "no-screens",
    )
    await add_account(office.base, ACCOUNT, (Role.SUPPORT,))
    async with served(office.app) as connect:
        client = connect()
        session = await _sign_in(client)
        body = json.dumps({"query": PAGE, "variables": {"id": f"{BRAND}:{customer_id(CUSTOMER)}"}})
        request = post("/backoffice/graphql", body.encode(), *session)

        async def ask(counting: AbstractContextManager[object]) -> None:
            with counting:
                reply = await client.ask(request)
            if b'"countedBets"' not in reply or b'"errors"' in reply:
                raise RuntimeError(f"a wrong reply: {reply[:800]!r}")

        yield ask
        client.close()


async def _sign_in(client: Client) -> tuple[str, str]:
    """Sign in, and return the headers of the session."""
    code = pyotp.TOTP(ACCOUNT.totp).at(NOW)
    given = json.dumps({"user": ACCOUNT.user, "password": ACCOUNT.password, "code": code})
    reply = await client.ask(post("/backoffice/session", given.encode()))
    head, _, content = reply.partition(END)
    start = head.decode().lower().index("set-cookie: ") + len("set-cookie: ")
    cookie = head.decode()[start:].partition(";")[0]
    return f"Cookie: {cookie}", f"X-CSRF-Token: {json.loads(content)['csrfToken']}"


T = TypeVar("T")
HotPath: TypeAlias = Callable[[Counted], AbstractAsyncContextManager[Request]]
PATHS: Final[Mapping[str, HotPath]] = {
    "betslip": betslip,
    "betslip_again": betslip_again,
    "betslip_changed": betslip_changed,
    "gateway": gateway,
    "consumer_batch": consumer_batch,
    "live_event": live_event,
    "odds_event": odds_event,
    "office_page": office_page,
}
WARM_UP: Final = 5
SAME: Final = 3
"""How often the least counts must be seen."""

MOST: Final = 30
"""After how many requests the least counts are taken even if they were seen less often."""


class Followed(NamedTuple):
    """The product's files that two requests on a path entered, each in the order of the first calls."""

    first: list[str]
    warm: list[str]


def count_paths(paths: Mapping[str, HotPath]) -> dict[str, Counting]:
    """Count a warm request on each of some paths."""

    async def count(given: Counted) -> dict[str, Counting]:
        counted = {}
        for name, path in paths.items():
            wait_for(f"{name} to be counted")
            counted[name] = await count_path(path, given)
        return counted

    return in_counted_club(count)


def in_counted_club(work: Callable[[Counted], Coroutine[Any, Any, T]]) -> T:
    """Do work on the loop and in the club that paths are counted in, with the product's default settings."""

    async def run() -> T:
        with tempfile.TemporaryDirectory() as folder, embedded_databases():
            given = await counted_club(Path(folder))
            gc.collect()
            gc.freeze()
            return await work(given)

    use_defaults()
    with asyncio.Runner(loop_factory=StoppedLoop) as runner:
        return runner.run(run())


async def count_path(path: HotPath, given: Counted) -> Counting:
    """Return the least that a warm request takes: what runs beside it can only add to its counts."""
    async with _stopped(path, given) as (_, request):
        for _ in range(WARM_UP):
            await request(nullcontext())
        seen: dict[tuple[int, ...], list[Counting]] = {}  # by all totals
        for _ in range(MOST):
            counting = Counting()
            await request(counting)
            totals = tuple(counting.totals.values())
            same = seen.setdefault(totals, [])
            same.append(counting)
            if totals == min(seen) and len(same) == SAME:
                break
    return seen[min(seen)][0]


def follow_paths(paths: Mapping[str, HotPath]) -> dict[str, Followed]:
    """Follow the first request and a warm one on each of some paths through the product's files."""

    async def follow(given: Counted) -> dict[str, Followed]:
        followed = {}
        for name, path in paths.items():
            wait_for(f"{name} to be followed")
            followed[name] = await follow_path(path, given)
        return followed

    return in_counted_club(follow)


async def follow_path(path: HotPath, given: Counted) -> Followed:
    """Return the files that the first request on a path enters, and those that a warm one enters."""
    first, warm = Counting(opcodes=False), Counting(opcodes=False)
    async with _stopped(path, given) as (loop, request):
        await request(first)
        for _ in range(WARM_UP):
            await request(nullcontext())
            while loop.in_threads:  # a plan is compiled in one
                await asyncio.wait(loop.in_threads)
        await request(warm)
    return Followed(first.files(ROOT), warm.files(ROOT))


@asynccontextmanager
async def _stopped(path: HotPath, given: Counted) -> AsyncIterator[tuple[StoppedLoop, Request]]:
    """Stop the loop's time while a path is prepared, and inside the block: no timer of it comes due."""
    loop = asyncio.get_running_loop()
    assert isinstance(loop, StoppedLoop)  # noqa: S101 - `in_counted_club` runs it
    loop.is_stopped = True
    try:
        async with path(given) as request:
            try:
                yield loop, request
            finally:
                loop.is_stopped = False  # or what ends the path would wait for ever
    finally:
        loop.is_stopped = False
