"""A provider calls one address, whichever cell a reward is in: the callback is applied in that cell only."""

import json
import shutil
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from pathlib import Path

import httpx
import pytest

from furlong.serve.http_server import listen, serving
from furlong.workers.fulfilment_worker import create_status_app
from simulator.providers.ledger import instant
from subgraphs.fulfilment.payout.callbacks import OtherCells
from subgraphs.fulfilment.providers.signing import Signer
from subgraphs.fulfilment.state.state_machine import FulfilmentState
from tests.support.fulfilment.payout_harness import PayoutHarness, key_of, open_harness

PATH = "/callbacks/sportsbook"
CREDITED, USED = FulfilmentState.CREDITED, FulfilmentState.USED


@dataclass
class CellWorker:
    """A cell's fulfilment worker, its HTTP side on a port.

    Attributes:
        stack: Ends the HTTP side.
    """

    harness: PayoutHarness
    url: str
    stack: AsyncExitStack

    async def call(self, customer: str, *, secret: str = "") -> int:
        """Send the callback that a customer's reward is used, and return the status of the response."""
        facts = {"key": key_of(customer), "status": "used", "at": instant(self.harness.clock.now())}
        body = json.dumps(facts).encode()
        signer = Signer((secret or self.harness.settings.secrets["simulated"].get_secret_value()).encode())
        headers = signer.sign_request("POST", PATH, body, self.harness.clock.now())
        async with httpx.AsyncClient(timeout=60) as client:
            return (await client.post(self.url + PATH, content=body, headers=headers)).status_code


@pytest.fixture
async def cells(migrated_fulfilment: Path, tmp_path: Path) -> AsyncIterator[tuple[CellWorker, CellWorker]]:
    """Provide the workers of two cells that know one another; each has credited a reward: c-0's and c-1's."""
    async with AsyncExitStack() as stack:
        listeners = [stack.enter_context(listen("127.0.0.1", 0)) for _ in range(2)]
        urls = [f"http://127.0.0.1:{listener.getsockname()[1]}" for listener in listeners]
        found = []
        for number, listener in enumerate(listeners):
            folder = tmp_path / str(number)
            shutil.copytree(migrated_fulfilment, folder / "databases")
            url = f"sqlite+aiosqlite:///{folder / 'databases'}"
            harness = await stack.enter_async_context(open_harness(url, folder))
            await harness.owe(f"c-{number}")
            process = replace(harness.open(), others=OtherCells((urls[1 - number],)))
            await harness.run_worker(process)
            served = await stack.enter_async_context(AsyncExitStack())
            await served.enter_async_context(serving(create_status_app(process), listener))
            found.append(CellWorker(harness, urls[number], served))
        yield found[0], found[1]


async def test_a_callback_at_the_wrong_cell_is_applied_in_the_right_one(
    cells: tuple[CellWorker, CellWorker],
) -> None:
    """Once, however often it arrives, and wherever; the other cell's reward is not touched."""
    here, there = cells
    assert [await here.call("c-1"), await there.call("c-1"), await here.call("c-1")] == [204, 204, 204]
    assert (await there.harness.state("c-1"), await here.harness.state("c-0")) == (USED, CREDITED)
    assert await here.harness.find_or_none("c-1") is None


async def test_a_callback_is_not_lost_while_the_right_cell_is_away(
    cells: tuple[CellWorker, CellWorker],
) -> None:
    """The provider has to call again; it is told that a key is unknown only if every cell says so."""
    here, there = cells
    assert await here.call("nobody") == 404
    assert await here.call("c-1", secret="another secret of 32 bytes, for tests") == 401
    await there.stack.aclose()
    assert [await here.call("c-1"), await here.call("c-0")] == [503, 204]
    assert await there.harness.state("c-1") is CREDITED
