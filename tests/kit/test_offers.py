"""When a selection is offered, from what its provider says of it and of its market."""

import pytest

from subgraphs.kit.offers import OfferStatus, offer_status


@pytest.mark.parametrize(
    ("market", "runner", "believed", "status"),
    [
        ("open", "active", True, OfferStatus.OPEN),
        ("open", "active", False, OfferStatus.SUSPENDED),
        ("suspended", "active", True, OfferStatus.SUSPENDED),
        ("inactive", "active", True, OfferStatus.SUSPENDED),
        ("open", "suspended", True, OfferStatus.SUSPENDED),
        ("open", "hidden", True, OfferStatus.SUSPENDED),
        ("open", "?", True, OfferStatus.SUSPENDED),
        ("open", "removed", True, OfferStatus.OVER),
        ("open", "winner", True, OfferStatus.OVER),
        ("closed", "active", True, OfferStatus.OVER),
        ("settled", "loser", True, OfferStatus.OVER),
        ("cancelled", "active", False, OfferStatus.OVER),
    ],
)
def test_when_a_selection_is_offered(
    market: str,
    runner: str,
    *,
    believed: bool,
    status: OfferStatus,
) -> None:
    """Only what is open, of a provider that is believed; whatever is not known is suspended."""
    assert offer_status(market, runner, is_believed=believed) is status
