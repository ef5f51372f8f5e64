"""Customers see what their operator says they have, and change nothing of it here."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import pytest

from furlong.funds import at_operators
from simulator.seamless.books import UNITS
from simulator.seamless.serve import ServedOperator
from subgraphs.kit.funds import DONE
from subgraphs.kit.funds_settings import FundsSettings
from subgraphs.kit.graphql.subscriptions import Events
from subgraphs.kit.live.rereading import Rereading
from subgraphs.kit.live.watches import customer_key
from subgraphs.wallet.models import OPERATORS
from subgraphs.wallet.seamless.operator_sessions import OperatorSessions
from subgraphs.wallet.seamless.operators import Operators
from tests.subgraphs.wallet.served_wallet import ServedWallet, served_wallet, settled, stake
from tests.support.subgraphs.club_fixture import codes, session
from tests.support.subgraphs.club_samples import OWNER

WALLET: Final = """query W($brand: ID!) { wallet(brand: $brand) {
  balance { minor currency display } withdrawable { minor } bonus { minor } credits { id }
  transactions { nodes { id } pageInfo { hasNextPage } } limits { kind } prompts } }"""
BALANCE: Final = "query W($brand: ID!) { wallet(brand: $brand) { balance { minor } } }"
FOLLOW: Final = "subscription W($brand: ID!) { walletUpdated(brand: $brand) { balance { minor } } }"
PATIENCE_SECONDS: Final = 180
CHANGES: Final[dict[str, tuple[str, dict[str, object]]]] = {
    "setLimit": ("SetLimitInput", {"kind": "LOSS_DAY", "amountMinor": 500, "currency": "GBP"}),
    "selfExclude": ("SelfExcludeInput", {"months": 6}),
    "declineLimit": ("DeclineLimitInput", {}),
}


@pytest.fixture
async def served(
    tmp_path: Path, operator: ServedOperator, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[ServedWallet]:
    """Northbet's wallet, whose money its operator keeps; one customer has a session there."""
    monkeypatch.setenv("FURLONG_FUNDS_WALLETS", json.dumps({OWNER.brand: operator.wallet()}))
    operator.api.books.open(OWNER.customer, "GBP", 1234 * UNITS // 100 + 999, "token-1")
    async with served_wallet(f"sqlite+aiosqlite:///{tmp_path}") as opened:
        sessions = OperatorSessions(opened.wallet.database, OPERATORS.session, opened.clock)
        await sessions.note(OWNER, "token-1")
        await opened.pay_in(OWNER, 777)
        yield opened


async def test_a_customer_sees_the_operators_balance_and_nothing_of_ours(served: ServedWallet) -> None:
    """All else is to be seen at the operator; what is less than a penny is left out."""
    assert await served.data(WALLET, brand=OWNER.brand) == {
        "wallet": {
            "balance": {"minor": 1234, "currency": "GBP", "display": "£12.34"},
            "withdrawable": None,
            "bonus": {"minor": 0},
            "credits": [],
            "transactions": {"nodes": [], "pageInfo": {"hasNextPage": False}},
            "limits": [],
            "prompts": [],
        }
    }


async def test_an_operator_that_does_not_answer_has_an_error_of_its_own(
    served: ServedWallet, operator: ServedOperator
) -> None:
    """The balance cannot be null: the wallet is, and the error says what the customer may read."""
    operator.api.faults.arm("error")
    answer = await served.answer(BALANCE, brand=OWNER.brand)
    assert answer["data"] == {"wallet": None}
    [error] = answer["errors"]
    assert error["path"] == ["wallet", "balance"]
    assert error["extensions"]["code"] == "WALLET_UNAVAILABLE"
    assert "can't be reached now" in error["message"]


async def test_an_operator_is_not_asked_again_at_once(served: ServedWallet, operator: ServedOperator) -> None:
    """Pages that ask in the same second get one answer, also that there is none."""
    operator.api.faults.arm("error")
    for _ in range(2):
        assert (await served.answer(BALANCE, brand=OWNER.brand))["data"] == {"wallet": None}
    assert operator.api.faults.take() is None


@pytest.mark.parametrize("name", CHANGES)
async def test_nothing_of_an_operators_wallet_is_changed_here(served: ServedWallet, name: str) -> None:
    """Each change is refused in words for the customer."""
    kind, values = CHANGES[name]
    mutation = (
        f"mutation M($input: {kind}!) {{ {name}(input: $input) "
        "{ limits { kind } prompts errors { code message } } }"
    )
    asked = {"brand": OWNER.brand, "idempotencyKey": "key-1", **values}
    answer = (await served.data(mutation, input=asked))[name]
    assert (answer["limits"], answer["prompts"]) == ([], [])
    [error] = answer["errors"]
    assert error["code"] == "NOT_ALLOWED_HERE"
    assert "in a wallet of its own" in error["message"]


async def followed(served: ServedWallet) -> Events:
    """Follow the customer's wallet as the gateway does."""
    headers = session(OWNER.customer, OWNER.brand)
    return await served.subgraph.prepare_subscription(FOLLOW, None)({"brand": OWNER.brand}, headers)


async def told(events: Events) -> Any:
    """Return the next event: the balance in pence, or the codes of its errors."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        event: Any = await anext(events)
    return codes(event) or event["data"]["walletUpdated"]["balance"]["minor"]


async def test_a_page_is_told_of_each_bet_at_the_operator(served: ServedWallet) -> None:
    """At once: it does not see the balance of the second before."""
    operators = Operators.of(FundsSettings().operators)
    money, bet = at_operators(served.wallet, operators)[OWNER.brand], stake("bet-1", 300)
    async with aclosing(await followed(served)) as events:
        assert await told(events) == 1234
        assert await money.reserve(bet) == DONE
        assert await told(events) == 934
        assert await money.settle(settled(bet, 900)) == DONE
        assert await told(events) == 1834
        assert await money.release(bet) == DONE
        assert await told(events) == 2134
    await operators.close()


async def test_what_changes_without_a_notice_is_found(served: ServedWallet) -> None:
    """The operator tells us of nothing that it does itself, so that pages ask it now and then."""
    operators = Operators.of(FundsSettings().operators)
    silent = at_operators(replace(served.wallet, changed=None), operators)[OWNER.brand]
    rereading = Rereading(served.bus.watches, served.subgraph.stored, 60, 1_000)
    async with aclosing(await followed(served)) as events:
        assert await told(events) == 1234
        for number, left in ((1, 1134), (2, 1034)):
            assert await silent.reserve(stake(f"bet-{number}", 100)) == DONE
            await rereading.look([customer_key(OWNER)])
            assert await told(events) == left
    await operators.close()


async def test_a_page_goes_on_once_the_operator_answers_again(
    served: ServedWallet, operator: ServedOperator
) -> None:
    """Meanwhile it reads why there is no balance, also as the first thing."""
    operator.api.faults.arm("error")
    async with aclosing(await followed(served)) as events:
        assert await told(events) == ["WALLET_UNAVAILABLE"]
        served.wallet.announce(OWNER)
        assert await told(events) == 1234
        operator.api.faults.arm("error")
        served.wallet.announce(OWNER)
        assert await told(events) == ["WALLET_UNAVAILABLE"]
        served.wallet.announce(OWNER)
        assert await told(events) == 1234
