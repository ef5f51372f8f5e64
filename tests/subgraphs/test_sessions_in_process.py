"""A session is verified once for all subgraphs of a process, and no client can supply one."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from subgraphs.club_kit.domain.club_key import ClubKey
from subgraphs.kit.auth import Authenticator, RequestIdentity, Viewer
from subgraphs.kit.domain.errors import Unauthenticated
from tests.support.subgraphs.club_fixture import ClubFixture, session
from tests.support.subgraphs.club_samples import BRAND, CUSTOMER, NOW

MINE = '{ club(brand: "northbet") { id } }'
OTHER = "c-2"


@pytest.fixture
async def club_fixture(sqlite_url: str) -> AsyncIterator[ClubFixture]:
    """The subgraphs, with a customer."""
    club_fixture = ClubFixture.over(sqlite_url, NOW)
    await club_fixture.add_northbet(CUSTOMER, OTHER)
    yield club_fixture
    await club_fixture.close()


async def whose(club_fixture: ClubFixture, headers: dict[str, str], passed: object = None) -> str | None:
    """Return the customer whose club is shown for headers and a session; None if none is shown."""
    answer: dict[str, Any] = await club_fixture.club.prepare(MINE, None)({}, headers, passed)
    club = (answer["data"] or {}).get("club")
    return None if club is None else ClubKey.decode(club["id"]).customer


async def test_an_identity_that_was_verified_in_this_process_is_not_verified_again(
    club_fixture: ClubFixture,
) -> None:
    """The token is not read: the identity names the customer."""
    identity = RequestIdentity(Viewer(BRAND, CUSTOMER), None, NOW)
    assert await whose(club_fixture, {"authorization": "Bearer x.y.z"}, identity) == CUSTOMER


@pytest.mark.parametrize("passed", [None, CUSTOMER, {"viewer": CUSTOMER}, Viewer(BRAND, CUSTOMER)])
async def test_a_session_that_is_no_identity_is_ignored(club_fixture: ClubFixture, passed: object) -> None:
    """The token decides: another customer's shows their club, and an invalid one shows nothing."""
    assert await whose(club_fixture, session(OTHER), passed) == OTHER
    assert await whose(club_fixture, {"authorization": "Bearer x.y.z"}, passed) is None


async def test_a_header_cannot_supply_a_session(club_fixture: ClubFixture) -> None:
    """A client's headers are headers, whatever their names."""
    sent = {"session": CUSTOMER, "x-session": CUSTOMER, "authorization": "Bearer x.y.z"}
    assert await whose(club_fixture, sent) is None


async def test_a_cached_token_gives_the_same_identity_as_a_verified_one(club_fixture: ClubFixture) -> None:
    """A token is not cached before it was verified."""
    authenticator = Authenticator(club_fixture.club.verifier, club_fixture.clock)
    headers = session(CUSTOMER) | {"accept-language": "de"}
    assert authenticator.authenticate_cached(headers) is None
    identity = await authenticator.authenticate(headers)
    assert identity == RequestIdentity(Viewer(BRAND, CUSTOMER), "de", NOW)
    assert authenticator.authenticate_cached(headers) == identity
    assert (
        authenticator.authenticate_cached(headers | {"authorization": headers["authorization"] + "x"}) is None
    )


async def test_a_request_without_a_token_is_an_anonymous_visitors(club_fixture: ClubFixture) -> None:
    """An invalid token is an error instead."""
    authenticator = Authenticator(club_fixture.club.verifier, club_fixture.clock)
    assert (await authenticator.authenticate({})).viewer is None
    assert authenticator.authenticate_cached({"accept-language": "de"}) == RequestIdentity(None, "de", NOW)
    with pytest.raises(Unauthenticated):
        await authenticator.authenticate({"authorization": "Bearer x.y.z"})
