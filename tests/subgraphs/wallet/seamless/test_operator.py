"""Games play against the wallet: bets, wins and rollbacks over signed HTTP, each processed once."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any, Final

import httpx
import pytest
from msgspec import json
from prometheus_client import CollectorRegistry, Counter
from sqlalchemy import update
from starlette.applications import Starlette

from foundation.storage.clock import SystemClock
from foundation.storage.database import Database
from foundation.storage.settings import DatabaseSettings
from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.hub88_signatures import HEADER, Signer, Verifier
from subgraphs.wallet.aggregator.app import LABELS, seamless_app
from subgraphs.wallet.aggregator.greatest_wins import GreatestWins
from subgraphs.wallet.aggregator.operator import Operator
from subgraphs.wallet.aggregator.providers import GameProviders
from subgraphs.wallet.funds.codes import AccountCode, house_account
from subgraphs.wallet.ledger.proof import prove
from subgraphs.wallet.limits.changes import Wanted
from subgraphs.wallet.limits.limit import LimitKind
from subgraphs.wallet.limits.store import Request
from subgraphs.wallet.models import METADATA, PAYMENTS, SEAMLESS
from subgraphs.wallet.opened import OpenedWallet
from subgraphs.wallet.payments.records.cases import CaseKind, open_cases
from subgraphs.wallet.seamless.messages import (
    BALANCE,
    BET,
    MAX_BODY_BYTES,
    ROLLBACK,
    USER_INFO,
    WIN,
    minor_units,
    units,
)
from tests.subgraphs.wallet.seamless.test_signatures import new_pair
from tests.support.database_probe import migrate
from tests.support.wallet.money_clients import BRAND, CASH, CURRENCY, MoneyClients

ANN: Final = Owner(BRAND, "ann1")
POUND: Final = 100_000


@dataclass
class Aggregator:
    """An aggregator with a session of a customer.

    Attributes:
        token: The session's.
        greatest: The most that wins may be, by name and currency.
    """

    client: httpx.AsyncClient
    app: Starlette
    signer: Signer
    verifier: Verifier
    wallet: OpenedWallet
    operator: Operator
    token: str
    numbers: "count[int]"
    greatest: dict[str, dict[str, int]] = field(default_factory=dict)

    async def ask(self, path: str, **members: Any) -> dict[str, Any]:
        """Return the answer to a signed request, whose signature is verified."""
        body = json.encode({"user": ANN.customer, "request_uuid": f"r{next(self.numbers)}", **members})
        answer = await self.client.post(path, content=body, headers={HEADER: self.signer.sign(body)})
        assert answer.status_code == httpx.codes.OK
        assert self.verifier.verifies(answer.content, answer.headers[HEADER])
        told: dict[str, Any] = answer.json()
        assert told.pop("request_uuid") == json.decode(body)["request_uuid"]
        return told

    async def bet(self, uuid: str, amount: int = POUND, **members: Any) -> dict[str, Any]:
        """Bet."""
        given = {"token": self.token, "currency": CURRENCY, "round": uuid, "game_code": "g"} | members
        return await self.ask(BET, transaction_uuid=uuid, amount=amount, **given)

    async def win(self, uuid: str, reference: str, amount: int = POUND, **members: Any) -> dict[str, Any]:
        """Pay a win."""
        given = {"token": self.token, "currency": CURRENCY, "round": reference, "game_code": "g"} | members
        return await self.ask(
            WIN, transaction_uuid=uuid, reference_transaction_uuid=reference, amount=amount, **given
        )

    async def roll_back(self, uuid: str, reference: str, **members: Any) -> dict[str, Any]:
        """Roll a transaction back."""
        given = {"token": self.token, "round": reference, "game_code": "g"} | members
        return await self.ask(ROLLBACK, transaction_uuid=uuid, reference_transaction_uuid=reference, **given)

    async def has(self) -> int:
        """Return what the customer has, in 1/100,000; the ledger proves itself, too."""
        assert not await prove(self.wallet.database)
        told = await self.ask(BALANCE, token=self.token)
        assert (told["status"], told["currency"]) == ("RS_OK", CURRENCY)
        return int(told["balance"])


def ok(balance: int) -> dict[str, Any]:
    """Return the answer to what was processed."""
    return {"status": "RS_OK", "user": ANN.customer, "currency": CURRENCY, "balance": balance}


def refused(status: str, **members: Any) -> dict[str, Any]:
    """Return the answer to what was refused."""
    return {"status": f"RS_ERROR_{status}", "user": ANN.customer, **members}


START: Final = units(CASH, CURRENCY)


@pytest.fixture
async def hub(tmp_path: Path, processes: None) -> AsyncIterator[Aggregator]:
    """An aggregator, and a wallet with a customer."""
    del processes
    settings = DatabaseSettings(url=f"sqlite+aiosqlite:///{tmp_path}")
    await migrate(settings, "wallet", METADATA)
    wallet = OpenedWallet.of(Database.open(settings, "wallet"), SystemClock())
    await MoneyClients([ANN]).begin(wallet)
    greatest: dict[str, dict[str, int]] = {}
    operator = Operator.of(wallet, {"": BRAND}, greatest=GreatestWins(by_name=greatest))
    theirs, ours = new_pair(tmp_path, "theirs"), new_pair(tmp_path, "ours")
    answers = Counter("answers", "Answers", LABELS, registry=CollectorRegistry())
    app = seamless_app(operator, GameProviders.of([theirs[1]], {}), Signer(ours[0]), answers)
    token = await operator.sessions.open_session(ANN, CURRENCY, "g", timedelta(hours=1))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://wallet") as client:
        yield Aggregator(
            client, app, Signer(theirs[0]), Verifier([ours[1]]), wallet, operator, token, count(), greatest
        )
    await wallet.close()


async def test_a_round_is_played_and_each_request_is_processed_once(hub: Aggregator) -> None:
    """A stake is taken and a win paid once, however often they are asked for."""
    for _ in range(2):
        assert await hub.bet("b") == ok(START - POUND)
    for _ in range(2):
        assert await hub.win("w", "b", 3 * POUND, round_closed=True) == ok(START + 2 * POUND)
    assert await hub.has() == START + 2 * POUND


@pytest.mark.parametrize(
    "changes", [{"amount": 2 * POUND}, {"round": "other"}, {"game_code": "other"}, {"user": "bob1"}]
)
async def test_an_id_is_not_used_for_something_else(hub: Aggregator, changes: dict[str, Any]) -> None:
    """Another amount, round, game or user under a known id is refused, and moves nothing."""
    await hub.bet("b")
    assert (await hub.bet("b", **changes))["status"] == "RS_ERROR_DUPLICATE_TRANSACTION"
    assert (await hub.win("b", "b"))["status"] == "RS_ERROR_DUPLICATE_TRANSACTION"
    assert await hub.has() == START - POUND


async def test_a_rollback_gives_the_stake_back_once(hub: Aggregator) -> None:
    """A bet that was rolled back was never made: it is not made again, and nothing is won with it."""
    await hub.bet("b")
    for uuid in ("x", "x", "y"):
        assert await hub.roll_back(uuid, "b") == ok(START)
    assert await hub.bet("b") == refused("TRANSACTION_DOES_NOT_EXIST")
    assert await hub.win("w", "b") == refused("TRANSACTION_DOES_NOT_EXIST")
    assert await hub.has() == START


async def test_a_rollback_that_overtakes_its_bet_stops_it_for_ever(hub: Aggregator) -> None:
    """A rollback of what is unknown is done, and the bet that comes later is refused."""
    for _ in range(2):
        assert await hub.roll_back("x", "b") == ok(START)
    for _ in range(2):
        assert await hub.bet("b") == refused("TRANSACTION_DOES_NOT_EXIST")
    assert await hub.has() == START


async def test_a_win_above_the_most_is_a_case_and_not_booked(hub: Aggregator) -> None:
    """It is repeated until a person has looked, and raised what the game may win."""
    await hub.bet("b")
    most = minor_units(POUND, CURRENCY)
    hub.greatest[f"{BRAND}/g"] = {CURRENCY: most}
    for _ in range(2):
        assert await hub.win("w", "b", 2 * POUND) == refused("UNKNOWN")
    assert await hub.has() == START - POUND
    async with hub.wallet.database.read() as connection:
        [case] = await open_cases(connection, PAYMENTS, 10)
    assert (case.kind, case.brand_id, case.currency, case.amount_minor) == (
        CaseKind.WIN,
        BRAND,
        CURRENCY,
        2 * most,
    )
    assert case.details == {"game": "g", "round": "b", "bet": "b", "most": most}
    assert await hub.win("v", "b", POUND) == ok(START)
    hub.greatest[f"{BRAND}/g"] = {CURRENCY: 2 * most}
    assert await hub.win("w", "b", 2 * POUND) == ok(START + 2 * POUND)


async def test_where_nothing_is_set_a_win_has_a_most_as_well(hub: Aggregator) -> None:
    """A game that won 9,000,000,000,000.00 on a stake of 0.20 was paid."""
    await hub.bet("b", POUND // 5)
    assert await hub.win("w", "b", 9_000_000_000_000 * POUND) == refused("UNKNOWN")
    assert await hub.has() == START - POUND // 5


@pytest.mark.parametrize("is_free", [False, True])
async def test_no_stake_is_greater_than_messages_hold(hub: Aggregator, is_free: bool) -> None:  # noqa: FBT001
    """Nor that of a free round, of which nobody pays anything."""
    huge = units(2**31, CURRENCY)
    assert await hub.bet("b", huge, is_free=is_free) == refused("WRONG_SYNTAX")
    assert await hub.has() == START


async def test_a_win_is_taken_back(hub: Aggregator) -> None:
    """A rollback of a win takes back what it has paid, once, and not what is no longer there."""
    await hub.bet("b")
    await hub.win("w", "b", 5 * POUND)
    for uuid in ("x", "y"):
        assert await hub.roll_back(uuid, "w") == ok(START - POUND)
    await hub.win("v", "b", 5 * POUND)
    rest = START - POUND + 5 * POUND
    assert await hub.bet("all", rest) == ok(0)
    answer = refused("NOT_ENOUGH_MONEY", currency=CURRENCY, balance=0)
    assert await hub.roll_back("z", "v") == answer
    assert await hub.has() == 0


async def test_a_win_needs_its_bet(hub: Aggregator) -> None:
    """A win of a bet that is unknown, or that was refused, does not exist; it may come again."""
    assert await hub.win("w", "b") == refused("TRANSACTION_DOES_NOT_EXIST")
    short = refused("NOT_ENOUGH_MONEY", currency=CURRENCY, balance=START)
    for _ in range(2):
        assert await hub.bet("c", START + POUND) == short
    assert await hub.win("w", "c") == refused("TRANSACTION_DOES_NOT_EXIST")
    await hub.bet("b")
    assert await hub.win("w", "b") == ok(START)


async def test_free_rounds_cost_nothing_and_pay(hub: Aggregator) -> None:
    """A free round and a stake of nothing are transactions without money; what they win is paid once."""
    assert await hub.bet("free", is_free=True) == ok(START)
    assert await hub.bet("none", 0) == ok(START)
    for _ in range(2):
        assert await hub.win("w", "free", 2 * POUND, is_free=True) == ok(START + 2 * POUND)
    assert await hub.win("v", "none", 0) == ok(START + 2 * POUND)
    assert await hub.roll_back("x", "free") == ok(START + 2 * POUND)
    assert await hub.has() == START + 2 * POUND


async def test_wins_and_rollbacks_come_after_the_session(hub: Aggregator) -> None:
    """After its end, no bet is made in a session; what was made is paid and rolled back."""
    await hub.bet("b")
    await hub.bet("c")
    await hub.operator.sessions.end_session(hub.token)
    assert await hub.bet("d") == refused("TOKEN_EXPIRED")
    assert await hub.bet("d", token="unknown") == refused("INVALID_TOKEN")
    assert (await hub.ask(BALANCE, token=hub.token))["status"] == "RS_ERROR_TOKEN_EXPIRED"
    assert await hub.win("w", "b") == ok(START - POUND)
    assert await hub.roll_back("x", "c", token="unknown") == ok(START)


async def test_excluded_customers_are_paid_and_play_no_more(hub: Aggregator) -> None:
    """An exclusion stops bets, free ones too, and neither wins nor rollbacks."""
    await hub.bet("b")
    await exclude(hub)
    assert await hub.bet("c") == refused("USER_DISABLED")
    assert await hub.bet("d", is_free=True) == refused("USER_DISABLED")
    assert await hub.win("w", "b") == ok(START)
    assert await hub.roll_back("x", "b") == ok(START + POUND)


async def exclude(hub: Aggregator) -> None:
    """Exclude the customer."""
    wallet = hub.wallet
    standing = await wallet.standing_of(ANN)
    async with wallet.database.write() as connection:
        asked = Request(ANN, "key", ANN.customer, wallet.clock.now())
        await wallet.limits.self_exclude(connection, asked, standing, 6)


async def house(hub: Aggregator, code: AccountCode) -> int:
    """Return what an account of the house has, in 1/100,000."""
    [account] = await hub.wallet.ledger.lookup_accounts([house_account(BRAND, CURRENCY, code)])
    return units(account.credits_posted, CURRENCY) - units(account.debits_posted, CURRENCY)


async def test_a_prize_is_booked_whatever_has_ended_since(hub: Aggregator) -> None:
    """After the session, in a closed round, of who is excluded: a prize is money that is theirs."""
    await hub.bet("b", round="1", round_closed=True)
    await hub.operator.sessions.end_session(hub.token)
    await exclude(hub)
    prize = {"is_supplier_promo": True, "meta": {"supplier_promo_info": {"promo_reference": "p"}}}
    for _ in range(2):
        assert await hub.bet("p", 0, round="1", **prize) == ok(START - POUND)
    for _ in range(2):
        assert await hub.win("w", "p", 25 * POUND, round="1", **prize) == ok(START + 24 * POUND)
    assert await house(hub, AccountCode.PRIZES) == -25 * POUND
    assert await house(hub, AccountCode.GAMES) == POUND
    assert not await prove(hub.wallet.database)


async def test_a_prize_on_a_bet_that_was_staked_is_the_suppliers_money(hub: Aggregator) -> None:
    """A jackpot may name the bet that has won it; what the bet itself has won is the house's."""
    await hub.bet("b")
    assert await hub.win("w", "b", 2 * POUND) == ok(START + POUND)
    assert await hub.win("p", "b", 25 * POUND, is_supplier_promo=True) == ok(START + 26 * POUND)
    assert await house(hub, AccountCode.PRIZES) == -25 * POUND
    assert await house(hub, AccountCode.GAMES) == -POUND
    assert await hub.roll_back("x", "p") == ok(START + POUND)
    assert await house(hub, AccountCode.PRIZES) == 0


async def test_a_prize_is_rolled_back_as_other_transactions_are(hub: Aggregator) -> None:
    """Also before it has come; a win that overtakes its bet does not exist yet."""
    prize = {"is_supplier_promo": True}
    assert await hub.win("w", "p", **prize) == refused("TRANSACTION_DOES_NOT_EXIST")
    assert await hub.bet("p", 0, **prize) == ok(START)
    assert await hub.win("w", "p", **prize) == ok(START + POUND)
    assert await hub.win("w", "p", 2 * POUND, **prize) == refused("DUPLICATE_TRANSACTION")
    assert await hub.roll_back("x", "p") == ok(START + POUND)
    assert await hub.win("v", "p", **prize) == refused("TRANSACTION_DOES_NOT_EXIST")
    assert await hub.roll_back("y", "q") == ok(START + POUND)
    assert await hub.bet("q", 0, **prize) == refused("TRANSACTION_DOES_NOT_EXIST")
    assert await hub.has() == START + POUND


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"token": "unknown"}, "INVALID_TOKEN"),
        ({"user": "bob1"}, "INVALID_TOKEN"),
        ({"currency": "EUR"}, "WRONG_CURRENCY"),
        ({"amount": POUND}, "TOKEN_EXPIRED"),
        ({"is_supplier_promo": False}, "TOKEN_EXPIRED"),
        ({"is_supplier_promo": None}, "TOKEN_EXPIRED"),
    ],
)
async def test_of_a_prizes_token_only_its_end_is_not_checked(
    hub: Aggregator, changes: dict[str, Any], status: str
) -> None:
    """It is still of that customer and currency; and a bet that costs something is a bet, marked or not."""
    await hub.operator.sessions.end_session(hub.token)
    told = await hub.bet("p", **({"amount": 0, "is_supplier_promo": True} | changes))
    assert told["status"] == f"RS_ERROR_{status}"


async def test_a_marked_bet_that_costs_something_obeys_an_exclusion(hub: Aggregator) -> None:
    """The mark lets nobody play."""
    await exclude(hub)
    assert await hub.bet("b", is_supplier_promo=True) == refused("USER_DISABLED")
    assert await hub.bet("c", POUND, is_free=True, is_supplier_promo=True) == refused("USER_DISABLED")
    assert await hub.bet("d", 0) == refused("USER_DISABLED")


async def test_a_win_of_a_part_of_a_penny_is_paid_rounded(hub: Aggregator) -> None:
    """A refused win would come again for ever, and nobody be paid."""
    await hub.bet("b")
    for _ in range(2):
        assert await hub.win("w", "b", 123_456) == ok(START - POUND + 123_000)
    assert await hub.win("v", "b", 500) == ok(START - POUND + 124_000)
    for _ in range(2):
        assert await hub.win("u", "b", 499) == ok(START - POUND + 124_000)
    assert await hub.has() == START - POUND + 124_000


async def test_a_limit_is_not_exceeded(hub: Aggregator) -> None:
    """A stake above the customer's limit of losses is refused, with the balance."""
    wallet = hub.wallet
    standing = await wallet.standing_of(ANN)
    async with wallet.database.write() as connection:
        asked = Request(ANN, "key", ANN.customer, wallet.clock.now())
        wanted = Wanted(LimitKind.LOSS_DAY, 150, CURRENCY)
        await wallet.limits.set_limit(connection, asked, standing, wanted)
    await hub.bet("b")
    answer = refused("LIMIT_REACHED", currency=CURRENCY, balance=START - POUND)
    assert await hub.bet("c") == answer


async def test_a_closed_round_takes_no_further_bet(hub: Aggregator) -> None:
    """After a transaction has closed a round, a bet in it is refused; in another game's it is not."""
    await hub.bet("b", round="1", round_closed=True)
    assert await hub.bet("c", round="1") == refused("UNKNOWN")
    assert await hub.bet("d", round="1", game_code="other") == ok(START - 2 * POUND)


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"currency": "EUR"}, "WRONG_CURRENCY"),
        ({"currency": "BTC"}, "WRONG_CURRENCY"),
        ({"amount": 500}, "WRONG_SYNTAX"),
        ({"amount": 9_223_372_036_854_775_000}, "WRONG_SYNTAX"),
        ({"user": "bob1"}, "INVALID_TOKEN"),
        ({"sub_partner_id": "elsewhere"}, "INVALID_PARTNER"),
    ],
)
async def test_bets_that_cannot_be_made(hub: Aggregator, changes: dict[str, Any], status: str) -> None:
    """Another currency, a part of a penny, another user or partner: nothing moves."""
    told = await hub.bet("b", **{"amount": POUND, **changes})
    assert told["status"] == f"RS_ERROR_{status}"
    assert await hub.has() == START


async def test_unsigned_requests_touch_nothing(hub: Aggregator) -> None:
    """What is not signed, or with another key, is answered with its name, and not processed."""
    body = json.encode({"request_uuid": "r", "user": "ann1"})
    for headers in ({}, {HEADER: "AAAA"}, {HEADER: hub.signer.sign(body + b" ")}):
        answer = await hub.client.post(USER_INFO, content=body, headers=headers)
        assert answer.json() == {"status": "RS_ERROR_INVALID_SIGNATURE", "request_uuid": "r"}
    long = await hub.client.post(BET, content=b"x" * (MAX_BODY_BYTES + 1))
    assert long.status_code == httpx.codes.REQUEST_ENTITY_TOO_LARGE


@pytest.mark.parametrize("kind", ["bet", "win", "rollback"])
async def test_what_was_interrupted_is_done_when_it_is_asked_again(hub: Aggregator, kind: str) -> None:
    """Whether money had moved or not when a process died, a repeated request moves it once."""
    await hub.bet("b")
    transacting: dict[str, Callable[[], Awaitable[dict[str, Any]]]] = {
        "bet": lambda: hub.bet("b"),
        "win": lambda: hub.win("w", "b", 3 * POUND),
        "rollback": lambda: hub.roll_back("x", "b"),
    }
    transact = transacting[kind]
    told = await transact()
    async with hub.wallet.database.write() as connection:
        c = SEAMLESS.transaction.c
        await connection.execute(update(SEAMLESS.transaction).where(c.kind == kind).values(status=None))
    assert await transact() == told
    assert await hub.has() == told["balance"]


async def test_users_that_no_account_can_have_are_malformed(hub: Aggregator) -> None:
    """A rollback, too: it is not repeated for ever because nothing can be stored of it."""
    long = {"user": "u" * 129}
    assert (await hub.roll_back("x", "b", **long)) == {"status": "RS_ERROR_WRONG_SYNTAX"}
    assert (await hub.ask(USER_INFO, **long))["status"] == "RS_ERROR_WRONG_SYNTAX"
    assert (await hub.roll_back("x", "b", user="u" * 128))["status"] == "RS_OK"


async def test_another_path_is_not_a_way_to_one(hub: Aggregator) -> None:
    """What is sent elsewhere would be, unsigned, in the address of a redirect."""
    assert (await hub.client.post(f"{BET}/", content=b"{}")).status_code == httpx.codes.NOT_FOUND


async def test_a_caller_that_goes_away_is_no_fault_of_ours(hub: Aggregator) -> None:
    """In the middle of a body: nothing is raised, and nothing processed."""
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    parts = iter([{"type": "http.request", "body": b"{", "more_body": True}, {"type": "http.disconnect"}])

    async def receive() -> Any:
        return next(parts)

    scope = {"type": "http", "method": "POST", "path": BET, "headers": [], "query_string": b""}
    scope |= {"scheme": "http", "server": ("wallet", 80), "root_path": ""}
    await hub.app(scope, receive, send)
    assert sent[0]["status"] == httpx.codes.BAD_REQUEST
    assert await hub.has() == START
