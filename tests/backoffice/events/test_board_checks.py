"""What may be written on a board: each problem at its field, and what would never be shown."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backoffice.content.lint import ImageFacts
from backoffice.content.workflow.local_time import Occurrence
from backoffice.errors import Invalid
from backoffice.events.board.checks import (
    BoardBrand,
    checked_placements,
    never_in_force,
    territories,
)
from backoffice.events.board.entries import (
    EntryKey,
    Scope,
    StoredPlacement,
    TypedPlacement,
    entry_in_force,
    placement_fields,
    placements_of,
)
from consumers.messages.global_events.event_states import BoardState
from consumers.messages.global_events.states import read_state, state_fields
from subgraphs.kit.records.global_state import GlobalKind
from tests.support.office.backoffice_fixture import NOW

SMALL, GOOD = "a" * 64, "b" * 64
BRAND = BoardBrand(
    id="northbet",
    name="Northbet",
    locales=("en-GB", "de-DE"),
    jurisdictions=("GB",),
    time_zone="Europe/London",
    hosts=frozenset({"northbet.example"}),
    images={SMALL: ImageFacts(100, 50, 1), GOOD: ImageFacts(640, 320, 1)},
)

WRONG: list[tuple[dict[str, Any], str, str]] = [
    ({"territories": ("GB", "XX")}, "territories", "no country's code"),
    ({"territories": ("EU",)}, "territories", "no country's code"),
    ({"since": "tomorrow"}, "since", "Write the time"),
    ({"since": "2026-03-29T01:30"}, "since", "does not exist"),
    ({"until": "2026-10-25T01:30"}, "until", "exists twice"),
    ({"until": "2026-04-01T09:00+02:00"}, "until", "without an offset"),
    ({"until": "9999-12-31T23:59"}, "until", "The year is"),
    ({"since": "2026-04-02T09:00", "until": "2026-04-02T09:00"}, "until", "after the beginning"),
    ({"position": -1}, "position", "whole number"),
    ({"position": 2**40}, "position", "whole number"),
    ({"names": (("fr-FR", "Finale"),)}, "names.fr-FR", "no language"),
    ({"names": (("en-GB", " "),)}, "names.en-GB", "1 to 200"),
    ({"names": (("en-GB", "\u200b\u200d"),)}, "names.en-GB", "1 to 200"),
    ({"names": (("en-GB", "x" * 201),)}, "names.en-GB", "1 to 200"),
    ({"names": (("en-GB", "a\nb"),)}, "names.en-GB", "one line"),
    ({"names": (("en-GB", "lanif\u202efinal"),)}, "names.en-GB", r"U\+202E"),
    ({"names": (("en-GB", "a"), ("en-GB", "b"))}, "names", "two names"),
    ({"image_url": "http://northbet.example/cup.png"}, "imageUrl", "https"),
    ({"image_url": "https://elsewhere.example/cup.png"}, "imageUrl", "not among the brand's hosts"),
    ({"image_url": "javascript:alert(1)"}, "imageUrl", "https"),
    ({"image_url": f"image:{'c' * 64}"}, "imageUrl", "upload it first"),
    ({"image_url": f"image:{SMALL}"}, "imageUrl", "320 by 160"),
]


@pytest.mark.parametrize(("facts", "field", "words"), WRONG)
def test_what_breaks_a_rule_is_said_at_its_field(facts: dict[str, Any], field: str, words: str) -> None:
    """The second of two placements, so that the path is that of the one that is wrong."""
    with pytest.raises(Invalid, match=words) as refused:
        checked_placements([TypedPlacement(), TypedPlacement(**facts)], BRAND)
    assert [problem.path for problem in refused.value.problems] == [f"placements.1.{field}"]


def test_all_problems_are_said_at_once() -> None:
    """Nobody corrects one field only to be told of the next."""
    with pytest.raises(Invalid) as refused:
        checked_placements([TypedPlacement(since="x", position=-1, territories=("XX",))], BRAND)
    assert [problem.path.rpartition(".")[2] for problem in refused.value.problems] == [
        "since",
        "territories",
        "position",
    ]


@pytest.mark.parametrize("count", [0, 21])
def test_an_entry_has_one_to_twenty_placements(count: int) -> None:
    """More than contracts have would be refused by nodes."""
    with pytest.raises(Invalid, match="1 to 20"):
        checked_placements([TypedPlacement()] * count, BRAND)


def test_what_is_right_is_stored_tidy_and_in_utc() -> None:
    """Codes in order and capitals, names trimmed, times in UTC by the brand's zone."""
    (stored,) = checked_placements(
        [
            TypedPlacement(
                territories=("ie", "GB ", "gb"),
                since="2026-06-05T18:00",
                until="2026-10-25T01:30",
                until_occurrence=Occurrence.LATER,
                names=(("en-GB", " Cup "),),
                image_url=f" image:{GOOD} ",
            )
        ],
        BRAND,
    )
    assert placement_fields((stored,)) == [
        {
            "territories": ["GB", "IE"],
            "since": "2026-06-05T17:00:00Z",
            "until": "2026-10-25T01:30:00Z",
            "hidden": False,
            "position": None,
            "names": {"en-GB": "Cup"},
            "image_url": f"image:{GOOD}",
        }
    ]
    assert placements_of(placement_fields((stored,))) == (stored,)
    assert stored.in_force("/content/images/").image_url == f"/content/images/{GOOD}"


def test_countries_are_those_of_iso_3166() -> None:
    """All of them, and nothing that only babel knows."""
    assert len(territories()) == 249
    assert {"GB", "DE", "TW", "PS", "AQ"} <= territories()
    assert not {"EU", "UK", "XK", "ZZ", "UN"} & territories()


def _placement(since: int | None, until: int | None, *places: str) -> StoredPlacement:
    begin, end = (None if days is None else NOW + timedelta(days=days) for days in (since, until))
    return StoredPlacement(territories=places, since=begin, until=end)


@pytest.mark.parametrize(
    ("placements", "warned"),
    [
        ([_placement(None, None), _placement(None, None)], [1]),
        ([_placement(None, None, "GB"), _placement(None, None)], []),
        ([_placement(None, None), _placement(1, 2, "GB")], [1]),
        ([_placement(1, 3), _placement(1, 4)], []),
        ([_placement(1, 3), _placement(3, 5), _placement(1, 5)], [2]),
        ([_placement(1, 3), _placement(4, 5), _placement(1, 5)], []),
        ([_placement(None, None, "GB"), _placement(None, None, "DE"), _placement(1, 2, "DE", "GB")], [2]),
        ([_placement(None, None, "GB"), _placement(1, 2, "DE", "GB")], []),
        ([_placement(None, -1)], [0]),
        ([_placement(0, 9), _placement(-5, 9)], [1]),
    ],
)
def test_what_is_never_shown_is_a_warning(placements: list[StoredPlacement], warned: list[int]) -> None:
    """Because it has ended, or because those above it, together, always win; overlapping is no mistake."""
    found = never_in_force(tuple(placements), NOW)
    assert [warning.path for warning in found] == [f"placements.{at}" for at in warned]


TEXT = st.text(max_size=210) | st.sampled_from(["en-GB", "GB", "2026-06-05T18:00", f"image:{GOOD}", "/a.png"])
PLACEMENT = st.builds(
    TypedPlacement,
    territories=st.lists(TEXT, max_size=3).map(tuple),
    since=TEXT,
    until=TEXT,
    hidden=st.booleans(),
    position=st.none() | st.integers(),
    names=st.lists(st.tuples(TEXT, TEXT), max_size=3).map(tuple),
    image_url=TEXT,
)


@given(placements=st.lists(PLACEMENT, min_size=1, max_size=3))
def test_what_passes_is_what_nodes_accept(placements: list[TypedPlacement]) -> None:
    """Whatever is typed, it is refused with problems, or nodes apply it."""
    try:
        stored = checked_placements(placements, BRAND)
    except Invalid:
        return
    entry = entry_in_force(EntryKey("northbet", Scope.EVENT, "e-1"), stored, "/content/images")
    state = BoardState(revision=1, entries=(entry,))
    assert read_state(GlobalKind.BOARD, "northbet", "facts", state_fields(state)) == state
