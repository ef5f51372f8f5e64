"""What the club owes follows from qualifications and credits."""

from subgraphs.fulfilment.accounting.repository import liability, reward_counts
from subgraphs.fulfilment.accounting.stage_sql import LiabilityLine, RewardCounts
from tests.support.fulfilment.payout_harness import BONUS, CASH, FREE_BET, PayoutHarness, key_of


async def lines(harness: PayoutHarness, **only: str) -> list[LiabilityLine]:
    """Return the figures."""
    async with harness.database.read() as connection:
        return list(await liability(connection, harness.clock.now(), **only))


def line(stage: str, kind: str | None, customers: int, value: int) -> LiabilityLine:
    """Return a figure of the default brand and week, without spins."""
    return LiabilityLine("northbet", "2026-W13", "GBP", stage, kind, customers, value, 0)


async def test_each_stage_has_its_sum(each_harness: PayoutHarness) -> None:
    """Expected, owed, outstanding, used, expired and stopped rewards have separate sums, on each engine."""
    harness = each_harness
    for name in ("paid-1", "paid-2", "used", "expired"):
        await harness.owe(name)
    await harness.owe("cash", CASH)
    worker = harness.open()
    await harness.run_worker(worker)
    for name in ("used", "expired"):
        await harness.overwrite(name, state=type((await harness.find(name)).state)(name.upper()))
    await harness.owe("owed", BONUS)
    await harness.owe("stopped", FREE_BET)
    await harness.add_account("stopped", rg_state="self_excluded")
    await harness.choose("expected", FREE_BET, final=False)
    await harness.qualify("expected", "provisional")
    await harness.qualify("undecided", "provisional")
    assert await lines(harness) == [
        line("expected", None, 1, 0),
        line("expected", "free_bet", 1, 500),
        line("expired", "free_bet", 1, 500),
        line("outstanding", "free_bet", 2, 1000),
        line("owed", "casino_bonus", 1, 500),
        line("stopped", "free_bet", 1, 500),
        line("used", "cash", 1, 500),
        line("used", "free_bet", 1, 500),
    ]


async def test_a_qualification_that_was_revoked_owes_nothing(harness: PayoutHarness) -> None:
    """A customer who fell below the target before the week was closed is in no sum."""
    await harness.qualify("c-1", "provisional")
    await harness.qualify("c-1", "revoked")
    assert await lines(harness) == []


async def test_another_week_or_brand_is_left_out_when_asked(harness: PayoutHarness) -> None:
    """The figures can be limited to one brand and week."""
    await harness.owe("c-1")
    assert len(await lines(harness, brand="northbet", iso_week="2026-W13")) == 1
    assert await lines(harness, brand="lagunabet") == []
    assert await lines(harness, iso_week="2026-W14") == []
    assert key_of("c-1") == (await harness.find("c-1")).key


async def test_each_reward_is_counted_by_stage(each_harness: PayoutHarness) -> None:
    """Each reward has counts of expected, owed and credited, where credited includes used and expired."""
    harness = each_harness
    for name in ("paid", "used"):
        await harness.owe(name)
    await harness.run_worker(harness.open())
    await harness.overwrite("used", state=type((await harness.find("used")).state)("USED"))
    await harness.owe("owed", BONUS)
    await harness.owe("stopped", FREE_BET)
    await harness.add_account("stopped", rg_state="self_excluded")
    await harness.choose("expected", FREE_BET, final=False)
    await harness.qualify("expected", "provisional")
    await harness.qualify("undecided", "provisional")
    async with harness.database.read() as connection:
        counts = await reward_counts(connection, harness.clock.now(), "northbet", "2026-W13")
    assert counts == [
        RewardCounts("northbet", "2026-W13", "cb-5", 0, 1, 0),
        RewardCounts("northbet", "2026-W13", "fb-5", 1, 0, 2),
    ]
