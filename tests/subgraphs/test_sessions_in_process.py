"""A session is verified once for all subgraphs of a process, and no client can supply one."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from subgraphs.club_kit.domain.club_key import ClubKey
from subgraphs.kit.auth import Authenticator, RequestIdentity, SessionVerifier, Viewer, authenticator_of
from subgraphs.kit.domain.errors import Unauthenticated
from tests.support.subgraphs.club_fixture import ClubFixture, make_token, session, session_settings
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


@pytest.mark.parametrize(
    ("claim", "edge", "expected"),
    [
        (..., None, None),
        (..., "GB", "GB"),
        ("DE", "GB", "DE"),
        ("DE", None, "DE"),
        ("de", "GB", "GB"),
        (["DE"], "GB", "GB"),
        (..., "gb", None),
        (..., "GB, DE", None),
        (..., "GB\n", None),
    ],
)
async def test_a_session_or_else_the_edge_says_where_a_visitor_is(
    club_fixture: ClubFixture, claim: object, edge: str | None, expected: str | None
) -> None:
    """Whether the token is cached or not, and also once it is renewed."""
    verifier = SessionVerifier.from_settings(
        session_settings(), club_fixture.clock, territory_header="x-territory"
    )
    authenticator = authenticator_of(verifier, club_fixture.clock)
    headers = {"authorization": f"Bearer {make_token(CUSTOMER, territory=claim)}"}
    headers |= {} if edge is None else {"x-territory": edge}
    identity = await authenticator.authenticate(headers)
    cached = authenticator.authenticate_cached(headers)
    assert cached == identity
    renewed = await authenticator.renew(identity, headers)
    assert identity.territory == renewed.territory == expected


async def test_nobody_chooses_a_territory_where_no_header_is_named(club_fixture: ClubFixture) -> None:
    """Which is so by default."""
    authenticator = authenticator_of(club_fixture.club.verifier, club_fixture.clock)
    for name in ("", "territory", "x-territory"):
        assert (await authenticator.authenticate({name: "GB"})).territory is None
