"""The change of a watched customer whose notice was lost is found by reading again."""

import asyncio
from collections.abc import Sequence

import pytest

from foundation.storage.errors import DatabaseAway
from subgraphs.kit.live.rereading import Rereading
from subgraphs.kit.live.watches import Watches

ANN, BEA = b"northbet:ann", b"northbet:bea"


class Stored:
    """What is stored about customers, and what is read of it."""

    def __init__(self) -> None:
        self.states: dict[bytes, object] = {}
        self.reads: list[tuple[bytes, ...]] = []
        self.fault: Exception | None = None

    async def read(self, keys: Sequence[bytes]) -> list[object]:
        """Read some customers."""
        self.reads.append(tuple(keys))
        if self.fault is not None:
            raise self.fault
        return [self.states.get(key) for key in keys]


async def test_only_customers_whose_data_differ_are_told() -> None:
    """The first time all are, because nobody knows what their streams have seen."""
    watches, stored = Watches(), Stored()
    ann, bea = watches.open(ANN), watches.open(BEA)
    reading = Rereading(watches, stored.read, 1.0, 1000)
    await reading.look([ANN, BEA])
    assert (ann.take(), bea.take()) == (1, 1)
    stored.states[BEA] = 2
    await reading.look([ANN, BEA])
    await reading.look([ANN, BEA])
    assert (ann.take(), bea.take()) == (0, 1)


async def test_without_all_data_every_customer_is_told() -> None:
    """A subgraph that is served by itself cannot see what others have stored."""
    watches = Watches()
    ann = watches.open(ANN)
    reading = Rereading(watches, None, 1.0, 1000)
    await reading.look([ANN])
    await reading.look([ANN])
    assert ann.changes == 2


async def test_an_unavailable_database_is_tried_again() -> None:
    """There is no notice, and the next round compares with the data known before."""
    watches, stored = Watches(), Stored()
    ann = watches.open(ANN)
    reading = Rereading(watches, stored.read, 1.0, 1000)
    await reading.look([ANN])
    stored.fault = DatabaseAway("no connection")
    await reading.look([ANN])
    stored.fault, stored.states[ANN] = None, 2
    await reading.look([ANN])
    assert ann.changes == 2


async def test_a_round_reads_every_customer_once_in_small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """They are spread over the round, never more at once than the rate allows."""
    pauses: list[float] = []
    turn = asyncio.sleep

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)
        await turn(0)
        if len(pauses) > 40:
            raise asyncio.CancelledError

    monkeypatch.setattr("subgraphs.kit.live.rereading.asyncio.sleep", sleep)
    watches, stored = Watches(), Stored()
    keys = [b"northbet:%d" % number for number in range(1000)]
    for key in keys:
        watches.open(key)
    with pytest.raises(asyncio.CancelledError):
        await Rereading(watches, stored.read, 5.0, 100).run()
    first_round = [key for read in stored.reads[:40] for key in read]
    assert sorted(first_round) == sorted(keys)
    assert {len(read) for read in stored.reads} == {25}
    assert sum(pauses[:40]) == pytest.approx(10.0)
