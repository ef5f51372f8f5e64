"""Loading a supergraph pauses the garbage collector and leaves it as it was."""

import gc

import pytest

from foundation.garbage_collection import collection_paused
from gateway.errors import SupergraphError
from gateway.supergraph import load_supergraph


@pytest.mark.parametrize("enabled", [True, False])
def test_a_load_leaves_the_collector_as_it_was(*, enabled: bool) -> None:
    """Also one that fails, and also where the embedding program has switched the collector off."""
    (gc.enable if enabled else gc.disable)()
    try:
        with pytest.raises(SupergraphError):
            load_supergraph("type Query {")
        assert gc.isenabled() == enabled
        with collection_paused(), collection_paused():
            assert not gc.isenabled()
        assert gc.isenabled() == enabled
    finally:
        gc.enable()
