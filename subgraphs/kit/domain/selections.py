"""The ids of selections, which begin with the id of their market."""


def market_of(selection: str) -> str:
    """Return the id of a selection's market; both are the platform's own, without a brand."""
    return selection.partition("-")[0]
