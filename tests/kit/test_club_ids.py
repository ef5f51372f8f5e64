"""The opaque ids of clubs."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from subgraphs.club_kit.domain.club_key import MAX_KEPT, ClubKey
from subgraphs.kit.domain.errors import BadInput

BRANDS = st.text(st.characters(codec="utf-8", exclude_characters=":"), min_size=1, max_size=64)
CUSTOMERS = st.text(st.characters(codec="utf-8"), min_size=1, max_size=128)
WEEKS = st.builds("{}-W{:02}".format, st.integers(2000, 2999), st.integers(1, 53))
KEYS = st.builds(ClubKey, BRANDS, WEEKS, CUSTOMERS)


def opaque(text: str) -> str:
    """Text in the clothes of an id."""
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


@given(key=KEYS)
def test_an_id_leads_back_to_its_club(key: ClubKey) -> None:
    """Any brand, week and customer survive the way into an id and back, colons in the customer too."""
    assert ClubKey.decode(key.encode()) == key


def test_ids_lead_back_to_their_clubs_however_many_there_are() -> None:
    """Those that are not remembered any more as well."""
    keys = [ClubKey("northbet", "2026-W13", f"c-{number}") for number in range(2 * MAX_KEPT + 1)]
    ids = [key.encode() for key in keys]
    assert [ClubKey.decode(each) for each in (*ids, *ids[::-1])] == [*keys, *keys[::-1]]


@given(one=KEYS, other=KEYS)
def test_different_clubs_have_different_ids(one: ClubKey, other: ClubKey) -> None:
    """Ids are equal exactly where clubs are."""
    assert (one.encode() == other.encode()) == (one == other)


@given(key=KEYS)
def test_ids_can_stand_in_an_address(key: ClubKey) -> None:
    """An id has only letters, digits, hyphen and underscore."""
    assert all(letter.isalnum() or letter in "-_" for letter in key.encode())


@pytest.mark.parametrize(
    "garbage",
    [
        "",
        "x",
        "%%%%",
        "é",
        "northbet:2026-W13:c-1",
        opaque("northbet"),
        opaque("northbet:2026-W13"),
        opaque("northbet:2026-W13:"),
        opaque(":2026-W13:c-1"),
        opaque("northbet:2026-W60:c-1"),
        opaque("northbet:2026-W1:c-1"),
        opaque("northbet:week:c-1"),
        base64.urlsafe_b64encode(b"\xff\xfe:2026-W13:c").decode(),
        "A" * 100_000,
    ],
)
def test_garbage_is_refused(garbage: str) -> None:
    """What `encode` did not make is refused, with a message that is short."""
    with pytest.raises(BadInput, match="not the id of a club") as refused:
        ClubKey.decode(garbage)
    assert len(str(refused.value)) < 120


@given(garbage=st.text(max_size=60))
def test_any_text_is_either_an_id_or_refused(garbage: str) -> None:
    """Decoding raises nothing but `BadInput`, and a decoded id has all its parts."""
    try:
        key = ClubKey.decode(garbage)
    except BadInput:
        return
    assert all(key)
