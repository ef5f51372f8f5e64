"""The simulated exchange speaks the protocol as other people's clients understand it."""

import asyncio
import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from simulator.certificate import CERTIFICATE
from simulator.exchange.market_world import Market
from simulator.exchange.serve import serving_exchange

ROOT = Path(__file__).resolve().parents[3]
PYTHON = ROOT / ".services" / "exchange-clients" / "bin" / "python"
PROGRAM = ROOT / "tools" / "exchange_clients" / "follow.py"
LISTING = PROGRAM.with_name("list_names.py")
SECONDS = 60.0


@pytest.mark.exchange_clients
@pytest.mark.usefixtures("exchange_clients_installed", "processes")
@pytest.mark.parametrize("client", ["betfairlightweight", "flumine"])
async def test_a_client_has_the_exchanges_books(client: str, tmp_path: Path) -> None:
    """By segments, changes and heartbeats, and after a cut from its clocks without another image."""
    async with serving_exchange(tmp_path, moves_per_second=200) as served:
        program = await asyncio.create_subprocess_exec(
            *(str(PYTHON), str(PROGRAM), client, str(served.port)),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        try:
            world, requests = served.stream.world, served.stream.requests
            await _until(program, lambda books: books.keys() == world.markets.keys())
            served.stream.cut()
            await _until(program, lambda _: len(_clocks(requests)) > 1)
            served.moving.stop()
            await _until(program, lambda books: books == _complete(world.books()))
        finally:
            program.kill()
            await program.communicate()
    first, *later = _clocks(served.stream.requests)
    assert first is None
    assert all(later)


@pytest.mark.exchange_clients
@pytest.mark.usefixtures("exchange_clients_installed", "processes")
async def test_a_client_lists_the_exchanges_names(tmp_path: Path) -> None:
    """By JSON-RPC over TLS, within the limits of weights, and only with the session."""
    async with serving_exchange(tmp_path) as served:
        url = served.catalogue_url.removesuffix("betting/rest/v1.0/")

        async def listed(session: str, results: int) -> dict[str, Any]:
            arguments = (url, str(tmp_path / CERTIFICATE), session, str(results))
            program = await asyncio.create_subprocess_exec(
                *(str(PYTHON), str(LISTING), *arguments), stdout=asyncio.subprocess.PIPE
            )
            output, _ = await asyncio.wait_for(program.communicate(), SECONDS)
            return dict(json.loads(output))

        names = await listed("simulated-session", 200)
        assert names == {market.id: _listed(market) for market in served.stream.world.markets.values()}
        assert "TOO_MUCH_DATA" in (await listed("simulated-session", 201))["error"]
        assert "INVALID_SESSION_INFORMATION" in (await listed("expired", 200))["error"]


def _listed(market: Market) -> dict[str, Any]:
    """Return a market's names as the program shows them."""
    offer = market.offer
    return {
        "market": offer.market,
        "type": offer.market_type,
        "event": [offer.event_id, offer.event, offer.venue or None],
        "competition": offer.competition or None,
        "sport": offer.event_type,
        "starts": datetime.fromisoformat(market.definition["marketTime"]).isoformat(),
        "runners": {str(runner.id): runner.name for runner in offer.runners},
    }


async def _until(program: asyncio.subprocess.Process, holds: Callable[[dict[str, Any]], bool]) -> None:
    """Wait until something holds of the client's books."""
    assert program.stdin
    assert program.stdout
    async with asyncio.timeout(SECONDS):
        while True:
            program.stdin.write(b"\n")
            if holds(json.loads(await program.stdout.readline())):
                return
            await asyncio.sleep(0.1)


def _clocks(requests: list[dict[str, Any]]) -> list[str | None]:
    return [asked.get("clk") for asked in requests if asked["op"] == "marketSubscription"]


def _complete(books: dict[str, Any]) -> dict[str, Any]:
    """Return books with what a runner does not have, as clients show it."""
    nothing: dict[str, Any] = {"atb": {}, "atl": {}, "ltp": None}
    return {
        name: book | {"runners": {runner: nothing | known for runner, known in book["runners"].items()}}
        for name, book in books.items()
    }
