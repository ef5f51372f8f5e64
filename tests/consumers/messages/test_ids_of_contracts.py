"""An id that the pattern of a contract forbids makes a message a dead letter, in every topic."""

import json
from collections.abc import Callable, Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any, Final

import pytest
from jsonschema import Draft202012Validator

from consumers.bets.trading_messages import decode_factor, decode_void
from consumers.fulfilment.messages import decode_goodwill
from consumers.messages.accounts import decode_account
from consumers.messages.bet_states import decode_bet_state
from consumers.messages.customer_weeks import decode_choice, decode_qualification
from consumers.messages.exclusions import decode_exclusions
from consumers.messages.memberships import decode_control_draw, decode_membership
from consumers.messages.schemes import decode_scheme
from consumers.messages.served import decode_served
from consumers.progress.messages import decode_adjustment, decode_bet, decode_outcome
from consumers.rewards.messages import decode_reward_config
from consumers.stream.errors import Poison
from consumers.stream.records import Record
from consumers.wallet.messages import decode_check, decode_correction, decode_payment, decode_release

CONTRACTS: Final = Path(__file__).parents[3] / "contracts"

CUSTOMER: Final = ("brand_id", "customer_id")
TOPICS: Final[dict[str, tuple[tuple[str, ...], Callable[[Record], Any]]]] = {
    "club.progress.v1": (CUSTOMER, decode_bet),
    "club.account-status.v1": (CUSTOMER, decode_account),
    "club.membership.v1": (CUSTOMER, decode_membership),
    "club.control.v1": (CUSTOMER, decode_control_draw),
    "club.choice.v1": (CUSTOMER, decode_choice),
    "club.qualification.v1": (CUSTOMER, decode_qualification),
    "club.outcomes.v1": (CUSTOMER, decode_outcome),
    "club.adjustment.v1": (CUSTOMER, decode_adjustment),
    "club.goodwill.v1": (CUSTOMER, decode_goodwill),
    "wallet.correction.v1": (CUSTOMER, decode_correction),
    "wallet.check.v1": (CUSTOMER, decode_check),
    "bet.factor.v1": (CUSTOMER, decode_factor),
    "bet.void.v1": (CUSTOMER, decode_void),
    "wallet.release.v1": (("currency",), decode_release),
    "wallet.payment.v1": (CUSTOMER, decode_payment),
    "club.reward-config.v1": (("brand_id", "reward_id", "config_version"), decode_reward_config),
    "club.scheme.v1": (("brand_id", "jurisdiction", "currency", "version"), decode_scheme),
    "wallet.exclusion.v1": (CUSTOMER, decode_exclusions),
    "bet.state.v1": (CUSTOMER, decode_bet_state),
    "club.served.v1": (("brand_id", "process"), decode_served),
}
UNREAD: Final = {"club.outcomes.v1": {"reward_id"}}
"""Ids that no consumer of ours reads: they are in the message for others."""

FORBIDDEN: Final = (
    "", " ", "a ", " a", "a b", "a\n", "a\t", "a:b", "a\u00a0", "a\u2028", "\u3000a", "\ufeff", "a\x00",
    "x" * 65, "x" * 129, "6f0b6f0e-3d0c-4f7e-9d53-0d9d0d9a2c1g", 5, None,
)  # fmt: skip


def ids(body: dict[str, Any], path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Yield the paths of the ids in a message."""
    for name, value in body.items():
        if isinstance(value, dict):
            yield from ids(value, (*path, name))
        elif name.endswith("_id"):
            yield (*path, name)


def contract(topic: str) -> dict[str, Any]:
    """Return a topic's contract."""
    return dict(json.loads((CONTRACTS / f"{topic}.schema.json").read_text()))


def variants(topic: str) -> Iterator[tuple[str, Any, dict[str, Any]]]:
    """Yield an id's name, a value of it, and a message that has it."""
    for example in contract(topic)["examples"]:
        for path in ids(example):
            for value in FORBIDDEN:
                body = deepcopy(example)
                inner = body
                for name in path[:-1]:
                    inner = inner[name]
                inner[path[-1]] = value
                yield path[-1], value, body


@pytest.mark.parametrize("topic", sorted(TOPICS))
def test_what_the_contract_forbids_is_refused(topic: str) -> None:
    """Whatever the consumer reads; it may refuse more, such as control characters."""
    key, decode = TOPICS[topic]
    checked = Draft202012Validator(contract(topic))
    accepted, refused = [], 0
    for name, value, body in variants(topic):
        if checked.is_valid(body) or name in UNREAD.get(topic, ()):
            continue
        record = Record(topic, 0, 0, ":".join(str(body[part]) for part in key).encode(), _encoded(body))
        try:
            decode(record)
        except Poison:
            refused += 1
        else:
            accepted.append((name, value))
    assert (accepted, refused > len(FORBIDDEN)) == ([], True)


def _encoded(body: dict[str, Any]) -> bytes:
    return json.dumps(body).encode()
