"""Names: what providers write differently does not tell them apart, and what does is kept."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from subgraphs.events.matching.names import normal, similarity

from .worlds import PLAYERS, SAME_CLUBS, TEAMS

NAMES = (*TEAMS, *PLAYERS, *(name for pair in SAME_CLUBS for name in pair))
names = st.sampled_from(NAMES) | st.text(max_size=20)


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("Atlético  MADRID", "atletico madrid"),
        ("Malmö FF", "malmo ff"),
        ("ŁÓDŹ", "lodz"),
        ("Brøndby", "brondby"),
        ("FC Barcelona", "barcelona"),
        ("Nott'm Forest F.C.", "nottm forest"),
        ("Saint-Étienne", "saint etienne"),
        ("Arsenal (W)", "arsenal women"),
        ("Ajax II", "ajax reserves"),
        ("F.C.", "fc"),
        ("阪神タイガース", "阪神タイガース"),
        ("?", "?"),
    ],
)
def test_a_name_in_one_form(written: str, name: str) -> None:
    """Case, accents, punctuation and forms of clubs are put aside; teams of a club are named alike."""
    assert normal(written) == normal(name)
    assert normal(name) == normal(normal(name))


def test_no_two_teams_have_the_same_name() -> None:
    """Names that differ in anything else stay different."""
    assert len({normal(name) for name in NAMES}) == len(set(NAMES))


@given(names)
def test_a_normal_name_stays_as_it_is(name: str) -> None:
    """The form of a form is the same, so that what was learned of one holds of the other."""
    assert normal(normal(name)) == normal(name)


@given(names.map(normal), names.map(normal))
def test_similarity_has_no_direction(first: str, second: str) -> None:
    """It is the same from either side, between 0 and 1, and 1 for nothing but the same name."""
    alike = similarity(first, second)
    assert alike == similarity(second, first)
    assert 0 <= alike <= 1
    assert (alike == 1) == (first == second)


@pytest.mark.parametrize(
    ("short", "long"),
    [("man utd", "manchester united"), ("k smith", "kevin smith"), ("inter", "inter miami")],
)
def test_an_abbreviation_is_similar(short: str, long: str) -> None:
    """Words that begin alike and leave letters out are likely the same name, and never surely."""
    assert 0.9 <= similarity(short, long) < 1
