"""Which records are decoded, and which are poison."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from consumers.messages.accounts import decode_account
from consumers.messages.bet_legs import MAX_BET_LEGS
from consumers.messages.schemes import decode_scheme
from consumers.progress.messages import decode_bet
from consumers.rewards.messages import RewardConfigured, RewardRetired, decode_reward_config
from consumers.stream.errors import Poison
from consumers.stream.records import Record
from subgraphs.progress.counting.legs import MAX_LEGS
from tests.support.consumers.sample_messages import ACCOUNT, BET, BRAND, SCHEME, account, bet, reward, scheme

Decode = Callable[[Record], Any]

GOOD: list[tuple[Decode, Record]] = [
    (decode_bet, bet()),
    (decode_bet, bet(odds_milli=None)),
    (decode_bet, bet(product="casino", bet_type=None)),
    (decode_bet, bet(channel="exchange")),
    (decode_bet, bet(stake_minor=2**31 - 1, counting_stake_minor=0)),
    (decode_bet, bet(customer_id="c" * 64, bet_id="b" * 64)),
    (decode_bet, bet(placed_at="2026-03-25T14:03:11.123456+00:00")),
    (decode_bet, bet(schema="club.progress/1.4")),
    (decode_bet, bet(stake_minor=500.0, counting_stake_minor=5e2, bet_revision=1.0)),
    (decode_bet, bet(stake_minor=100, counting_stake_minor=101, channel="exchange")),
    (decode_bet, bet(occurred_at="2026-03-25T13:58:11Z")),
    (decode_account, account(revision=2.0)),
    (decode_bet, bet(something_new={"later": [1, 2.5, None]})),
    (decode_account, account()),
    (decode_account, account(status="closed", rg_state="self_excluded", verified=False)),
    (decode_scheme, scheme()),
    (decode_scheme, scheme(default_reward_id=None, channels=[])),
    (decode_reward_config, reward()),
    (decode_reward_config, reward(kind="free_spins", product="casino", value_minor=None, spins=30)),
    (decode_reward_config, reward(effective_to="2026-12-31T00:00:00Z")),
]

POISON: list[tuple[Decode, Record, str]] = [
    (decode_bet, replace(bet(), value=b""), "not JSON"),
    (decode_bet, replace(bet(), value=b"{broken"), "not JSON"),
    (decode_bet, replace(bet(), value=b'{"brand_id": 5, broken'), "brand_id"),
    (decode_bet, replace(bet(), value=b'{"brand_id": 5, "x":' + b"[" * 100_000), "brand_id"),
    (decode_bet, replace(bet(), value=b"\xff\xfe{}"), "not UTF-8"),
    (decode_bet, replace(bet(), value=json.dumps(BET).encode()[:-1] + b',"x":"\xff"}'), "not UTF-8"),
    (decode_bet, replace(bet(), value=b"[]"), "Expected `object`"),
    (decode_bet, replace(bet(), value=b"17"), "Expected `object`"),
    (decode_bet, replace(bet(), value=b'{"deep":' + b"[" * 20_000 + b"]" * 20_000 + b"}"), "too deeply"),
    (decode_bet, replace(bet(), value=None), "a null value has no meaning here"),
    (decode_account, replace(account(), value=None), "a null value has no meaning here"),
    (decode_scheme, replace(scheme(), value=None), "a null value has no meaning here"),
    (decode_bet, bet(schema="club.progress/2"), "unknown schema"),
    (decode_bet, bet(schema="club.progress/2", bet_revision="one"), "unknown schema"),
    (decode_bet, bet(schema="club.progress/10"), "unknown schema"),
    (decode_bet, bet(schema="club.account-status/1"), "unknown schema"),
    (decode_bet, bet(customer_id="c" * 65), "`$.customer_id`"),
    (decode_bet, bet(bet_id="b" * 65), "`$.bet_id`"),
    (decode_bet, bet(customer_id="c:1"), "`$.customer_id`"),
    (decode_bet, bet(bet_id="b:1"), "`$.bet_id`"),
    (decode_bet, bet(bet_id="b\ufeff1"), "`$.bet_id`"),
    (decode_account, account(customer_id="c:1"), "`$.customer_id`"),
    (decode_account, account(customer_id="c" * 65), "`$.customer_id`"),
    (decode_bet, bet(bet_revision="1"), "`$.bet_revision`"),
    (decode_bet, bet(bet_revision=0), "`$.bet_revision`"),
    (decode_bet, bet(stake_minor=-1), "`$.stake_minor`"),
    (decode_bet, bet(stake_minor=2**31), "`$.stake_minor`"),
    (decode_bet, bet(stake_minor=10**4000), "`$.stake_minor`"),
    (decode_bet, bet(stake_minor=5.5), "`$.stake_minor`"),
    (decode_bet, bet(stake_minor=2.0**31), "`$.stake_minor`"),
    (decode_bet, bet(stake_minor=1e300), "`$.stake_minor`"),
    (decode_bet, bet(stake_minor=100, counting_stake_minor=101), "more than `stake_minor`"),
    (decode_bet, bet(stake_minor=100, counting_stake_minor=101, channel="sports"), "more than `stake_minor`"),
    (decode_bet, bet(occurred_at="2026-03-25T13:58:10Z"), "`occurred_at` is before `placed_at`"),
    (decode_bet, bet(product="casino"), "`bet_type`"),
    (decode_account, account(revision=2.5), "`$.revision`"),
    (decode_bet, bet(stake_minor=True), "`$.stake_minor`"),
    (decode_bet, bet(stake_minor=float("nan")), "not JSON"),
    (decode_bet, bet(odds_milli=999), "`$.odds_milli`"),
    (decode_bet, bet(currency="gbp"), "`$.currency`"),
    (decode_bet, bet(status="lost"), "`$.status`"),
    (decode_bet, bet(bet_type=None), "`bet_type`"),
    (decode_bet, bet(product="lottery"), "`$.product`"),
    (decode_bet, bet(channel="radio"), "`$.channel`"),
    (decode_bet, bet(brand_id=""), "`$.brand_id`"),
    (decode_bet, bet(brand_id="north:bet"), "`$.brand_id`"),
    (decode_bet, bet(brand_id="b" * 65), "`$.brand_id`"),
    (decode_bet, bet(customer_id="c" * 129), "`$.customer_id`"),
    (decode_bet, bet(customer_id="c-1 "), "`$.customer_id`"),
    (decode_bet, bet(customer_id="c-1\n"), "`$.customer_id`"),
    (decode_bet, bet(bet_id="b\u0000"), "`$.bet_id`"),
    (decode_bet, bet(bet_id="\ud800"), "not JSON"),
    (decode_bet, bet(placed_at="yesterday"), "`$.placed_at`"),
    (decode_bet, bet(placed_at="2026-03-25T14:03:11"), "`$.placed_at`"),
    (decode_bet, bet(placed_at="2026-03-25T14:03:11+01:00"), "`placed_at` is not in UTC"),
    (decode_bet, bet(placed_at="1999-12-31T23:59:59Z"), "`placed_at` is not between"),
    (decode_bet, bet(occurred_at="2101-01-01T00:00:00Z"), "`occurred_at` is not between"),
    (decode_bet, replace(bet(), key=None), "the key is missing"),
    (decode_bet, replace(bet(), key=b"northbet:c-2"), "the key contradicts"),
    (decode_bet, replace(bet(), key=b"\xff"), "the key contradicts"),
    (decode_bet, replace(bet(), headers=(("brand", b"southbet"),)), "the header 'brand' contradicts"),
    (decode_bet, replace(bet(), headers=(("schema", b"club.progress/2"),)), "the header 'schema'"),
    (decode_account, account(rg_state="fine"), "`$.rg_state`"),
    (decode_account, account(verified="yes"), "`$.verified`"),
    (decode_account, account(jurisdiction="United Kingdom"), "`$.jurisdiction`"),
    (decode_scheme, scheme(brand=BRAND | {"time_zone": "Mars/Olympus"}), "unknown time zone"),
    (decode_scheme, scheme(brand=BRAND | {"time_zone": "../etc/passwd"}), "unknown time zone"),
    (decode_scheme, scheme(brand=BRAND | {"default_currency": "USD"}), "the default 'USD'"),
    (decode_scheme, scheme(jurisdiction="MT"), "not in jurisdiction 'MT'"),
    (decode_scheme, scheme(currency="USD"), "no currency 'USD'"),
    (decode_scheme, scheme(target_minor=0), "`$.target_minor`"),
    (decode_scheme, scheme(bet_types=[]), "`$.bet_types`"),
    (decode_scheme, scheme(terms=SCHEME["terms"] | {"url": "javascript:alert(1)"}), "`$.terms.url`"),
    (decode_reward_config, reward(kind="car"), "`$.kind`"),
    (decode_reward_config, reward(jurisdictions=[]), "`$.jurisdictions`"),
    (decode_reward_config, replace(reward(), value=None, key=b"northbet:fb-5"), "not brand:reward:version"),
    (decode_reward_config, replace(reward(), value=None, key=b"\xff"), "not UTF-8"),
    (decode_reward_config, replace(reward(), value=None, key=None), "not brand:reward:version"),
    (decode_reward_config, replace(reward(), value=None), "without a timestamp"),
]


@pytest.mark.parametrize(("decode", "record"), GOOD)
def test_a_message_within_its_contract_is_decoded(decode: Decode, record: Record) -> None:
    """Everything that the contracts allow is decoded."""
    assert decode(record).brand_id == "northbet"


@pytest.mark.parametrize(("decode", "record", "reason"), POISON)
def test_a_message_outside_its_contract_is_poison(decode: Decode, record: Record, reason: str) -> None:
    """Everything else is refused, with a reason that says what is wrong."""
    with pytest.raises(Poison) as refused:
        decode(record)
    assert reason in refused.value.reason


@pytest.mark.parametrize("field", sorted(BET))
def test_every_field_of_a_bet_is_required(field: str) -> None:
    """A missing field is poison, even one that may be null."""
    body = {name: value for name, value in json.loads(bet().value or b"").items() if name != field}
    with pytest.raises(Poison, match=f"missing required field `{field}`"):
        decode_bet(replace(bet(), value=json.dumps(body).encode()))


@pytest.mark.parametrize("field", sorted(ACCOUNT))
def test_every_field_of_an_account_is_required(field: str) -> None:
    """A missing field is poison."""
    body = {name: value for name, value in json.loads(account().value or b"").items() if name != field}
    with pytest.raises(Poison, match=f"missing required field `{field}`"):
        decode_account(replace(account(), value=json.dumps(body).encode()))


def test_headers_that_agree_or_are_not_compared_are_accepted() -> None:
    """The body is authoritative: a producer may set its own event id and other headers."""
    headers = (("schema", b"club.progress/1"), ("brand", b"northbet"), ("event_id", b"mine"), ("x", None))
    assert decode_bet(replace(bet(), headers=headers)).bet_id == "b-1"


def test_a_null_value_of_the_reward_topic_retires_the_version_in_its_key() -> None:
    """The key names the version, the record's timestamp says since when."""
    at = datetime(2026, 3, 25, tzinfo=UTC)
    retired = decode_reward_config(replace(reward(config_version=3), value=None, timestamp=at))
    assert retired == RewardRetired("northbet", "fb-5", 3, at)


def test_a_reward_keeps_its_list_of_jurisdictions_in_the_row() -> None:
    """A row has a JSON list, as the column requires."""
    event = decode_reward_config(reward(jurisdictions=["GB", "IE"]))
    assert isinstance(event, RewardConfigured)
    assert event.row()["jurisdictions"] == ["GB", "IE"]


def test_a_message_has_as_many_legs_as_the_ledger_keeps() -> None:
    """One more is poison; decoders, ledger and contract say the same number."""
    contract = json.loads((Path(__file__).parents[3] / "contracts/club.progress.v1.schema.json").read_text())
    assert MAX_BET_LEGS == MAX_LEGS == contract["properties"]["legs"]["maxItems"]
    leg = {"selection_id": "market1-a", "odds_milli": 2000}
    assert decode_bet(bet(legs=[leg] * MAX_BET_LEGS)).legs
    with pytest.raises(Poison, match=r"`\$.legs`"):
        decode_bet(bet(legs=[leg] * (MAX_BET_LEGS + 1)))


@pytest.mark.parametrize(
    ("topic", "decode", "key"),
    [
        ("club.progress.v1", decode_bet, ("brand_id", "customer_id")),
        ("club.account-status.v1", decode_account, ("brand_id", "customer_id")),
        ("club.scheme.v1", decode_scheme, ("brand_id", "jurisdiction", "currency", "version")),
        ("club.reward-config.v1", decode_reward_config, ("brand_id", "reward_id", "config_version")),
    ],
)
def test_the_examples_of_the_contracts_are_decoded(topic: str, decode: Decode, key: tuple[str, ...]) -> None:
    """What the contracts promise is what is decoded here."""
    contract = Path(__file__).parents[3] / "contracts" / f"{topic}.schema.json"
    examples = json.loads(contract.read_text())["examples"]
    for body in examples:
        name = ":".join(str(body[part]) for part in key).encode()
        assert decode(Record(topic, 0, 0, name, json.dumps(body).encode()))
    assert examples
