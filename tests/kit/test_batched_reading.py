"""Reads of all requests share batches, and no reader can harm or see another."""

import asyncio
from collections.abc import Awaitable, Sequence
from traceback import walk_tb

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foundation.storage.errors import DatabaseAway
from subgraphs.kit.reads.batching import Batches, BatchLimits, Failed, PendingRead
from tests.support.unshrunk import UNSHRUNK

PATIENCE = 30


class Source:
    """Something to read from: keeps the batches, and answers each when it is let."""

    def __init__(self, *, held: bool = False) -> None:
        self.batches: list[list[str]] = []
        self.values: dict[str, str] = {}
        self.bad: set[str] = set()
        self.away = False
        self.under_way = 0
        self.most_under_way = 0
        self.open = asyncio.Event()
        if not held:
            self.open.set()

    async def read(self, keys: Sequence[str]) -> list[str | Failed]:
        """The values, as they were when the batch was sent."""
        self.batches.append(list(keys))
        values = [self.values.get(key, f"value of {key}") for key in keys]
        self.under_way += 1
        self.most_under_way = max(self.most_under_way, self.under_way)
        try:
            await self.open.wait()
        finally:
            self.under_way -= 1
        if self.away:
            raise DatabaseAway("no answer")
        if self.bad.intersection(keys):
            raise ValueError("a key is bad")
        return [*values]


def batches(source: Source, keys: int = 128, in_flight: int = 2) -> Batches[str, str]:
    """Batches over a source."""
    return Batches(source.read, BatchLimits(keys, in_flight))


async def reading(answer: Awaitable[str]) -> str:
    """Awaits an answer, as a task of its own."""
    return await answer


def reader(answer: Awaitable[str]) -> "asyncio.Task[str]":
    """A request that waits for an answer."""
    return asyncio.create_task(reading(answer))


async def turns(count: int = 5) -> None:
    """Lets the loop take a few turns."""
    for _ in range(count):
        await asyncio.sleep(0)


async def until(source: Source, sent: int) -> None:
    """Waits until that many batches were sent."""
    async with asyncio.timeout(PATIENCE):
        while len(source.batches) < sent:  # noqa: ASYNC110 - what it waits for happens within turns
            await asyncio.sleep(0)


async def test_what_is_asked_in_one_turn_is_read_at_once() -> None:
    """Three requests that ask in one turn of the loop are one batch, and each gets its own."""
    source = Source()
    shared = batches(source)
    found = await asyncio.gather(*(reading(shared.load(key)) for key in "abc"))
    assert found == ["value of a", "value of b", "value of c"]
    assert source.batches == [["a", "b", "c"]]


async def test_a_lone_read_does_not_wait_for_others() -> None:
    """It is sent in the next turn of the loop."""
    source = Source(held=True)
    waiting = reader(batches(source).load("a"))
    await turns(3)
    assert source.batches == [["a"]]
    source.open.set()
    assert await waiting == "value of a"


async def test_a_key_asked_for_twice_is_read_once() -> None:
    """Two readers of one key share its place in the batch."""
    source = Source()
    shared = batches(source)
    assert await asyncio.gather(reading(shared.load("a")), reading(shared.load("a"))) == ["value of a"] * 2
    assert source.batches == [["a"]]


async def test_a_batch_is_bounded() -> None:
    """More keys than fit are read in several batches, oldest first."""
    source = Source()
    shared = batches(source, keys=4)
    await asyncio.gather(*(reading(shared.load(str(number))) for number in range(10)))
    assert source.batches == [list("0123"), list("4567"), list("89")]


async def test_only_so_many_batches_are_under_way() -> None:
    """While two are, keys are gathered for the next one, in the order of asking."""
    source = Source(held=True)
    shared = batches(source, in_flight=2)
    tasks = []
    for number in range(9):
        tasks.append(reader(shared.load(str(number))))
        await turns()
    assert source.batches == [["0"], ["1"]]
    source.open.set()
    await asyncio.gather(*tasks)
    assert source.batches == [["0"], ["1"], list("2345678")]
    assert source.most_under_way == 2


async def test_nobody_joins_a_batch_that_was_sent() -> None:
    """A read that begins after a change sees it, though the same key is just being read."""
    source = Source(held=True)
    shared = batches(source)
    source.values["a"] = "before"
    early = reader(shared.load("a"))
    await until(source, 1)
    source.values["a"] = "after"
    late = reader(shared.load("a"))
    await turns()
    source.open.set()
    assert (await early, await late) == ("before", "after")


async def test_a_cancelled_reader_harms_nobody() -> None:
    """Others of its batch, and even of its key, get their answers."""
    source = Source(held=True)
    shared = batches(source)
    answer = shared.load("a")
    one, other, third = reader(answer), reader(answer), reader(shared.load("b"))
    await until(source, 1)
    one.cancel()
    await turns()
    source.open.set()
    assert (await other, await third) == ("value of a", "value of b")
    with pytest.raises(asyncio.CancelledError):
        await one


async def test_what_all_readers_gave_up_is_not_read() -> None:
    """A key whose readers were all cancelled before its batch was sent is left out."""
    source = Source(held=True)
    shared = batches(source, in_flight=1)
    first = reader(shared.load("a"))
    await until(source, 1)
    given_up, kept = reader(shared.load("b")), reader(shared.load("c"))
    await turns()
    given_up.cancel()
    await turns()
    source.open.set()
    await asyncio.gather(first, kept)
    assert source.batches == [["a"], ["c"]]


async def test_what_was_given_up_can_be_asked_for_again() -> None:
    """An answer that nothing waited for any more is read again for a later reader."""
    source = Source(held=True)
    shared = batches(source, in_flight=1)
    first = reader(shared.load("a"))
    await until(source, 1)
    answer = shared.load("b")
    given_up = reader(answer)
    await turns()
    given_up.cancel()
    source.open.set()
    await first
    await turns()
    assert await reading(answer) == "value of b"


async def test_an_answer_can_be_awaited_long_after_it_was_asked_for() -> None:
    """Asking for several things first, and awaiting them one after another, loses none."""
    source = Source()
    shared = batches(source)
    answers: list[PendingRead[str, str]] = [shared.load(key) for key in "abc"]
    await turns(20)
    assert [await answer for answer in answers] == ["value of a", "value of b", "value of c"]


@pytest.mark.parametrize("bad", [{"3"}, {"0", "99"}, {"41", "42"}])
async def test_a_bad_key_fails_its_own_reader_alone(bad: set[str]) -> None:
    """The batch is read again in parts until only the key at fault is left out."""
    source = Source()
    source.bad = bad
    shared = batches(source)
    found = await asyncio.gather(
        *(reading(shared.load(str(number))) for number in range(100)), return_exceptions=True
    )
    for number, outcome in enumerate(found):
        if str(number) in bad:
            assert isinstance(outcome, ValueError)
        else:
            assert outcome == f"value of {number}"


async def test_a_fault_of_all_keys_is_not_asked_for_for_ever() -> None:
    """If everything fails, the number of further attempts is bounded, and every reader gets the error."""
    source = Source()
    source.bad = {str(number) for number in range(128)}
    shared = batches(source)
    found = await asyncio.gather(
        *(reading(shared.load(str(number))) for number in range(128)), return_exceptions=True
    )
    assert all(isinstance(outcome, ValueError) for outcome in found)
    assert len(source.batches) <= 33


async def test_an_outage_fails_its_batch_and_no_later_one() -> None:
    """Readers get the error at once, without a retry, and the next batch is read as usual."""
    source = Source()
    source.away = True
    shared = batches(source)
    found = await asyncio.gather(*(reading(shared.load(key)) for key in "abc"), return_exceptions=True)
    assert [type(outcome) for outcome in found] == [DatabaseAway] * 3
    assert source.batches == [["a", "b", "c"]]
    source.away = False
    assert await reading(shared.load("a")) == "value of a"


async def test_a_shared_error_stays_as_long_as_it_was() -> None:
    """The error of a hundred readers has the traceback of the read, and not of all of them."""
    source = Source()
    source.away = True
    shared = batches(source)
    found = await asyncio.gather(*(reading(shared.load("a")) for _ in range(100)), return_exceptions=True)
    (error,) = {id(each): each for each in found}.values()
    assert isinstance(error, DatabaseAway)
    assert len(list(walk_tb(error.__traceback__))) < 10


@settings(phases=UNSHRUNK)
@given(
    asked=st.lists(st.tuples(st.integers(0, 12), st.integers(0, 6)), min_size=1, max_size=60),
    keys=st.integers(1, 5),
    in_flight=st.integers(1, 3),
    cancelled=st.sets(st.integers(0, 59)),
)
def test_batched_reads_give_what_single_reads_give(
    asked: list[tuple[int, int]], keys: int, in_flight: int, cancelled: set[int]
) -> None:
    """Whoever asks for whatever whenever, with others cancelled or not, gets what is stored under the key."""

    async def all_of_it() -> None:
        source = Source()
        shared = batches(source, keys, in_flight)

        async def ask(key: int, pause: int) -> str:
            await turns(pause)
            return await shared.load(str(key))

        tasks = [asyncio.create_task(ask(key, pause)) for key, pause in asked]
        await turns(2)
        for number in cancelled & set(range(len(tasks))):
            tasks[number].cancel()
        async with asyncio.timeout(PATIENCE):
            found = await asyncio.gather(*tasks, return_exceptions=True)
        for number, (outcome, (key, _)) in enumerate(zip(found, asked, strict=True)):
            if not isinstance(outcome, asyncio.CancelledError):
                assert outcome == f"value of {key}"
            else:
                assert number in cancelled
        assert all(len(batch) <= keys for batch in source.batches)
        assert source.most_under_way <= in_flight

    asyncio.run(all_of_it())
