"""Fixtures: rewards to pay, and providers with injected faults."""

from tests.subgraphs.fulfilment.payout_fixtures import (
    apis,
    each_fulfilment_url,
    each_harness,
    harness,
    logged,
    migrated_fulfilment,
)

__all__ = [
    "apis",
    "each_fulfilment_url",
    "each_harness",
    "harness",
    "logged",
    "migrated_fulfilment",
]
