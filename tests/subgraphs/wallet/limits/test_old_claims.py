"""Claims are deleted when no frame and no check can need them, and nothing that is decided changes by it."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import insert, select

from subgraphs.kit.records.outbox import Outbox
from subgraphs.wallet.limits.acts import Act
from subgraphs.wallet.limits.claims import RECORDED
from subgraphs.wallet.limits.frames import span
from subgraphs.wallet.limits.limit import LimitKind
from subgraphs.wallet.limits.looks import CLAIMS_KEPT, MAX_DELETED, Looks, kept_for
from subgraphs.wallet.limits.rule_rows import RULES
from subgraphs.wallet.limits.rules import Rules
from subgraphs.wallet.models import OUTBOX
from tests.subgraphs.wallet.limits.limit_store import BRITISH, NOW, OWNER, TABLES, LimitsFixture

DAY = timedelta(days=1)
START = datetime(2026, 10, 1, tzinfo=UTC)
JURISDICTIONS = ("GB", "DK", "ZZ")
ZONES = ("Europe/London", "Europe/Copenhagen", "Pacific/Auckland", "America/St_Johns")


class Counted(NamedTuple):
    """A claim of the reference: what it is, when it was, how much."""

    act: Act
    at: datetime
    minor: int


def used(claims: Sequence[Counted], kind: LimitKind, rules: Rules, *times: datetime, zone: ZoneInfo) -> int:
    """What counts in the frame of an instant, of a limit since an anchor: the rule, in a few lines."""
    anchor, at = times
    frame = rules.frame(kind)
    assert frame is not None
    start, end = span(frame, anchor, at, zone)
    acts = {Act.DEPOSIT} if kind.value.startswith("DEPOSIT") else set(Act) - {Act.DEPOSIT, Act.WITHDRAWAL}
    return sum(claim.minor for claim in claims if claim.act in acts and start <= claim.at < end)


def net(claims: Sequence[Counted], rules: Rules, at: datetime) -> int:
    """What a financial check sums up."""
    days = rules.financial_check.days if rules.financial_check else 0
    moved = [
        claim for claim in claims if claim.act in {Act.DEPOSIT, Act.WITHDRAWAL} and claim.at > at - days * DAY
    ]
    return sum(claim.minor if claim.act is Act.DEPOSIT else -claim.minor for claim in moved)


INSTANTS = st.floats(0, 900, allow_nan=False).map(lambda days: START + days * DAY)
CLAIMS = st.lists(st.builds(Counted, st.sampled_from(Act), INSTANTS, st.integers(1, 999)), max_size=12)


@given(
    CLAIMS,
    st.sampled_from(JURISDICTIONS),
    st.sampled_from(ZONES),
    st.lists(INSTANTS, min_size=3, max_size=3).map(sorted),
)
def test_what_may_go_is_needed_by_no_frame_and_no_check_from_then_on(
    claims: Sequence[Counted], jurisdiction: str, zone_name: str, instants: Sequence[datetime]
) -> None:
    """At the deletion and at any later instant, all limits of all jurisdictions have used the same."""
    anchor, deleted_at, later = instants
    kept = [claim for claim in claims if claim.at > deleted_at - kept_for(claim.act.value)]
    rules, zone = Rules.of(RULES, jurisdiction, later), ZoneInfo(zone_name)
    for at in (deleted_at, later):
        for kind in (*rules.deposits.frames, LimitKind.LOSS_DAY):
            whole = used(claims, kind, rules, anchor, at, zone=zone)
            assert used(kept, kind, rules, anchor, at, zone=zone) == whole
        assert net(kept, rules, at) == net(claims, rules, at)


async def test_a_look_deletes_what_is_old_in_batches(limits: LimitsFixture) -> None:
    """A customer with more is looked at again at once; a deposit that may still be reported stays."""
    at = NOW + CLAIMS_KEPT
    row = {
        "brand_id": OWNER.brand,
        "customer_id": OWNER.customer,
        "amount_minor": 100,
        "currency": "GBP",
        "product": None,
        "state": RECORDED,
    }
    stakes = [
        row | {"claim_id": f"old-{number}", "act": "BET", "at": NOW} for number in range(MAX_DELETED + 5)
    ]
    await limits.pay_in(500, NOW, claim_id="deposit")
    await limits.claim(Act.BET, 100, NOW + DAY, claim_id="younger")
    async with limits.database.write() as connection:
        await connection.execute(insert(TABLES.claim), stakes)
    looks, left = Looks(limits.database, limits.claims, Outbox(OUTBOX)), []
    for _ in range(3):
        async with limits.database.write() as connection:
            await looks.look(connection, OWNER, BRITISH, at)
        left.append(await limits.rows(TABLES.claim))
    assert left == [7, 2, 2]
    async with limits.database.read() as connection:
        assert set(await connection.scalars(select(TABLES.claim.c.claim_id))) == {"deposit", "younger"}
