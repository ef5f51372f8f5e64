"""A customer's stream begins with the current state, and follows every change of it."""

import asyncio
from collections.abc import Mapping
from contextlib import aclosing
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest

from foundation.storage.errors import DatabaseAway
from subgraphs.club.membership.membership import MembershipKind
from subgraphs.club.updates import ClubUpdates
from subgraphs.kit.auth import RequestIdentity, Viewer
from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.graphql.subscriptions import Events
from subgraphs.kit.live.event_bus import EventBus
from subgraphs.kit.live.watches import customer_key
from tests.support.subgraphs.club_fixture import REFERENCE, ClubFixture, ask, make_token, session
from tests.support.subgraphs.club_samples import BRAND, CUSTOMER, NOW, OWNER, good_account
from tests.support.subgraphs.upstream_double import UpstreamDouble

PATIENCE_SECONDS = 180.0
STATE = "id week { isoWeek state } membership { optedIn pending version } ineligibleReason"
FOLLOW = f"subscription ($brand: ID!) {{ clubUpdated(brand: $brand) {{ version club {{ {STATE} }} }} }}"
QUERY = f"query ($brand: ID!) {{ club(brand: $brand) {{ {STATE} }} }}"
OPT_IN = "mutation ($i: OptInInput!) { optIn(input: $i) { errors { code } } }"
JOIN = {"i": {"brand": BRAND, "termsVersion": "2026-1", "idempotencyKey": "key-1"}}


@dataclass
class Follower:
    """A stream of a customer."""

    events: Events

    async def next(self) -> dict[str, Any]:
        """Return the next event."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            event: Any = await anext(self.events)
        assert isinstance(event, dict)
        return event

    async def state(self) -> tuple[int, dict[str, Any]]:
        """Return the version and the club of the next event, which has no errors."""
        event = await self.next()
        assert "errors" not in event, event
        update = event["data"]["clubUpdated"]
        return update["version"], update["club"]


def updates(club_fixture: ClubFixture) -> ClubUpdates:
    """What drives the fixture's streams."""
    club_updates: ClubUpdates = club_fixture.club.make_context.keywords["updates"]  # type: ignore[attr-defined]  # a partial
    return club_updates


def bus(club_fixture: ClubFixture) -> EventBus:
    """The stand's bus."""
    return updates(club_fixture).bus


async def follow(
    club_fixture: ClubFixture,
    headers: Mapping[str, str] | None = None,
    brand: str = BRAND,
    identity: RequestIdentity | None = None,
) -> Follower:
    """Subscribe."""
    subscribe = club_fixture.club.prepare_subscription(FOLLOW, None)
    headers = session() if headers is None else headers
    return Follower(await subscribe({"brand": brand}, headers, identity))


async def fresh(club_fixture: ClubFixture, customer: str = CUSTOMER) -> dict[str, Any]:
    """What a query says now."""
    answer = await ask(club_fixture.club, QUERY, {"brand": BRAND}, session(customer))
    return dict(answer["data"]["club"])


@pytest.fixture
async def northbet(club_fixture: ClubFixture) -> ClubFixture:
    """The subgraphs with two customers; streams do not pause between events."""
    object.__setattr__(updates(club_fixture).settings, "interval_seconds", 0.0)
    await club_fixture.add_northbet(CUSTOMER, "c-2")
    return club_fixture


async def test_the_first_event_is_the_present_state(northbet: ClubFixture) -> None:
    """It has version 1, and equals what a query says."""
    assert await (await follow(northbet)).state() == (1, await fresh(northbet))


async def test_a_mutation_is_an_event_once_pending_and_once_confirmed(
    northbet: ClubFixture, upstream: UpstreamDouble
) -> None:
    """The stream of the process that made it needs no other process."""
    stream = await follow(northbet)
    await stream.state()
    reached, go_on = asyncio.Event(), asyncio.Event()

    async def hold(_: httpx.Request) -> None:
        reached.set()
        await go_on.wait()

    upstream.script.append(hold)
    joining = asyncio.create_task(ask(northbet.club, OPT_IN, JOIN))
    await reached.wait()
    version, club = await stream.state()
    assert (version, club["membership"]["optedIn"], club["membership"]["pending"]) == (2, False, True)
    go_on.set()
    await joining
    version, club = await stream.state()
    assert (version, club["membership"]["optedIn"], club["membership"]["pending"]) == (3, True, False)


async def test_changes_while_nobody_reads_are_merged(northbet: ClubFixture) -> None:
    """One event has the whole state, and its version tells how many changes there were."""
    stream = await follow(northbet)
    await stream.state()
    for at in range(3):
        kind = MembershipKind.OPTED_OUT if at % 2 else MembershipKind.OPTED_IN
        await northbet.add_membership(OWNER, (kind, NOW + timedelta(seconds=at)))
        bus(northbet).customers_changed([customer_key(OWNER)])
    version, club = await stream.state()
    assert (version, club["membership"]) == (4, {"optedIn": True, "pending": False, "version": 3})
    assert bus(northbet).watches.counts.merged == 2


async def test_another_customers_change_is_no_event(northbet: ClubFixture) -> None:
    """Nor is anything of them in the stream."""
    mine, other = await follow(northbet), await follow(northbet, session("c-2"))
    first, second = await mine.state(), await other.state()
    assert first[1]["id"] != second[1]["id"]
    await northbet.add_membership(Owner(BRAND, "c-2"), (MembershipKind.OPTED_IN, NOW))
    bus(northbet).customers_changed([customer_key(Owner(BRAND, "c-2"))])
    assert (await other.state())[1]["membership"]["optedIn"]
    bus(northbet).customers_changed([customer_key(OWNER)])
    assert await mine.state() == (2, first[1])


async def test_each_event_has_its_own_instant(northbet: ClubFixture) -> None:
    """After the end of the week it shows the next week's club."""
    stream = await follow(northbet)
    assert (await stream.state())[1]["week"] == {"isoWeek": "2026-W13", "state": "OPEN"}
    northbet.clock.instant = datetime.fromisoformat("2026-03-30T12:00:00+00:00")
    bus(northbet).brand_changed(BRAND)
    assert (await stream.state())[1]["week"] == {"isoWeek": "2026-W14", "state": "OPEN"}


@pytest.mark.parametrize(
    ("headers", "brand", "code"),
    [
        ({}, BRAND, "UNAUTHENTICATED"),
        (session(), "southbet", "FORBIDDEN"),
        ({"authorization": "Bearer nonsense"}, BRAND, "UNAUTHENTICATED"),
        ({"authorization": f"Bearer {make_token(exp=1)}"}, BRAND, "UNAUTHENTICATED"),
    ],
)
async def test_only_the_sessions_own_club_can_be_followed(
    northbet: ClubFixture, headers: dict[str, str], brand: str, code: str
) -> None:
    """Anything else is refused by the only event."""
    stream = await follow(northbet, headers, brand)
    event = await stream.next()
    assert (event["data"], [error["extensions"]["code"] for error in event["errors"]]) == (None, [code])
    with pytest.raises(StopAsyncIteration):
        await stream.next()
    assert len(bus(northbet).watches) == 0


async def test_a_stream_ends_with_its_session(northbet: ClubFixture) -> None:
    """The next change after the token's end is not shown any more."""
    ends = NOW + timedelta(hours=1)
    stream = await follow(northbet, {"authorization": f"Bearer {make_token(exp=int(ends.timestamp()))}"})
    await stream.state()
    northbet.clock.instant = ends + timedelta(minutes=10)
    bus(northbet).customers_changed([customer_key(OWNER)])
    event = await stream.next()
    assert [error["extensions"]["code"] for error in event["errors"]] == ["UNAUTHENTICATED"]
    assert len(bus(northbet).watches) == 0


async def test_a_quiet_streams_session_is_checked_as_well(northbet: ClubFixture) -> None:
    """It ends without any change, within the time that the settings say."""
    object.__setattr__(updates(northbet).settings, "session_check_seconds", 0.02)
    ends = NOW + timedelta(hours=1)
    stream = await follow(northbet, {"authorization": f"Bearer {make_token(exp=int(ends.timestamp()))}"})
    await stream.state()
    northbet.clock.instant = ends + timedelta(minutes=10)
    event = await stream.next()
    assert [error["extensions"]["code"] for error in event["errors"]] == ["UNAUTHENTICATED"]


async def test_the_gateways_session_is_believed(northbet: ClubFixture) -> None:
    """A session that a gateway in this process verified needs no token of its own."""
    stream = await follow(northbet, {}, identity=RequestIdentity(Viewer(BRAND, CUSTOMER), None, NOW))
    assert (await stream.state())[0] == 1
    bus(northbet).customers_changed([customer_key(OWNER)])
    assert (await stream.state())[0] == 2


async def test_a_database_that_is_away_ends_no_stream(
    northbet: ClubFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The event comes once it is back, and has what changed meanwhile."""
    monkeypatch.setattr("subgraphs.kit.live.updates.RETRY_SECONDS", 0.01)
    stream = await follow(northbet)
    await stream.state()
    pinned = northbet.club.database.pinned
    fetch, failed = pinned.fetch, 0

    async def away(*_: object) -> Any:
        nonlocal failed
        failed += 1
        raise DatabaseAway("no connection")

    object.__setattr__(pinned, "fetch", away)
    await northbet.add_membership(OWNER, (MembershipKind.OPTED_IN, NOW))
    bus(northbet).customers_changed([customer_key(OWNER)])
    waiting = asyncio.create_task(stream.state())
    while failed < 2:  # noqa: ASYNC110 - the reads set no event
        await asyncio.sleep(0.005)
    assert not waiting.done()
    object.__setattr__(pinned, "fetch", fetch)
    version, club = await waiting
    assert (version, club["membership"]["optedIn"]) == (2, True)


async def test_an_excluded_customer_is_shown_so_at_once(northbet: ClubFixture) -> None:
    """The event has the reason."""
    await northbet.add_accounts({Owner(BRAND, "c-3"): good_account(rg_state="self_excluded")})
    assert (await (await follow(northbet, session("c-3"))).state())[1]["ineligibleReason"] == "SELF_EXCLUDED"


async def test_a_customer_who_excludes_themselves_loses_the_open_tracker(northbet: ClubFixture) -> None:
    """The next event shows no progress and the reason, for which the widget shows nothing."""
    stream = await follow(northbet)
    assert (await stream.state())[1]["ineligibleReason"] is None
    for subgraph in (northbet.club, northbet.rewards, northbet.progress):
        accounts = REFERENCE[subgraph.name].account
        async with subgraph.database.write() as connection:
            await connection.execute(accounts.update().values(rg_state="self_excluded"))
    bus(northbet).customers_changed([customer_key(OWNER)])
    _, club = await stream.state()
    assert club["ineligibleReason"] == "SELF_EXCLUDED"


async def test_a_stream_that_is_closed_leaves_nothing(northbet: ClubFixture) -> None:
    """Neither before its first event nor while it waits for one."""
    for taken in (0, 1):
        stream = await follow(northbet)
        async with aclosing(stream.events):
            for _ in range(taken):
                await stream.state()
        assert len(bus(northbet).watches) == 0
        with pytest.raises(StopAsyncIteration):
            await stream.next()


async def test_a_stream_whose_reader_is_cancelled_leaves_nothing(northbet: ClubFixture) -> None:
    """As when a client goes away while its stream waits."""
    stream = await follow(northbet)
    await stream.state()
    waiting = asyncio.create_task(stream.next())
    (watch,) = bus(northbet).watches._by_key[customer_key(OWNER)]
    while watch._waiter is None:  # noqa: ASYNC110 - waiting sets no event
        await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.wait({waiting})
    await stream.events.aclose()
    assert len(bus(northbet).watches) == 0


@pytest.mark.parametrize("document", ["{ club(brand: 1", QUERY, "subscription { nonsense }", "{a" * 5000])
async def test_what_is_no_subscription_is_refused(northbet: ClubFixture, document: str) -> None:
    """By one event that says why."""
    events = await northbet.club.prepare_subscription(document, None)({"brand": BRAND}, session())
    told: list[Any] = [event async for event in events]
    assert [event["data"] for event in told] == [None]
    assert told[0]["errors"][0]["message"]
