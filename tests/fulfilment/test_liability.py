"""What the club owes follows from who qualified and what was credited."""

from till import BONUS, CASH, FREE_BET, Till, key_of

from subgraphs.fulfilment.accounting.liability import LiabilityLine, RewardCounts
from subgraphs.fulfilment.accounting.repository import liability, reward_counts


async def lines(till: Till, **only: str) -> list[LiabilityLine]:
    """The figures."""
    async with till.database.home.read() as connection:
        return list(await liability(connection, till.clock.now(), **only))


def line(stage: str, kind: str | None, customers: int, value: int) -> LiabilityLine:
    """A figure of the usual brand and week, without spins."""
    return LiabilityLine("northbet", "2026-W13", "GBP", stage, kind, customers, value, 0)


async def test_each_stage_has_its_sum(each_till: Till) -> None:
    """Expected, owed, outstanding, used, expired and stopped rewards are summed apart, on each engine."""
    till = each_till
    for name in ("paid-1", "paid-2", "used", "expired"):
        await till.owe(name)
    await till.owe("cash", CASH)
    worker = till.open()
    await till.work(worker)
    for name in ("used", "expired"):
        await till.put(name, state=type((await till.find(name)).state)(name.upper()))
    await till.owe("owed", BONUS)
    await till.owe("stopped", FREE_BET)
    await till.add_account("stopped", rg_state="self_excluded")
    await till.choose("expected", FREE_BET, final=False)
    await till.qualify("expected", "provisional")
    await till.qualify("undecided", "provisional")
    assert await lines(till) == [
        line("expected", None, 1, 0),
        line("expected", "free_bet", 1, 500),
        line("expired", "free_bet", 1, 500),
        line("outstanding", "free_bet", 2, 1000),
        line("owed", "casino_bonus", 1, 500),
        line("stopped", "free_bet", 1, 500),
        line("used", "cash", 1, 500),
        line("used", "free_bet", 1, 500),
    ]


async def test_a_qualification_that_was_revoked_owes_nothing(till: Till) -> None:
    """Who fell below the target before the week closed is in no sum."""
    await till.qualify("c-1", "provisional")
    await till.qualify("c-1", "revoked")
    assert await lines(till) == []


async def test_another_week_or_brand_is_left_out_when_asked(till: Till) -> None:
    """The figures can be had of one brand and week."""
    await till.owe("c-1")
    assert len(await lines(till, brand="northbet", iso_week="2026-W13")) == 1
    assert await lines(till, brand="lagunabet") == []
    assert await lines(till, iso_week="2026-W14") == []
    assert key_of("c-1") == (await till.find("c-1")).key


async def test_each_reward_is_counted_by_how_far_it_is(each_till: Till) -> None:
    """Expected, owed and credited are told apart by reward; what ended was credited, what stopped not."""
    till = each_till
    for name in ("paid", "used"):
        await till.owe(name)
    await till.work(till.open())
    await till.put("used", state=type((await till.find("used")).state)("USED"))
    await till.owe("owed", BONUS)
    await till.owe("stopped", FREE_BET)
    await till.add_account("stopped", rg_state="self_excluded")
    await till.choose("expected", FREE_BET, final=False)
    await till.qualify("expected", "provisional")
    await till.qualify("undecided", "provisional")
    async with till.database.home.read() as connection:
        found = await reward_counts(connection, till.clock.now(), "northbet", "2026-W13")
    assert found == [
        RewardCounts("northbet", "2026-W13", "cb-5", 0, 1, 0),
        RewardCounts("northbet", "2026-W13", "fb-5", 1, 0, 2),
    ]
