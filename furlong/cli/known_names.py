"""Rejects unknown brands and weeks: an empty list would look as if everything were fine."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from foundation.storage.database import Database
    from subgraphs.club_kit.records.tables import ReferenceTables
    from subgraphs.rewards.catalogue.rewards import OptionId


async def require_names(
    database: Database, tables: ReferenceTables, brand: str | None, week: str | None = None
) -> None:
    """Check the brand and the week that were passed to a command; None means all.

    Raises:
        BadInput: The subgraph does not know the brand, or there is no such week.
    """
    from gateway.settings.file import nearest
    from subgraphs.club_kit.domain.weeks import week_named
    from subgraphs.club_kit.records.reference import ReferenceRepository
    from subgraphs.kit.domain.errors import BadInput

    if week is not None:
        week_named(week, "UTC")
    if brand is None:
        return
    async with database.read() as connection:
        known = await ReferenceRepository(tables).brand_ids(connection)
    if brand not in known:
        meant = nearest(brand, known) or "; `furlong week status` shows all brands"
        raise BadInput(f"there is no brand {brand!r}{meant}")


def version_named(text: str) -> OptionId:
    """Return the version of a reward that was passed to a command.

    Raises:
        BadInput: It names none.
    """
    from subgraphs.kit.domain.errors import BadInput
    from subgraphs.rewards.catalogue.rewards import OptionId

    try:
        return OptionId.parse(text)
    except BadInput as error:
        raise BadInput(
            f"{text[:64]!r} is no version of a reward: write it as BRAND:REWARD:VERSION, such as "
            "northbet:fb-5:3; `furlong reward list BRAND` shows them"
        ) from error
