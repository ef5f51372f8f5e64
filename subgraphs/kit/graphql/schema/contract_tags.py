"""The tags by which variants of the graph are composed: docs/gateway/contracts.md."""

from typing import Final

INTERNAL: Final = "internal"
"""For operators and subgraphs; left out of the public variant, which customers see."""

CUSTOMER: Final = "customer"
"""Actions that only customers take; left out of the internal variant, which operators use for lookups."""
