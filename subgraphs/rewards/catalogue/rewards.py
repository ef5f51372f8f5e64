"""The catalogue as values: reward versions from the upstream, and display content from the editors."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any, Final, Self

from subgraphs.club_kit.domain.reward_kinds.registry import RewardKind
from subgraphs.kit.domain.errors import BadInput
from subgraphs.kit.domain.products import Product


@dataclass(frozen=True, slots=True)
class RewardConfig:
    """One version of a reward. Its terms never change, only its status.

    Attributes:
        status: Active, paused or withdrawn.
        value_minor: In minor units of `currency`; None for boosts and spins.
        target_minor: The target that earns the reward, in the same units.
        effective_to: Exclusive; None for no end.
        recalled: Whether it was withdrawn for safety or law, so that no customer gets it any more.
        game_group: The brand's group of games in which free spins may be used; None if none is named.
    """

    brand: str
    reward_id: str
    version: int
    status: str
    kind: RewardKind
    product: Product
    value_minor: int | None
    spins: int | None
    currency: str
    qualifying_product: Product
    target_minor: int
    jurisdictions: tuple[str, ...]
    expiry_days: int
    wagering_multiple: int
    effective_from: datetime
    effective_to: datetime | None
    recalled: bool = False
    game_group: str | None = None

    @classmethod
    def of(cls, columns: Mapping[Any, Any]) -> Self:
        """Return the version in columns of the reward_config table, which are the fields of its message."""
        return cls(
            brand=columns["brand_id"],
            version=columns["config_version"],
            kind=RewardKind(columns["kind"]),
            product=Product(columns["product"]),
            qualifying_product=Product(columns["qualifying_product"]),
            jurisdictions=tuple(columns["jurisdictions"]),
            **{name: columns[name] for name in _SAME_IN_COLUMNS},
        )


_SAME_IN_COLUMNS: Final = tuple(
    {field.name for field in fields(RewardConfig)}
    - {"brand", "version", "kind", "product", "qualifying_product", "jurisdictions"}
)


@dataclass(frozen=True, slots=True)
class RewardContent:
    """How a version of a reward is shown in one locale.

    Attributes:
        position: The reward's position among the options, set by editors.
        config_version: The version whose terms the text describes; None for the reward's first.
        revision: Of the reward and locale; 0 before it is stored. Equal texts are equal in any revision.
    """

    reward_id: str
    locale: str
    position: int
    title: str
    summary: str
    image_url: str | None
    significant_terms: str
    terms_url: str
    eligible_games: tuple[str, ...]
    config_version: int | None = None
    revision: int = field(default=0, compare=False)

    @property
    def content_key(self) -> tuple[str, str, int | None]:
        """Return the reward, locale and version: content with the same values replaces older content."""
        return self.reward_id, self.locale, self.config_version


@dataclass(frozen=True, slots=True)
class Edition:
    """A published revision of content, shown from an instant until the next of its version and locale."""

    content: RewardContent
    since: datetime


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All that a brand offers, at any time.

    Attributes:
        editions: Including those to come; for each version and locale in the order of revisions.
    """

    configs: tuple[RewardConfig, ...]
    editions: tuple[Edition, ...]

    def contents(self, now: datetime) -> tuple[RewardContent, ...]:
        """Return the content published at an instant: of each version and locale the newest revision due."""
        due = (edition.content for edition in self.editions if edition.since <= now)
        return tuple({content.content_key: content for content in due}.values())


@dataclass(frozen=True, slots=True)
class OptionId:
    """The parts of a `RewardOption.id`: brand, reward and config version, as in northbet:fb-5:3."""

    brand: str
    reward_id: str
    version: int

    def __str__(self) -> str:
        return f"{self.brand}:{self.reward_id}:{self.version}"

    @classmethod
    def parse(cls, text: str) -> "OptionId":
        """Return the parts of an option's id.

        Raises:
            BadInput: Not the id of an option.
        """
        brand, _, rest = text.partition(":")
        reward_id, _, version = rest.rpartition(":")
        if brand and reward_id and version.isascii() and version.isdecimal() and len(version) <= 9:  # noqa: PLR2004
            option = cls(brand, reward_id, int(version))
            if str(option) == text:  # the number has one form
                return option
        raise BadInput(f"{text[:64]!r} is not the id of an option: take one from Club.options")
