"""A token is verified once, and holds again until it expires or its key is gone."""

from datetime import UTC, datetime, timedelta

import pytest
from club_stand import AUDIENCE, ISSUER, SECRET, make_token
from joserfc.jwk import OctKey

from storage.clock import ManualClock
from subgraphs.kit.auth.sessions import SessionVerifier, Viewer
from subgraphs.kit.domain.errors import Unauthenticated

NOW = datetime(2026, 3, 25, 12, tzinfo=UTC)
VIEWER = Viewer("northbet", "c-1")


class Ring:
    """Keys that can be replaced or dropped, and count how often a token is checked with them."""

    algorithms = ("HS256",)

    def __init__(self) -> None:
        self.key: OctKey | None = OctKey.import_key(SECRET)
        self.fresh = True
        self.asked = 0

    async def find(self, kid: str | None) -> OctKey:
        """The key."""
        del kid
        self.asked += 1
        if self.key is None:
            raise Unauthenticated("no such key")
        return self.key

    def get_cached(self, kid: str | None) -> OctKey | None:
        """The key, unless it must be asked for."""
        del kid
        return self.key if self.fresh else None


@pytest.fixture
def ring() -> Ring:
    """A ring with the key of the tests."""
    return Ring()


@pytest.fixture
def clock() -> ManualClock:
    """A clock that is moved by hand."""
    return ManualClock(NOW)


@pytest.fixture
def verifier(ring: Ring, clock: ManualClock) -> SessionVerifier:
    """Remembers three tokens."""
    return SessionVerifier(ring, ISSUER, AUDIENCE, leeway=30, clock=clock, tokens_kept=3)


async def test_a_verified_token_is_known(verifier: SessionVerifier) -> None:
    """Before it was verified it is not; nor is the absence of a header."""
    header = f"Bearer {make_token()}"
    assert verifier.verify_cached(header) is None
    assert verifier.verify_cached(None) is None
    assert await verifier.verify(header) == VIEWER
    assert verifier.verify_cached(header) == VIEWER


async def test_another_header_is_another_token(verifier: SessionVerifier) -> None:
    """Not a character may differ: one that does not hold is refused though its twin is known."""
    header = f"Bearer {make_token()}"
    await verifier.verify(header)
    for other in (header + " ", header.lower(), header[:-1] + ("A" if header[-1] != "A" else "B")):
        assert verifier.verify_cached(other) is None
        with pytest.raises(Unauthenticated):
            await verifier.verify(other)


@pytest.mark.parametrize(
    ("seconds", "holds"), [(0, True), (59, True), (89, True), (90, False), (9999, False)]
)
async def test_a_known_token_expires_as_any_other(
    verifier: SessionVerifier, clock: ManualClock, seconds: int, *, holds: bool
) -> None:
    """The instant is looked at with each use, with the same grace."""
    header = f"Bearer {make_token(exp=int(NOW.timestamp()) + 60)}"
    await verifier.verify(header)
    clock.advance(timedelta(seconds=seconds))
    assert (verifier.verify_cached(header) == VIEWER) is holds
    if not holds:
        with pytest.raises(Unauthenticated):
            await verifier.verify(header)


@pytest.mark.parametrize("exp", [253_402_300_799, 10**15, 1e300])
async def test_a_token_may_last_longer_than_the_calendar(verifier: SessionVerifier, exp: float) -> None:
    """An `exp` after the last instant that there is, which some issuers write for `never`, holds."""
    header = f"Bearer {make_token(exp=exp)}"
    assert await verifier.verify(header) == VIEWER
    assert verifier.verify_cached(header) == VIEWER


async def test_a_key_that_is_dropped_takes_its_tokens_along(verifier: SessionVerifier, ring: Ring) -> None:
    """From the moment the keys are without it, its tokens do not hold."""
    header = f"Bearer {make_token()}"
    await verifier.verify(header)
    ring.key = None
    assert verifier.verify_cached(header) is None
    with pytest.raises(Unauthenticated):
        await verifier.verify(header)


async def test_a_key_that_is_replaced_makes_its_tokens_be_verified_again(
    verifier: SessionVerifier, ring: Ring
) -> None:
    """Under another key of the same name a known token is no better than a new one."""
    header = f"Bearer {make_token()}"
    await verifier.verify(header)
    ring.key = OctKey.import_key("another secret of the tests, 32 bytes or more")
    assert verifier.verify_cached(header) is None
    with pytest.raises(Unauthenticated):
        await verifier.verify(header)


async def test_keys_that_need_a_look_are_looked_at(verifier: SessionVerifier, ring: Ring) -> None:
    """A known token asks for its key when a refresh is due, and holds if nothing has changed."""
    header = f"Bearer {make_token()}"
    await verifier.verify(header)
    ring.fresh = False
    assert verifier.verify_cached(header) is None
    assert await verifier.verify(header) == VIEWER
    assert ring.asked == 2


async def test_what_is_refused_is_not_remembered(verifier: SessionVerifier, clock: ManualClock) -> None:
    """A token that does not hold yet may do so later."""
    header = f"Bearer {make_token(nbf=int(NOW.timestamp()) + 600)}"
    with pytest.raises(Unauthenticated):
        await verifier.verify(header)
    clock.advance(timedelta(seconds=601))
    assert await verifier.verify(header) == VIEWER


async def test_so_many_tokens_are_remembered_and_no_more(verifier: SessionVerifier) -> None:
    """The oldest make room, and are verified again when they come back."""
    headers = [f"Bearer {make_token(f'c-{number}')}" for number in range(5)]
    for header in headers:
        await verifier.verify(header)
    assert [verifier.verify_cached(header) is not None for header in headers] == [
        False,
        False,
        True,
        True,
        True,
    ]
    assert await verifier.verify(headers[0]) == Viewer("northbet", "c-0")
    assert len(verifier._verified) == 3
