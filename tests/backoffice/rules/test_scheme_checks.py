"""A version of a scheme is checked as it is typed: each problem names its field, and a rule its source."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from backoffice.rules.checks import SchemeContext, check_scheme, is_lawful
from backoffice.rules.problems import CheckSeverity
from subgraphs.kit.domain.products import Product
from subgraphs.rewards.catalogue.rewards import Edition, RewardConfig
from tests.backoffice.scheme_forms import form
from tests.support.subgraphs.club_samples import LONG_AGO, make_brand, make_config, make_content, make_scheme

NOW = datetime(2026, 3, 25, 12, tzinfo=UTC)
TERMS = {"version": "2026-2", "summary": "18+", "url": "/terms"}
CONTEXT = SchemeContext(
    brand=make_brand(),
    now=NOW,
    schemes=(make_scheme(),),
    configs=(make_config("fb-5"),),
    contents=(make_content("fb-5"),),
    hosts=frozenset({"northbet.example"}),
)


def problems(context: SchemeContext = CONTEXT, **changes: Any) -> set[tuple[str, str, str]]:
    """Return severity, rule and path of the problems of a form."""
    _, found = check_scheme(form(**changes), context)
    return {(one.severity.value, one.rule, one.path) for one in found}


def test_a_good_version_has_no_problems() -> None:
    """The week that begins next is the first that it applies to."""
    scheme, found = check_scheme(form(), CONTEXT)
    assert scheme is not None
    assert found == ()
    assert CONTEXT.first_week.iso == "2026-W14"


@pytest.mark.parametrize(
    ("changes", "rule", "path"),
    [
        ({"version": 1}, "VERSION", "version"),
        ({"effective_from": "2026-03-25T12:00:00Z"}, "FROZEN", "effective_from"),
        ({"effective_from": "2026-03-29T22:59:59Z"}, "FROZEN", "effective_from"),
        ({"jurisdiction": "MT"}, "JURISDICTION", "jurisdiction"),
        ({"currency": "EUR"}, "CURRENCY", "currency"),
        ({"currency": "XXQ"}, "CURRENCY", "currency"),
        ({"min_stake_minor": 2501}, "TARGET", "min_stake_minor"),
        ({"min_odds_milli": 999}, "ODDS", "min_odds_milli"),
        ({"bet_types": []}, "NOTHING_COUNTS", "bet_types"),
        ({"channels": []}, "NOTHING_COUNTS", "channels"),
        ({"bet_types": ["single", "single"]}, "TWICE", "bet_types"),
        ({"choice_lock_minutes": 7 * 24 * 60}, "LOCK", "choice_lock_minutes"),
        ({"choice_lock_minutes": 167 * 60}, "LOCK", "choice_lock_minutes"),  # one week a year has 167 hours
        ({"target_minor": 3000}, "NO_REWARD", "target_minor"),
        ({"qualifying_product": "casino"}, "NO_REWARD", "target_minor"),
        ({"default_reward_id": "fb-9"}, "DEFAULT", "default_reward_id"),
        ({"trial_reward_id": "fb-9", "trial_per_mille": 500}, "TRIAL", "trial_reward_id"),
        ({"trial_reward_id": "fb-9"}, "FORM", "trial_per_mille"),
        ({"trial_per_mille": 500}, "FORM", "trial_per_mille"),
        ({"trial_reward_id": "fb-5", "trial_per_mille": 500}, "FORM", "trial_per_mille"),
        ({"trial_reward_id": "fb-9", "trial_per_mille": 1000}, "FORM", "trial_per_mille"),
    ],
)
def test_what_is_impossible_or_too_late_is_an_error(changes: dict[str, Any], rule: str, path: str) -> None:
    """Each error has the path of its field."""
    assert ("error", rule, path) in problems(**changes)


def test_a_reward_on_trial_is_refused_where_the_law_wants_the_same_for_all() -> None:
    """In Denmark, with the source; the same scheme without a trial is not refused for it."""
    trial = {"trial_reward_id": "fb-9", "trial_per_mille": 500}
    _, found = check_scheme(form(jurisdiction="DK", **trial), CONTEXT)
    (problem,) = (one for one in found if one.path == "trial_per_mille")
    assert problem.severity is CheckSeverity.ERROR
    assert "a trial is unlawful in DK: all customers are offered the same" in problem.message
    assert "https://skat.dk/" in problem.message
    _, found = check_scheme(form(jurisdiction="DK"), CONTEXT)
    assert "trial_per_mille" not in {one.path for one in found}


@pytest.mark.parametrize(
    ("summary", "rule"), [("Stake £25.", "AGE_MARK"), ("Bet now! 18+", "URGENCY"), ("Risk-free. 18+", "RISK")]
)
def test_terms_obey_the_rules_of_advertising(summary: str, rule: str) -> None:
    """With the source of the rule."""
    terms = {"version": "2026-2", "summary": summary, "url": "https://northbet.example/t"}
    _, found = check_scheme(form(terms=terms), CONTEXT)
    problem = next(one for one in found if one.rule == rule)
    assert (problem.path, problem.severity) == ("terms.summary", CheckSeverity.ERROR)
    assert problem.source is not None


def test_amounts_in_sentences_are_money() -> None:
    """Thirty pounds are not said to be 3000 GBP."""
    _, found = check_scheme(form(target_minor=3000), CONTEXT)
    message = next(one.message for one in found if one.rule == "NO_REWARD")
    assert message == "no reward is offered for £30.00 of betting in GB"


def test_terms_keep_their_name_only_while_they_are_the_same() -> None:
    """Customers agreed to terms by their version."""
    terms = {
        "version": make_scheme().terms.version,
        "summary": "Other. 18+",
        "url": "https://northbet.example/t",
    }
    assert ("error", "TERMS_VERSION", "terms.version") in problems(terms=terms)


def test_rules_that_change_without_their_terms_are_a_warning() -> None:
    """Customers would read that smaller bets count; terms of another version are taken to say it."""
    same = {name: getattr(make_scheme().terms, name) for name in ("version", "summary", "url")}
    _, found = check_scheme(form(min_stake_minor=200, min_odds_milli=1800, terms=same), CONTEXT)
    warning = next(one for one in found if one.rule == "SAME_TERMS")
    assert warning.message.startswith(
        "the minimum stake and the minimum odds changed, but the terms are still "
    )
    assert warning.severity is CheckSeverity.WARNING
    assert problems(min_stake_minor=200) == set()
    assert ("warning", "SAME_TERMS", "") not in problems(terms=same)


def test_a_form_that_is_not_complete_has_paths_as_well() -> None:
    """While somebody types."""
    scheme, found = check_scheme({"target_minor": -1, "terms": {"url": "x"}}, CONTEXT)
    assert scheme is None
    paths = {one.path for one in found}
    assert {"target_minor", "terms.url", "terms.summary", "jurisdiction"} <= paths
    assert not is_lawful(found)


@pytest.mark.parametrize(
    "config",
    [make_config("fb-5", wagering_multiple=11), make_config("fb-5", product=Product.CASINO)],
    ids=["wagering above ten times", "mixed products"],
)
def test_the_law_breaks_a_form_and_not_a_week(config: Any) -> None:
    """In GB: bonus wagering at most 10 times, and no mixed products; with the regulation."""
    context = SchemeContext(CONTEXT.brand, NOW, CONTEXT.schemes, (config,), CONTEXT.contents, CONTEXT.hosts)
    _, found = check_scheme(form(), context)
    law = next(one for one in found if one.rule == "LAW")
    assert law.severity is CheckSeverity.ERROR
    assert "LCCP social responsibility code 5.1.1" in str(law.source)


def test_what_is_merely_odd_is_a_warning() -> None:
    """It does not block the version."""
    found = problems(
        grace_minutes=0,
        min_stake_minor=2500,
        default_reward_id=None,
        effective_from="2026-04-01T10:00:00Z",
    )
    assert found == {
        ("warning", "GRACE", "grace_minutes"),
        ("warning", "TARGET", "min_stake_minor"),
        ("warning", "NO_DEFAULT", "default_reward_id"),
        ("warning", "MID_WEEK", "effective_from"),
    }


def test_a_club_may_be_set_up_in_mid_week() -> None:
    """The first version of a jurisdiction and currency may apply to the week that is open."""
    context = SchemeContext(CONTEXT.brand, NOW, (), CONTEXT.configs, CONTEXT.contents, CONTEXT.hosts)
    assert problems(context, version=1, effective_from="2026-03-01T00:00:00Z") == set()


def test_a_reward_on_trial_is_offered_by_the_rules_and_to_nobody_before() -> None:
    """One that does not exist or does not fit is an error; what everybody sees now is a warning."""
    later = make_config("fb-9", effective_from=datetime(2026, 3, 30, tzinfo=UTC))
    contents = (make_content("fb-5"), make_content("fb-9"))

    def said(*configs: RewardConfig) -> list[tuple[str, str]]:
        context = replace(CONTEXT, configs=(make_config("fb-5"), *configs), contents=contents)
        _, found = check_scheme(form(trial_reward_id="fb-9", trial_per_mille=500), context)
        return [(one.severity.value, one.message) for one in found]

    assert said(replace(later, effective_from=LONG_AGO)) == [
        (
            "warning",
            "is offered to everybody now; with the trial, only customers who are drawn are offered it",
        )
    ]
    hidden = replace(CONTEXT, configs=(make_config("fb-5"), make_config("fb-9")))
    hidden = replace(hidden, coming=(Edition(make_content("fb-9"), datetime(2026, 3, 29, 23, tzinfo=UTC)),))
    _, found = check_scheme(form(trial_reward_id="fb-9", trial_per_mille=500), hidden)
    assert found == ()
    assert said() == [("error", "is no reward of Northbet")]
    assert said(replace(later, target_minor=3000)) == [("error", "cannot be offered by these rules")]


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"grace_minutes": None}, "enter a valid value"),
        ({"grace_minutes": 20_000}, "enter 10080 or less"),
        ({"version": 0}, "enter 1 or more"),
        ({"trial_reward_id": "fb-5", "trial_per_mille": 1000}, "enter less than 1000"),
        (
            {"trial_per_mille": 5},
            "a trial has both a reward and a share of customers, from 1 to 999 of 1,000",
        ),
        ({"terms": TERMS | {"url": ""}}, "enter an address that begins with https:// or /"),
        ({"terms": TERMS | {"version": "1" * 65}}, "enter at most 64 characters"),
    ],
)
def test_a_field_that_is_not_filled_in_says_what_to_enter(changes: dict[str, Any], says: str) -> None:
    """People read what to type, not what the library found."""
    values = {name: value for name, value in form(**changes).items() if value is not None}
    _, (found,) = check_scheme(values, CONTEXT)
    assert found.message == says
