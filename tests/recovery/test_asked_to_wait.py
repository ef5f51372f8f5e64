"""The upstream's `Retry-After` is obeyed: across restarts, and up to the horizon of the change."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from sqlalchemy import select, update

from subgraphs.club.models import INTENT
from subgraphs.kit.mutations.intents import KEYS_LAST
from subgraphs.kit.mutations.retry_after import LONGEST, asked_wait
from tests.support.recovery.harness import MEMBERSHIP, UNDISTURBED, RecoveryHarness, reasons

TEN_MINUTES = timedelta(minutes=10)


async def asked_to_wait(harness: RecoveryHarness, retry_after: str, times: int = 1) -> None:
    """Opt in at an upstream that is busy and asks to wait."""
    await harness.fault("busy", times=times, retry_after=retry_after)
    assert reasons(await harness.opt_in(club_fixture=harness.impatient)) == ["UPSTREAM_PENDING"]


async def calls(harness: RecoveryHarness) -> int:
    """Return how often the upstream was called about the customer, to read or to write."""
    return len(await harness.journal()) + len(await harness.journal("GET"))


async def not_before(harness: RecoveryHarness) -> datetime | None:
    """Return until when the change waits."""
    async with harness.club_fixture.club.database.read() as connection:
        return (await connection.execute(select(INTENT.c.not_before))).scalar_one()


async def test_recovery_waits_as_long_as_it_was_asked(harness: RecoveryHarness) -> None:
    """Each round is another node, as after a restart: the wait is stored."""
    await asked_to_wait(harness, "600")
    asked = await calls(harness)
    harness.advance(TEN_MINUTES - timedelta(microseconds=1))
    made = await harness.recovering().round()
    assert (made.settled, made.in_doubt, await calls(harness)) == (0, 0, asked)
    assert (await harness.membership())["pending"] is True
    harness.advance(timedelta(microseconds=1))
    assert (await harness.recovering().round()).settled == 1
    assert await harness.effects(MEMBERSHIP) == 1


async def test_a_busy_worker_stores_the_wait_too(harness: RecoveryHarness) -> None:
    """What recovery itself is told counts for its next rounds."""
    await asked_to_wait(harness, "1")
    await harness.fault("busy", times=100, retry_after="3600")
    assert await harness.recover() == (0, 1)
    await harness.no_more_faults()
    asked = await calls(harness)
    assert await harness.recover() == (0, 0)
    assert await calls(harness) == asked
    harness.advance(timedelta(hours=1))
    assert await harness.recover() == (1, 0)


async def test_clicks_do_not_call_earlier(harness: RecoveryHarness) -> None:
    """A repeated request, and one of another change of the same kind, leave the upstream alone until then."""
    await asked_to_wait(harness, "600")
    asked = await calls(harness)
    assert reasons(await harness.opt_in()) == ["UPSTREAM_PENDING"]
    assert reasons(await harness.opt_out()) == ["UPSTREAM_PENDING"]
    assert await calls(harness) == asked
    harness.advance(TEN_MINUTES)
    assert reasons(await harness.opt_in()) == []


async def test_a_request_does_not_try_again_at_once(harness: RecoveryHarness) -> None:
    """The second attempt of a request would come after a tenth of a second."""
    await harness.fault("busy", retry_after="5")
    assert reasons(await harness.opt_in()) == ["UPSTREAM_PENDING"]
    assert await calls(harness) == 1


@pytest.mark.parametrize("retry_after", ["864000", "9" * 5000, "Fri, 31 Dec 9999 23:59:59 GMT"])
async def test_a_wait_ends_at_the_horizon(harness: RecoveryHarness, retry_after: str) -> None:
    """After it the upstream may have forgotten the key, and its record alone decides."""
    begun = harness.club_fixture.clock.now()
    await asked_to_wait(harness, retry_after)
    assert await not_before(harness) == begun + KEYS_LAST
    harness.advance(KEYS_LAST)
    assert (await harness.recovering().round()).settled == 1


@pytest.mark.parametrize("retry_after", ["0", "-5", "soon", "1.5", "Tue, 24 Mar 2026 12:00:00 GMT"])
async def test_what_asks_for_no_wait_is_ignored(harness: RecoveryHarness, retry_after: str) -> None:
    """Neither something malformed nor a date that is past keeps a change waiting."""
    await asked_to_wait(harness, retry_after)
    assert await not_before(harness) is None
    assert await harness.recover() == (1, 0)


async def test_what_waits_is_compared_before_a_restored_database_opens(harness: RecoveryHarness) -> None:
    """Nothing may open before it is known what the upstream has on record."""
    await asked_to_wait(harness, "86400")
    harness.advance(UNDISTURBED)
    found = await harness.recovering().recoveries[0].compare()
    assert (found.settled, found.sent_later, found.unknown) == (0, 1, 0)


async def test_a_node_of_the_version_before_does_not_see_the_wait(harness: RecoveryHarness) -> None:
    """Its rows have no wait, and are due; it neither reads nor writes the column."""
    await asked_to_wait(harness, "600")
    async with harness.club_fixture.club.database.write() as connection:
        await connection.execute(update(INTENT).values(not_before=None))
    assert await harness.recover() == (1, 0)


NOW = datetime(2026, 3, 25, 12, tzinfo=UTC)
LATER = NOW + timedelta(seconds=90)


@pytest.mark.parametrize(
    ("value", "date", "wait"),
    [
        ("90", None, 90),
        (" 0090 ", None, 90),
        (format_datetime(LATER, usegmt=True), None, 90),
        ("Wednesday, 25-Mar-26 12:01:30 GMT", None, 90),
        ("Wed Mar 25 12:01:30 2026", None, 90),
        (format_datetime(LATER, usegmt=True), NOW - timedelta(hours=1), 3690),
        (format_datetime(LATER, usegmt=True), NOW + timedelta(hours=1), None),
        ("9" * 20, None, LONGEST.total_seconds()),
        ("0" * 5000 + "7", None, 7),
        ("0", None, None),
        ("-1", None, None),
        ("+5", None, None),
        ("1e3", None, None),
        ("٣", None, None),
        ("90, 90", None, None),
        ("2026-03-25T12:01:30Z", None, None),
        ("25 Mar 2026 12:01:30 GMT", None, None),
        ("Wed, 99 Mar 2026 12:01:30 GMT", None, None),
        ("", None, None),
    ],
)
def test_a_wait_is_read_strictly(value: str, date: datetime | None, wait: float | None) -> None:
    """Seconds, or a date in one of HTTP's three forms, which counts from the response's own date."""
    headers = {"retry-after": value} | ({} if date is None else {"date": format_datetime(date, usegmt=True)})
    expected = None if wait is None else timedelta(seconds=wait)
    assert asked_wait(503, headers, NOW) == expected
    assert asked_wait(429, headers, NOW) == expected
    assert asked_wait(500, headers, NOW) is None
