"""The file that `furlong load` reads makes a world of the simulator, to rehearse an installation."""

import json
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft202012Validator
from typer.testing import CliRunner

import furlong
from furlong.install.world import read_world as read_loaded
from simulator.cli import cli
from simulator.kafka.publish import world_messages
from simulator.kafka.traffic import traffic
from simulator.world import WorldFileError, load_world, read_world

ROOT = Path(__file__).resolve().parents[2]
OWN = Path(furlong.__file__).with_name("world.yaml")
EMPTY = """
brands: [{id: a, time_zone: Europe/London, default_jurisdiction: GB, default_currency: GBP, schemes: []}]
"""
NOW = datetime(2026, 3, 25, 12, tzinfo=UTC)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """The file of a brand of one's own: two jurisdictions, two currencies, a second version of one scheme."""
    (brand, *_) = yaml.safe_load(OWN.read_text())["brands"]
    (scheme,) = brand["schemes"]
    malta = scheme | {"jurisdiction": "MT", "currency": "EUR", "target_minor": 4000}
    newer = malta | {"version": 2, "target_minor": 3000}
    places = {"jurisdictions": ["GB", "MT"], "currencies": ["GBP", "EUR"]}
    path = tmp_path / "own.yaml"
    own = brand | places | {"id": "ownbet", "schemes": [scheme, malta, newer]}
    path.write_text(yaml.safe_dump({"brands": [own]}))
    read_loaded(path)
    return path


def test_everybody_has_a_place_that_a_scheme_serves(file: Path) -> None:
    """In each some to try, some who are excluded, and some who bet."""
    (brand,) = read_world(file).brands
    places = {(account.jurisdiction, account.currency) for account in brand.accounts()}
    assert places == {("GB", "GBP"), ("MT", "EUR")}
    for place in places:
        people = [
            account for account in brand.accounts() if (account.jurisdiction, account.currency) == place
        ]
        assert sum(person.demo for person in people) == 3
        assert sum(not person.eligible for person in people) == 4
        assert sum(person.bets for person in people) == 10


def test_each_shown_reward_has_terms_for_the_target_of_every_scheme(file: Path) -> None:
    """Otherwise it is not offered; a scheme that is added later changes no version."""
    (brand,) = read_world(file).brands
    (loaded,) = read_loaded(file).brands
    terms = {
        (reward.id, reward.currency, reward.target_minor): reward.jurisdictions for reward in brand.rewards
    }
    for content in loaded.content:
        for scheme in loaded.schemes:
            assert scheme.jurisdiction in terms[content.reward_id, scheme.currency, scheme.target_minor]
    assert len({(reward.id, reward.config_version) for reward in brand.rewards}) == len(brand.rewards)


def test_its_messages_are_those_of_the_contracts(file: Path) -> None:
    """Accounts, rewards, and the bets, which are in the currency of the account."""
    world = read_world(file)
    schemas = {
        path.name.removesuffix(".schema.json"): Draft202012Validator(json.loads(path.read_text()))
        for path in (ROOT / "contracts").glob("*.schema.json")
    }
    for message in world_messages(world, NOW):
        schemas[message.topic].validate(json.loads(message.value))
    (brand,) = world.brands
    bets = list(islice(traffic(world, 1, "run", lambda: NOW), 200))
    assert {bet.currency for bet in bets} == {"GBP", "EUR"}
    assert all(bet.currency == brand.currency_of(bet.customer_id) for bet in bets)


def test_the_simulators_own_form_is_read_as_well(tmp_path: Path) -> None:
    """Where customers and terms matter they are written by hand."""
    path = tmp_path / "world.yaml"
    path.write_bytes((ROOT / "simulator" / "world.yaml").read_bytes())
    assert read_world(path) == read_world(None) == load_world()


@pytest.mark.parametrize(
    "text", ["brands: 3", "brands: [{schemes: 1}]", EMPTY, "- 1", "brands: [", "a: \x00"]
)
def test_a_file_that_is_no_world_is_refused_in_words(tmp_path: Path, text: str) -> None:
    """By the command in one message, without a traceback."""
    path = tmp_path / "world.yaml"
    path.write_text(text)
    with pytest.raises(WorldFileError):
        read_world(path)
    ended = CliRunner().invoke(cli, ["customers", "--world", str(path)])
    assert (ended.exit_code, "--world" in ended.output) == (2, True)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    """It is named."""
    with pytest.raises(WorldFileError, match="cannot read"):
        read_world(tmp_path / "none.yaml")


def test_the_customers_of_a_world_are_listed(file: Path) -> None:
    """So that one knows for whom to make a token."""
    ended = CliRunner().invoke(cli, ["customers", "--world", str(file)])
    assert ended.exit_code == 0
    assert ["ownbet", "ownbet-mt-eur-1", "MT", "EUR", "to", "try"] in map(
        str.split, ended.output.splitlines()
    )
    told = json.loads(CliRunner().invoke(cli, ["customers", "--world", str(file), "--json"]).output)
    one = {"brand": "ownbet", "id": "ownbet-mt-eur-1", "jurisdiction": "MT", "currency": "EUR"}
    assert one | {"note": "to try"} in told
