"""`furlong simulator casino` as a process: it plays against our wallet, is killed, and goes on."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
import pytest
from msgspec import json

from simulator.casino.keys import OPERATOR
from simulator.server import listen, serving
from subgraphs.kit.hub88_signatures import HEADER, Signer
from tests.support.wallet.casino_player import (
    ANN,
    DICE,
    PROVIDERS,
    START,
    ServedWallet,
    opened_wallet,
)
from tests.support.wallet.money_clients import CURRENCY

ROOT = Path(__file__).resolve().parents[3]
PATIENCE_SECONDS = 180.0


@asynccontextmanager
async def running(
    data: Path, wallet: str, *more: str
) -> AsyncIterator[tuple[asyncio.subprocess.Process, list[str]]]:
    """Run the command, and yield its process and its first lines."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "simulator", "casino", "--data", str(data), "--wallet", wallet),
        *("--port", "0", "--control", "0", *more),
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
    )
    try:
        assert process.stdout is not None
        async with asyncio.timeout(PATIENCE_SECONDS):
            yield process, [(await process.stdout.readline()).decode().strip() for _ in range(5)]
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()


async def launched(client: httpx.AsyncClient, served: ServedWallet, url: str) -> str:
    """Return the address of a game that the operator has opened for the customer."""
    asked = {"operator_id": 1, "game_code": DICE, "platform": "GPL_MOBILE", "currency": CURRENCY}
    body = json.encode(asked | {"user": ANN.customer, "token": served.token})
    signed = {HEADER: Signer(served.keys / OPERATOR).sign(body)}
    answer = await client.post(f"{url}/operator/generic/v2/game/url", content=body, headers=signed)
    return str(answer.json()["url"])


async def until_begun(client: httpx.AsyncClient, control: str, key: str) -> None:
    """Wait until a round under a key has begun, and its bet had time to arrive."""
    while True:
        if (await client.get(f"{control}/state")).json()["rounds"][-1]["key"] == key:
            return await asyncio.sleep(0.3)
        await asyncio.sleep(0.02)


async def settled(client: httpx.AsyncClient, control: str) -> list[dict[str, Any]]:
    """Return the rounds once the wallet was told of all of them."""
    while True:
        books = (await client.get(f"{control}/state")).json()
        if books["rounds"] and all(message["due"] is None for message in books["messages"]):
            return list(books["rounds"])
        await asyncio.sleep(0.1)


@pytest.mark.usefixtures("processes")
@pytest.mark.timeout(180)
async def test_a_killed_provider_pays_and_gives_back_what_it_owes(tmp_path: Path) -> None:
    """A bet without an answer is rolled back, a win that nobody heard of is paid; SIGTERM ends it."""
    async with (
        opened_wallet(tmp_path) as served,
        serving(served.app, listen("127.0.0.1", 0), before_stop=lambda: None) as wallet,
        httpx.AsyncClient(timeout=20) as client,
    ):
        async with running(served.keys, wallet, "--seed", "3") as (process, lines):
            assert [line.split(" at ")[0] for line in lines[:2]] == list(PROVIDERS)
            assert lines[3] == f"FURLONG_SEAMLESS_PRIVATE_KEY_FILE={served.keys / OPERATOR}"
            assert lines[4].startswith('FURLONG_SEAMLESS_PUBLIC_KEY_FILES=\'{"acorn": [')
            url, control = lines[1].split()[-1], lines[2].split()[-1]
            page = await launched(client, served, url)
            await client.post(f"{control}/faults/bramble/lost_request", params={"amount": 99, "on": "win"})
            win = 0
            while not win:
                asked = {
                    "key": f"k{win}{asyncio.get_running_loop().time()}",
                    "stake": "1",
                    "choice": "over-50",
                }
                told = (await client.post(f"{page}/games", json=asked)).json()
                win = (told["round"] or {"win": 0})["win"]
                await asyncio.sleep(told["wait"])
            await client.post(f"{control}/faults/bramble/lost_answer", params={"on": "bet"})
            await client.post(f"{control}/faults/bramble/late", params={"amount": 99, "on": "rollback"})
            asking = asyncio.create_task(client.post(f"{page}/games", json=asked | {"key": "last"}))
            await until_begun(client, control, "last")
            process.kill()
            await process.wait()
            with suppress(httpx.HTTPError):
                await asking
        async with running(served.keys, wallet) as (process, lines):
            rounds = await settled(client, lines[2].split()[-1])
            assert [played["state"] for played in rounds[-2:]] == ["closed", "undone"]
            closed = [played for played in rounds if played["state"] == "closed"]
            assert [played["win"] for played in closed][-1] == win
            has = START + sum(played["win"] - played["stake"] for played in closed)
            assert await served.operator._balance(ANN, CURRENCY) == has
            process.send_signal(signal.SIGTERM)
            assert process.stdout is not None
            assert await process.stdout.read() == b"stopped\n"
            assert await process.wait() == 0


@pytest.mark.usefixtures("processes")
def test_a_key_that_is_none_ends_the_command_with_a_sentence(tmp_path: Path) -> None:
    """And a file that is missing, too."""
    (tmp_path / "key.pem").write_text("x")
    for name in ("key.pem", "missing.pem"):
        given = ["--data", str(tmp_path), "--operator-key", str(tmp_path / name)]
        ended = subprocess.run(
            [sys.executable, "-m", "simulator", "casino", *given, "--port", "0", "--control", "0"],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert (ended.returncode, ended.stdout) == (1, "")
        assert ended.stderr.startswith("furlong: ")
        assert "Traceback" not in ended.stderr
