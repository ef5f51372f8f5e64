"""Fixtures of other blocks, for the tests that look at what an exclusion stops in them."""

from tests.subgraphs.fulfilment.payout_fixtures import apis, harness, migrated_fulfilment

__all__ = ["apis", "harness", "migrated_fulfilment"]
