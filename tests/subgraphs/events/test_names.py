"""Names: what providers write differently does not tell them apart, and what does is kept."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from subgraphs.events.matching.names import is_placeholder, normal, similarity

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
        ("Ajax U-21", "ajax u21"),
        ("Ajax U 21s", "ajax u21"),
        ("Ajax U21", "ajax u21"),
        ("F.C.", "fc"),
        ("阪神タイガース", "阪神タイガース"),
        ("?", "?"),
    ],
)
def test_a_name_in_one_form(written: str, name: str) -> None:
    """Case, accents, punctuation and forms of clubs are put aside; teams of a club are named alike."""
    assert normal(written) == normal(name)
    assert normal(name) == normal(normal(name))


@pytest.mark.parametrize("name", ["williams w", "ana b", "fc jones", "smith ii", "mark ladies", "jo u 21"])
def test_where_no_clubs_take_part_all_words_are_names(name: str) -> None:
    """A player's last word is a name, and so is one that clubs leave out."""
    assert normal(name, has_clubs=False) == name != normal(name)


@pytest.mark.parametrize(
    "name",
    [
        *("TBD", "T.B.A.", "tbc 2", "To be decided", "", " ", "?", "--", "Bye", "Unknown"),
        *("Winner of Match 7", "Winner QF1", "Loser SF 2", "Runner-up Group B", "Qualifier", "Qualifier 12"),
    ],
)
def test_a_placeholder_is_no_name(name: str) -> None:
    """What is written before it is known who takes part."""
    assert is_placeholder(name)


@pytest.mark.parametrize("name", ["Winners", "Losers Club", "Byers", "TBD Esports Club", *NAMES])
def test_a_name_is_no_placeholder(name: str) -> None:
    """Names that only begin like one are names."""
    assert not is_placeholder(name)


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


def test_players_are_no_teams_of_a_club() -> None:
    """Words that tell teams apart tell nothing of players, whose names stay similar."""
    assert similarity("anna women", "anna women reserves") == 0
    assert similarity("anna women", "anna women reserves", has_clubs=False) > 0.7
