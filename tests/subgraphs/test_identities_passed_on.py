"""A request is authenticated once for all subgraphs of a process, and no client can claim an identity."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from club_samples import BRAND, CUSTOMER, NOW
from club_stand import Stand, session

from gateway.pipeline.stages import ForwardedHeaders
from subgraphs.kit.auth.authentication import Authenticator, RequestIdentity
from subgraphs.kit.auth.sessions import Viewer
from subgraphs.kit.domain.errors import Unauthenticated
from subgraphs.kit.domain.keys import ClubKey

MINE = '{ club(brand: "northbet") { id } }'
OTHER = "c-2"


@pytest.fixture
async def stand(sqlite_url: str) -> AsyncIterator[Stand]:
    """The subgraphs, with a customer."""
    stand = Stand.over(sqlite_url, NOW)
    await stand.add_northbet(CUSTOMER, OTHER)
    yield stand
    await stand.close()


def handed_on(headers: dict[str, str], handed: object) -> ForwardedHeaders:
    """Return headers as the gateway passes them on."""
    forwarded = ForwardedHeaders(headers)
    forwarded.session = handed
    return forwarded


async def whose(stand: Stand, headers: dict[str, str]) -> str | None:
    """Return whose club is shown for headers; None if none is."""
    answer: dict[str, Any] = await stand.club.prepare(MINE, None)({}, headers)
    club = (answer["data"] or {}).get("club")
    return None if club is None else ClubKey.decode(club["id"]).customer


async def test_a_visit_that_was_made_in_this_process_is_not_made_again(stand: Stand) -> None:
    """The token is not read: the identity says who sends the request."""
    identity = RequestIdentity(Viewer(BRAND, CUSTOMER), None, NOW)
    assert await whose(stand, handed_on({"authorization": "Bearer x.y.z"}, identity)) == CUSTOMER


@pytest.mark.parametrize("handed", [None, CUSTOMER, {"viewer": CUSTOMER}, Viewer(BRAND, CUSTOMER)])
async def test_anything_but_a_visit_says_nothing(stand: Stand, handed: object) -> None:
    """The token decides: another customer's token shows theirs, an invalid one shows nothing."""
    assert await whose(stand, handed_on(session(OTHER), handed)) == OTHER
    assert await whose(stand, handed_on({"authorization": "Bearer x.y.z"}, handed)) is None


async def test_a_header_cannot_stand_for_a_visit(stand: Stand) -> None:
    """Headers from a client are items of the mapping, whatever their names."""
    sent = {"session": CUSTOMER, "x-session": CUSTOMER, "authorization": "Bearer x.y.z"}
    assert await whose(stand, sent) is None
    assert await whose(stand, handed_on(sent, None)) is None


async def test_a_known_token_makes_the_same_visit_as_one_that_is_verified(stand: Stand) -> None:
    """A token is not known before it was verified, nor after it has expired."""
    authenticator = Authenticator(stand.club.verifier, stand.clock)
    headers = session(CUSTOMER) | {"accept-language": "de"}
    assert authenticator.authenticate_cached(headers) is None
    identity = await authenticator.authenticate(headers)
    assert identity == RequestIdentity(Viewer(BRAND, CUSTOMER), "de", NOW)
    assert authenticator.authenticate_cached(headers) == identity
    assert (
        authenticator.authenticate_cached(headers | {"authorization": headers["authorization"] + "x"}) is None
    )


async def test_who_sends_no_token_is_an_anonymous_visitor(stand: Stand) -> None:
    """A token that is invalid is something else."""
    authenticator = Authenticator(stand.club.verifier, stand.clock)
    assert (await authenticator.authenticate({})).viewer is None
    assert authenticator.authenticate_cached({"accept-language": "de"}) == RequestIdentity(None, "de", NOW)
    with pytest.raises(Unauthenticated):
        await authenticator.authenticate({"authorization": "Bearer x.y.z"})
