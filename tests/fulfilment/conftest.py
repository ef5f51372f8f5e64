"""Fixtures: rewards to pay, and providers with injected faults; tests can import the modules in support/."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent / "support"))
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "subgraphs" / "support"))

from payout_fixtures import (
    each_fulfilment_url,
    each_harness,
    harness,
    logged,
    migrated_fulfilment,
    migrated_fulfilment_mariadb,
)

__all__ = [
    "each_fulfilment_url",
    "each_harness",
    "harness",
    "logged",
    "migrated_fulfilment",
    "migrated_fulfilment_mariadb",
]
