"""What a version counts is checked as well: that it can count something, and that customers read what."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backoffice.rules.checks import SchemeContext, check_scheme, known_scheme
from backoffice.rules.scheme_versions import complete_scheme, scheme_body
from backoffice.rules.scope_checks import KnownScope
from backoffice.scopes.items import ScopeItem, ScopeKind
from subgraphs.club_kit.domain.event_scopes import MAX_SCOPE_IDS, EventScope
from tests.backoffice.rules.test_scheme_checks import CONTEXT, NOW
from tests.backoffice.scheme_forms import form
from tests.support.contract_messages import ODD as ODD_VALUES
from tests.support.subgraphs.club_samples import make_scheme

CHELTENHAM = ScopeItem(ScopeKind.COMPETITION, "c-1", "Cheltenham Festival", "Horse Racing")
GOLD_CUP = ScopeItem(ScopeKind.EVENT, "e-1", "Gold Cup", "Horse Racing", "Cheltenham Festival", NOW)
ODD = [value for value in ODD_VALUES if isinstance(value, str)]
TERMS = {"version": "2026-2", "url": "https://northbet.example/t"}


def problems(
    events: dict[str, Any], context: SchemeContext = CONTEXT, **changes: Any
) -> set[tuple[str, ...]]:
    """Return severity, rule and path of the problems of a form that counts some events."""
    _, found = check_scheme(form(events=events, **changes), context)
    return {(problem.severity.value, problem.rule, problem.path) for problem in found}


def known(*items: ScopeItem, begins: bool | None = True) -> SchemeContext:
    """Return the context with what is known of the things that a version counts."""
    return replace(CONTEXT, scope=KnownScope("2026-W14", items, begins))


@pytest.mark.parametrize(
    ("events", "rule", "path"),
    [
        ({}, "FORM", "events"),
        ({"sports": [], "legs": "qualifying"}, "FORM", "events"),
        (
            {"competitions": [f"c-{number}" for number in range(MAX_SCOPE_IDS + 1)]},
            "FORM",
            "events.competitions",
        ),
        ({"events": ["e-1", "northbet:e-2"]}, "FORM", "events.events.1"),
        ({"events": ["e 1"]}, "FORM", "events.events.0"),
        ({"events": [""]}, "FORM", "events.events.0"),
        ({"sports": ["football"], "legs": "some"}, "FORM", "events.legs"),
        ({"sports": ["quidditch"]}, "SCOPE", "events.sports"),
    ],
    ids=str,
)
def test_what_can_count_nothing_is_an_error(events: dict[str, Any], rule: str, path: str) -> None:
    """An empty scope, too many ids, an id with a brand, and a sport that is none: each at its field."""
    assert ("error", rule, path) in problems(events)


def test_the_errors_say_what_to_do() -> None:
    """Not what the library calls it."""
    _, empty = check_scheme(form(events={}), CONTEXT)
    _, branded = check_scheme(form(events={"events": ["northbet:e-2"]}), CONTEXT)
    _, long = check_scheme(form(events={"sports": [f"s-{number}" for number in range(51)] * 2}), CONTEXT)
    assert [problem.message for problem in (*empty, *branded, *long)] == [
        "no bet would count: choose a sport, a competition or an event",
        "has a brand: write the platform's own id, without one",
        "names 51: choose at most 50",
    ]


def test_only_betting_has_events() -> None:
    """A game of a casino is no sports event."""
    found = problems({"sports": ["football"]}, qualifying_product="casino")
    assert ("error", "SCOPE", "events") in found


def test_a_sport_of_the_operators_own_is_one_that_a_published_version_names() -> None:
    """A file may name what the platform has no name for; its versions can be changed in the back office."""
    published = make_scheme(events=EventScope.of(sports=["padel"]))
    context = replace(CONTEXT, schemes=(published,))
    assert ("error", "SCOPE", "events.sports") in problems({"sports": ["padel"]})
    assert ("error", "SCOPE", "events.sports") not in problems({"sports": ["padel"]}, context)


def test_a_good_scope_has_no_problems() -> None:
    """The summary names it, in whatever case; an event is said by its competition."""
    terms = TERMS | {"summary": "Stake £25 on the CHELTENHAM festival. 18+"}
    events = {"competitions": ["c-1"], "events": ["e-1"]}
    assert problems(events, known(CHELTENHAM, GOLD_CUP), terms=terms) == set()


def test_a_summary_that_does_not_name_what_counts_is_a_warning() -> None:
    """Customers would read that all bets count."""
    _, found = check_scheme(form(events={"competitions": ["c-1"]}), known(CHELTENHAM))
    assert [(problem.rule, problem.path, problem.message) for problem in found] == [
        (
            "SCOPE_UNSAID",
            "terms.summary",
            "does not name Cheltenham Festival: customers should read that only such bets count",
        )
    ]
    many = [ScopeItem(ScopeKind.EVENT, f"e-{number}", f"Race {number}") for number in range(5)]
    _, found = check_scheme(form(events={"events": [item.id for item in many]}), known(*many))
    assert [problem.message.partition(":")[0] for problem in found] == [
        "does not name Race 0, Race 1, Race 2 and 2 more"
    ]


def test_a_week_without_any_event_is_a_warning() -> None:
    """Providers may tell of one later."""
    terms = TERMS | {"summary": "Stake £25 on the Cheltenham Festival. 18+"}
    found = problems({"competitions": ["c-1"]}, known(CHELTENHAM, begins=False), terms=terms)
    assert found == {("warning", "NO_EVENT", "events")}


@pytest.mark.parametrize(
    ("events", "said"),
    [
        ({"events": ["e-9"]}, "names one event that no provider tells of any more"),
        ({"events": ["e-8", "e-9"]}, "names 2 events that no provider tells of any more"),
    ],
)
def test_what_nobody_knows_is_a_warning(events: dict[str, Any], said: str) -> None:
    """An id that was taken from elsewhere, or one of long ago."""
    items = [ScopeItem(ScopeKind.EVENT, own_id, "") for own_id in events["events"]]
    _, found = check_scheme(form(events=events), known(*items))
    assert [(problem.rule, problem.path, problem.message) for problem in found] == [
        ("UNKNOWN_EVENT", "events.events", said)
    ]


def test_events_that_cannot_be_read_say_nothing() -> None:
    """Neither that there are none, nor that they are unknown."""
    context = known(ScopeItem(ScopeKind.EVENT, "e-1", ""), begins=None)
    assert problems({"events": ["e-1"]}, context) == {("warning", "EVENTS_UNREAD", "events")}


def test_terms_that_stay_while_the_scope_changes_are_a_warning() -> None:
    """As with the target: customers agreed to other rules."""
    terms = {name: getattr(make_scheme().terms, name) for name in ("version", "summary", "url")}
    _, found = check_scheme(form(events={"sports": ["golf"]}, terms=terms), CONTEXT)
    (said,) = (problem.message for problem in found if problem.rule == "SAME_TERMS")
    assert said.startswith("which events count changed, but the terms are still ")
    scoped = replace(CONTEXT, schemes=(make_scheme(events=EventScope.of(sports=["golf"])),))
    assert ("warning", "SAME_TERMS", "") not in problems({"sports": ["golf"]}, scoped, terms=terms)


ids = st.lists(st.sampled_from(["golf", "football", "tennis"]), max_size=6)


@given(sports=ids, competitions=ids, events=ids, legs=st.sampled_from(["all", "qualifying"]))
def test_a_version_carries_its_scope_as_the_club_issues_it(
    sports: list[str], competitions: list[str], events: list[str], legs: Any
) -> None:
    """The form, the club's scheme and the message say the same, in order and each id once."""
    typed = {"sports": sports, "competitions": competitions, "events": events, "legs": legs}
    scheme = complete_scheme(form(events=typed))
    if not (sports or competitions or events):
        assert scheme is None
        return
    expected = EventScope.of(sports=sports, competitions=competitions, events=events, legs=legs)
    assert scheme is not None
    assert known_scheme("northbet", scheme, NOW).events == expected
    assert scheme_body("northbet", {}, scheme, NOW, NOW)["events"] == expected.facts()


@given(own_id=st.one_of(st.sampled_from(ODD), st.text(max_size=66)))
def test_a_form_accepts_the_ids_that_the_club_accepts(own_id: str) -> None:
    """What is proposed can be published, and what is published can be proposed again."""
    try:
        EventScope.of(events=[own_id])
    except ValueError:
        is_accepted = False
    else:
        is_accepted = True
    assert (complete_scheme(form(events={"events": [own_id]})) is not None) == is_accepted


def test_a_version_applies_from_the_week_that_begins_with_it_or_after_it() -> None:
    """It is that week whose events are looked for."""
    monday = complete_scheme(form(effective_from="2026-04-05T23:00:00Z"))
    tuesday = complete_scheme(form(effective_from="2026-04-07T09:00:00Z"))
    past = complete_scheme(form(effective_from="2026-01-05T00:00:00Z"))
    assert [
        CONTEXT.first_week_of(scheme).iso for scheme in (monday, tuesday, past) if scheme is not None
    ] == ["2026-W15", "2026-W16", "2026-W14"]
