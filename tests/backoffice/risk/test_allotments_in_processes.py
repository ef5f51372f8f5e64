"""A budget over four cells of real processes, each killed in turn: never exceeded, and reached in the end.

Only in the long form: `test_allotments_at_once.py` is the short one, with consumers in the tests' process.
"""

import asyncio
import random
import time
import uuid
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import httpx
import pytest
import yaml
from sqlalchemy.exc import SQLAlchemyError

from foundation.storage.cells.cell import Cell
from foundation.storage.clock import ManualClock, SystemClock
from foundation.storage.database import Database
from foundation.storage.settings import DatabaseSettings
from furlong.demo.tokens import demo_sessions, make_token
from furlong.install.topics import TOPICS, create_topics
from furlong.settings import TopicSettings
from tests.backoffice.risk.allotted_cells import BRAND, CELLS, RewardsCell
from tests.support.long_form import only_in_long_form
from tests.support.processes.running_furlong import ROOT, Programs, eventually, programs_in
from tools import server_process
from tools.private_kafka import PrivateKafka
from tools.private_mariadb import PrivateMariadb

pytestmark = [
    only_in_long_form,
    pytest.mark.timeout(1800),
]
BUDGET: Final = 40
REWARD: Final = "bb-25"
OPTION: Final = f"{BRAND}:{REWARD}:1"
WEIGHTS: Final = (8, 2, 1, 1)
"""How many customers of each cell ask: most of them in one."""

SECONDS_BETWEEN_KILLS: Final = 3.0
PATIENCE_SECONDS: Final = 900.0
SECRET: Final = "a secret of at least 32 bytes, for tests"
SESSIONS: Final = demo_sessions(SECRET)
CHANGE: Final = "mutation ($input: ChangeRewardInput!) { changeReward(input: $input) { errors { code } } }"
AVAILABLE: Final = "query ($brand: ID!) { club(brand: $brand) { options { id available } } }"


@dataclass
class Process:
    """A process of `furlong` that is killed and started again.

    Attributes:
        words: The words after `furlong`.
    """

    programs: Programs
    words: tuple[str, ...]

    def __post_init__(self) -> None:
        """Start it."""
        self.running = self.programs.start(*self.words)

    def kill(self) -> None:
        """Kill it, and start it again."""
        self.running.kill()
        self.running.wait(60)
        self.running = self.programs.start(*self.words)


@dataclass
class ServedCell:
    """A cell's gateway, and what a test reads in its database.

    Attributes:
        at_once: Lets only a few requests wait at a time, so that a busy machine answers them, too.
    """

    rewards: RewardsCell
    port: int
    at_once: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(4))

    async def post(
        self, client: httpx.AsyncClient, customer: str, body: Mapping[str, Any]
    ) -> dict[str, Any] | None:
        """Return the data of a response; None if there is no response, or an error of the server."""
        token = make_token(SESSIONS, BRAND, customer, SystemClock().now())
        try:
            async with self.at_once:
                response = await client.post(
                    f"http://127.0.0.1:{self.port}/graphql",
                    json=dict(body),
                    headers={"authorization": f"Bearer {token}"},
                )
            found = response.json()
        except (httpx.TransportError, ValueError):
            return None
        return None if "errors" in found else dict(found["data"])


@dataclass
class Asking:
    """Customers who ask for a reward until they have it.

    Attributes:
        granted: Who was told that they have it.
        answers: How often each answer was given.
    """

    granted: set[str] = field(default_factory=set)
    answers: Counter[str] = field(default_factory=Counter)
    done: asyncio.Event = field(default_factory=asyncio.Event)

    async def ask(self, client: httpx.AsyncClient, cell: ServedCell, customer: str) -> None:
        """Ask with one key until its outcome is known, and with another one after a refusal."""
        key = uuid.uuid4().hex
        while not self.done.is_set():
            wanted = {"brand": BRAND, "optionId": OPTION, "expectedVersion": 0, "idempotencyKey": key}
            data = await cell.post(client, customer, {"query": CHANGE, "variables": {"input": wanted}})
            codes = None if data is None else [one["code"] for one in data["changeReward"]["errors"]]
            self.answers["no answer" if codes is None else ", ".join(codes) or "granted"] += 1
            if codes == []:
                self.granted.add(customer)
                return
            assert codes in (None, ["BUDGET_SPENT"], ["UPSTREAM_PENDING"], ["UNAVAILABLE"]), codes
            if codes == ["BUDGET_SPENT"]:
                key = uuid.uuid4().hex
            await asyncio.sleep(random.uniform(1.0, 3.0))  # noqa: S311 - not a secret


async def used(cells: Sequence[ServedCell]) -> int:
    """Return how many customers of all cells have the reward, or wait for an answer."""
    return sum([await cell.rewards.used() for cell in cells])


async def watch(cells: Sequence[ServedCell], seen: list[int]) -> None:
    """Look all the time how many customers have the reward; it is never more than the budget."""
    while True:
        with suppress(SQLAlchemyError):  # a busy machine accepts no connection in time
            seen.append(await used(cells))
            assert seen[-1] <= BUDGET
        await asyncio.sleep(0.1)


async def kill(processes: Sequence[Process]) -> int:
    """Kill each process, in any order; return the number of kills."""
    victims = random.sample(processes, len(processes))
    for victim in victims:
        await asyncio.sleep(SECONDS_BETWEEN_KILLS)
        await asyncio.to_thread(victim.kill)
    return len(victims)


def customers_of(cell: Cell) -> Iterator[str]:
    """Yield ids of a cell's customers."""
    number = 0
    while True:
        if cell.has(BRAND, one := f"a-{number}"):
            yield one
        number += 1


def askers() -> dict[Cell, list[str]]:
    """Return three times as many customers as the budget has rewards, by cell."""
    share = 3 * BUDGET / sum(WEIGHTS)
    found = {
        cell: [next(ids) for _ in range(round(weight * share))]
        for cell, weight, ids in zip(CELLS, WEIGHTS, map(customers_of, CELLS), strict=True)
    }
    assert sum(map(len, found.values())) == 3 * BUDGET
    return found


def worlds(folder: Path, customers: Sequence[str]) -> tuple[Path, Path]:
    """Write what is loaded, with the budget, and what the upstream knows, with the customers."""
    loaded = yaml.safe_load((ROOT / "furlong" / "world.yaml").read_text())
    loaded["brands"] = [one for one in loaded["brands"] if one["id"] == BRAND]
    loaded["brands"][0]["budgets"] = [{"reward_id": REWARD, "rewards": BUDGET}]
    known = yaml.safe_load((ROOT / "simulator" / "world.yaml").read_text())
    known["brands"] = [one for one in known["brands"] if one["id"] == BRAND]
    known["brands"][0]["customers"] = [
        {"id": customer, "demo": False, "note": "asks"} for customer in customers
    ]
    files = folder / "loaded.yaml", folder / "upstream.yaml"
    for file, content in zip(files, (loaded, known), strict=True):
        file.write_text(yaml.safe_dump(content, default_flow_style=False))
    return files


@dataclass
class Installation:
    """Four cells, a back office beside the first of them, and the upstream."""

    cells: list[ServedCell]
    processes: list[Process]
    upstream: str


@contextmanager
def in_folder(folder: Path, environment: Mapping[str, str]) -> Iterator[Programs]:
    """Run processes in a folder of their own."""
    folder.mkdir()
    with programs_in(folder, environment) as programs:
        yield programs


@asynccontextmanager
async def installed(
    kafka: PrivateKafka, mariadb: PrivateMariadb, folder: Path, customers: Sequence[str]
) -> AsyncIterator[Installation]:
    """Run everything as an operator does."""
    await create_topics(kafka.bootstrap, CELLS[0].of, 1, TopicSettings(), TOPICS)
    loaded, known = worlds(folder, customers)
    upstream = f"127.0.0.1:{server_process.free_port()}"
    common = {
        "FURLONG_KAFKA_BOOTSTRAP": kafka.bootstrap,
        "FURLONG_KAFKA_SESSION_SECONDS": "6",
        "FURLONG_KAFKA_RETRY_SECONDS": "0.2",
        "FURLONG_TOPICS_CHECK": "false",
        "FURLONG_UPSTREAM_URL": f"http://{upstream}",
        "FURLONG_JWT_SECRET": SECRET,
        "FURLONG_JWT_ISSUER": str(SESSIONS.issuer),
        "FURLONG_JWT_AUDIENCE": str(SESSIONS.audience),
    }
    found = Installation([], [], f"http://{upstream}")
    async with AsyncExitStack() as stack:
        simulator = stack.enter_context(in_folder(folder / "upstream", common))
        words = ("--kafka", kafka.bootstrap, "--data", "record", "--listen", upstream, "--no-traffic")
        simulator.start("simulator", "serve", *words, "--world", str(known))
        for cell in CELLS:
            url = mariadb.fresh_url()
            own = {
                "FURLONG_DATABASE_URL": url,
                "FURLONG_CELL": cell.name,
                "FURLONG_CELL_PARTITIONS": cell.partitions,
                "FURLONG_CELL_OF": str(cell.of),
            }
            programs = stack.enter_context(in_folder(folder / cell.name, common | own))
            await asyncio.to_thread(programs.run, "db", "upgrade")
            await asyncio.to_thread(programs.run, "cell", "claim")
            port = server_process.free_port()
            commands = [("consume", "rewards"), ("serve", "--listen", f"127.0.0.1:{port}")]
            programs.start("consume", "club")
            if cell is CELLS[0]:
                await asyncio.to_thread(programs.run, "load", str(loaded))
                commands += [("consume", "backoffice"), ("worker", "outbox")]
            programs.start("worker", "intents")
            found.processes += [Process(programs, words) for words in commands]
            database = Database.open(DatabaseSettings(url=url), "rewards")
            stack.push_async_callback(database.close)
            clock = ManualClock(SystemClock().now())
            found.cells.append(ServedCell(RewardsCell(cell, database, clock), port))
        yield found


async def is_offered(client: httpx.AsyncClient, cell: ServedCell, customer: str) -> bool:
    """Return whether a customer sees the reward as available."""
    data = await cell.post(client, customer, {"query": AVAILABLE, "variables": {"brand": BRAND}})
    options = ((data or {}).get("club") or {}).get("options") or []
    return {"id": OPTION, "available": True} in options


async def until_offered(client: httpx.AsyncClient, cell: ServedCell, customer: str) -> None:
    """Wait until a customer sees the reward as available."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not await is_offered(client, cell, customer):  # noqa: ASYNC110 - another process
            await asyncio.sleep(0.5)


async def opt_in(client: httpx.AsyncClient, upstream: str, customer: str) -> None:
    """Make a customer a member, by another channel of the upstream."""
    await client.put(
        f"{upstream}/v1/brands/{BRAND}/customers/{customer}/membership",
        json={"state": "opted_in", "terms_version": "2026-1"},
        headers={"Idempotency-Key": f"in-{customer}"},
    )


async def chosen_upstream(client: httpx.AsyncClient, upstream: str) -> Counter[str]:
    """Return how often the upstream recorded the reward for each customer, by its own journal."""
    response = await client.get(f"{upstream}/simulator/journal")
    return Counter(
        entry["customer"]
        for entry in response.json()["entries"]
        if (entry["method"], entry["outcome"]) == ("PUT", "applied")
        and entry["path"].endswith("/choice")
        and REWARD in entry["body"]
    )


async def test_processes_that_are_killed_give_a_budget_away_once(
    kafka: PrivateKafka, mariadb: PrivateMariadb, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Three times as many ask as there are rewards; consumers, gateways and back office are killed in turn.

    In the end the upstream has recorded the reward for as many customers as the budget allows, once each.
    """
    wanting = askers()
    everybody = [one for customers in wanting.values() for one in customers]
    async with (
        installed(kafka, mariadb, tmp_path, everybody) as site,
        httpx.AsyncClient(timeout=30, limits=httpx.Limits(max_keepalive_connections=0)) as client,
    ):
        await asyncio.to_thread(
            eventually, lambda: httpx.get(f"{site.upstream}/simulator/journal").is_success, "it listens"
        )
        for customer in everybody:
            await opt_in(client, site.upstream, customer)
        for cell in site.cells:
            await until_offered(client, cell, wanting[cell.rewards.cell][0])
        began, asking = time.monotonic(), Asking()
        seen: list[Any] = []
        async with asyncio.timeout(PATIENCE_SECONDS), asyncio.TaskGroup() as tasks:
            watching = tasks.create_task(watch(site.cells, seen))
            for cell in site.cells:
                for customer in wanting[cell.rewards.cell]:
                    tasks.create_task(asking.ask(client, cell, customer))
            kills = await kill(site.processes)
            while len(asking.granted) < BUDGET:  # noqa: ASYNC110 - other processes
                await asyncio.sleep(0.5)
            asking.done.set()
            watching.cancel()
        assert await used(site.cells) == BUDGET
        assert await chosen_upstream(client, site.upstream) == dict.fromkeys(asking.granted, 1)
        shares = [await cell.rewards.used() for cell in site.cells]
    with capsys.disabled():
        print(  # noqa: T201 - figures for whoever runs it
            f"budget {BUDGET}, {len(everybody)} ask: {kills} kills, all given after "
            f"{time.monotonic() - began:.0f} s, by cell {shares}, {len(seen)} looks, answers "
            f"{dict(asking.answers)}"
        )
