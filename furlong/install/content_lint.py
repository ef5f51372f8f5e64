"""Lints the content of the file that `furlong load` reads, by the back office's rules."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime

from backoffice.advertising import allowed_hosts
from backoffice.content.known_brands import described
from backoffice.content.lint import Finding, LintContext, errors_of, lint
from backoffice.content.revisions.document import NO_VERSION, ContentDocument, ContentKey, ContentText
from backoffice.settings import ContentSettings
from furlong.install.content import ContentChange
from furlong.install.world import Brand, Content, World, WorldError
from subgraphs.kit.domain.schemes import Brand as KnownBrand
from subgraphs.rewards.catalogue.rewards import RewardConfig


def require_lint_clean(
    world: World,
    changes: Collection[ContentChange],
    configs: Mapping[str, Sequence[RewardConfig]],
    now: datetime,
) -> None:
    """Check the content that loading would publish; unchanged content was checked before.

    Raises:
        WorldError: Lint found errors; the message names each place.
    """
    published = {(one.brand, one.content.reward_id) for one in changes if one.mark != "="}
    lines = [
        f"  {brand.id}:{content.reward_id} {one.path}: {one.message} ({one.rule})"
        for brand in world.brands
        for content in brand.content
        if (brand.id, content.reward_id) in published
        for one in _errors(brand, content, configs.get(brand.id, ()), now)
    ]
    if lines:
        raise WorldError("content that may not be published:\n" + "\n".join(lines))


def _errors(
    brand: Brand, content: Content, configs: Sequence[RewardConfig], now: datetime
) -> Iterator[Finding]:
    key = ContentKey(brand.id, content.reward_id, content.config_version or NO_VERSION)
    texts = {
        locale: ContentText(
            title=text.title,
            summary=text.summary,
            significant_terms=text.significant_terms,
            terms_url=text.terms_url,
            image_url=text.image_url or "",
            image_alt=text.image_alt,
        )
        for locale, text in content.texts.items()
    }
    terms = (scheme.terms.url for scheme in brand.schemes)
    context = LintContext(
        brand=_known(brand),
        hosts=allowed_hosts(terms, ContentSettings().hosts.get(brand.id, ())),
        now=now,
        configs=described(configs, key),
    )
    document = ContentDocument(content.position, content.eligible_games, texts)
    yield from errors_of(lint(document, context))


def _known(brand: Brand) -> KnownBrand:
    names = KnownBrand.__dataclass_fields__
    return KnownBrand(**{name: getattr(brand, name) for name in names if name in Brand.model_fields})
