"""A feed is found by its file's name, or by its module's name."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from consumers.feeds.adapters import casino
from consumers.feeds.settings import FeedSettings, UnknownFeed, find, known
from tests.support.consumers.feed_records import example, written

DICE = """
from dataclasses import replace
from consumers.feeds.adapters import casino
FEED = replace(casino.FEED, name="dice", topic="dice.rolls.v1")
"""


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Provide a folder on Python's module path."""
    monkeypatch.syspath_prepend(str(tmp_path))
    (tmp_path / "platform_feeds").mkdir()
    (tmp_path / "platform_feeds" / "dice.py").write_text(DICE)
    (tmp_path / "platform_feeds" / "nothing.py").write_text("FEED = 'dice'\n")
    yield tmp_path
    for name in [name for name in sys.modules if name.partition(".")[0] == "platform_feeds"]:
        del sys.modules[name]


def test_every_file_of_the_adapters_is_a_feed_of_its_name() -> None:
    """A new adapter needs nothing but its file."""
    assert [feed.name for feed in find(known())] == known()
    assert {"sports", "esports", "virtual", "exchange", "casino"} <= set(known())
    assert [feed.name for feed in FeedSettings().feeds()] == known()


def test_an_adapter_may_live_in_another_package(elsewhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Configuration is enough: its module is named among the feeds."""
    del elsewhere
    monkeypatch.setenv("FURLONG_FEEDS_ADAPTERS", "sports, platform_feeds.dice")
    monkeypatch.setenv("FURLONG_FEEDS_TOPICS", '{"dice": "prod.dice"}')
    settings = FeedSettings()
    sports, dice = settings.feeds()
    assert (settings.topic(sports), settings.topic(dice)) == ("sports.bets.v1", "prod.dice")
    message = dice.progress(written(example(casino.FEED)))
    assert b'"bet_id":"dice.r-5c0f17"' in message.value


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (["darts"], "no feed 'darts': there are casino, esports"),
        (["platform_feeds.darts"], "no feed 'platform_feeds.darts'"),
        (["platform_feeds.nothing"], "platform_feeds.nothing.FEED is not a feed"),
        (["sports", "casino", "sports"], "two feeds have the same name: sports"),
    ],
)
def test_a_wrong_name_is_told(elsewhere: Path, names: list[str], said: str) -> None:
    """The error lists the existing names."""
    del elsewhere
    with pytest.raises(UnknownFeed, match=said):
        find(names)
