"""What brands are called, for those who work for them."""

from collections.abc import Mapping

from sqlalchemy.exc import SQLAlchemyError

from backoffice.access import Actor
from foundation.storage.database import Database
from subgraphs.club_kit.records.reference import ReferenceRepository
from subgraphs.kit.domain.keys import ALL_BRANDS
from subgraphs.rewards.models import REFERENCE


async def brand_names(rewards: Database, actor: Actor) -> Mapping[str, str]:
    """Return the names, by id, of the brands for which an actor has a role; none if unreadable."""
    try:
        async with rewards.read() as connection:
            brands = await ReferenceRepository(REFERENCE).all_brands(connection)
    except (SQLAlchemyError, OSError):
        return {}  # screens show ids until they can be read
    return {brand.id: brand.name for brand in brands if ALL_BRANDS in actor.roles or brand.id in actor.roles}
