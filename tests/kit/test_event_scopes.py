"""Scopes of schemes: what they accept, and how they are issued."""

import re
from collections.abc import Mapping
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consumers.messages.fields import PlatformId
from subgraphs.club_kit.domain.event_scopes import MAX_SCOPE_IDS, EventScope, ScopeId, scope_from
from tests.support.contract_messages import ODD

ids = st.lists(st.sampled_from(["football", "c-1", "e-1", "E-1", "é"]), max_size=8)


@given(sports=ids, competitions=ids, events=ids)
def test_a_scope_is_issued_in_order_and_each_id_once(
    sports: list[str], competitions: list[str], events: list[str]
) -> None:
    """Whatever the order of a form's ids, the same ids are the same scope, which can be read back."""
    named = {"sports": sports, "competitions": competitions, "events": events}
    if not any(named.values()):
        with pytest.raises(ValueError, match="at least one"):
            EventScope.of(sports=sports, competitions=competitions, events=events)
        return
    scope = EventScope.of(sports=sports, competitions=competitions, events=events)
    turned = [part[::-1] * 2 for part in named.values()]
    assert scope == EventScope.of(sports=turned[0], competitions=turned[1], events=turned[2])
    assert scope.facts() == {name: sorted(set(part)) for name, part in named.items()} | {"legs": "all"}
    assert scope_from(scope.facts()) == scope


@pytest.mark.parametrize(
    ("facts", "refusal"),
    [
        ({"sports": [f"s{number}" for number in range(MAX_SCOPE_IDS + 1)]}, "length <= 50"),
        ({"events": ["northbet:e-1"]}, "regex"),
        ({"events": [""]}, "length >= 1"),
        ({"sports": ["football"], "legs": "some"}, "some"),
        ({}, "at least one"),
        (None, "Expected"),
    ],
    ids=str,
)
def test_a_scope_out_of_bounds_is_refused(facts: Mapping[str, object] | None, refusal: str) -> None:
    """Too many ids, an id with a brand or a space, another rule for legs, and nothing at all."""
    with pytest.raises(ValueError, match=re.escape(refusal)):
        scope_from(facts)


@pytest.mark.parametrize("value", [value for value in ODD if isinstance(value, str)], ids=ascii)
def test_ids_of_scopes_are_ids_of_the_platform(value: str) -> None:
    """What messages accept as an id of the platform is what a scope accepts, and nothing else."""
    constraints = [get_args(annotated)[1] for annotated in (ScopeId, PlatformId)]
    accepted = [
        rule.min_length <= len(value) <= rule.max_length and bool(re.search(rule.pattern, value))
        for rule in constraints
    ]
    assert accepted[0] == accepted[1]
