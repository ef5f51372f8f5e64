"""Display content of a world: checked by lint, compared with what is published, decided, and kept as history.

The back office's rules are the lint; its history gets what a file publishes as imported revisions.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import groupby
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from backoffice.access import Actor
from backoffice.advertising import allowed_hosts
from backoffice.content.known_brands import described
from backoffice.content.lint import Finding, LintContext, errors_of, lint
from backoffice.content.revisions.document import NO_VERSION, ContentDocument, ContentKey, ContentText
from backoffice.content.workflow.imports import ContentImport
from backoffice.settings import ContentSettings
from consumers.messages.global_events.states import ContentState, PublishedText
from foundation.same_fields import with_fields_of
from foundation.storage.database import Database
from furlong.install.world import Brand, Content, World, WorldError
from subgraphs.club_kit.domain.schemes import Brand as KnownBrand
from subgraphs.rewards.catalogue.content import same_terms
from subgraphs.rewards.catalogue.content import without_content as versions_without_content
from subgraphs.rewards.catalogue.repository import CatalogueRepository
from subgraphs.rewards.catalogue.rewards import OptionId, RewardConfig, RewardContent
from subgraphs.rewards.models import REWARD_CONFIG, REWARD_CONTENT

CATALOGUE = CatalogueRepository(REWARD_CONFIG, REWARD_CONTENT)
FAR_FUTURE = datetime(9999, 12, 31, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class ContentChange:
    """What loading does to content in one language: `+` new, `~` changed, `=` unchanged."""

    mark: str
    brand: str
    content: RewardContent
    image_alt: str = ""

    def __str__(self) -> str:
        """Return the line of the plan."""
        content = self.content
        version = "" if content.config_version is None else f":{content.config_version}"
        return f"{self.mark} content {self.brand}:{content.reward_id}{version} {content.locale}"


@dataclass(frozen=True, slots=True)
class ContentPlan:
    """What loading does to content.

    Attributes:
        without_content: Active versions that will still have no content of their own.
    """

    changes: tuple[ContentChange, ...]
    without_content: tuple[OptionId, ...]

    def lines(self) -> Iterator[str]:
        """Yield the plan's lines."""
        yield from map(str, self.changes)
        for option in self.without_content:
            yield (
                f"! {option} is active but not offered: it has no content of its own. Add content with "
                f"reward_id: {option.reward_id} and config_version: {option.version}"
            )


async def plan_content(world: World, rewards: Database, now: datetime) -> ContentPlan:
    """Compare a world's content with the newest published revisions.

    Raises:
        WorldError: The content of a reward changes, but the file does not name the version.
    """
    brands = [brand.id for brand in world.brands]
    async with rewards.read() as connection:
        stored = await CATALOGUE.published(connection, brands, FAR_FUTURE)
        configs = await CATALOGUE.configs(connection, brands)
    changes, without_content = [], []
    for brand in world.brands:
        known = configs[brand.id]
        of_brand = [
            replace(_change(brand.id, content, stored[brand.id], known), image_alt=image_alt)
            for content, image_alt in _contents(brand)
        ]
        after = {content.content_key: content for content in stored[brand.id]}
        after |= {change.content.content_key: change.content for change in of_brand}
        missing = versions_without_content(known, after.values(), now)
        without_content += [OptionId(brand.id, config.reward_id, config.version) for config in missing]
        changes += of_brand
    without_content.sort(key=lambda option: (option.brand, option.reward_id, option.version))
    return ContentPlan(tuple(changes), tuple(without_content))


def content_state(change: ContentChange, now: datetime) -> ContentState:
    """Return the state that publishes content at once, in place of all texts of its version and locale."""
    content = change.content
    edition = with_fields_of(PublishedText, content, publish_at=now)
    return ContentState(
        reward_id=content.reward_id,
        locale=content.locale,
        config_version=content.config_version,
        editions=(edition,),
    )


def _change(
    brand: str,
    content: RewardContent,
    stored: Collection[RewardContent],
    configs: Collection[RewardConfig],
) -> ContentChange:
    """Compare content of the file with that of its version; infer the version if only one is possible."""
    texts = [
        reward_content
        for reward_content in stored
        if reward_content.content_key[:2] == content.content_key[:2]
    ]
    if content.config_version is None and texts:
        unchanged = [text for text in texts if replace(text, config_version=None) == content]
        if unchanged:
            return ContentChange("=", brand, unchanged[-1])
        versions = [config for config in configs if config.reward_id == content.reward_id]
        if len(texts) > 1 or not same_terms(versions):
            numbers = {config.version for config in versions} | {text.config_version or 1 for text in texts}
            raise WorldError(
                f"content of {brand}:{content.reward_id} in {content.locale} changes, but the file does not "
                f"say for which version: give it a config_version ({', '.join(map(str, sorted(numbers)))})"
            )
        content = replace(content, config_version=texts[0].config_version)
    before = next((text for text in texts if text.content_key == content.content_key), None)
    return ContentChange("+" if before is None else "=" if before == content else "~", brand, content)


def _contents(brand: Brand) -> Iterator[tuple[RewardContent, str]]:
    """Yield the content of a file, each with the words for its picture, which customers' options lack."""
    for content in brand.content:
        for locale, text in content.texts.items():
            values = text.model_dump(exclude={"image_alt"})
            yield RewardContent(locale=locale, **_shared(content), **values), text.image_alt


def _shared(content: Content) -> dict[str, Any]:
    return {
        "reward_id": content.reward_id,
        "config_version": content.config_version,
        "position": content.position,
        "eligible_games": content.eligible_games,
    }


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
    published = {(change.brand, change.content.reward_id) for change in changes if change.mark != "="}
    lines = [
        f"  {brand.id}:{content.reward_id} {error.path}: {error.message} ({error.rule})"
        for brand in world.brands
        for content in brand.content
        if (brand.id, content.reward_id) in published
        for error in _errors(brand, content, configs.get(brand.id, ()), now)
    ]
    if lines:
        raise WorldError("content that may not be published:\n" + "\n".join(lines))


def _errors(
    brand: Brand, content: Content, configs: Sequence[RewardConfig], now: datetime
) -> Iterator[Finding]:
    key = ContentKey(brand.id, content.reward_id, content.config_version or NO_VERSION)
    texts = {
        locale: with_fields_of(ContentText, text, image_url=text.image_url or "")
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


async def note_content(connection: AsyncConnection, actor: Actor, plan: ContentPlan, now: datetime) -> None:
    """Import what changes, and what the back office does not know yet; the connection writes to its database.

    Items are locked in order before anything is decided, as editors' publications lock them.
    """
    imports = ContentImport()
    for key, changes in _by_item(plan):
        known = await imports.published(connection, key)
        if known is None or any(change.mark != "=" for change in changes):
            await imports.publish(connection, actor, key, _document(known, changes), now)


def _by_item(plan: ContentPlan) -> Iterator[tuple[ContentKey, list[ContentChange]]]:
    for key, changes in groupby(sorted(plan.changes, key=_key), _key):
        yield key, list(changes)


def _key(change: ContentChange) -> ContentKey:
    return ContentKey(change.brand, change.content.reward_id, change.content.config_version or NO_VERSION)


def _document(known: ContentDocument | None, changes: list[ContentChange]) -> ContentDocument:
    """Return the document after loading; locales that the file lacks stay as they are."""
    texts = dict(known.texts) if known else {}
    for change in changes:
        content = change.content
        texts[content.locale] = ContentText(
            title=content.title,
            summary=content.summary,
            significant_terms=content.significant_terms,
            terms_url=content.terms_url,
            image_url=content.image_url or "",
            image_alt=change.image_alt,
        )
    content = changes[0].content
    values = ContentDocument(content.position, tuple(content.eligible_games), texts).as_json()
    return ContentDocument.of(values)
