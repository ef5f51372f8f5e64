"""Money at another process keeps the same promises, and what is not answered is in doubt."""

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Final

import httpx
import msgspec
import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test
from msgspec import to_builtins

from foundation.signatures.keys import new_key, public_part
from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.funds import (
    DONE,
    IN_DOUBT,
    Correction,
    Outcome,
    Purpose,
    Reservation,
    ReservationState,
    Settlement,
)
from subgraphs.kit.money_over_http.http_funds import HttpFunds
from subgraphs.kit.money_over_http.served_credits import credits_app
from subgraphs.kit.money_over_http.served_funds import funds_app
from subgraphs.wallet.funds.own_credits import OwnCredits
from tests.subgraphs.wallet.credits_wallet import CreditsWallet
from tests.subgraphs.wallet.ledger_wallet import LedgerWallet
from tests.support.examples import OUTER_LAYER
from tests.support.gateway.signing import Signing, fixed
from tests.support.money.contract import CURRENCY, CorrectedFundsMachine
from tests.support.wallet.ledgers import StoppedClock, opened_database, opened_ledger

URL: Final = "http://wallet.internal:4010"
STAKE: Final = Reservation(
    id="bet-1",
    owner=Owner("northbet", "ann"),
    currency=CURRENCY,
    amount=5,
    purpose=Purpose.BET,
    seconds=60,
)


KEY, OTHER = new_key("blocks"), new_key("strangers")


def client_of(app: object, **options: object) -> httpx.AsyncClient:
    """Return a client of an application in this process."""
    transport = httpx.ASGITransport(app=app, **options)  # type: ignore[arg-type]
    return httpx.AsyncClient(base_url=URL, transport=transport)


class Behind(LedgerWallet):
    """A wallet whose money blocks reach over HTTP alone."""

    def __init__(self, wallet: LedgerWallet) -> None:
        super().__init__(wallet.database, wallet.ledger, wallet.clock)
        app = funds_app(wallet.funds, fixed(public_part([KEY])[0]))
        self.funds = HttpFunds(client_of(app), fixed(KEY))


class HttpFundsMachine(CorrectedFundsMachine):
    """Requests of another process."""

    async def opened(self) -> LedgerWallet:
        """Return a wallet on a database of its own."""
        folder, clock = self.stack.enter_context(tempfile.TemporaryDirectory()), StoppedClock()
        database = await self.stack.enter_async_context(opened_database(f"sqlite+aiosqlite:///{folder}"))
        ledger = await self.stack.enter_async_context(opened_ledger(database, clock))
        return Behind(LedgerWallet(database, ledger, clock))


def test_over_http_the_promises_hold() -> None:
    """Any requests, in any order."""
    run_state_machine_as_test(
        HttpFundsMachine,
        settings=settings(
            max_examples=OUTER_LAYER,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow],
        ),
    )


class Kept:
    """Funds that count what reaches them, and do everything."""

    def __init__(self) -> None:
        self.asked: list[object] = []

    async def reserve(self, reservation: Reservation) -> Outcome:
        """Count a reservation."""
        self.asked.append(reservation)
        return DONE

    async def confirm(self, reservation: Reservation) -> Outcome:
        """Ask again whether the customer may make a reservation that was made."""
        self.asked.append(reservation)
        return DONE

    async def settle(self, settlement: Settlement) -> Outcome:
        """Count a settlement."""
        self.asked.append(settlement)
        return DONE

    async def release(self, reservation: Reservation) -> Outcome:
        """Count a release."""
        self.asked.append(reservation)
        return DONE

    async def correct(self, correction: Correction) -> Outcome:
        """Count a correction."""
        self.asked.append(correction)
        return DONE

    async def ask(self, reservation: Reservation) -> ReservationState | None:
        """Count a question."""
        self.asked.append(reservation)
        return ReservationState.RESERVED


@pytest.fixture
def kept() -> Kept:
    """What is behind the application."""
    return Kept()


async def test_only_who_has_a_key_moves_money(kept: Kept) -> None:
    """Anybody else is in doubt, and nothing is done."""
    app = funds_app(kept, fixed(public_part([KEY])[0]))
    stranger = HttpFunds(client_of(app), fixed(OTHER))
    assert await stranger.reserve(STAKE) == IN_DOUBT
    assert await stranger.ask(STAKE) is None
    async with client_of(app) as client:
        assert (await client.post("/funds", json={"type": "ask"})).status_code == httpx.codes.UNAUTHORIZED
    assert kept.asked == []
    assert await HttpFunds(client_of(app), fixed(KEY)).ask(STAKE) is ReservationState.RESERVED


async def test_a_request_that_was_seen_is_not_done_again(kept: Kept) -> None:
    """Whoever repeats the bytes of a signed request is refused."""
    app = funds_app(kept, fixed(public_part([KEY])[0]))
    seen: list[httpx.Request] = []

    async def look(request: httpx.Request) -> None:
        seen.append(request)

    client = client_of(app)
    client.event_hooks = {"request": [look]}
    assert await HttpFunds(client, fixed(KEY)).reserve(STAKE) == DONE
    async with client_of(app) as thief:
        again = await thief.post("/funds", content=seen[0].content, headers=seen[0].headers)
    assert again.status_code == httpx.codes.UNAUTHORIZED
    assert len(kept.asked) == 1


def lost(_request: httpx.Request) -> httpx.Response:
    """Lose the answer."""
    raise httpx.ReadTimeout("no answer in time")


@pytest.mark.parametrize(
    "answer",
    [
        lost,
        lambda _: httpx.Response(503),
        lambda _: httpx.Response(307, headers={"location": "http://elsewhere.example/funds"}),
        lambda _: httpx.Response(200, text="<html>it works</html>"),
        lambda _: httpx.Response(200, json={"status": "perhaps"}),
        lambda _: httpx.Response(200, json={}),
        lambda _: httpx.Response(200, content=b'{"status":"done","x":"' + b"x" * 20_000 + b'"}'),
    ],
)
async def test_what_is_not_answered_is_in_doubt(answer: Callable[[httpx.Request], httpx.Response]) -> None:
    """It was done or not: nobody guesses."""
    client = httpx.AsyncClient(base_url=URL, transport=httpx.MockTransport(answer))
    funds = HttpFunds(client, fixed(KEY))
    assert await funds.reserve(STAKE) == IN_DOUBT
    assert await funds.settle(Settlement(id="won-1", reservation=STAKE, returns=5)) == IN_DOUBT
    assert await funds.release(STAKE) == IN_DOUBT
    assert await funds.ask(STAKE) is None


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b'{"type":"pay","reservation":{}}',
        b'{"type":"ask","reservation":null}',
        b'{"type":"reserve","reservation":{"id":"bet-1","amount":"5"}}',
        b'{"type":' * 2_000,
        msgspec.json.encode({"type": "reserve", "reservation": to_builtins(STAKE) | {"freebet": "credit-1"}}),
    ],
)
async def test_a_malformed_request_is_refused_in_words(kept: Kept, body: bytes) -> None:
    """Nothing reaches the funds."""
    app = funds_app(kept, fixed(public_part([KEY])[0]))
    async with httpx.AsyncClient(
        base_url=URL, transport=httpx.ASGITransport(app=app), auth=Signing(fixed(KEY), "funds")
    ) as client:
        answer = await client.post("/funds", content=body, headers={"content-type": "application/json"})
    assert answer.status_code == httpx.codes.BAD_REQUEST
    assert "The request is wrong" in answer.json()["title"]
    assert kept.asked == []


async def test_a_journal_has_a_last_day(tmp_path: Path) -> None:
    """There is no day after it."""
    clock = StoppedClock()
    async with (
        opened_database(f"sqlite+aiosqlite:///{tmp_path}") as database,
        opened_ledger(database, clock) as ledger,
    ):
        app = credits_app(CreditsWallet(database, ledger, clock).credits, fixed(public_part([KEY])[0]))
        client = httpx.AsyncClient(
            base_url=URL, transport=httpx.ASGITransport(app=app), auth=Signing(fixed(KEY), "credits")
        )
        asked = {"type": "journal", "day": "9999-12-31"}
        answer = await client.post("/credits", json=asked)
    assert answer.status_code == httpx.codes.BAD_REQUEST


async def test_customers_of_an_operators_wallet_get_no_credits_here(tmp_path: Path) -> None:
    """They could use them for nothing, and the answer says so; what was given before stays."""
    clock = StoppedClock()
    async with (
        opened_database(f"sqlite+aiosqlite:///{tmp_path}") as database,
        opened_ledger(database, clock) as ledger,
    ):
        wallet = CreditsWallet(database, ledger, clock)

        async def give(key: str, brand: str, operators: set[str]) -> httpx.Response:
            app = credits_app(OwnCredits(wallet.credits, operators), fixed(public_part([KEY])[0]))
            transport = httpx.ASGITransport(app=app)
            credit = {"key": key, "brand": brand, "customer": "ann", "kind": "cash", "amount": 500}
            credit |= {"currency": "GBP", "product": None, "valid_days": None}
            async with httpx.AsyncClient(
                base_url=URL, transport=transport, auth=Signing(fixed(KEY), "credits")
            ) as client:
                return await client.post("/credits", json={"type": "give", "credit": credit})

        assert (await give("a", "southbet", set())).json()["status"] == "credited"
        assert (await give("a", "southbet", {"southbet"})).json()["status"] == "credited"
        refused = await give("b", "southbet", {"southbet"})
        assert (refused.status_code, refused.json()) == (422, {"code": "AT_OPERATOR"})
        assert (await give("c", "northbet", {"southbet"})).json()["status"] == "credited"


async def test_a_key_moves_the_money_of_its_brands_alone(tmp_path: Path) -> None:
    """A key of a brand neither moves another one's money, nor asks for it, nor gives credits.

    One of which nothing is said acts for all brands, as every key did.
    """
    clock, keys = StoppedClock(), fixed(public_part([KEY])[0], public_part([OTHER])[0])
    async with (
        opened_database(f"sqlite+aiosqlite:///{tmp_path}") as database,
        opened_ledger(database, clock) as ledger,
    ):
        kept, brands = Kept(), {"strangers": ["southbet"]}
        wallet = CreditsWallet(database, ledger, clock)
        money = funds_app(kept, keys, brands=brands)
        credits_ = credits_app(wallet.credits, keys, brands=brands)

        async def post(app: object, path: str, key: dict[str, str], asked: object) -> httpx.Response:
            async with client_of(app) as client:
                return await client.post(f"/{path}", json=asked, auth=Signing(fixed(key), path))

        async def status(app: object, path: str, key: dict[str, str], asked: object) -> int:
            return (await post(app, path, key, asked)).status_code

        stake = to_builtins(STAKE)
        paid = {"id": "paid", "reservation": stake, "returns": 5}
        asked = [{"type": type_, "reservation": stake} for type_ in ("reserve", "release", "ask")]
        for request in (*asked, {"type": "settle", "settlement": paid}):
            assert await status(money, "funds", OTHER, request) == httpx.codes.FORBIDDEN
        assert kept.asked == []
        assert await status(money, "funds", KEY, asked[0]) == httpx.codes.OK
        own = stake | {"owner": ["southbet", "ann"]}
        assert await status(money, "funds", OTHER, {"type": "release", "reservation": own}) == httpx.codes.OK
        credit = {"key": "a", "brand": "northbet", "customer": "ann", "kind": "cash", "amount": 500}
        credit |= {"currency": "GBP", "product": None, "valid_days": None}
        for type_ in ("give", "ask", "withhold"):
            request = {"type": type_, "credit": credit}
            assert await status(credits_, "credits", OTHER, request) == httpx.codes.FORBIDDEN
        for brand in ("northbet", "southbet"):
            request = {"type": "give", "credit": credit | {"key": brand, "brand": brand}}
            given = (await post(credits_, "credits", KEY, request)).json()
        journal = {"type": "journal", "day": given["credited_at"][:10]}
        for key, told in ((KEY, ["northbet", "southbet"]), (OTHER, ["southbet"])):
            entries = (await post(credits_, "credits", key, journal)).json()["entries"]
            assert sorted(entry["brand"] for entry in entries) == told
