"""A reward as shown in the graph: created once for each option, and shared by all requests."""

from typing import Self

import strawberry
from strawberry import ID
from strawberry.federation.schema_directives import Key
from strawberry.federation.types import FieldSet

from subgraphs.club_kit.domain.reward_kinds.registry import RewardKind
from subgraphs.kit.domain.graph_ids import GraphId
from subgraphs.kit.domain.products import Product
from subgraphs.kit.graphql.descriptions import fields_described
from subgraphs.kit.graphql.money import Money, money
from subgraphs.rewards.menu.options import Option, UnavailableReason

for enum in (RewardKind, UnavailableReason):
    strawberry.enum(enum)


@strawberry.federation.type(keys=[Key(fields=FieldSet("id"), resolvable=False)])
class GameGroup:
    """Games that a reward names, which the lobby knows; rewards know its id alone."""

    id: ID


@fields_described
@strawberry.type
class RewardOption:
    """A reward as one customer sees it.

    Attributes:
        id: Brand, reward and config version, such as northbet:fb-5:3.
        game_group: For free spins: what they may be played on.
    """

    id: ID
    kind: RewardKind
    product: Product
    value: Money | None
    spins: int | None
    title: str
    summary: str
    image_url: str | None
    significant_terms: str
    terms_url: str
    expires_in_days: int
    eligible_games: list[str]
    available: bool
    unavailable_reason: UnavailableReason | None
    game_group: GameGroup | None

    @classmethod
    def of(cls, option: Option, locale: str) -> Self:
        """Return an option in a locale, in which amounts are written as well."""
        config, content = option.config, option.content
        value, group = config.value_minor, config.game_group
        return cls(
            id=ID(str(option.id)),
            kind=config.kind,
            product=config.product,
            value=None if value is None else money(value, config.currency, locale),
            spins=config.spins,
            title=content.title,
            summary=content.summary,
            image_url=content.image_url,
            significant_terms=content.significant_terms,
            terms_url=content.terms_url,
            expires_in_days=config.expiry_days,
            eligible_games=list(content.eligible_games),
            available=option.unavailable is None,
            unavailable_reason=option.unavailable,
            game_group=None if group is None else GameGroup(id=ID(str(GraphId(config.brand, group)))),
        )
