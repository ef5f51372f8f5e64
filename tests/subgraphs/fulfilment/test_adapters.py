"""Every adapter has a simulated API, over which the contract of providers is tried."""

from simulator.providers.serve import APIS
from subgraphs.fulfilment.providers.adapters import Adapter


def test_every_adapter_has_a_simulated_api_of_its_sort() -> None:
    """The faults of all providers are tried with each adapter, and the demo can pay by each."""
    declared = {adapter.value: adapter.declaration for adapter in Adapter}
    assert {name: one.sort for name, one in declared.items()} == {
        name: api.payer for name, api in APIS.items()
    }
    assert all(one.name == name for name, one in declared.items())
