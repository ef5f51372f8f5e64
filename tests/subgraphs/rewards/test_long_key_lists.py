"""Many keys are looked up in portions for which a database uses its index, and none is lost."""

from foundation.storage.bulk_sql import KEYS_PER_BATCH, in_portions
from subgraphs.club_kit.domain.club_key import ClubKey
from subgraphs.rewards.catalogue.config_repository import ConfigWriter
from subgraphs.rewards.models import REWARD_CHOICE, REWARD_CONFIG
from subgraphs.rewards.repository import ChoiceRepository
from tests.support.subgraphs.club_fixture import ClubFixture, statements
from tests.support.subgraphs.club_samples import LONG_AGO, NOW, WEEK, config_row, make_config

MANY = 2 * KEYS_PER_BATCH + 100


def test_portions_are_all_keys_in_order() -> None:
    """There are full portions and a last one; without keys there is none."""
    keys = list(range(MANY))
    portions = list(in_portions(keys))
    assert [len(portion) for portion in portions] == [KEYS_PER_BATCH, KEYS_PER_BATCH, 100]
    assert [key for portion in portions for key in portion] == keys
    assert list(in_portions([])) == []


async def test_choices_of_very_many_clubs_are_read_in_portions(each_club: ClubFixture) -> None:
    """Every club gets its own, with as many statements as there are portions."""
    keys = [ClubKey("northbet", WEEK, f"c-{number}") for number in range(MANY)]
    terms = {"config_version": 1, "version": 1, "chosen_at": NOW}
    rows = [
        {"brand_id": key.brand, "customer_id": key.customer, "iso_week": key.iso_week, **terms}
        | {"reward_id": f"r-{key.customer}"}
        for key in keys
    ]
    await each_club.insert(each_club.rewards, REWARD_CHOICE, rows)
    with statements(each_club.rewards) as sent:
        async with each_club.rewards.database.read() as connection:
            choices = await ChoiceRepository(REWARD_CHOICE).choices(connection, keys)
    assert {key: stored.reward_id for key, stored in choices.items()} == {k: f"r-{k.customer}" for k in keys}
    assert sum("FROM reward_choice" in statement for statement in sent) == 3


async def test_very_many_versions_are_stored_in_one_batch(each_club: ClubFixture) -> None:
    """New versions are added; a second time each of them is known."""
    rows = [
        config_row(make_config(f"r-{number}")) | {"recalled": False, "occurred_at": LONG_AGO}
        for number in range(MANY)
    ]
    database = each_club.rewards.database
    writer = ConfigWriter(REWARD_CONFIG, database.dialect)
    for changed in (MANY, 0):
        async with database.write() as connection:
            assert await writer.store(connection, rows, []) == changed
    assert await each_club.count(each_club.rewards, REWARD_CONFIG) == MANY
