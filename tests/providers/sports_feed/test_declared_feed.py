"""The adapter's settings refuse what would be unsafe, and its command says what it needs."""

import sys
from typing import Any

import pytest
from pydantic import ValidationError
from typer.testing import CliRunner

from foundation.late_imports import NotInstalled
from furlong.cli.main import app
from providers.adapters.feed import SportsFeedSettings
from providers.settings import ProviderSettings
from providers.sports_feed.adapter import SportsFeedAdapter


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        (
            {"tls": False},
            "FURLONG_FEED_TLS may be off only for a broker on the loopback, not mq.betradar.com",
        ),
        ({"api_url": "http://api.betradar.com/v1"}, "must begin with https://"),
        ({"api_url": "https://user:password@api.betradar.com/v1"}, "no name, password, query or fragment"),
        ({"inactivity_seconds": 9}, "greater than or equal to 10"),
        ({"recovery_seconds": 599}, "greater than or equal to 600"),
        ({"request_seconds": 19}, "greater than or equal to 20"),
        ({"sports": ["football"]}, "sr:sport"),
    ],
)
def test_settings_keep_to_the_ranges_of_the_feeds_own_software(given: dict[str, Any], reason: str) -> None:
    """And to encryption, except on the loopback."""
    with pytest.raises(ValidationError, match=reason):
        SportsFeedSettings(**given)
    plain = SportsFeedSettings(host="127.0.0.1", tls=False, api_url="http://localhost:80/v1")
    assert not plain.tls


@pytest.mark.parametrize(
    "other",
    [
        {"api_url": "https://elsewhere.example/v1"},
        {"producers": [1]},
        {"sports": ["sr:sport:1"]},
        {"language": "de"},
        {"least_certainty": 2},
    ],
    ids=str,
)
def test_what_was_kept_of_something_else_is_not_resumed(other: dict[str, Any]) -> None:
    """Nor results that were told earlier than the setting allows."""
    adapters = [SportsFeedAdapter(SportsFeedSettings(**given), ProviderSettings()) for given in ({}, other)]
    assert adapters[0].feed.followed != adapters[1].feed.followed


def test_without_the_client_of_amqp_it_is_said_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """By the adapter, and by the command without a traceback."""
    monkeypatch.setitem(sys.modules, "aio_pika", None)
    with pytest.raises(NotInstalled, match=r"pip install 'furlong\[feed\]'"):
        SportsFeedAdapter(SportsFeedSettings(), ProviderSettings())
    monkeypatch.setenv("FURLONG_KAFKA_BOOTSTRAP", "127.0.0.1:9")
    ended = CliRunner().invoke(app, ["provider", "run", "feed"])
    assert ended.exit_code == 1
    assert "pip install 'furlong[feed]'" in ended.output
    ended = CliRunner().invoke(app, ["simulator", "feed", "--broker=amqp://127.0.0.1:9/", "--data=."])
    assert ended.exit_code == 1
    assert "pip install 'furlong[feed]'" in ended.output


def test_a_broker_that_does_not_answer_is_named() -> None:
    """In a sentence."""
    ended = CliRunner().invoke(app, ["simulator", "feed", "--broker=amqp://127.0.0.1:9/", "--data=."])
    assert ended.exit_code == 1
    assert "RabbitMQ cannot be used at 127.0.0.1:9" in ended.output
