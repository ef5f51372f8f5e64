"""Rewards to pay and providers that fail on purpose; modules in support/ can be imported from tests."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent / "support"))
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "subgraphs" / "support"))

from till_fixtures import (
    each_fulfilment_url,
    each_till,
    logged,
    migrated_fulfilment,
    migrated_fulfilment_mariadb,
    till,
)

__all__ = [
    "each_fulfilment_url",
    "each_till",
    "logged",
    "migrated_fulfilment",
    "migrated_fulfilment_mariadb",
    "till",
]
