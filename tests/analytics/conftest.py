"""The store that the tests of a process share; each test finds it empty."""

from collections.abc import Iterator

import pytest

from tests.support.analytics_store import Store, open_shared


@pytest.fixture(scope="session")
def shared_store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """Provide the one store that a process can open."""
    store = open_shared(tmp_path_factory.mktemp("analytics"))
    yield store
    store.engine.close()


@pytest.fixture(scope="module")
def module_store(shared_store: Store) -> Store:
    """Provide a store that is empty when a module begins, and that its tests share."""
    shared_store.clear()
    return Store(shared_store.folder, shared_store.engine, shared_store.pseudonyms)


@pytest.fixture
def store(shared_store: Store) -> Store:
    """Provide an empty store."""
    shared_store.clear()
    return Store(shared_store.folder, shared_store.engine, shared_store.pseudonyms)
