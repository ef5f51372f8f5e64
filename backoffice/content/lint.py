"""Lint rules, each of which checks one document against its brand and reward, and what they find.

A finding says where, how severe, and what an editor can do about it.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from functools import cache
from typing import Final

from backoffice.advertising import AGE_MARKS, UPLOADED, ForbiddenWording, link_problem
from backoffice.content.revisions.document import ContentDocument, ContentText
from backoffice.unseen_characters import is_unseen, unseen_characters
from subgraphs.club_kit.domain.schemes import Brand
from subgraphs.rewards.catalogue.law import impossible, unlawful
from subgraphs.rewards.catalogue.rewards import RewardConfig


class Severity(Enum):
    """An error blocks publication by every route; a warning does not."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that lint found.

    Attributes:
        rule: The rule's name, such as TERMS_MISSING.
        path: Where: `texts.en-GB.title`, or a shorter path for what concerns all of it.
    """

    rule: str
    severity: Severity
    path: str
    message: str

    def __str__(self) -> str:
        return f"{self.severity.value} {self.rule} {self.path}: {self.message}"


def error(rule: str, path: str, message: str) -> Finding:
    """Return a finding that blocks publication."""
    return Finding(rule, Severity.ERROR, path, message)


def warning(rule: str, path: str, message: str) -> Finding:
    """Return a finding that does not block publication."""
    return Finding(rule, Severity.WARNING, path, message)


def errors_of(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return the findings that block publication."""
    return tuple(finding for finding in findings if finding.severity is Severity.ERROR)


LENGTHS: Final = {
    "title": (60, 200),
    "summary": (240, 1000),
    "significant_terms": (600, 4000),
    "image_alt": (150, 500),
}
"""How many characters fit on the bet-slip, and how many are accepted at all, by field."""

MAX_GAMES: Final = 50
MAX_GAME_LENGTH: Final = 100
SMALLEST_IMAGE: Final = (320, 160)
GOOD_IMAGE: Final = (640, 320)
_TAG: Final = re.compile(r"<\s*[a-zA-Z/!?]")


@dataclass(frozen=True, slots=True)
class ImageFacts:
    """What is known about an uploaded image, in pixels and bytes."""

    width: int
    height: int
    size: int


@dataclass(frozen=True, slots=True)
class LintContext:
    """What a document is checked against.

    Attributes:
        hosts: Where links may lead.
        configs: The versions of the reward that content of this key describes; empty if none has arrived.
        images: The uploaded images that exist, by hash.
    """

    brand: Brand
    hosts: frozenset[str]
    now: datetime
    configs: Sequence[RewardConfig] = ()
    images: Mapping[str, ImageFacts] = field(default_factory=dict)


def lint(document: ContentDocument, context: LintContext) -> tuple[Finding, ...]:
    """Return all findings, errors first."""
    findings = [finding for rule in RULES for finding in rule(document, context)]
    for locale, text in document.texts.items():
        findings += [finding for rule in TEXT_RULES for finding in rule(text, locale, context)]
    return tuple(sorted(findings, key=lambda finding: finding.severity.value))


def _locales(document: ContentDocument, context: LintContext) -> Iterator[Finding]:
    for locale in context.brand.locales:
        if locale not in document.texts:
            yield error(
                "LOCALE_MISSING", f"texts.{locale}", f"{context.brand.name} also has the locale {locale}"
            )
    for locale in document.texts:
        if locale not in context.brand.locales:
            yield error(
                "LOCALE_UNKNOWN", f"texts.{locale}", f"is not among {', '.join(context.brand.locales)}"
            )


def _common(document: ContentDocument, context: LintContext) -> Iterator[Finding]:
    if not 0 <= document.position < 2**31:
        yield error("POSITION", "position", "must be a whole number, 0 or more")
    games = document.eligible_games
    if len(games) > MAX_GAMES:
        yield error("GAMES", "eligible_games", f"lists more than {MAX_GAMES} games")
    for index, game in enumerate(games):
        if not game or len(game) > MAX_GAME_LENGTH or unseen_characters(game):
            yield error("GAMES", f"eligible_games.{index}", "is empty, too long, or has hidden characters")
    kinds = dict.fromkeys(config.kind.rules for config in context.configs)
    for kind in kinds if not games else ():
        if kind.names_games:
            yield warning("GAMES", "eligible_games", f"{kind.words} should name their games")


def _reward(document: ContentDocument, context: LintContext) -> Iterator[Finding]:
    """Check the reward itself: a text is useless if the reward may not be offered anywhere."""
    del document
    if not context.configs:
        yield warning("REWARD_UNKNOWN", "", "no such version of the reward has arrived yet")
    for config in context.configs:
        if why := impossible(config):
            yield error("REWARD_IMPOSSIBLE", "", f"the reward's terms are impossible: {why}")
        at = max(context.now, config.effective_from)
        against = [unlawful(config, jurisdiction, at) for jurisdiction in config.jurisdictions]
        reasons = [reason for reason in against if reason]
        if reasons and len(reasons) == len(against):
            yield error("REWARD_UNLAWFUL", "", "; ".join(reasons))
        else:
            yield from (warning("REWARD_UNLAWFUL", "", reason) for reason in reasons)


def _required(text: ContentText, locale: str, context: LintContext) -> Iterator[Finding]:
    del context
    for name, what in (
        ("title", "the title"),
        ("summary", "the summary"),
        ("significant_terms", "the significant terms"),
        ("terms_url", "the link to the full terms"),
    ):
        if not _seen(getattr(text, name)):
            rule = "TERMS_MISSING" if "terms" in name else "TEXT_MISSING"
            yield error(rule, f"texts.{locale}.{name}", f"{what} is required next to the offer")


def _lengths(text: ContentText, locale: str, context: LintContext) -> Iterator[Finding]:
    del context
    for name, (fits, most) in LENGTHS.items():
        length = len(getattr(text, name))
        if length > most:
            yield error("TOO_LONG", f"texts.{locale}.{name}", f"{length} characters, at most {most}")
        elif length > fits:
            yield warning(
                "LONG", f"texts.{locale}.{name}", f"{length} characters; {fits} fit on the bet-slip"
            )


def _words(text: ContentText, locale: str, context: LintContext) -> Iterator[Finding]:
    del context
    for name in LENGTHS:
        value, path = getattr(text, name), f"texts.{locale}.{name}"
        for kind, words in _wording().found_in(value, locale):
            rule, what = (
                ("URGENCY", "puts pressure") if kind == "urgency" else ("RISK", "plays the risk down")
            )
            yield error(
                rule, path, f"“{words}” {what} on customers" if rule == "URGENCY" else f"“{words}” {what}"
            )
        if hidden := unseen_characters(value):
            yield error("HIDDEN_CHARACTERS", path, f"has characters that cannot be seen: {hidden}")
        if _TAG.search(value):
            yield warning("MARKUP", path, "looks like HTML; it is shown as plain text")


def _age(text: ContentText, locale: str, context: LintContext) -> Iterator[Finding]:
    for mark in sorted(
        {AGE_MARKS[jurisdiction] for jurisdiction in context.brand.jurisdictions if jurisdiction in AGE_MARKS}
    ):
        if mark not in text.significant_terms and text.significant_terms:
            yield error("AGE_MARK", f"texts.{locale}.significant_terms", f"must say {mark}")


def _links(text: ContentText, locale: str, context: LintContext) -> Iterator[Finding]:
    if text.terms_url and (why := link_problem(text.terms_url, context.hosts)):
        yield error("LINK", f"texts.{locale}.terms_url", why)


def _image(text: ContentText, locale: str, context: LintContext) -> Iterator[Finding]:
    path = f"texts.{locale}.image_url"
    if not text.image_url:
        if text.image_alt:
            yield warning("ALT_TEXT", f"texts.{locale}.image_alt", "describes an image, but there is none")
        return
    if not _seen(text.image_alt):
        yield error(
            "ALT_TEXT",
            f"texts.{locale}.image_alt",
            "an image needs alternative text for people who cannot see it",
        )
    uploaded = UPLOADED.fullmatch(text.image_url)
    if uploaded is None:
        if why := link_problem(text.image_url, context.hosts):
            yield error("LINK", path, why)
        return
    facts = context.images.get(uploaded[1])
    if facts is None:
        yield error("IMAGE_MISSING", path, "there is no such image: upload it first")
    elif facts.width < SMALLEST_IMAGE[0] or facts.height < SMALLEST_IMAGE[1]:
        yield error("IMAGE_SIZE", path, f"{facts.width} by {facts.height} pixels; at least 320 by 160")
    elif facts.width < GOOD_IMAGE[0] or facts.height < GOOD_IMAGE[1]:
        yield warning("IMAGE_SIZE", path, f"{facts.width} by {facts.height} pixels; 640 by 320 looks sharp")


def _seen(text: str) -> bool:
    """Return whether a text has anything that a reader sees."""
    return any(unicodedata.category(mark)[0] in "LNPS" and not is_unseen(mark) for mark in text)


@cache
def _wording() -> ForbiddenWording:
    return ForbiddenWording.packaged()


RULES: Final[tuple[Callable[[ContentDocument, LintContext], Iterator[Finding]], ...]] = (
    _locales,
    _common,
    _reward,
)
TEXT_RULES: Final[tuple[Callable[[ContentText, str, LintContext], Iterator[Finding]], ...]] = (
    _required,
    _lengths,
    _words,
    _age,
    _links,
    _image,
)
