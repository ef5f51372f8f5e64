"""What every store of an adapter's state must do; the same suite runs over memory and a real Valkey."""

import uuid
from collections.abc import AsyncIterator, Callable

import pytest

from providers.state import MemoryState, Shelf, StateAway, StateStore, ValkeyState
from tools.private_valkey import PrivateValkey

Open = Callable[[], StateStore]


@pytest.fixture(params=["memory", pytest.param("valkey", marks=pytest.mark.valkey)])
async def opened(request: pytest.FixtureRequest) -> AsyncIterator[Open]:
    """A function that opens the same state once more, as another process does."""
    stores: list[StateStore] = []
    shelf, name = Shelf(), uuid.uuid4().hex
    server: PrivateValkey | None = request.getfixturevalue("valkey") if request.param == "valkey" else None

    def open_store() -> StateStore:
        stores.append(MemoryState(shelf) if server is None else ValkeyState.at(server.url, name))
        return stores[-1]

    yield open_store
    for store in stores:
        await store.close()


async def test_nothing_is_there_at_first(opened: Open) -> None:
    """A state that was never kept is empty, and cannot be updated."""
    store = opened()
    assert await store.load() == {}
    assert not await store.update({"a": b"1"}, frozenset())
    assert await store.load() == {}


async def test_what_was_replaced_and_updated_is_loaded(opened: Open) -> None:
    """By another store as well: bytes are kept as they are."""
    store = opened()
    await store.replace({"a": b"1", "b": b"\x00\xff", "c": b""})
    assert await store.update({"a": b"2", "d": b"3"}, frozenset({"b", "unknown"}))
    assert await opened().load() == {"a": b"2", "c": b"", "d": b"3"}


async def test_a_replacement_leaves_nothing_of_before(opened: Open) -> None:
    """Entries that are not in it are gone."""
    store = opened()
    await store.replace({"a": b"1"})
    await store.replace({})
    assert await store.load() == {}
    assert await store.update({"b": b"1"}, frozenset())


async def test_an_update_on_top_of_anothers_entries_changes_nothing(opened: Open) -> None:
    """A process that another one has followed cannot spoil its state."""
    former, present = opened(), opened()
    await former.replace({"a": b"former"})
    await present.replace({"a": b"present"})
    assert not await former.update({"a": b"late"}, frozenset())
    assert await present.load() == {"a": b"present"}


@pytest.mark.valkey
async def test_an_update_after_a_loss_changes_nothing(valkey: PrivateValkey) -> None:
    """A part is never taken for the whole: all has to be replaced."""
    store = ValkeyState.at(valkey.url, "lost")
    await store.replace({"a": b"1", "b": b"2"})
    async with store._client.redis as redis:
        await redis.delete("furlong:provider:lost")
    assert not await store.update({"a": b"3"}, frozenset())
    assert await store.load() == {}
    await store.close()


async def test_a_server_that_is_away_is_said_to_be(free_port: Callable[[], int]) -> None:
    """It is no error of the adapter."""
    store = ValkeyState.at(f"redis://127.0.0.1:{free_port()}/0", "away")
    with pytest.raises(StateAway, match="does not answer"):
        await store.load()
    await store.close()
