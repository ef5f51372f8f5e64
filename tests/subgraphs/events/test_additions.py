"""What hangs on events: statistics, and pictures that are seen where and when they may be."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from subgraphs.events.settings import EventsSettings
from tests.support.events.block import TERRITORY_HEADER, EventsBlock, events_block
from tests.support.events.told import KICK_OFF, NOW, fixture, gone, instant, stats, status, video

FIGURES = '{ events(brand: "northbet") { nodes { statistics { name home away } } } }'


@pytest.fixture
async def block(database_url: str) -> AsyncIterator[EventsBlock]:
    """Provide the block over a new database with an event of two providers, once on each engine."""
    async with events_block(database_url) as opened:
        await opened.apply(fixture("feed", "1"), fixture("stats", "s-1"), status("feed"), status("stats"))
        yield opened


async def figures(block: EventsBlock) -> Any:
    """Return the statistics of the only event."""
    (event,) = (await block.ask(FIGURES))["events"]["nodes"]
    return [tuple(figure.values()) for figure in event["statistics"]]


async def test_statistics_hang_on_the_event_that_their_offer_is_of(block: EventsBlock) -> None:
    """Whichever provider leads; the highest revision stays, in whatever order they come."""
    assert await figures(block) == []
    await block.apply(stats("stats", "s-1", 2, corners=(4, 2)), stats("stats", "s-1", 1, corners=(1, 0)))
    assert await figures(block) == [("Corners", "4", "2")]
    await block.apply_together(stats("stats", "s-1", 4, shots=(9, 3)), stats("stats", "s-1", 3, shots=(8, 3)))
    assert await figures(block) == [("Shots", "9", "3")]


async def test_statistics_that_are_gone_come_back(block: EventsBlock) -> None:
    """Also at the revision that they had."""
    told = stats("stats", "s-1", 2, corners=(4, 2))
    await block.apply(told, gone("stats", "stats", "s-1"))
    assert await figures(block) == []
    await block.apply(told)
    assert await figures(block) == [("Corners", "4", "2")]


async def test_what_an_earlier_process_told_ends(block: EventsBlock) -> None:
    """Once the present one has had time to tell everything again."""
    await block.apply(stats("stats", "s-1", 2, corners=(4, 2)))
    block.later(minutes=3)
    since = int(NOW.timestamp() * 1000)
    again = status("stats", at=block.clock.now(), first_revision=since)
    await block.apply(fixture("stats", "s-1", revision=since), again)
    await block.judge()
    assert await figures(block) == []


async def test_statistics_of_nothing_that_is_known_are_kept_for_it(block: EventsBlock) -> None:
    """They may come before their event."""
    await block.apply(stats("stats", "s-2", corners=(1, 1)))
    assert await figures(block) == []
    await block.apply(gone("fixture", "stats", "s-1"), fixture("stats", "s-2"))
    assert await figures(block) == [("Corners", "1", "1")]


WATCHED = '{ events(brand: "northbet") { nodes { videoUrl } } }'


@pytest.fixture
def signing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the block sign addresses of pictures."""
    monkeypatch.setenv("FURLONG_EVENTS_VIDEO_STREAMS", "https://video.example.com/live")
    monkeypatch.setenv("FURLONG_EVENTS_VIDEO_KEY", "a key of the pictures' servers, 32 bytes")


async def picture(block: EventsBlock, territory: str | None) -> str | None:
    """Return the address of the only event's picture, without its signature."""
    block.later(seconds=3)
    headers = {} if territory is None else {TERRITORY_HEADER: territory}
    answer = await block.answer_now(WATCHED, headers)
    assert "errors" not in answer, answer
    address = answer["data"]["events"]["nodes"][0]["videoUrl"]
    return None if address is None else str(address).partition("?")[0]


@pytest.mark.usefixtures("signing")
async def test_a_picture_is_seen_where_and_when_it_may_be(database_url: str) -> None:
    """It hangs on the event of another provider's offer; nobody sees it whose territory is not known."""
    async with events_block(database_url) as block:
        await block.apply(fixture("feed", "1"), status("feed"), video("1", "course-7", "GB", "IE"))
        assert [await picture(block, territory) for territory in ("GB", "DE", None)] == [
            "https://video.example.com/live/course-7",
            None,
            None,
        ]
        await block.apply(gone("video", "video", "1"))
        assert await picture(block, "GB") is None
        late = {"starts_at": instant(KICK_OFF), "ends_at": instant(KICK_OFF + timedelta(hours=2))}
        await block.apply(video("1", "course-8", revision=2, **late))
        assert await picture(block, "GB") is None
        block.later(hours=3)
        assert await picture(block, "DE") == "https://video.example.com/live/course-8"
        block.later(hours=2)
        assert await picture(block, "GB") is None


async def test_nothing_is_signed_unless_the_settings_say_how(block: EventsBlock) -> None:
    """Then nobody has an address."""
    await block.apply(video("1", "course-7"))
    assert await picture(block, "GB") is None


@pytest.mark.parametrize(
    ("streams", "key", "wrong"),
    [
        ("https://video.example.com", "", "or neither"),
        ("", "a key of the pictures' servers, 32 bytes", "or neither"),
        ("https://video.example.com", "short", "too short"),
        ("https://user:word@video.example.com", "a key of the pictures' servers, 32 bytes", "pattern"),
    ],
)
def test_settings_of_pictures_that_cannot_be_used_are_refused(
    monkeypatch: pytest.MonkeyPatch, streams: str, key: str, wrong: str
) -> None:
    """In words that say what to do, and without the key."""
    monkeypatch.setenv("FURLONG_EVENTS_VIDEO_STREAMS", streams)
    if key:
        monkeypatch.setenv("FURLONG_EVENTS_VIDEO_KEY", key)
    with pytest.raises(ValidationError, match=wrong) as refused:
        EventsSettings()
    assert "pictures' servers" not in str(refused.value)
