"""Lint finds what the law, the brand or the screen would not stand, and says where."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from backoffice.advertising import link_problem
from backoffice.content.lint import ImageFacts, LintContext, Severity, lint
from backoffice.content.revisions.document import ContentDocument
from subgraphs.kit.domain.products import Product
from tests.support.subgraphs.club_samples import make_brand, make_config

NOW = datetime(2026, 3, 25, 12, tzinfo=UTC)
HASH = "a" * 64
GOOD = {
    "title": "£5 free bet",
    "summary": "One £5 free bet on any sport.",
    "significant_terms": "Use within 7 days. Stake not returned. 18+.",
    "terms_url": "https://northbet.example/club/terms/fb-5",
}
CONTEXT = LintContext(
    brand=make_brand(),
    hosts=frozenset({"northbet.example"}),
    now=NOW,
    configs=(make_config("fb-5"),),
    images={HASH: ImageFacts(800, 400, 1000)},
)


def found(
    changes: Mapping[str, Any] | None = None, context: LintContext = CONTEXT
) -> set[tuple[str, str, str]]:
    """Return severity, rule and path of what lint finds in good content with some changes."""
    texts = {"en-GB": GOOD | dict(changes or {})}
    document = ContentDocument.of({"position": 1, "texts": texts})
    return {(one.severity.value, one.rule, one.path) for one in lint(document, context)}


@pytest.mark.parametrize(
    "words",
    [
        "Bets on \U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f count.",
        "\u200f5 \u05e9\u05e7\u05dc\u05d9\u05dd\u200e (GBP)",
        "\u0661\u0662\u061c-\u0663",
        "A family \U0001f468\u200d\U0001f469\u200d\U0001f467, and a \u2764\ufe0f",
    ],
    ids=["England", "Hebrew", "Arabic", "joined"],
)
def test_characters_that_a_text_needs_are_allowed(words: str) -> None:
    """Flags of parts of countries, and the marks with which text from right to left is written."""
    assert found({"summary": words}) == set()


def test_good_content_has_no_findings() -> None:
    """The demo's own wording passes."""
    assert found() == set()


@pytest.mark.parametrize(
    ("field", "value", "rule"),
    [
        ("significant_terms", "", "TERMS_MISSING"),
        ("significant_terms", " \u200b\u2060 ", "TERMS_MISSING"),
        ("terms_url", "", "TERMS_MISSING"),
        ("title", "", "TEXT_MISSING"),
        ("title", "x" * 201, "TOO_LONG"),
        ("significant_terms", "Use within 7 days.", "AGE_MARK"),
        ("terms_url", "http://northbet.example/terms", "LINK"),
        ("terms_url", "https://evil.example/terms", "LINK"),
        ("image_url", f"image:{'b' * 64}", "IMAGE_MISSING"),
        ("image_url", f"image:{HASH}", "ALT_TEXT"),
        ("summary", "One bet\u202e for you", "HIDDEN_CHARACTERS"),
        ("summary", "One bet\u2028for you", "HIDDEN_CHARACTERS"),
        ("summary", "One bet\u3164 for you", "HIDDEN_CHARACTERS"),
        ("summary", "One bet\U000e0065\U000e006e\U000e0067\U000e007f for you", "HIDDEN_CHARACTERS"),
        ("title", "\u3164\u2800", "TEXT_MISSING"),
        ("summary", "A risk-free bet.", "RISK"),
    ],
)
def test_what_may_not_be_published_is_an_error(field: str, value: str, rule: str) -> None:
    """Each rule names the field that breaks it."""
    errors = {(rule_, path) for severity, rule_, path in found({field: value}) if severity == "error"}
    paths = {"ALT_TEXT": "texts.en-GB.image_alt"}
    assert (rule, paths.get(rule, f"texts.en-GB.{field}")) in errors


@pytest.mark.parametrize(
    "words",
    [
        "Hurry!",
        "Only £2 to go",
        "just 2 more to go",
        "Bet now",
        "BET  NOW",
        "b\u200be\u200bt now",
        "\uff22et now",  # full width
        "b\u0435t now",  # Cyrillic
        "Don\u2019t miss out",
        "Last chance",
        "Only 3 days left",
        "Limited time only",
        "Ends soon",
    ],
)
def test_pressure_is_found_however_it_is_written(words: str) -> None:
    """Case, spaces, marks that nobody sees and letters that look alike hide nothing."""
    assert ("error", "URGENCY", "texts.en-GB.summary") in found({"summary": words})


@pytest.mark.parametrize("words", ["Bet on any sport", "Thursday", "Use within 7 days"])
def test_plain_words_are_not_pressure(words: str) -> None:
    """A word that contains a forbidden one, or a neutral use of it, passes."""
    assert found({"summary": words}) == set()


def test_each_locale_of_the_brand_is_required_and_no_other() -> None:
    """Customers would read another language than theirs."""
    context = LintContext(make_brand(locales=("en-GB", "it-IT")), CONTEXT.hosts, NOW, CONTEXT.configs)
    assert ("error", "LOCALE_MISSING", "texts.it-IT") in found(context=context)
    document = ContentDocument.of({"texts": {"en-GB": GOOD, "fr-FR": GOOD}})
    rules = {(one.rule, one.path) for one in lint(document, CONTEXT)}
    assert ("LOCALE_UNKNOWN", "texts.fr-FR") in rules


def test_wording_is_checked_in_the_language_of_the_text() -> None:
    """Italian pressure is found in Italian."""
    context = LintContext(make_brand(locales=("it-IT",), default_locale="it-IT"), CONTEXT.hosts, NOW)
    document = ContentDocument.of({"texts": {"it-IT": GOOD | {"title": "Scommetti ora!"}}})
    rules = {(one.rule, one.path) for one in lint(document, context)}
    assert ("URGENCY", "texts.it-IT.title") in rules


def test_a_reward_that_no_law_allows_is_an_error() -> None:
    """A free-spins reward for sports bets is unlawful in GB; the finding names the source."""
    config = make_config("fb-5", product=Product.CASINO, qualifying_product=Product.BETTING)
    context = LintContext(CONTEXT.brand, CONTEXT.hosts, NOW, (config,))
    document = ContentDocument.of({"texts": {"en-GB": GOOD}})
    unlawful = [one for one in lint(document, context) if one.rule == "REWARD_UNLAWFUL"]
    assert unlawful[0].severity is Severity.ERROR
    assert "LCCP" in unlawful[0].message


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "data:text/html,x",
        "//evil.example/x",
        "/\\evil.example",
        "https:/\\evil.example",
        "https://northbet.example@evil.example/",
        "https://northbet.example.evil.example/",
        "https://evilnorthbet.example/",
        "https://northbet.example:8443/",
        "https://northb\u0435t.example/",
        "https://northbet.example/ x",
        "https://northbet.example/\nx",
        "https://[::1/",
        "https://",
        "ftp://northbet.example/",
        "",
        "https://northbet.example/" + "x" * 2000,
    ],
)
def test_links_lead_only_to_the_brands_hosts(url: str) -> None:
    """No scheme, user, port, look-alike or slash takes a customer elsewhere."""
    assert link_problem(url, {"northbet.example"}) is not None


@pytest.mark.parametrize("url", ["https://northbet.example/a?b=c#d", "https://www.northbet.example/", "/a"])
def test_links_to_the_brand_are_allowed(url: str) -> None:
    """Its hosts with those below, and paths of the site."""
    assert link_problem(url, {"northbet.example"}) is None
