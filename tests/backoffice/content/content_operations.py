"""Operations on content in the admin graph, and the back office that they are sent to."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import insert

from foundation.storage.database import Database
from foundation.storage.settings import DatabaseSettings
from subgraphs.progress.models import METADATA as PROGRESS
from subgraphs.rewards.models import METADATA as REWARDS
from subgraphs.rewards.models import REFERENCE, REWARD_CONFIG
from tests.support.database_probe import migrate
from tests.support.office.backoffice_site import OfficeSite, running_site
from tests.support.subgraphs.club_samples import (
    brand_row,
    config_row,
    make_brand,
    make_config,
    make_scheme,
    scheme_row,
)

TEXT = {
    "locale": "en-GB",
    "title": "£5 free bet",
    "summary": "One £5 free bet on any sport.",
    "significantTerms": "Use within 7 days. Stake not returned. 18+.",
    "termsUrl": "https://northbet.example/club/terms/fb-5",
}
ITEM = (
    "id version open { revision state lint { rule path } proposal { id contentHash } } published { revision }"
)
SAVE = f"mutation Save($input: SaveContentInput!) {{ saveContent(input: $input) {{ {ITEM} }} }}"
VERSION = '{ contentItem(brand: "northbet", rewardId: "fb-5", configVersion: 1) { version } }'
SUBMIT = f"mutation Submit($input: SubmitContentInput!) {{ submitContent(input: $input) {{ {ITEM} }} }}"
PUBLISH = f"mutation Publish($input: ContentStepInput!) {{ publishContent(input: $input) {{ {ITEM} }} }}"
ROLL_BACK = f"mutation Back($input: RollBackContentInput!) {{ rollBackContent(input: $input) {{ {ITEM} }} }}"
APPROVE = "mutation Approve($input: ApproveInput!) { approve(input: $input) { status } }"


@asynccontextmanager
async def site_of_northbet(url: str) -> AsyncIterator[OfficeSite]:
    """Run the back office, with a rewards subgraph that knows Northbet."""
    for name, metadata in (("rewards", REWARDS), ("progress", PROGRESS)):
        await migrate(DatabaseSettings(url=url), name, metadata)
    rewards = Database.open(DatabaseSettings(url=url), "rewards")
    async with rewards.write() as connection:
        await connection.execute(insert(REFERENCE.brand), [brand_row(make_brand())])
        await connection.execute(insert(REFERENCE.scheme), [scheme_row(make_scheme())])
        await connection.execute(insert(REWARD_CONFIG), [config_row(make_config("fb-5"))])
    await rewards.close()
    async with running_site(url) as opened:
        yield opened


def of_reward(version: int, **more: Any) -> dict[str, Any]:
    """Return the input of a step."""
    return {"brand": "northbet", "rewardId": "fb-5", "configVersion": 1, "expectedVersion": version, **more}


def draft(version: int = 0, **changes: Any) -> dict[str, Any]:
    """Return the input of a draft."""
    return of_reward(version, document={"position": 1, "texts": [TEXT | changes]})
