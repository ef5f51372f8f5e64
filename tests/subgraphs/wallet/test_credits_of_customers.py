"""Credits of customers: by whom they are told, how they expire in batches, and when their rows go."""

import asyncio
from collections.abc import AsyncIterator, Collection
from datetime import UTC, datetime, timedelta
from typing import Final

import pytest
from msgspec.structs import replace
from sqlalchemy import func, insert, select

from foundation.storage.cells.cell import Cell
from foundation.storage.clock import ManualClock
from foundation.storage.database import Database
from foundation.storage.settings import DatabaseSettings
from subgraphs.kit.credits import NOT_KNOWN, Credit, CreditKind, CreditState, check_credit
from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.domain.products import Product
from subgraphs.kit.funds import DONE, Purpose, Reservation, ReservationState, Settlement
from subgraphs.kit.live.watches import customer_key
from subgraphs.kit.records.erasure import Pseudonyms
from subgraphs.wallet.customer_data import erasure_of
from subgraphs.wallet.funds.cell_credits import CellCredits
from subgraphs.wallet.funds.codes import AccountCode, house_account
from subgraphs.wallet.funds.expired_credits import BATCH
from subgraphs.wallet.ledger.accounts import Account
from subgraphs.wallet.ledger.ledger import Ledger
from subgraphs.wallet.ledger.proof import prove
from subgraphs.wallet.models import GIVEN_CREDIT, METADATA, REFERENCE
from subgraphs.wallet.opened import OpenedWallet
from subgraphs.wallet.retention.forgetting import Forgetting
from tests.support.database_probe import migrate
from tests.support.subgraphs.club_samples import BRAND, NOW, brand_row, make_brand

ANN: Final = Owner(BRAND, "ann")
HOUSE: Final = house_account(BRAND, "GBP", AccountCode.CREDITS)
WEEK: Final = timedelta(days=7)
TERMS_AT_ONCE: Final = ((1, Product.BETTING), (365, Product.CASINO))


def credit(name: str = "reward-1", owner: Owner = ANN, **changes: object) -> Credit:
    """Return a bonus of £5 for a week, with some facts changed."""
    given: dict[str, object] = {"currency": "GBP", "amount": 500, "kind": CreditKind.BONUS, "valid_days": 7}
    return Credit(id=name, owner=owner, **(given | changes))  # type: ignore[arg-type]


def stake(name: str, amount: int) -> Reservation:
    """Return a stake that may wait for a week."""
    return Reservation(
        id=name, owner=ANN, currency="GBP", amount=amount, purpose=Purpose.BET, seconds=604_800
    )


class Told:
    """A wallet, and whom it has told of changes."""

    def __init__(self, database: Database) -> None:
        self.clock, self.keys = ManualClock(NOW), list[bytes]()
        self.wallet = OpenedWallet.of(database, self.clock, self.keys.extend)

    async def left(self, name: str = "reward-1") -> int:
        """Return what a credit has, with what is reserved of it."""
        [account] = [one for one in await self.wallet.accounts.of(ANN) if one.credit == name]
        [sums] = await self.wallet.ledger.lookup_accounts([account.id])
        return sums.credits_posted - sums.debits_posted

    async def cost(self) -> int:
        """Return what credits have cost the house; the ledger proves itself, too."""
        assert not await prove(self.wallet.database)
        [house] = await self.wallet.ledger.lookup_accounts([HOUSE])
        return house.debits_posted - house.credits_posted


@pytest.fixture
async def told(database_url: str) -> AsyncIterator[Told]:
    """A wallet that knows the brand, on SQLite and on MariaDB."""
    settings = DatabaseSettings(url=database_url)
    await migrate(settings, "wallet", METADATA)
    database = Database.open(settings, "wallet")
    async with database.write() as connection:
        await connection.execute(insert(REFERENCE.brand), [brand_row(make_brand())])
    wallet = Told(database)
    yield wallet
    await wallet.wallet.close()


@pytest.mark.parametrize("odd", [":x", "%s", "%(a)s", "it's", "\\", " ", "bet:1 :2", "-- ?"])
async def test_an_id_is_any_printable_text(told: Told, odd: str) -> None:
    """None of it is read as a part of a statement."""
    credits_, funds, bet = told.wallet.credits, told.wallet.funds, stake(odd, 300)
    assert (await credits_.give(credit(odd))).state is CreditState.GIVEN
    assert (await credits_.ask(credit(odd))).state is CreditState.GIVEN
    assert await funds.reserve(bet) == DONE
    assert await funds.settle(Settlement(id=f"{odd}!", reservation=bet, returns=0)) == DONE
    assert await funds.ask(bet) is ReservationState.SETTLED
    assert await funds.release(bet) == DONE
    assert await told.left(odd) == 500


@pytest.mark.parametrize(
    "owner", [Owner("", "ann"), Owner("b" * 65, "ann"), Owner(BRAND, ""), Owner(BRAND, "a" * 129)]
)
async def test_nobody_has_a_name_that_no_database_keeps(told: Told, owner: Owner) -> None:
    """It is the request that is wrong, not the wallet."""
    for asking in (told.wallet.funds.reserve, told.wallet.funds.release):
        with pytest.raises(ValueError, match="characters"):
            await asking(replace(stake("bet-1", 5), owner=owner))
    for asked in (told.wallet.credits.give, told.wallet.credits.withhold):
        with pytest.raises(ValueError, match="characters"):
            await asked(credit(owner=owner))


async def test_a_cell_gives_no_credits_to_another_ones_customers(told: Told) -> None:
    """A credit that was withheld or given here would count after both have been united."""
    cell = Cell("c1", 0, 0, 2)
    names = [Owner(BRAND, f"c-{number}") for number in range(9)]
    ours = next(owner for owner in names if cell.has(*owner))
    other = next(owner for owner in names if not cell.has(*owner))
    credits_ = CellCredits(told.wallet.credits, cell)
    for asking in (credits_.give, credits_.ask, credits_.withhold):
        assert await asking(credit(owner=other)) == NOT_KNOWN
    assert (await told.wallet.credits.ask(credit(owner=other))).state is CreditState.UNKNOWN
    assert (await credits_.give(credit(owner=ours))).state is CreditState.GIVEN
    assert (await credits_.ask(credit(owner=ours))).state is CreditState.GIVEN
    assert (await credits_.withhold(credit("reward-2", ours))).state is CreditState.WITHHELD
    page = await credits_.journal(NOW.date())
    assert page is not None
    assert [entry.id for entry in page.entries] == ["reward-1"]


async def test_what_is_reserved_expires_once_it_is_free(told: Told) -> None:
    """The rest waits, too; a stake that comes back after the end goes to the house as well."""
    credits_, funds, expired = told.wallet.credits, told.wallet.funds, told.wallet.expired
    assert (await credits_.give(credit())).state is CreditState.GIVEN
    assert (await credits_.give(credit("cash-1", kind=CreditKind.CASH, valid_days=None))).given_at == NOW
    first, second = stake("bet-1", 300), stake("bet-2", 100)
    assert [await funds.reserve(first), await funds.reserve(second)] == [DONE, DONE]
    assert await funds.settle(Settlement(id="bet-2-lost", reservation=second, returns=0)) == DONE
    told.clock.advance(WEEK)
    assert (await expired.end(), await told.left(), await told.cost()) == (1, 400, 1000)
    assert await funds.release(first) == DONE
    assert (await expired.end(), await told.left(), await told.cost()) == (0, 0, 600)
    assert (await credits_.ask(credit())).state is CreditState.EXPIRED
    assert await funds.release(second) == DONE
    assert await funds.ask(second) is ReservationState.RELEASED
    assert await told.left() == 100
    assert (await expired.end(), await told.left(), await told.cost()) == (0, 0, 500)
    third = stake("bet-3", 500)
    assert await funds.reserve(third) == DONE
    assert await told.left() == 0


async def test_credits_expire_in_batches_whoever_else_does_it(told: Told) -> None:
    """Two at once move each once; nothing is left, and whose credit it was is told."""
    owners = [Owner(BRAND, f"c-{number}") for number in range(BATCH + 3)]
    for number, owner in enumerate(owners):
        await told.wallet.credits.give(credit(f"reward-{number}", owner))
    told.clock.advance(WEEK)
    told.keys.clear()
    assert await told.cost() == len(owners) * 500
    assert await asyncio.gather(told.wallet.expired.end(), told.wallet.expired.end()) is not None
    assert (await told.wallet.expired.end(), await told.cost()) == (0, 0)
    assert set(told.keys) == {customer_key(owner) for owner in owners}


async def test_what_was_kept_of_an_erased_customer_goes_with_the_money(told: Told) -> None:
    """Before, it is under the pseudonym; and whoever gives the credit again does not pay twice."""
    await told.wallet.credits.give(credit())
    erasure = erasure_of(told.wallet.database.dialect, Pseudonyms(b"key", 24))
    database, table = told.wallet.database, GIVEN_CREDIT
    async with database.write() as connection:
        assert await erasure.erase(connection, ANN, NOW, NOW)
    assert (await told.wallet.credits.give(credit())).state is CreditState.REUSED
    assert await told.cost() == 500
    later = ManualClock(datetime(2126, 1, 1, tzinfo=UTC))
    assert not await Forgetting(database, told.wallet.accounts, later, erasure).some()
    async with database.read() as connection:
        assert await connection.scalar(select(func.count()).select_from(table)) == 0


@pytest.mark.parametrize(
    "changes",
    [
        {"id": ""},
        {"id": "x" * 65},
        {"id": "é"},
        {"amount": 0},
        {"amount": 2**53},
        {"valid_days": 0},
        {"valid_days": 4_000},
        {"currency": "ABC"},
        {"kind": CreditKind.CASH},
        {"kind": CreditKind.CASH, "valid_days": None, "product": Product.CASINO},
    ],
)
def test_a_credit_that_no_wallet_can_give_is_refused(changes: dict[str, object]) -> None:
    """Before anything is written."""
    with pytest.raises(ValueError, match=r"credit|cash|ABC"):
        check_credit(credit(changes.pop("id", "reward-1"), **changes))  # type: ignore[arg-type]


async def test_a_stake_at_the_last_moment_keeps_no_credit_for_ever(
    told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All of the credit is reserved after the upkeep has looked at it, and comes back later."""
    credits_, funds, expired = told.wallet.credits, told.wallet.funds, told.wallet.expired
    assert (await credits_.give(credit())).state is CreditState.GIVEN
    bet, lookup = stake("bet-1", 500), Ledger.lookup_accounts

    async def reserved_meanwhile(ledger: Ledger, ids: Collection[str]) -> list[Account]:
        seen = await lookup(ledger, ids)
        monkeypatch.setattr(Ledger, "lookup_accounts", lookup)
        told.clock.advance(-WEEK)
        assert await funds.reserve(bet) == DONE
        told.clock.advance(WEEK)
        return seen

    told.clock.advance(WEEK)
    monkeypatch.setattr(Ledger, "lookup_accounts", reserved_meanwhile)
    assert (await expired.end(), await told.left()) == (1, 500)
    assert await funds.release(bet) == DONE
    told.clock.advance(timedelta(minutes=1))
    assert (await expired.end(), await told.left(), await told.cost()) == (0, 0, 0)
    assert (await credits_.ask(credit())).state is CreditState.EXPIRED


async def test_a_credit_has_the_terms_of_nobody_else(told: Told) -> None:
    """Of two that are asked for under one id at the same moment, one is given, for as long as it said."""
    day, year = (credit(valid_days=days, product=product) for days, product in TERMS_AT_ONCE)
    answers = await asyncio.gather(*(told.wallet.credits.give(asked) for asked in (day, year) * 3))
    states = [answer.state for answer in answers]
    given, other = (day, year) if states[0] is CreditState.GIVEN else (year, day)
    assert states.count(CreditState.GIVEN) == states.count(CreditState.REUSED) == 3
    answer = await told.wallet.credits.ask(given)
    assert given.valid_days is not None
    assert answer.expires_at == NOW + timedelta(days=given.valid_days)
    assert (await told.wallet.credits.ask(other)).state is CreditState.REUSED
    products = [account.product for account in await told.wallet.accounts.of(ANN) if account.credit]
    assert products == [given.product]
