"""Connections are visited in turn, at a rate that many of them do not raise."""

from __future__ import annotations

import asyncio

import pytest

from gateway.http.live import LiveMetrics, connections
from gateway.http.live.connections import LiveConnections, Slot
from gateway.pipeline.client_address import ClientAddresses
from gateway.settings.live import LiveLimits

PATIENCE_SECONDS = 30.0


class Visited:
    """A connection that notes when it is visited."""

    def __init__(self, slot: Slot) -> None:
        self.slot = slot
        self.times: list[float] = []

    def visit(self, now: float) -> None:
        """Note the time."""
        self.times.append(now)

    def shut_down(self) -> None:
        """Do nothing."""


@pytest.mark.parametrize(("number", "seconds"), [(1, 0.1), (5, 0.1), (30, 0.3)])
async def test_many_connections_are_visited_less_often(
    number: int, seconds: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each is visited, and not more than so many visits take place in a second."""
    monkeypatch.setattr(connections, "TICK_SECONDS", 0.005)
    monkeypatch.setattr(connections, "VISITS_PER_SECOND", 10)
    open_ones = LiveConnections(LiveLimits(), LiveMetrics(), ClientAddresses((), "x-forwarded-for"))
    visited: list[Visited] = []
    for _ in range(number):
        slot = open_ones.reserve("192.0.2.1", {})
        assert slot is not None
        visited.append(Visited(slot))
        open_ones.add(visited[-1], "websocket")
    async with asyncio.timeout(PATIENCE_SECONDS):
        while min(len(each.times) for each in visited) < 3:  # noqa: ASYNC110 - a visit sets no event
            await asyncio.sleep(0.005)
    for each in visited:
        assert each.times[2] - each.times[1] > 0.9 * seconds
        open_ones.remove(each, "websocket", 1000)
