"""Games are opened for who may play them, at the provider's own address, in a session of their own."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import pytest
from sqlalchemy import select

from foundation.storage.database import Database
from subgraphs.club_kit.domain.accounts import Account
from subgraphs.club_kit.domain.exclusions import ChosenExclusion
from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.funds_settings import FundsSettings
from subgraphs.lobby.configuration import ProviderConfig
from subgraphs.lobby.game_list import game_id
from subgraphs.lobby.hub88 import Asked, Hub88Client
from subgraphs.lobby.models import LAUNCH_DAY
from subgraphs.wallet.aggregator.sessions import session_id
from subgraphs.wallet.models import OPERATORS, SEAMLESS
from subgraphs.wallet.seamless.operator_sessions import OperatorSessions
from tests.support.jumping_loop import JumpingLoop
from tests.support.lobby.block import LAUNCH, LobbyBlock, lobby_block, provider_entry
from tests.support.lobby.games_provider import (
    SILENT_SECONDS,
    GamesProvider,
    games_provider,
    keys,
    listed,
)
from tests.support.subgraphs.club_samples import NOW, OWNER, good_account

LUCKY = game_id("acorn", "lucky")
GERMAN = Owner("northbet", "c-de")
EURO = Owner("northbet", "c-sek")
PLAYED = Asked(brand="northbet", game_code="lucky", device="DESKTOP", language="en", country="GB")
NOBODY = Owner("northbet", "c-unknown")
ACCOUNTS = {
    OWNER: good_account(),
    GERMAN: Account("DE", "EUR", verified=True),
    EURO: Account("GB", "SEK", verified=True),
    Owner("northbet", "c-out"): good_account(rg_state="self_excluded"),
    Owner("northbet", "c-rest"): good_account(rg_state="restricted"),
    Owner("northbet", "c-off"): good_account(status="suspended"),
    Owner("northbet", "c-gone"): good_account(status="closed"),
    Owner("northbet", "c-young"): good_account(verified=False),
    Owner("southbet", "c-1"): good_account(),
}


@pytest.fixture
async def provider() -> AsyncIterator[GamesProvider]:
    """Serve a provider with a game in GB, one in DE, one without play for free, and one for phones."""
    async with games_provider(
        listed("lucky"),
        listed("berlin", certifications=["DE"]),
        listed("serious", demo_game_support=False),
        listed("pocket", platforms=["GPL_MOBILE"]),
        listed("abroad", blocked_countries=["GB"]),
    ) as served:
        yield served


@pytest.fixture
async def block(database_url: str, tmp_path: Path, provider: GamesProvider) -> AsyncIterator[LobbyBlock]:
    """Open the block with the provider's games, once on each engine."""
    entry = provider_entry(provider, partner_ids={"northbet": "north"})
    async with lobby_block(database_url, tmp_path, [entry], accounts=ACCOUNTS) as opened:
        await opened.listed()
        yield opened


async def sessions_of(block: LobbyBlock) -> list[tuple[str, str, str, datetime]]:
    """Return the wallet's sessions of games."""
    database = Database.open(block.settings, "wallet")
    c = SEAMLESS.session.c
    async with database.read() as connection:
        query = select(c.session_id, c.customer_id, c.currency, c.ends_at)
        rows = [tuple(row) for row in await connection.execute(query)]
    await database.close()
    return rows


async def test_a_customer_opens_a_game_with_their_money(block: LobbyBlock, provider: GamesProvider) -> None:
    """The provider is told who plays by a token of the wallet; the launch is counted."""
    payload = await block.launch(LUCKY)
    assert payload["errors"] == []
    assert payload["url"] == f"{provider.base}/play/1"
    expires = datetime.fromisoformat(payload["expiresAt"])
    assert timedelta(0) < expires - block.clock.now() <= timedelta(seconds=60)
    (asked,) = provider.asked
    token = asked.pop("token")
    assert asked == {
        "operator_id": 7,
        "sub_partner_id": "north",
        "user": "c-1",
        "platform": "GPL_DESKTOP",
        "game_code": "lucky",
        "currency": "GBP",
        "lang": "en",
        "country": "GB",
    }
    ((stored, customer, currency, ends_at),) = await sessions_of(block)
    assert (stored, customer, currency) == (session_id(token), "c-1", "GBP")
    assert ends_at - block.clock.now() > timedelta(hours=3)
    (counted,) = await block.rows(LAUNCH_DAY)
    assert (counted["brand_id"], counted["game_id"], counted["launches"]) == ("northbet", LUCKY, 1)


async def test_anybody_plays_without_money(block: LobbyBlock, provider: GamesProvider) -> None:
    """No user, no token, no session, and nothing is counted."""
    for owner in (None, OWNER):
        payload = await block.launch(LUCKY, owner, demo=True, device="MOBILE")
        assert payload["url"] == f"{provider.base}/play/1"
        asked = provider.asked.pop()
        assert asked["currency"] == "XXX"
        assert asked["platform"] == "GPL_MOBILE"
        assert {"user", "token"}.isdisjoint(asked)
    assert await block.refused(game_id("acorn", "serious"), demo=True) == "NOT_ALLOWED_HERE"
    assert await sessions_of(block) == []
    assert await block.rows(LAUNCH_DAY) == []


async def test_whom_something_stops_opens_nothing(block: LobbyBlock, provider: GamesProvider) -> None:
    """Neither for money nor without; the provider is not even asked."""
    stopped = {
        "c-out": "SELF_EXCLUDED",
        "c-rest": "COOLING_OFF",
        "c-off": "ACCOUNT_SUSPENDED",
        "c-gone": "ACCOUNT_SUSPENDED",
    }
    for customer, code in stopped.items():
        owner = Owner("northbet", customer)
        assert await block.refused(LUCKY, owner) == code
        assert await block.refused(LUCKY, owner, demo=True) == code
    assert provider.asked == []
    assert await sessions_of(block) == []


async def test_what_was_chosen_in_the_wallet_stops_until_it_ends(block: LobbyBlock) -> None:
    """A break of the casino stops games, one of betting does not; and an exclusion is named as such."""
    hour = timedelta(hours=1)
    await block.exclude(ChosenExclusion("BREAK", "betting", NOW, NOW + 99 * hour))
    assert await block.refused(LUCKY) == ""
    await block.exclude(ChosenExclusion("BREAK", "casino", NOW, NOW + hour))
    assert await block.refused(LUCKY) == "COOLING_OFF"
    block.later(hours=1)
    assert await block.refused(LUCKY) == ""
    await block.exclude(ChosenExclusion("EXCLUSION", None, NOW, NOW + 99 * hour))
    assert await block.refused(LUCKY) == "SELF_EXCLUDED"


async def test_a_game_is_opened_only_where_it_is_allowed(block: LobbyBlock, provider: GamesProvider) -> None:
    """By the account's jurisdiction, not by where the request says that it comes from."""
    berlin = game_id("acorn", "berlin")
    assert await block.refused(berlin) == "NOT_ALLOWED_HERE"
    assert await block.refused(LUCKY, GERMAN) == "NOT_ALLOWED_HERE"
    assert await block.refused(game_id("acorn", "abroad")) == "NOT_ALLOWED_HERE"
    assert await block.refused("nobody-knows") == "NOT_ALLOWED_HERE"
    assert await block.refused(game_id("acorn", "pocket"), device="DESKTOP") == "NOT_ALLOWED_HERE"
    assert provider.asked == []
    assert await block.refused(game_id("acorn", "pocket"), device="MOBILE") == ""
    assert await block.refused(game_id("acorn", "pocket")) == ""
    assert provider.asked[-1]["platform"] == "GPL_MOBILE"
    assert await block.refused(berlin, GERMAN) == ""
    headers = {"x-territory": "DE"}
    asked = {"brand": "northbet", "gameId": f"northbet:{berlin}"}
    answer = await block.answer(LAUNCH, OWNER, headers, i=asked)
    assert answer["data"]["launchGame"]["errors"][0]["code"] == "NOT_ALLOWED_HERE"
    answer = await block.answer(LAUNCH, None, headers, i=asked | {"demo": True})
    assert answer["data"]["launchGame"]["errors"] == []
    answer = await block.answer(LAUNCH, None, {"x-territory": "FR"}, i=asked | {"demo": True})
    assert answer["data"]["launchGame"]["errors"][0]["code"] == "NOT_ALLOWED_HERE"


async def test_who_may_not_ask_is_told_why(block: LobbyBlock) -> None:
    """A visitor signs in, another brand's session is refused, and a currency may be none of the game's."""
    assert await block.refused(LUCKY, None) == "UNAUTHENTICATED"
    assert await block.refused(LUCKY, EURO) == "WRONG_CURRENCY"
    asked = {"brand": "northbet", "gameId": f"northbet:{LUCKY}"}
    answer = await block.answer(LAUNCH, Owner("southbet", "c-1"), i=asked)
    assert answer["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    answer = await block.answer(LAUNCH, OWNER, i=asked | {"gameId": f"southbet:{LUCKY}"})
    assert answer["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"


async def test_a_provider_that_does_not_answer_as_it_should_opens_nothing(
    block: LobbyBlock, provider: GamesProvider
) -> None:
    """The session that was opened for it has ended, so that its token is of no use."""
    faults = ("redirect", "unsigned", "forged", "500", "403")
    for fault in faults:
        provider.fault = fault
        assert await block.refused(LUCKY) == "METHOD_UNAVAILABLE", fault
        provider.fault = ""
        assert await block.refused(LUCKY) == ""
    ended = [ends_at <= block.clock.now() for *_, ends_at in await sessions_of(block)]
    assert (ended.count(True), ended.count(False)) == (len(faults), len(faults))


async def test_a_provider_that_says_nothing_opens_nothing(
    database_url: str, tmp_path: Path, provider: GamesProvider
) -> None:
    """Once its time is over; the session has ended."""
    entry = provider_entry(provider, timeout_seconds=0.5)
    async with lobby_block(database_url, tmp_path, [entry], accounts=ACCOUNTS) as block:
        await block.listed()
        provider.fault = "silent"
        assert await block.refused(LUCKY) == "METHOD_UNAVAILABLE"
        ((*_, ends_at),) = await sessions_of(block)
        assert ends_at <= block.clock.now()


def test_time_in_which_the_machine_stood_still_is_not_the_providers() -> None:
    """An answer that arrived meanwhile opens the game."""

    async def asked(loop: JumpingLoop) -> tuple[str, str]:
        async with games_provider(listed("lucky")) as provider:
            provider.fault = "silent"
            config = ProviderConfig.model_validate(provider_entry(provider, timeout_seconds=5))
            client = Hub88Client.of(config)
            asking = asyncio.create_task(client.address(PLAYED))
            while not provider.asked:  # noqa: ASYNC110 - the request
                await asyncio.sleep(0.001)
            loop.stand_still(2 * SILENT_SECONDS)
            address = await asking
            await client.http.aclose()
            return address, provider.base

    address, base = JumpingLoop.run(asked)
    assert address == f"{base}/play/1"


ELSEWHERE: Final = (
    "javascript:alert(1)",
    "http://games.example/play",
    "https://elsewhere.example/play",
    "//elsewhere.example/play",
    "{base}@elsewhere.example/",
    "{base}.elsewhere.example/",
    "{base}\\@elsewhere.example/",
    "{base}/pl ay",
    "{base}/\u202eyalp",
    "{base}/" + "x" * 4_000,
    "{base}",
    "",
)


async def test_an_address_that_is_not_where_the_games_are_is_given_to_nobody(
    block: LobbyBlock, provider: GamesProvider
) -> None:
    """Whatever it looks like: a page frames it."""
    for url in ELSEWHERE:
        provider.url = url
        assert await block.refused(LUCKY, demo=True) == "METHOD_UNAVAILABLE", url
        provider.url = "{base}/play/1"
        assert await block.refused(LUCKY, demo=True) == ""


async def test_a_provider_that_is_away_is_left_alone(
    block: LobbyBlock, provider: GamesProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After some failures, nobody waits for it; one that only refuses is asked again each time."""
    longer = 1_000.0  # it rests for over an hour
    monkeypatch.setattr("subgraphs.kit.mutations.circuit_breaker.random.uniform", lambda *_: longer)
    provider.fault = "403"
    for _ in range(8):
        assert await block.refused(LUCKY) == "METHOD_UNAVAILABLE"
    assert len(provider.asked) == 8
    provider.fault = "500"
    for _ in range(8):
        assert await block.refused(LUCKY) == "METHOD_UNAVAILABLE"
    assert len(provider.asked) == 13


async def test_play_without_money_may_need_an_age(
    database_url: str, tmp_path: Path, provider: GamesProvider
) -> None:
    """Where the file says so: there, only customers whose age was verified."""
    async with lobby_block(
        database_url, tmp_path, [provider_entry(provider)], accounts=ACCOUNTS, verified_demo=["GB"]
    ) as block:
        await block.listed()
        assert await block.refused(LUCKY, None, demo=True) == "UNAUTHENTICATED"
        assert await block.refused(LUCKY, Owner("northbet", "c-young"), demo=True) == "UNVERIFIED"
        assert await block.refused(LUCKY, OWNER, demo=True) == ""


async def test_at_an_operators_wallet_their_session_plays(
    database_url: str, tmp_path: Path, provider: GamesProvider
) -> None:
    """The token is the operator's; without one, and where another process has the money, there is no game."""
    wallet = {"url": "https://operator.example/hub88", "private_key_file": str(keys() / "ours.pem")}
    elsewhere = {"url": "https://wallet.internal", "keys_file": str(keys() / "none")}
    funds = FundsSettings.model_validate(
        {"wallets": {"northbet": {"protocol": "hub88", **wallet}, "southbet": elsewhere}}
    )
    async with lobby_block(
        database_url, tmp_path, [provider_entry(provider)], accounts=ACCOUNTS, funds=funds
    ) as block:
        await block.listed()
        assert await block.refused(LUCKY) == "NOT_ALLOWED_HERE"
        database = Database.open(block.settings, "wallet")
        await OperatorSessions(database, OPERATORS.session, block.clock).note(OWNER, "their-token")
        await database.close()
        assert await block.refused(LUCKY) == ""
        assert provider.asked[-1]["token"] == "their-token"
        south = Owner("southbet", "c-1")
        refused = await block.refused(f"southbet:{LUCKY}", south, brand="southbet")
        assert refused == "NOT_ALLOWED_HERE"
        assert await sessions_of(block) == []
