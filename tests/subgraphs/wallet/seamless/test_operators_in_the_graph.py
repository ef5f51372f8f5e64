"""Customers see what their operator says they have, and change nothing of it here."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

import pytest

from simulator.seamless.books import UNITS
from simulator.seamless.serve import ServedOperator
from subgraphs.wallet.models import OPERATORS
from subgraphs.wallet.seamless.operator_sessions import OperatorSessions
from tests.support.subgraphs.club_samples import OWNER
from tests.support.wallet.served_wallet import ServedWallet, served_wallet

WALLET: Final = """query W($brand: ID!) { wallet(brand: $brand) {
  balance { minor currency display } withdrawable { minor } bonus { minor } credits { id }
  transactions { nodes { id } pageInfo { hasNextPage } } limits { kind } prompts } }"""
BALANCE: Final = "query W($brand: ID!) { wallet(brand: $brand) { balance { minor } } }"
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
