"""The world: what a file may say, and what ours says."""

from pathlib import Path

import msgspec
import pytest

from simulator.world import World, load_world


def test_demo_customers_are_eligible(world: World) -> None:
    """Everybody who is offered in the demo may take part in the club."""
    demo = {customer.id: customer.eligible for brand in world.brands for customer in brand.demo_customers()}
    assert demo == dict.fromkeys(["c-1001", "c-1002", "c-1003", "c-1004", "m-2001", "m-2002"], True)


def test_traffic_leaves_named_customers_alone(world: World) -> None:
    """Traffic customers are others than those that people and tests look at."""
    for brand in world.brands:
        named = {customer.id for customer in brand.customers}
        assert named.isdisjoint(customer.id for customer in brand.traffic_customers())
    assert [len(brand.traffic_customers()) for brand in world.brands] == [30, 6]


@pytest.mark.parametrize("customer_id", ["c-1901", "c-1902", "c-1903", "c-1904"])
def test_ineligible_customers(world: World, customer_id: str) -> None:
    """There is an ineligible customer for each reason."""
    account = world.brands[0].account(customer_id)
    assert account is not None
    assert not account.eligible


def test_seed_bets_of_the_target_reached(world: World) -> None:
    """The customer shown as qualified has staked the target on bets that count."""
    brand = world.brands[0]
    account = brand.account("c-1004")
    assert account is not None
    counting = sum(bet.stake_minor for bet in account.seed_bets if bet.odds_milli >= 1500)
    assert counting >= brand.target_minor


def _file(folder: Path, was: str, becomes: str) -> Path:
    text = msgspec.yaml.encode(load_world()).decode()
    assert was in text
    path = folder / "world.yaml"
    path.write_text(text.replace(was, becomes, 1))
    return path


@pytest.mark.parametrize(
    ("was", "becomes"),
    [
        ("id: c-1002", "id: c-1001"),
        ("id: bb-25", "id: fb-5"),
        ("id: lagunabet", "id: northbet"),
        ("note:", "remark:"),
        ("stake_minor: 500", "stake_minor: -1"),
        ("currency: GBP", "currency: pounds"),
    ],
)
def test_impossible_worlds_are_refused(tmp_path: Path, was: str, becomes: str) -> None:
    """A doubled id, an unknown field, or a value out of range is an error, not a surprise later."""
    path = _file(tmp_path, was, becomes)
    with pytest.raises(msgspec.ValidationError):
        load_world(path)


def test_an_unknown_zone_is_refused(tmp_path: Path) -> None:
    """A week cannot be worked out in a zone that does not exist."""
    path = _file(tmp_path, "Europe/London", "Europe/Atlantis")
    with pytest.raises((msgspec.ValidationError, LookupError)):
        load_world(path)


def test_a_written_world_reads_the_same(tmp_path: Path, world: World) -> None:
    """What is read from a written world is that world."""
    path = tmp_path / "world.yaml"
    path.write_bytes(msgspec.yaml.encode(world))
    assert load_world(path) == world
