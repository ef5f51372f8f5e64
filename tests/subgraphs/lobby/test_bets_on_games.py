"""A game that is not allowed takes no bets: what the lobby does not open, the wallet does not pay for."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import insert

from foundation.storage.database import Database
from furlong.neighbours import NEIGHBOURS
from subgraphs.club_kit.domain.accounts import Account
from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.given_settings import GivenSettings
from subgraphs.lobby.configuration import LobbySettings
from subgraphs.wallet.aggregator.operator import Operator
from subgraphs.wallet.funds.codes import AccountCode, TransferCode, house_account, ledger_of
from subgraphs.wallet.ledger.transfers import Transfer
from subgraphs.wallet.models import REFERENCE
from subgraphs.wallet.opened import OpenedWallet
from subgraphs.wallet.seamless.messages import BetRequest, RollbackRequest, Status, WinRequest
from tests.support.lobby.block import LobbyBlock, lobby_block, provider_entry
from tests.support.lobby.games_provider import GamesProvider, games_provider, listed
from tests.support.subgraphs.club_samples import (
    NOW,
    OWNER,
    account_row,
    brand_row,
    good_account,
    make_brand,
    make_scheme,
    scheme_row,
)

GERMAN = Owner("northbet", "c-de")
ACCOUNTS = {OWNER: good_account(), GERMAN: Account("DE", "GBP", verified=True)}
POUND = 100_000


@dataclass
class Playing:
    """What serves an aggregator, and a session of each customer."""

    block: LobbyBlock
    operator: Operator
    tokens: dict[Owner, str]
    numbers: "count[int]"

    async def bet(
        self, game: str | None, owner: Owner = OWNER, uuid: str = "", *, is_prize: bool = False
    ) -> Status:
        """Bet a pound on a game, or name a prize of its supplier."""
        name = uuid or f"bet-{next(self.numbers)}"
        asked = BetRequest(
            user=owner.customer,
            token=self.tokens[owner],
            request_uuid=f"r{next(self.numbers)}",
            transaction_uuid=name,
            round=name,
            game_code=game,
            amount=0 if is_prize else POUND,
            currency="GBP",
            is_supplier_promo=is_prize,
        )
        return (await self.operator.transact(asked)).status

    async def win(self, game: str, bet: str) -> Status:
        """Pay a win of a bet."""
        asked = WinRequest(
            user=OWNER.customer,
            token=self.tokens[OWNER],
            request_uuid=f"r{next(self.numbers)}",
            transaction_uuid=f"{bet}-win",
            reference_transaction_uuid=bet,
            round=bet,
            game_code=game,
            amount=POUND,
            currency="GBP",
        )
        return (await self.operator.transact(asked)).status

    async def roll_back(self, game: str, bet: str) -> Status:
        """Take a bet back."""
        asked = RollbackRequest(
            user=OWNER.customer,
            token=self.tokens[OWNER],
            request_uuid=f"r{next(self.numbers)}",
            transaction_uuid=f"{bet}-back",
            reference_transaction_uuid=bet,
            round=bet,
            game_code=game,
        )
        return (await self.operator.transact(asked)).status


@pytest.fixture
async def provider() -> AsyncIterator[GamesProvider]:
    """Serve a provider with a game in Great Britain and one in Germany."""
    async with games_provider(listed("apple"), listed("berlin", certifications=["DE"])) as served:
        yield served


@pytest.fixture
async def playing(database_url: str, tmp_path: Path, provider: GamesProvider) -> AsyncIterator[Playing]:
    """Serve the aggregator over the wallet and the lobby, with £10 for each customer."""
    async with lobby_block(database_url, tmp_path, [provider_entry(provider)], accounts=ACCOUNTS) as block:
        await block.listed()
        given = GivenSettings(LobbySettings(file=tmp_path / "lobby.yaml"))
        rules = NEIGHBOURS.game_rules(block.settings, block.clock, given)
        wallet = OpenedWallet.of(Database.open(block.settings, "wallet"), block.clock)
        operator = Operator.of(wallet, {"": "northbet"}, rules)
        async with wallet.database.write() as connection:
            brand = make_brand(jurisdictions=("GB", "DE"))
            await connection.execute(insert(REFERENCE.brand).values(brand_row(brand)))
            await connection.execute(insert(REFERENCE.scheme).values(scheme_row(make_scheme())))
            for owner, account in ACCOUNTS.items():
                await connection.execute(insert(REFERENCE.account).values(account_row(owner, account)))
        tokens = {}
        for owner in ACCOUNTS:
            await pay_in(wallet, owner)
            hours = timedelta(hours=9)
            tokens[owner] = await operator.sessions.open_session(owner, "GBP", "apple", hours)
        yield Playing(block, operator, tokens, count())
        await rules.close()
        await wallet.close()


async def pay_in(wallet: OpenedWallet, owner: Owner) -> None:
    """Give a customer £10."""
    transfer = Transfer(
        id=f"deposit-{owner.customer}",
        debit_account_id=house_account(owner.brand, "GBP", AccountCode.PAYMENTS),
        credit_account_id=await wallet.accounts.open_cash(owner, "GBP", NOW),
        amount=1_000,
        ledger=ledger_of("GBP"),
        code=int(TransferCode.DEPOSIT),
    )
    await wallet.ledger.create_transfer(transfer)


async def test_only_allowed_games_take_bets(playing: Playing) -> None:
    """By the customer's jurisdiction, whatever game the session was opened for."""
    assert await playing.bet("apple") is Status.OK
    assert await playing.bet("berlin") is Status.INVALID_GAME
    assert await playing.bet("unknown") is Status.INVALID_GAME
    assert await playing.bet(None) is Status.INVALID_GAME
    assert await playing.bet("apple", GERMAN) is Status.INVALID_GAME
    assert await playing.bet("berlin", GERMAN) is Status.OK


async def test_a_prize_is_booked_in_any_game(playing: Playing) -> None:
    """It is no play: a tournament is in no list, and a game may have been withdrawn since."""
    assert await playing.bet("tournament", uuid="prize", is_prize=True) is Status.OK
    assert await playing.win("tournament", "prize") is Status.OK


async def test_what_was_bet_is_paid_after_a_game_was_withdrawn(
    playing: Playing, provider: GamesProvider
) -> None:
    """A bet that is repeated is answered as before; wins and rollbacks are never refused."""
    for bet in ("one", "two"):
        assert await playing.bet("apple", uuid=bet) is Status.OK
    provider.games = [listed("apple", certifications=["DE"])]
    await playing.block.listed()
    assert await playing.bet("apple", uuid="three") is Status.INVALID_GAME
    assert await playing.bet("apple", uuid="one") is Status.OK
    assert await playing.win("apple", "one") is Status.OK
    assert await playing.roll_back("apple", "two") is Status.OK
    assert await playing.roll_back("apple", "three") is Status.OK
    provider.games = [listed("apple")]
    await playing.block.listed()
    assert await playing.bet("apple", uuid="three") is not Status.OK
