"""Reads of brands, schemes and accounts: one SELECT for all, and to each what is theirs."""

from subgraphs.club_kit.domain.event_scopes import EventScope
from subgraphs.club_kit.records.reference import ReferenceRepository
from subgraphs.kit.domain.keys import Owner
from tests.support.subgraphs.club_fixture import REFERENCE, ClubFixture, statements
from tests.support.subgraphs.club_samples import good_account, make_brand, make_scheme

REPOSITORY = ReferenceRepository(REFERENCE["club"])


async def test_many_accounts_come_back_each_to_its_owner(each_club: ClubFixture) -> None:
    """Accounts of many customers of two brands are read at once; the unknown are absent."""
    accounts = {
        Owner(brand, f"c-{number}"): good_account(verified=number % 2 == 0, jurisdiction=f"J{number % 7}")
        for brand in ("northbet", "lagunabet")
        for number in range(200)
    }
    await each_club.add_accounts(accounts)
    nobody = [Owner("northbet", "C-1"), Owner("northbet", "c-999"), Owner("elsewhere", "c-1")]
    with statements(each_club.club) as sent:
        async with each_club.club.database.read() as connection:
            found = await REPOSITORY.accounts(connection, [*accounts, *nobody])
    assert found == accounts
    assert len([sql for sql in sent if sql.startswith("SELECT")]) == 1


async def test_accounts_of_one_brand_are_not_those_of_another(each_club: ClubFixture) -> None:
    """Customers of the same id at two brands are two customers."""
    ours, theirs = Owner("northbet", "c-1"), Owner("lagunabet", "c-1")
    await each_club.add_accounts({ours: good_account(), theirs: good_account(rg_state="self_excluded")})
    async with each_club.club.database.read() as connection:
        accounts = await REPOSITORY.accounts(connection, [ours])
    assert accounts == {ours: good_account()}


async def test_accounts_can_be_held_in_a_write(each_club: ClubFixture) -> None:
    """Reading accounts to hold them gives the same accounts."""
    owner = Owner("northbet", "c-1")
    await each_club.add_accounts({owner: good_account()})
    async with each_club.club.database.write() as connection:
        assert await REPOSITORY.accounts(connection, [owner], held=True) == {owner: good_account()}


async def test_brands_and_their_schemes_are_read_as_they_were_told(each_club: ClubFixture) -> None:
    """Brands and all versions of their schemes come back equal, by brand; the unknown have none."""
    laguna = make_brand(
        id="lagunabet", locales=("en-MT", "it-IT"), default_locale="en-MT", currencies=("EUR",)
    )
    scope = EventScope.of(sports=["horse-racing"], competitions=["c-2", "c-1"], legs="qualifying")
    schemes = [make_scheme(version=version, target_minor=1000 * version) for version in (1, 2)]
    schemes.append(make_scheme(version=3, target_minor=3000, events=scope))
    theirs = make_scheme(brand="lagunabet", currency="EUR", default_reward_id=None)
    await each_club.add_brand(make_brand(), *schemes)
    await each_club.add_brand(laguna, theirs)
    async with each_club.club.database.read() as connection:
        brands = await REPOSITORY.brands(connection, ["northbet", "lagunabet", "nobody"])
        found = await REPOSITORY.schemes(connection, ["northbet", "lagunabet", "nobody"])
    assert brands == {"northbet": make_brand(), "lagunabet": laguna}
    assert {name: sorted(scheme, key=lambda s: s.version) for name, scheme in found.items()} == {
        "northbet": schemes,
        "lagunabet": [theirs],
        "nobody": [],
    }
