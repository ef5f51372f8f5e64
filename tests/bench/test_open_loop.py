"""Requests on a schedule that does not wait for answers."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from bench.load.open_loop import OpenLoop, Record
from bench.load.target import Target

RIGHT = b'HTTP/1.1 200 OK\r\ncontent-length: 14\r\n\r\n{"optedIn": 1}'
REFUSED = b"HTTP/1.1 503 Busy\r\ncontent-length: 0\r\n\r\n"
WRONG = b'HTTP/1.1 200 OK\r\ncontent-length: 13\r\n\r\n{"errors": 1}'
RATE, SECONDS = 100, 0.5

Answer = Callable[[int], bytes | None]


@asynccontextmanager
async def _server(answer: Answer) -> AsyncIterator[Target]:
    """A server that answers the n-th request, or closes its connection if the answer is empty."""
    numbers = itertools.count()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                await reader.readuntil(b"\r\n\r\n")
                found = answer(next(numbers))
                if found == b"":
                    break
                writer.write(found or b"")
        except (asyncio.IncompleteReadError, ConnectionResetError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, backlog=2048)
    async with server:
        yield Target(server.sockets[0].getsockname()[1], "/")


async def _offered(answer: Answer) -> Record:
    async with _server(answer) as target:
        open_loop = OpenLoop(target, ["token"], connections=64, patience=0.3)
        record = await open_loop.run(RATE, SECONDS)
        await open_loop.close()
    return record


async def test_all_that_is_due_is_sent_and_counted() -> None:
    """The latency of right answers counts from when they were due."""
    record = await _offered(lambda _: RIGHT)
    assert (record.sent, record.outcomes["right"], len(record.right)) == (50, 50, 50)
    assert record.in_time <= 50
    assert 0 < record.p99() / 1000 < 30


async def test_what_is_offered_before_is_not_counted() -> None:
    """Requests of the lead-in count neither as sent nor by their outcome."""
    numbers: list[int] = []

    def answer(number: int) -> bytes:
        numbers.append(number)
        return REFUSED if number < 20 else RIGHT

    async with _server(answer) as target:
        open_loop = OpenLoop(target, ["token"], connections=64, patience=0.3)
        record = await open_loop.run(RATE, SECONDS, 0.3)
        await open_loop.close()
    assert len(numbers) == 80
    assert 49 <= record.sent <= 51
    assert record.outcomes["right"] == record.sent


async def test_a_refusal_is_neither_right_nor_wrong() -> None:
    """Every second request is refused because the server is busy."""
    record = await _offered(lambda number: REFUSED if number % 2 else RIGHT)
    assert (record.outcomes["right"], record.outcomes["refused"]) == (25, 25)


async def test_a_wrong_answer_is_kept_to_be_shown() -> None:
    """An error in a response with status 200 is wrong."""
    record = await _offered(lambda number: WRONG if number == 3 else RIGHT)
    assert record.outcomes["wrong"] == 1
    assert '{"errors": 1}' in record.first_wrong


async def test_requests_are_sent_though_no_answer_comes() -> None:
    """A silent server does not change the schedule; its requests count as late."""
    record = await _offered(lambda _: None)
    assert record.sent == 50
    assert record.outcomes["late"] == 50


async def test_connections_that_the_server_ends_are_replaced() -> None:
    """A request whose connection ends counts as cut off; later ones are sent."""
    record = await _offered(lambda number: b"" if number < 10 else RIGHT)
    assert (record.outcomes["cut"], record.outcomes["right"]) == (10, 40)
