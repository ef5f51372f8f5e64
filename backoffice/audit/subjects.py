"""How the audit log names whom an entry is about."""

from subgraphs.kit.domain.keys import Owner


def customer_subject(owner: Owner) -> str:
    """Return the name of a customer."""
    return f"customer:{owner.brand}:{owner.customer}"
