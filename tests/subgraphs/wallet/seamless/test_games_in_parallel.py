"""Two processes answer an aggregator at once on one MariaDB: each transaction moves money once."""

import asyncio
import json
import random
from datetime import timedelta

import pytest
from sqlalchemy import select

from foundation.storage.clock import SystemClock
from foundation.storage.database import Database
from foundation.storage.settings import DatabaseSettings
from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.topics import BET_STATE_TOPIC
from subgraphs.wallet.aggregator.money_requests import MoneyRequest
from subgraphs.wallet.aggregator.operator import Operator
from subgraphs.wallet.ledger.proof import prove
from subgraphs.wallet.models import METADATA, OUTBOX
from subgraphs.wallet.opened import OpenedWallet
from subgraphs.wallet.seamless.messages import (
    BalanceRequest,
    BetRequest,
    RollbackRequest,
    Status,
    WinRequest,
    units,
)
from tests.support.database_probe import migrate
from tests.support.wallet.money_clients import BRAND, CASH, CURRENCY, MoneyClients

pytestmark = pytest.mark.mariadb
ANN = Owner(BRAND, "ann1")
POUND = 100_000


@pytest.mark.parametrize("seed", range(3))
async def test_each_transaction_has_one_outcome(mariadb_url: str, seed: int) -> None:
    """What the customer has at the end follows from the last answers to each bet, win and rollback."""
    chance = random.Random(seed)  # noqa: S311 - repeatable on purpose
    settings = DatabaseSettings(url=mariadb_url)
    await migrate(settings, "wallet", METADATA)
    wallets = [OpenedWallet.of(Database.open(settings, "wallet"), SystemClock()) for _ in range(2)]
    await MoneyClients([ANN]).begin(wallets[0])
    operators = [Operator.of(wallet, {"": BRAND}) for wallet in wallets]
    token = await operators[0].sessions.open_session(ANN, CURRENCY, "g", timedelta(hours=1))
    named = {"user": ANN.customer, "token": token, "request_uuid": "r"}
    paid = {"amount": POUND, "currency": CURRENCY}
    asked: list[MoneyRequest] = []
    for number in range(4):
        asked.append(BetRequest(transaction_uuid=f"b{number}", **paid, **named))  # type: ignore[arg-type]
        for kind, request in (("w", WinRequest), ("x", RollbackRequest)):
            ids = {"transaction_uuid": f"{kind}{number}", "reference_transaction_uuid": f"b{number}"}
            asked.append(request(**ids, **(paid if kind == "w" else {}), **named))  # type: ignore[arg-type]
    wanted = [request for request in asked if request.transaction_uuid not in {"x0", "x1"}] * 3
    chance.shuffle(wanted)
    await asyncio.gather(*(operators[n % 2].transact(request) for n, request in enumerate(wanted)))
    last = {request.transaction_uuid: (await operators[0].transact(request)).status for request in wanted}
    assert Status.UNKNOWN not in last.values()
    balance = await operators[1].balance(BalanceRequest(**named))
    taken = sum(POUND for uuid, status in last.items() if uuid[0] == "b" and status is Status.OK)
    won = sum(POUND for uuid, status in last.items() if uuid[0] == "w" and status is Status.OK)
    assert balance.balance == units(CASH, CURRENCY) - taken + won
    assert balance.balance == units(CASH + await _told_result(wallets[0]), CURRENCY)
    assert {last["b0"], last["b1"], last["x2"], last["x3"]} == {Status.OK}
    assert not await prove(wallets[0].database)
    for wallet in wallets:
        await wallet.close()


async def _told_result(wallet: OpenedWallet) -> int:
    """Return what bets have brought the customer by what was told of them, each revision once."""
    c = OUTBOX.outbox.c
    async with wallet.database.read() as connection:
        values = await connection.scalars(select(c.value).where(c.topic == BET_STATE_TOPIC).order_by(c.id))
        states = [json.loads(value) for value in values]
    revisions: dict[str, int] = {}
    result = 0
    before: dict[str, int] = {}
    for state in states:
        bet = state["bet_id"]
        assert state["bet_revision"] == revisions.get(bet, 0) + 1
        if bet not in revisions:
            result -= state["stake_minor"]
        revisions[bet] = state["bet_revision"]
        result += (state["returns_minor"] or 0) - before.get(bet, 0)
        before[bet] = state["returns_minor"] or 0
    return result
