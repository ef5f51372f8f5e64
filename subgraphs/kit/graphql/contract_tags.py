"""The tags by which variants of the graph are composed: docs/gateway/contracts.md."""

from typing import Final

INTERNAL: Final = "internal"
"""For operators and subgraphs; the public variant, which customers see, is without it."""

CUSTOMER: Final = "customer"
"""What only a customer does; the internal variant, by which operators look things up, is without it."""
