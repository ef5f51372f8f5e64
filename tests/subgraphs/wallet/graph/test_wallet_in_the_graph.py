"""What a customer sees of their money, and nobody else."""

from datetime import timedelta
from typing import Any

import pytest

from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.funds import DONE
from subgraphs.wallet.funds.codes import AccountCode, TransferCode
from subgraphs.wallet.ledger.transfers import Transfer, TransferFlags
from subgraphs.wallet.schema import create_schema
from tests.subgraphs.wallet.served_wallet import ServedWallet, served_wallet, settled, stake, wallet_subgraph
from tests.support.subgraphs.club_fixture import codes, session, statements
from tests.support.subgraphs.club_samples import BRAND, NOW, OWNER, make_brand

MONEY = "minor currency display"
WALLET = f"""query ($b: ID!) {{ wallet(brand: $b) {{ id balance {{ {MONEY} }}
  withdrawable {{ minor }} bonus {{ minor }} }} }}"""
LINES = """query ($b: ID! = "northbet", $n: Int! = 10, $after: String) {
  wallet(brand: $b) { transactions(first: $n, after: $after) {
    nodes { id at kind amount { minor } credits { minor } state reference }
    pageInfo { hasNextPage endCursor } } } }"""
ALL = f"""{{ wallet(brand: "northbet") {{ id balance {{ {MONEY} }} withdrawable {{ minor }} bonus {{ minor }}
  transactions {{ nodes {{ id at kind amount {{ {MONEY} }} credits {{ minor }} state reference }}
    pageInfo {{ hasNextPage endCursor }} }}
  limits {{ kind amount {{ minor }} used {{ minor }} minutes usedMinutes until pendingFrom product }}
  prompts }} }}"""
STRANGER = Owner(BRAND, "c-2")


async def sums(served: ServedWallet, owner: Owner = OWNER) -> tuple[int, int, int]:
    """Return balance, withdrawable and bonus."""
    wallet = (await served.data(WALLET, owner, b=owner.brand))["wallet"]
    return wallet["balance"]["minor"], wallet["withdrawable"]["minor"], wallet["bonus"]["minor"]


async def lines(served: ServedWallet, **variables: Any) -> list[tuple[Any, ...]]:
    """Return kind, amount, credits, state and reference of transactions, the newest first."""
    nodes = (await served.data(LINES, **variables))["wallet"]["transactions"]["nodes"]
    return [
        (line["kind"], line["amount"]["minor"], line["credits"]["minor"], line["state"], line["reference"])
        for line in nodes
    ]


async def test_who_never_had_money_has_none(served: ServedWallet) -> None:
    """In the account's currency, written for the visitor."""
    wallet = (await served.data(WALLET, b=BRAND))["wallet"]
    assert wallet == {
        "id": "northbet:c-1",
        "balance": {"minor": 0, "currency": "GBP", "display": "£0.00"},
        "withdrawable": {"minor": 0},
        "bonus": {"minor": 0},
    }
    assert await lines(served) == []


async def test_before_the_account_is_known_the_brand_decides_on_the_currency(database_url: str) -> None:
    """The account message has not come yet."""
    brand = make_brand(default_currency="EUR", currencies=("EUR",))
    async with served_wallet(database_url, accounts={}, brand=brand) as served:
        wallet = (await served.data(WALLET, b=BRAND))["wallet"]
    assert wallet["balance"]["currency"] == "EUR"


async def test_reserved_money_is_no_balance(served: ServedWallet) -> None:
    """And what is given back is one again; a bonus is not cash."""
    await served.pay_in(OWNER, 1_000)
    await served.give(OWNER, AccountCode.BONUS, "week-1", 200)
    await served.give(OWNER, AccountCode.FREE_BET, "week-2", 500)
    assert await sums(served) == (1_000, 1_000, 700)
    bet = stake("bet-1", 300)
    assert await served.wallet.funds.reserve(bet) == DONE
    assert await sums(served) == (900, 900, 500)
    assert await served.wallet.funds.release(bet) == DONE
    assert await sums(served) == (1_000, 1_000, 700)


async def test_a_credit_is_a_bonus_until_it_expires(served: ServedWallet) -> None:
    """At the very moment it is none."""
    await served.give(OWNER, AccountCode.BONUS, "week-1", 200, NOW + timedelta(hours=1))
    served.clock.advance(timedelta(minutes=59, seconds=59))
    assert (await sums(served))[2] == 200
    served.clock.advance(timedelta(seconds=1))
    assert (await sums(served))[2] == 0


async def test_money_in_another_currency_is_listed_but_no_balance(served: ServedWallet) -> None:
    """Nothing is converted."""
    await served.pay_in(OWNER, 1_000)
    await served.pay_in(OWNER, 50, "EUR")
    assert (await sums(served))[0] == 1_000
    query = '{ wallet(brand: "northbet") { transactions { nodes { amount { minor currency } } } } }'
    nodes = (await served.data(query))["wallet"]["transactions"]["nodes"]
    assert [node["amount"] for node in nodes] == [
        {"minor": 50, "currency": "EUR"},
        {"minor": 1_000, "currency": "GBP"},
    ]


async def test_a_stake_is_one_line_whatever_pays_it(served: ServedWallet) -> None:
    """Two credits and cash pay it; reserved, taken and paid out, it stays that line."""
    await served.pay_in(OWNER, 1_000)
    for week in ("week-1", "week-2"):
        await served.give(OWNER, AccountCode.BONUS, week, 100)
    bet = stake("bet-1", 450)
    await served.wallet.funds.reserve(bet)
    assert (await lines(served, n=1))[0] == ("STAKE", -450, -200, "PENDING", "bet-1")
    await served.wallet.funds.settle(settled(bet, 0))
    assert (await lines(served, n=1))[0] == ("STAKE", -450, -200, "POSTED", "bet-1")
    await served.wallet.funds.settle(settled(bet, 900, "won"))
    assert await lines(served) == [
        ("RETURN", 900, 0, "POSTED", "bet-1"),
        ("STAKE", -450, -200, "POSTED", "bet-1"),
        ("BONUS", 100, 100, "POSTED", None),
        ("BONUS", 100, 100, "POSTED", None),
        ("DEPOSIT", 1_000, 0, "POSTED", None),
    ]
    assert await sums(served) == (1_650, 1_650, 0)


async def test_what_a_corrected_result_takes_back_is_a_line_of_the_bet(served: ServedWallet) -> None:
    """By a reservation of its own, whose id goes on after the bet's."""
    await served.pay_in(OWNER, 1_000)
    bet, back = stake("bet-1", 100), stake("bet-1.2.r", 150)
    await served.wallet.funds.reserve(bet)
    await served.wallet.funds.settle(settled(bet, 200, "bet-1.1"))
    await served.wallet.funds.reserve(back)
    assert (await lines(served, n=1))[0] == ("CORRECTION", -150, 0, "PENDING", "bet-1")
    await served.wallet.funds.settle(settled(back, 0, "bet-1.2"))
    assert (await lines(served))[:3] == [
        ("CORRECTION", -150, 0, "POSTED", "bet-1"),
        ("RETURN", 200, 0, "POSTED", "bet-1"),
        ("STAKE", -100, 0, "POSTED", "bet-1"),
    ]
    assert await sums(served) == (950, 950, 0)


async def test_a_stake_that_credits_pay_whole_is_a_line(served: ServedWallet) -> None:
    """Nothing of it is cash; a free bet likewise."""
    await served.give(OWNER, AccountCode.BONUS, "week-1", 500)
    await served.give(OWNER, AccountCode.FREE_BET, "week-2", 200)
    await served.wallet.funds.reserve(stake("bet-1", 300))
    await served.wallet.funds.reserve(stake("bet-2", 200, free_bet="week-2"))
    assert (await lines(served))[:2] == [
        ("STAKE", -200, -200, "PENDING", "bet-2"),
        ("STAKE", -300, -300, "PENDING", "bet-1"),
    ]


async def test_what_is_given_back_is_told_by_what_had_become_of_it(served: ServedWallet) -> None:
    """A reservation is voided; what was taken comes back by a line of its own, to where it came from."""
    await served.pay_in(OWNER, 1_000)
    await served.give(OWNER, AccountCode.BONUS, "week-1", 100)
    released, refunded = stake("bet-1", 150), stake("bet-2", 150)
    await served.wallet.funds.reserve(released)
    await served.wallet.funds.release(released)
    await served.wallet.funds.reserve(refunded)
    await served.wallet.funds.settle(settled(refunded, 0))
    await served.wallet.funds.release(refunded)
    assert (await lines(served))[:3] == [
        ("REFUND", 150, 100, "POSTED", "bet-2"),
        ("STAKE", -150, -100, "POSTED", "bet-2"),
        ("STAKE", -150, -100, "VOIDED", "bet-1"),
    ]


async def test_a_reservation_whose_time_has_passed_is_voided(served: ServedWallet) -> None:
    """Once the upkeep has ended it: until then the money is not there."""
    await served.pay_in(OWNER, 1_000)
    await served.wallet.funds.reserve(stake("bet-1", 300, seconds=1))
    while (await lines(served, n=1))[0][3] == "PENDING":
        assert (await sums(served))[0] == 700
        await served.wallet.ledger.expire_pending()
    assert (await lines(served, n=1)) == [("STAKE", -300, 0, "VOIDED", "bet-1")]
    assert (await sums(served))[0] == 1_000


async def test_an_expired_credit_is_the_kind_of_credit_with_what_was_left(served: ServedWallet) -> None:
    """Of a bonus and of a free bet; corrections have either sign."""
    bonus = await served.give(OWNER, AccountCode.BONUS, "week-1", 100)
    free_bet = await served.give(OWNER, AccountCode.FREE_BET, "week-2", 50)
    cash = await served.wallet.accounts.open_cash(OWNER, "GBP", NOW)
    await served.move(OWNER, -40, TransferCode.EXPIRY, to=bonus)
    await served.move(OWNER, -50, TransferCode.EXPIRY, to=free_bet)
    await served.move(OWNER, 30, TransferCode.CORRECTION, to=cash)
    await served.move(OWNER, -20, TransferCode.CORRECTION, to=cash)
    assert (await lines(served, n=4)) == [
        ("CORRECTION", -20, 0, "POSTED", None),
        ("CORRECTION", 30, 0, "POSTED", None),
        ("FREE_BET", -50, -50, "POSTED", None),
        ("BONUS", -40, -40, "POSTED", None),
    ]


async def test_of_a_part_that_was_posted_only_that_is_shown(served: ServedWallet) -> None:
    """A deposit that waits is no balance; the rest of one that arrives in part was never the customer's."""
    cash = await served.wallet.accounts.open_cash(OWNER, "GBP", NOW)
    await served.pay_in(OWNER, 10)
    [one] = await served.wallet.ledger.lookup_transfers(["deposit-1"])
    pending = Transfer(
        id="deposit-2",
        debit_account_id=one.debit_account_id,
        credit_account_id=cash,
        amount=500,
        ledger=one.ledger,
        code=one.code,
        flags=int(TransferFlags.PENDING),
        user_data_128="payment-7",
    )
    await served.wallet.ledger.create_transfer(pending)
    assert (await lines(served, n=1)) == [("DEPOSIT", 500, 0, "PENDING", "payment-7")]
    assert (await sums(served))[0] == 10
    post = Transfer(
        id="arrived",
        pending_id="deposit-2",
        amount=400,
        flags=int(TransferFlags.POST_PENDING_TRANSFER),
    )
    await served.wallet.ledger.create_transfer(post)
    assert (await lines(served, n=1)) == [("DEPOSIT", 400, 0, "POSTED", "payment-7")]
    assert (await sums(served))[0] == 410


async def test_pages_follow_one_another_while_new_transactions_come(served: ServedWallet) -> None:
    """None is shown twice, and none is left out."""
    ids = [await served.pay_in(OWNER, amount) for amount in range(1, 8)]
    seen: list[str] = []
    after, more = None, True
    while more:
        page = (await served.data(LINES, n=3, after=after))["wallet"]["transactions"]
        seen += [node["id"] for node in page["nodes"]]
        after, more = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]
        await served.pay_in(OWNER, 100)
    assert seen == ids[::-1]


@pytest.mark.parametrize(
    "variables",
    [{"n": 0}, {"n": 101}, {"n": -1}, {"after": "nowhere"}, {"after": "-1:x"}, {"after": "1:" + "x" * 65}],
)
async def test_what_is_no_page_is_refused(served: ServedWallet, variables: dict[str, Any]) -> None:
    """The error says what would be one."""
    assert codes(await served.answer(LINES, **variables)) == ["BAD_USER_INPUT"]


async def test_a_page_in_a_cursor_of_another_customer_is_of_the_own_money(served: ServedWallet) -> None:
    """A cursor is a moment, and opens nothing."""
    await served.pay_in(OWNER, 100)
    await served.pay_in(STRANGER, 200)
    page = (await served.data(LINES, STRANGER))["wallet"]["transactions"]
    assert await lines(served, after=page["pageInfo"]["endCursor"]) == [("DEPOSIT", 100, 0, "POSTED", None)]


async def test_a_visitor_has_no_wallet_and_a_customer_only_that_of_their_brand(served: ServedWallet) -> None:
    """Null without an error; another brand's is forbidden, whether it is known or not."""
    await served.pay_in(OWNER, 100)
    assert await served.answer(WALLET, None, b=BRAND) == {"data": {"wallet": None}}
    for brand in ("southbet", "westbet"):
        answer = await served.answer(WALLET, b=brand)
        assert (answer["data"], codes(answer)) == ({"wallet": None}, ["FORBIDDEN"])
    assert (await sums(served, STRANGER)) == (0, 0, 0)
    namesake = Owner("southbet", OWNER.customer)
    answer = await served.answer(WALLET, namesake, b="southbet")
    assert (answer["data"], codes(answer)) == ({"wallet": None}, ["UNKNOWN_BRAND"])


@pytest.mark.parametrize(
    ("query", "variables"), [(ALL, {}), (LINES, {"n": 0}), (LINES, {"n": 2}), (WALLET, {"b": "southbet"})]
)
async def test_both_ways_of_execution_give_the_same(
    database_url: str, query: str, variables: dict[str, Any]
) -> None:
    """Compiled or interpreted, with money, limits and errors; the compiled way needs no other."""
    create_schema.cache_clear()
    async with served_wallet(database_url) as served:
        await served.pay_in(OWNER, 1_000)
        await served.give(OWNER, AccountCode.BONUS, "week-1", 100)
        await served.wallet.funds.reserve(stake("bet-1", 450))
        answer = await served.answer(query, **variables)
        plain = wallet_subgraph(database_url, served.clock, execution="plain")
        other = await plain.execute(query, variables, None, session())
        await plain.close()
    assert (answer["data"], codes(answer)) == (other["data"], codes(other))
    assert not served.subgraph.schema.executions.interpreted
    assert plain.schema.executions.interpreted


async def test_a_wallet_is_read_by_few_statements(served: ServedWallet) -> None:
    """One for all that is stored, one for a page, and one for what credits paid of it."""
    await served.pay_in(OWNER, 1_000)
    await served.data(ALL)  # the brand is in memory now
    with statements(served.subgraph) as sent:
        await served.data(WALLET, b=BRAND)
    assert len(reads(sent)) == 1
    await served.give(OWNER, AccountCode.BONUS, "week-1", 100)
    for number in range(4):
        await served.wallet.funds.reserve(stake(f"bet-{number}", 50))
    with statements(served.subgraph) as sent:
        await served.data(ALL)
    assert len(reads(sent)) == 3


def reads(sent: list[str]) -> list[str]:
    """Return the SELECTs among statements."""
    return [statement for statement in sent if statement.lstrip("( ").upper().startswith("SELECT")]
