"""Checks of a scheme's version: what is impossible, unlawful or too late, each with its place and source."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from backoffice.advertising import AGE_MARK_SOURCE, AGE_MARKS, ForbiddenWording, link_problem
from backoffice.rules.problems import CheckSeverity, SchemeProblem, error, warning
from backoffice.rules.scheme_versions import Scheme
from backoffice.rules.scope_checks import KnownScope, scope_problems
from subgraphs.club_kit.domain.schemes import Brand, Terms
from subgraphs.club_kit.domain.schemes import Scheme as KnownScheme
from subgraphs.club_kit.domain.weeks import Calendar, Week
from subgraphs.kit.domain.currencies import all_currencies
from subgraphs.kit.graphql.money import written
from subgraphs.rewards.catalogue.law import LAWS, RewardLaw
from subgraphs.rewards.catalogue.rewards import Catalogue, Edition, RewardConfig, RewardContent
from subgraphs.rewards.menu.options import Menu

MAX_TERMS_LENGTH: Final = 2000
MAX_ODDS_MILLI: Final = 100_000
SHORTEST_ODDS: Final = 1000
LOCALE: Final = "en-GB"
SAME_REWARDS: Final = "a reward is offered for the target and the product that its terms name"
IN_TERMS: Final = {
    "target_minor": "the target",
    "min_stake_minor": "the minimum stake",
    "min_odds_milli": "the minimum odds",
    "events": "which events count",
}
"""The rules that a summary of the terms tells customers, as sentences name them."""


@dataclass(frozen=True, slots=True)
class SchemeContext:
    """What a version is checked against.

    Attributes:
        schemes: The published versions of the brand.
        configs: The versions of its rewards.
        contents: Its published content.
        hosts: Where links may lead.
        coming: Its content that is published for later.
        scope: What is known of what the version counts; None if nothing was looked up.
    """

    brand: Brand
    now: datetime
    schemes: Sequence[KnownScheme] = ()
    configs: tuple[RewardConfig, ...] = ()
    contents: tuple[RewardContent, ...] = ()
    hosts: frozenset[str] = frozenset()
    laws: tuple[RewardLaw, ...] = LAWS
    coming: tuple[Edition, ...] = ()
    scope: KnownScope | None = None

    @property
    def open_week(self) -> Week:
        """Return the week that is open: it keeps its rules."""
        return Calendar(self.brand.time_zone).week_at(self.now)

    @property
    def first_week(self) -> Week:
        """Return the first week that a version issued now can apply to."""
        return Calendar(self.brand.time_zone).week_after(self.open_week)

    def first_week_of(self, scheme: Scheme) -> Week:
        """Return the first week that a version applies to."""
        calendar = Calendar(self.brand.time_zone)
        week = calendar.week_at(max(scheme.effective_from, self.now))
        return week if scheme.effective_from == week.starts_at else calendar.week_after(week)


def check_scheme(
    values: Mapping[str, Any], context: SchemeContext
) -> tuple[Scheme | None, tuple[SchemeProblem, ...]]:
    """Check a form as somebody types it.

    Returns:
        The version, None if the form is not complete; and what is wrong, errors first.
    """
    try:
        scheme = Scheme.model_validate(dict(values))
    except ValidationError as invalid:
        return None, tuple(
            error("FORM", ".".join(map(str, fault["loc"])), _in_words(fault)) for fault in invalid.errors()
        )
    problems = [problem for check in CHECKS for problem in check(scheme, context)]
    return scheme, tuple(sorted(problems, key=lambda problem: problem.severity.value))


def _in_words(fault: ErrorDetails) -> str:
    limits = fault.get("ctx", {})
    match fault["type"]:
        case "missing" | "string_too_short" | "string_pattern_mismatch":
            is_address = fault["loc"][-1:] == ("url",)
            return "enter an address that begins with https:// or /" if is_address else "enter a valid value"
        case "string_too_long":
            return f"enter at most {limits['max_length']} characters"
        case "less_than":
            return f"enter less than {limits['lt']}"
        case "greater_than_equal":
            return f"enter {limits['ge']} or more"
        case "less_than_equal":
            return f"enter {limits['le']} or less"
        case _:
            return fault["msg"].removeprefix("Value error, ")


def is_lawful(problems: Sequence[SchemeProblem]) -> bool:
    """Return whether a version may be published."""
    return not any(problem.severity is CheckSeverity.ERROR for problem in problems)


def known_scheme(brand: str, scheme: Scheme, issued_at: datetime) -> KnownScheme:
    """Return a form as the club knows schemes."""
    values = scheme.model_dump(exclude={"terms", "events"})
    terms = Terms(scheme.terms.version, scheme.terms.summary, scheme.terms.url)
    return KnownScheme(brand=brand, **values, terms=terms, issued_at=issued_at, events=scheme.scope)


def _territory(scheme: Scheme, context: SchemeContext) -> Iterator[SchemeProblem]:
    brand = context.brand
    if scheme.jurisdiction not in brand.jurisdictions:
        among = ", ".join(brand.jurisdictions)
        yield error("JURISDICTION", "jurisdiction", f"{brand.name} is licensed in {among}")
    if scheme.currency not in brand.currencies:
        among = ", ".join(brand.currencies)
        yield error("CURRENCY", "currency", f"{brand.name}'s accounts are in {among}")
    if scheme.currency not in all_currencies():
        yield error("CURRENCY", "currency", "is not a currency of ISO 4217", "ISO 4217")


def _version(scheme: Scheme, context: SchemeContext) -> Iterator[SchemeProblem]:
    territory = (scheme.jurisdiction, scheme.currency)
    taken = [
        scheme.version for scheme in context.schemes if (scheme.jurisdiction, scheme.currency) == territory
    ]
    if taken and scheme.version <= max(taken):
        yield error("VERSION", "version", f"versions never change; the next one is {max(taken) + 1}")


def _start(scheme: Scheme, context: SchemeContext) -> Iterator[SchemeProblem]:
    """Check when the version begins: no version issued now can change a week that is open."""
    territory = (scheme.jurisdiction, scheme.currency)
    if not any((scheme.jurisdiction, scheme.currency) == territory for scheme in context.schemes):
        return  # a club may be set up in mid-week
    first, zone = context.first_week, context.brand.time_zone
    if scheme.effective_from < first.starts_at:
        yield error(
            "FROZEN",
            "effective_from",
            f"the week that is open keeps its rules; the first that can change is {first.iso}, which begins "
            f"at {first.starts_at:%Y-%m-%dT%H:%M}Z in {zone}",
            "docs/decisions/a-week-keeps-what-it-opened-with.md",
        )
        return
    calendar = Calendar(zone)
    week = calendar.week_at(scheme.effective_from)
    if scheme.effective_from != week.starts_at:
        later = calendar.week_after(week)
        yield warning(
            "MID_WEEK", "effective_from", f"is in the middle of {week.iso}: it applies from {later.iso} on"
        )


def _amounts(scheme: Scheme, context: SchemeContext) -> Iterator[SchemeProblem]:
    del context
    if scheme.min_stake_minor > scheme.target_minor:
        yield error("TARGET", "min_stake_minor", "a single bet of this stake is more than the target")
    elif scheme.min_stake_minor == scheme.target_minor:
        yield warning("TARGET", "min_stake_minor", "a single bet of this stake reaches the target")
    if scheme.qualifying_product != "betting":
        return
    if scheme.min_odds_milli < SHORTEST_ODDS:
        yield error("ODDS", "min_odds_milli", "decimal odds are at least 1.0, which is 1000")
    elif scheme.min_odds_milli > MAX_ODDS_MILLI:
        yield warning("ODDS", "min_odds_milli", "hardly any bet has odds above 100")
    for name in ("bet_types", "channels"):
        if not getattr(scheme, name):
            yield error("NOTHING_COUNTS", name, "no bet would count: name at least one")
        elif len(set(getattr(scheme, name))) < len(getattr(scheme, name)):
            yield error("TWICE", name, "names something twice")


def _events(scheme: Scheme, context: SchemeContext) -> Iterator[SchemeProblem]:
    yield from scope_problems(scheme, context.scope, context.schemes)


def _times(scheme: Scheme, context: SchemeContext) -> Iterator[SchemeProblem]:
    """Check the lock and the grace against the shortest week: with the clocks going forward."""
    calendar = Calendar(context.brand.time_zone)
    week = calendar.week_at(max(scheme.effective_from, context.now))
    for _ in range(53):
        if timedelta(minutes=scheme.choice_lock_minutes) >= week.ends_at - week.starts_at:
            yield error(
                "LOCK",
                "choice_lock_minutes",
                f"in {week.iso} nobody could choose: the week has {week.hours} h",
            )
            return
        week = calendar.week_after(week)
    if scheme.grace_minutes == 0:
        yield warning("GRACE", "grace_minutes", "a message that arrives one second late would not count")


def _terms(scheme: Scheme, context: SchemeContext) -> Iterator[SchemeProblem]:
    terms, brand = scheme.terms, context.brand
    hosts = context.hosts
    if context.schemes and (why := link_problem(terms.url, hosts)):
        yield error("LINK", "terms.url", why)
    if len(terms.summary) > MAX_TERMS_LENGTH:
        yield error("TOO_LONG", "terms.summary", f"is longer than {MAX_TERMS_LENGTH} characters")
    mark = AGE_MARKS.get(scheme.jurisdiction)
    if mark and mark not in terms.summary:
        yield error("AGE_MARK", "terms.summary", f"must say {mark}", AGE_MARK_SOURCE)
    for kind, words in ForbiddenWording.packaged().found_in(terms.summary, brand.default_locale):
        what = "puts pressure on customers" if kind == "urgency" else "plays the risk down"
        yield error(kind.upper(), "terms.summary", f"“{words}” {what}", "LCCP 5.1, CAP Code 16.3")
    for other in context.schemes:
        same = (other.jurisdiction, other.currency, other.terms.version)
        if same == (scheme.jurisdiction, scheme.currency, terms.version) and (
            (other.terms.summary, other.terms.url) != (terms.summary, terms.url)
        ):
            yield error(
                "TERMS_VERSION", "terms.version", f"version {other.version} has other terms of this name"
            )
            return
    yield from _unchanged_terms(scheme, context)


def _unchanged_terms(scheme: Scheme, context: SchemeContext) -> Iterator[SchemeProblem]:
    """Name the rules that change while their terms, which customers read and agreed to, stay as they were."""
    before = _version_before(scheme, context)
    if before is None or before.terms.version != scheme.terms.version:
        return
    after = known_scheme(context.brand.id, scheme, context.now)
    changed = [name for field, name in IN_TERMS.items() if getattr(after, field) != getattr(before, field)]
    if changed:
        yield warning(
            "SAME_TERMS",
            "",
            f"{' and '.join(changed)} changed, but the terms are still version {before.terms.version}: "
            "check what their summary tells customers, and give other terms a version of their own",
        )


def _version_before(scheme: Scheme, context: SchemeContext) -> KnownScheme | None:
    territory = (scheme.jurisdiction, scheme.currency)
    earlier = [scheme for scheme in context.schemes if (scheme.jurisdiction, scheme.currency) == territory]
    return max(earlier, key=lambda scheme: scheme.version, default=None)


def _rewards(scheme: Scheme, context: SchemeContext) -> Iterator[SchemeProblem]:
    """Check that customers would be offered something, by the club's own menu."""
    week = Calendar(context.brand.time_zone).week_at(max(scheme.effective_from, context.now))
    known = known_scheme(context.brand.id, scheme, context.now)
    present = (Edition(content, week.starts_at) for content in context.contents)
    menu = Menu(
        configs=context.configs,
        contents=Catalogue((), (*present, *context.coming)).contents(week.starts_at),
        scheme=known,
        jurisdiction=scheme.jurisdiction,
        locale=context.brand.default_locale,
        default_locale=context.brand.default_locale,
        now=week.starts_at,
    )
    offered = {option.config.reward_id for option in menu.options()}
    if not offered:
        yield error(
            "NO_REWARD",
            "target_minor",
            f"no reward is offered for {written(scheme.target_minor, scheme.currency, LOCALE)} of "
            f"{scheme.qualifying_product} in {scheme.jurisdiction}",
            SAME_REWARDS,
        )
    if scheme.default_reward_id is None:
        yield warning("NO_DEFAULT", "default_reward_id", "members who choose nothing get nothing")
    elif offered and scheme.default_reward_id not in offered:
        among = ", ".join(sorted(offered))
        yield error("DEFAULT", "default_reward_id", f"is not offered; offered are {among}", SAME_REWARDS)
    if (trial := scheme.trial_reward_id) is None:
        return
    if trial not in {option.config.reward_id for option in menu.for_trial.options()}:
        exists = any(config.reward_id == trial for config in context.configs)
        why = "cannot be offered by these rules" if exists else f"is no reward of {context.brand.name}"
        yield error("TRIAL", "trial_reward_id", why, SAME_REWARDS)
    before = _version_before(scheme, context)
    if before is not None and before.trial_reward_id != trial:
        menu = replace(menu, scheme=before, contents=context.contents, now=context.now)
        if trial in {option.config.reward_id for option in menu.options()}:
            why = "is offered to everybody now; with the trial, only customers who are drawn are offered it"
            yield warning("TRIAL", "trial_reward_id", why)


def _law(scheme: Scheme, context: SchemeContext) -> Iterator[SchemeProblem]:
    """Name the rewards that fit the scheme, but that the law of its jurisdiction forbids."""
    at = max(scheme.effective_from, context.now)
    for law in context.laws:
        if law.jurisdiction != scheme.jurisdiction or law.since > at:
            continue
        for config in context.configs:
            wanted = (scheme.qualifying_product, scheme.target_minor, scheme.currency)
            fits = (config.qualifying_product.value, config.target_minor, config.currency) == wanted
            if fits and config.status != "withdrawn" and (why := law.why_not(config)):
                is_default = config.reward_id == scheme.default_reward_id
                make = error if is_default else warning
                path = "default_reward_id" if is_default else "qualifying_product"
                yield make("LAW", path, f"{config.reward_id}:{config.version} is unlawful: {why}", law.source)


CHECKS: Final[tuple[Callable[[Scheme, SchemeContext], Iterator[SchemeProblem]], ...]] = (
    _territory,
    _version,
    _start,
    _amounts,
    _events,
    _times,
    _terms,
    _rewards,
    _law,
)
