"""Dead letters of a feed are listed, looked at, and published once the adapter understands them."""

import asyncio
import json
from dataclasses import replace
from typing import Any

import pytest
from feed_records import example, written
from typer.testing import CliRunner, Result

from consumers.feeds.adapters.sports import FEED
from consumers.feeds.letters import CUT
from consumers.feeds.parked import Parked, ParkedLetters
from consumers.feeds.progress import PROGRESS_TOPIC, QualifyingBet
from consumers.stream.errors import Poison
from consumers.stream.records import Record
from furlong.cli import app
from furlong.demo.embedded_broker import EmbeddedBroker

BROKEN = b"{broken"


def refused(_record: Any) -> QualifyingBet:
    """The mapping of an adapter that has yet to be mended."""
    raise Poison("a market that is not known")


def bet(line: Any, number: int) -> bytes:
    """A record of a bet of the test's own brand."""
    return written(example(FEED, brand=line.topic, bet=f"b-{number}"))


async def park(line: Any, *values: bytes) -> None:
    """Has records become dead letters by an adapter that knows less than ours."""
    await line.send(*values, traceparent=b"00-ab-cd-01")
    pump = line.start(replace(FEED, bet=refused))
    await line.arrived(len(values), f"{line.topic}.dlq")
    await line.stop(pump)


def letters_of(line: Any) -> ParkedLetters:
    """The letters that ours is asked about."""
    return ParkedLetters(FEED, line.topic, line.settings())


async def read(line: Any) -> list[Parked]:
    """All letters."""
    return [letter async for letter in letters_of(line).read()]


async def test_a_letter_is_the_record_as_it_came(line: Any) -> None:
    """With its bytes, key, own headers and where it came from, and with the reason beside it."""
    await park(line, bet(line, 1), BROKEN)
    first, second = await read(line)
    assert (first.record.value, first.record.key, first.record.topic) == (bet(line, 1), b"any", line.topic)
    assert first.record.headers == (("traceparent", b"00-ab-cd-01"),)
    assert (first.reason, first.record.partition) == ("a market that is not known", second.record.partition)
    assert (first.record.offset, second.record.offset) == (0, 1)
    assert second.reason.startswith("not JSON")


async def test_what_is_understood_now_is_published_as_if_it_had_been_then(line: Any) -> None:
    """The same message, each time it is published, under the trace of its record; what is no bet stays."""
    await park(line, bet(line, 1), BROKEN)
    first, second = await read(line)
    for _ in range(2):
        await letters_of(line).publish(first, line.producer, line.into)
    once, again = await line.arrived(2, brand=line.topic)
    assert (once.key, once.value, once.headers) == (again.key, again.value, again.headers)
    assert json.loads(once.value)["bet_id"] == "sports.b-1"
    assert ("traceparent", b"00-ab-cd-01") in once.headers
    with pytest.raises(Poison, match="not JSON"):
        await letters_of(line).publish(second, line.producer, line.into)


async def test_where_nothing_was_parked_there_are_no_letters(line: Any) -> None:
    """An empty topic is read to its end at once."""
    assert await read(line) == []


def test_a_letter_that_others_wrote_is_told_by_where_it_lies() -> None:
    """Headers that are missing or make no sense do no harm; the last of several is ours."""
    headers = (("furlong.offset", b"many"), ("furlong.reason", b"theirs"), ("furlong.reason", b"ours"))
    letter = Parked.of(Record("sports.bets.v1.dlq", 2, 17, b"c-1", b"{}", headers))
    origin = letter.record.topic, letter.record.partition, letter.record.offset
    assert (origin, letter.reason) == (("sports.bets.v1.dlq", 2, 17), "ours")


async def test_what_was_too_large_to_be_parked_is_not_published(line: Any) -> None:
    """Its bytes are not there: whoever looks is told to go to where it came from."""
    letter = Parked.of(Record("x.dlq", 0, 0, b"", None, (CUT,)))
    with pytest.raises(Poison, match="see where it came from"):
        await letters_of(line).publish(letter, line.producer, line.into)


on_the_embedded_broker = pytest.mark.parametrize("line", ["embedded"], indirect=True)


async def furlong(line: Any, *arguments: str) -> Result:
    """`furlong deadletters ARGUMENTS` in an installation that calls the sports feed's topic otherwise."""
    environment = {
        "FURLONG_KAFKA_BOOTSTRAP": line.bootstrap,
        "FURLONG_KAFKA_GENERATION": line.generation,
        "FURLONG_FEEDS_TOPICS": json.dumps({"sports": line.topic}),
    }
    return await asyncio.to_thread(CliRunner().invoke, app, ["deadletters", *arguments], env=environment)


@on_the_embedded_broker
async def test_a_person_lists_looks_and_replays(line: Any, embedded_broker: EmbeddedBroker) -> None:
    """From the list to one letter, from there to the progress topic; status 1 as long as any is poison."""
    embedded_broker.create_topics([PROGRESS_TOPIC])
    await park(line, bet(line, 1), bet(line, 2), BROKEN)
    listed = (await furlong(line, "list", "--app", "feed-sports", "--limit", "2")).output.splitlines()
    broken, second = (one.split()[0] for one in listed[::2])
    partition = broken.split(":")[1]
    assert (broken, second) == (f"feed-sports:{partition}:2", f"feed-sports:{partition}:1")
    assert "not JSON" in listed[0]
    shown = json.loads((await furlong(line, "show", second)).output)
    assert (shown["topic"], shown["value"]) == (line.topic, bet(line, 2).decode())
    one = await furlong(line, "replay", second, "feed-sports:0:99")
    assert (one.exit_code, one.stdout.splitlines()) == (
        0,
        [f"{second}  published anew", "feed-sports:0:99  not there any more"],
    )
    every = await furlong(line, "replay", "--all", "--app", "feed-sports")
    assert (every.exit_code, every.stdout.count("published anew")) == (1, 2)
    arrived = await line.arrived(3, PROGRESS_TOPIC, brand=line.topic)
    assert {json.loads(message.value)["bet_id"] for message in arrived} == {"sports.b-1", "sports.b-2"}


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
async def test_a_wrong_name_of_a_letter_is_told(line: Any, arguments: tuple[str, ...], said: str) -> None:
    """In one message, with status 1."""
    ended = await furlong(line, *arguments)
    assert (ended.exit_code, ended.stderr.count("\n")) == (1, 1)
    assert said in ended.stderr
