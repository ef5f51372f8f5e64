"""The upstream's API, which records membership and choice: its records, and what its refusals mean."""

from typing import Final
from urllib.parse import quote

from subgraphs.club_kit.mutation_errors import ErrorCode
from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.mutations.effect import Refusals
from subgraphs.kit.mutations.refusals import Refusal
from subgraphs.kit.mutations.upstream import UpstreamClient

INELIGIBLE: Final = Refusal(ErrorCode.INELIGIBLE, "You can't take part right now.", stops_repeats=True)
REFUSALS: Final = Refusals(
    unconfirmed=Refusal(
        ErrorCode.UPSTREAM_PENDING, "We're confirming your change. It will show here shortly."
    ),
    in_the_way=Refusal(
        ErrorCode.UPSTREAM_PENDING,
        "We're still confirming your last change. Try again in a moment.",
    ),
    reused=Refusal(ErrorCode.IDEMPOTENCY_REUSED, "This key was used for another request. Send a new one."),
    superseded=Refusal(
        ErrorCode.UPSTREAM_REFUSED, "You've made a newer change since, so this one wasn't made."
    ),
    refused=Refusal(ErrorCode.UPSTREAM_REFUSED, "That wasn't accepted, so nothing has changed."),
    by_code={
        "NOT_MEMBER": Refusal(ErrorCode.NOT_MEMBER, "Join the club first."),
        "INELIGIBLE": INELIGIBLE,
    },
)


class ClubUpstream(UpstreamClient):
    """The client of the upstream's API, by which the club's changes are made."""

    refusals: Final = REFUSALS


def membership_path(owner: Owner) -> str:
    """Return the path of a customer's membership."""
    return f"/v1/brands/{quote(owner.brand, safe='')}/customers/{quote(owner.customer, safe='')}/membership"


def choice_path(owner: Owner, iso_week: str) -> str:
    """Return the path of a customer's choice for a week."""
    customer = f"/v1/brands/{quote(owner.brand, safe='')}/customers/{quote(owner.customer, safe='')}"
    return f"{customer}/weeks/{iso_week}/choice"
