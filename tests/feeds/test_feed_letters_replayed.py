"""Dead letters of a feed are listed, shown, and published once the adapter can map them."""

import asyncio
import json
from dataclasses import replace
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from consumers.feeds.adapters.sports import FEED
from consumers.feeds.delivery.dead_letters import VALUE_OMITTED, ParkedLetter, ParkedLetters
from consumers.feeds.mapping.progress_message import QualifyingBet
from consumers.stream.errors import Poison
from consumers.stream.records import Record
from furlong.cli import app
from furlong.demo.embedded_broker import EmbeddedBroker
from subgraphs.club_kit.topics import PROGRESS_TOPIC
from tests.support.consumers.feed_records import example, written

BROKEN = b"{broken"


def refused(_record: Any) -> QualifyingBet:
    """Map nothing, as an adapter that has yet to be fixed."""
    raise Poison("a market that is not known")


def bet(harness: Any, number: int) -> bytes:
    """Return a record of a bet of the test's own brand."""
    return written(example(FEED, brand=harness.topic, bet=f"b-{number}"))


async def park(harness: Any, *values: bytes) -> None:
    """Make records dead letters by an adapter that can map less than ours."""
    await harness.send(*values, traceparent=b"00-ab-cd-01")
    worker = harness.start(replace(FEED, bet=refused))
    await harness.arrived(len(values), f"{harness.topic}.dlq")
    await harness.stop(worker)


def letters_of(harness: Any) -> ParkedLetters:
    """Return the letters as our adapter sees them."""
    return ParkedLetters(FEED, harness.topic, harness.settings())


async def read(harness: Any) -> list[ParkedLetter]:
    """Return all letters."""
    return [letter async for letter in letters_of(harness).read()]


async def test_a_letter_is_the_record_as_it_came(harness: Any) -> None:
    """A letter has the record's value, key, headers and origin, and the reason."""
    await park(harness, bet(harness, 1), BROKEN)
    first, second = await read(harness)
    assert (first.record.value, first.record.key, first.record.topic) == (
        bet(harness, 1),
        b"any",
        harness.topic,
    )
    assert first.record.headers == (("traceparent", b"00-ab-cd-01"),)
    assert (first.reason, first.record.partition) == ("a market that is not known", second.record.partition)
    assert (first.record.offset, second.record.offset) == (0, 1)
    assert second.reason.startswith("not JSON")


async def test_what_can_be_mapped_now_is_published_as_it_would_have_been(harness: Any) -> None:
    """Every time the same message with its record's trace; what is not a bet stays."""
    await park(harness, bet(harness, 1), BROKEN)
    first, second = await read(harness)
    for _ in range(2):
        await letters_of(harness).publish(first, harness.producer, harness.into)
    once, again = await harness.arrived(2, brand=harness.topic)
    assert (once.key, once.value, once.headers) == (again.key, again.value, again.headers)
    assert json.loads(once.value)["bet_id"] == "sports.b-1"
    assert ("traceparent", b"00-ab-cd-01") in once.headers
    with pytest.raises(Poison, match="not JSON"):
        await letters_of(harness).publish(second, harness.producer, harness.into)


async def test_where_nothing_was_parked_there_are_no_letters(harness: Any) -> None:
    """An empty topic is read to its end at once."""
    assert await read(harness) == []


def test_a_letter_without_an_origin_is_identified_by_its_own_position() -> None:
    """Missing or senseless headers do no harm; of several, the last is ours."""
    headers = (("furlong.offset", b"many"), ("furlong.reason", b"theirs"), ("furlong.reason", b"ours"))
    letter = ParkedLetter.of(Record("sports.bets.v1.dlq", 2, 17, b"c-1", b"{}", headers))
    origin = letter.record.topic, letter.record.partition, letter.record.offset
    assert (origin, letter.reason) == (("sports.bets.v1.dlq", 2, 17), "ours")


async def test_what_was_too_large_to_be_parked_is_not_published(harness: Any) -> None:
    """Its value is not there: the reason says to look at its origin."""
    letter = ParkedLetter.of(Record("x.dlq", 0, 0, b"", None, (VALUE_OMITTED,)))
    with pytest.raises(Poison, match="see where it came from"):
        await letters_of(harness).publish(letter, harness.producer, harness.into)


on_the_embedded_broker = pytest.mark.parametrize("harness", ["embedded"], indirect=True)


async def furlong(harness: Any, *arguments: str) -> Result:
    """Run `furlong deadletters ARGUMENTS` in an installation with another name for the sports topic."""
    environment = {
        "FURLONG_KAFKA_BOOTSTRAP": harness.bootstrap,
        "FURLONG_KAFKA_GENERATION": harness.generation,
        "FURLONG_FEEDS_TOPICS": json.dumps({"sports": harness.topic}),
    }
    return await asyncio.to_thread(CliRunner().invoke, app, ["deadletters", *arguments], env=environment)


@on_the_embedded_broker
async def test_a_person_lists_looks_and_replays(harness: Any, embedded_broker: EmbeddedBroker) -> None:
    """From the list to one letter, from there to the progress topic; exit code 1 as long as any is poison."""
    embedded_broker.create_topics([PROGRESS_TOPIC])
    await park(harness, bet(harness, 1), bet(harness, 2), BROKEN)
    listed = (await furlong(harness, "list", "--app", "feed-sports", "--limit", "2")).output.splitlines()
    broken, second = (line.split()[0] for line in listed[1:])
    partition = broken.split(":")[1]
    assert (broken, second) == (f"feed-sports:{partition}:2", f"feed-sports:{partition}:1")
    assert "isn't JSON" in listed[1]
    for_programs = json.loads((await furlong(harness, "list", "--app", "feed-sports", "--json")).output)
    assert [program["name"] for program in for_programs][:2] == [broken, second]
    shown = json.loads((await furlong(harness, "show", second)).output)
    assert for_programs[1] == {"name": second, **shown}
    assert (shown["topic"], shown["value"]) == (harness.topic, bet(harness, 2).decode())
    dry = await furlong(harness, "replay", "--all", "--app", "feed-sports", "--dry-run")
    assert (dry.exit_code, dry.stdout.count("  published again")) == (1, 2)
    assert "Nothing was changed" in dry.stdout
    one = await furlong(harness, "replay", second, "feed-sports:0:99")
    assert (one.exit_code, one.stdout.splitlines()) == (
        0,
        [
            f"{second}  published again",
            "feed-sports:0:99  not found",
            "1 published again, 1 not found.",
        ],
    )
    every = await furlong(harness, "replay", "--all", "--app", "feed-sports")
    assert (every.exit_code, every.stdout.count("  published again")) == (1, 2)
    arrived = await harness.arrived(3, PROGRESS_TOPIC, brand=harness.topic)
    assert {json.loads(message.value)["bet_id"] for message in arrived} == {"sports.b-1", "sports.b-2"}
    assert len(arrived) == 3, "the dry run published nothing"


@on_the_embedded_broker
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("list", "--app", "feed-darts"), "no feed 'feed-darts'; there are feed-casino, feed-esports"),
        (("list", "--app", "darts"), "and feeds such as feed-sports"),
        (("show", "feed-sports:0"), "is not a dead letter: `furlong deadletters list`"),
        (("show", "feed-sports:0:5"), "there is no dead letter feed-sports:0:5"),
    ],
)
async def test_a_wrong_name_of_a_letter_is_told(harness: Any, arguments: tuple[str, ...], said: str) -> None:
    """One message, and exit code 1."""
    ended = await furlong(harness, *arguments)
    assert (ended.exit_code, ended.stderr.count("\n")) == (1, 1)
    assert said in ended.stderr
