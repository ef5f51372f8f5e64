"""All entrances of the product, found in its own lists, and what an exclusion does at each of them."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final, NamedTuple

import typer
from graphql import ObjectTypeDefinitionNode, parse
from prometheus_client import CollectorRegistry

from consumers.consumer_list import CREATORS
from consumers.feeds.settings import known
from consumers.stream.settings import StreamSettings
from foundation.storage.clock import SystemClock
from foundation.storage.settings import DatabaseSettings
from furlong.cli.processes.workers import cli
from providers.registry import NAMES
from subgraphs.fulfilment.providers.adapters import Adapter
from subgraphs.kit.credits import Credits
from subgraphs.kit.funds import Funds, Purpose
from subgraphs.wallet.limits.acts import Act

ROOT: Final = Path(__file__).resolve().parents[3]
PLAYED: Final = "subgraphs/wallet/test_entrances.py::"
PAID: Final = "subgraphs/wallet/payments/test_payments.py::"


class Stopped(NamedTuple):
    """An exclusion stops what comes by an entrance.

    Attributes:
        proof: The test in which it does, as `path::name` below `tests`.
    """

    proof: str


class Never(NamedTuple):
    """An exclusion never stops what comes by an entrance.

    Attributes:
        why: The reason.
        proof: The test in which an excluded customer is not stopped; empty if no act of a customer comes by.
    """

    why: str
    proof: str = ""


Answer = Stopped | Never
EVENTS: Final = Never("sports events and their markets: about no customer")
BETS: Final = Never("bets that the platform has taken, and their settlement; what they earn is stopped later")
CREDIT: Final = Stopped(f"{PLAYED}test_nothing_is_credited_by_any_payer")
OUR_CREDIT: Final = Stopped(f"{PLAYED}test_no_credit_of_ours_is_given")
GIVEN: Final = Never("a credit that was given stays the customer's")
NOTICES: Final = Stopped(
    "subgraphs/wallet/limits/test_notices.py::test_a_break_that_ended_is_told_when_nothing_else_holds"
)
EXCLUDING: Final = Never("says whom to stop; it is itself what stops")
OWN_LIMITS: Final = Never("a customer may always become stricter with themselves")

ANSWERS: Final[Mapping[str, Answer]] = {
    "mutation optIn": Stopped(f"{PLAYED}test_an_excluded_customer_cannot_opt_in_until_it_ends"),
    "mutation optOut": Never(
        "whoever wants to leave may leave", f"{PLAYED}test_who_takes_a_break_of_the_product_may_opt_out"
    ),
    "mutation changeReward": Stopped(f"{PLAYED}test_an_excluded_customer_chooses_no_reward"),
    "mutation setLimit": OWN_LIMITS,
    "mutation declineLimit": OWN_LIMITS,
    "mutation acknowledgePrompt": OWN_LIMITS,
    "mutation takeBreak": OWN_LIMITS,
    "mutation selfExclude": OWN_LIMITS,
    "mutation placeBet": Stopped(f"{PLAYED}test_no_money_is_reserved"),
    "mutation launchGame": Stopped(f"{PLAYED}test_no_money_is_reserved"),
    "mutation deposit": Stopped(f"{PAID}test_who_is_excluded_deposits_nothing_and_withdraws_everything"),
    "mutation withdraw": Never(
        "the money is the customer's",
        f"{PAID}test_who_is_excluded_deposits_nothing_and_withdraws_everything",
    ),
    "mutation addBankAccount": Never("it moves nothing, and whoever leaves wants their money"),
    "mutation removeBankAccount": Never("it moves nothing"),
    "query betslipPreview": Stopped(f"{PLAYED}test_an_excluded_customer_is_shown_no_preview"),
    "topic club.account-status.v1": EXCLUDING,
    "topic wallet.exclusion.v1": EXCLUDING,
    "topic club.scheme.v1": Never("rules of a brand: about no customer"),
    "topic club.week.v1": Never("weeks of a brand: about no customer"),
    "topic club.reward-config.v1": Never("rewards of a brand: about no customer"),
    "topic club.global.v1": Never("what the back office decides for all: about no customer"),
    "topic club.membership.v1": Stopped(f"{PLAYED}test_a_membership_that_is_read_back_ends"),
    "topic club.choice.v1": CREDIT,
    "topic club.qualification.v1": CREDIT,
    "topic club.goodwill.v1": Stopped(f"{PLAYED}test_no_goodwill_is_credited"),
    "topic club.outcomes.v1": Never("what was credited before: a record of the past"),
    "topic club.adjustment.v1": Never("corrects what bets count; what they earn is stopped at the credit"),
    "topic club.progress.v1": BETS,
    "topic wallet.release.v1": Never("people of finance let payouts go on: about no customer"),
    "topic wallet.correction.v1": Never("people of finance correct a booking: no act of play"),
    "topic wallet.check.v1": Never("what a person found who looked at a customer"),
    "topic wallet.payment.v1": Never("people decide what a customer asked for before: no act of play"),
    "topic event.offer.v1": EVENTS,
    "topic event.market.v1": EVENTS,
    "topic event.result.v1": EVENTS,
    "topic bet.factor.v1": Never("traders decide how much a customer may stake: no act of play"),
    "topic bet.void.v1": Never("people give a stake back: no act of play"),
    "topic provider.fixture.v1": EVENTS,
    "topic provider.market.v1": EVENTS,
    "topic provider.stats.v1": EVENTS,
    "topic provider.video.v1": EVENTS,
    "topic provider.status.v1": EVENTS,
    **dict.fromkeys(("feed casino", "feed esports", "feed exchange", "feed sports", "feed virtual"), BETS),
    **dict.fromkeys(
        ("provider exchange", "provider feed", "provider stats", "provider video", "provider virtual"), EVENTS
    ),
    **dict.fromkeys(("payer sportsbook", "payer games", "payer wallet"), CREDIT),
    "payer house": OUR_CREDIT,
    "worker wallet-cashier": Stopped(
        f"{PAID}test_money_that_comes_after_an_exclusion_goes_back_to_its_source"
    ),
    "worker wallet-closes": Never("closes days: sums of what has happened"),
    "worker wallet-operators": Never("repeats wins and rolls bets back at the operator: money that is owed"),
    "worker fulfilment": CREDIT,
    "worker weeks": Never("closes weeks and confirms who has earned a reward; it is stopped at the credit"),
    "worker feeds": BETS,
    "worker outbox": Never("publishes facts that are true already"),
    "worker intents": Stopped(f"{PLAYED}test_a_change_in_doubt_is_not_sent_again"),
    "worker purges": Never("removes answers from caches: about no customer"),
    "worker events-upkeep": EVENTS,
    "worker wallet-upkeep": NOTICES,
    "worker bets-upkeep": Stopped(f"{PLAYED}test_no_money_is_reserved"),
    "worker lobby-upkeep": Never("reads which games there are: about no customer"),
    "money reserve BET": Stopped(f"{PLAYED}test_no_money_is_reserved"),
    "money reserve GAME": Stopped(f"{PLAYED}test_no_money_is_reserved"),
    "credit give": OUR_CREDIT,
    "credit ask": GIVEN,
    "credit withhold": GIVEN,
    "credit journal": GIVEN,
    "money confirm": Stopped(f"{PLAYED}test_a_reserved_stake_is_not_confirmed"),
    "money settle": Never(
        "what was staked before is settled, and what it wins is the customer's",
        f"{PLAYED}test_what_was_staked_before_is_settled_and_released",
    ),
    "money release": Never(
        "what is given back is the customer's", f"{PLAYED}test_what_was_staked_before_is_settled_and_released"
    ),
    "money correct": Never(
        "what a result paid wrongly is put right, whatever the customer may do",
        "subgraphs/bets/test_corrected_money.py::test_what_was_paid_by_mistake_is_taken_back",
    ),
    "money ask": Never("only looks", f"{PLAYED}test_what_was_staked_before_is_settled_and_released"),
    **{
        f"act {act}": Stopped(f"{PLAYED}test_each_act_is_stopped_or_not")
        for act in ("DEPOSIT", "BET", "GAME", "OFFER", "MESSAGE")
    },
    **{
        f"act {act}": Never("money that is the customer's", f"{PLAYED}test_each_act_is_stopped_or_not")
        for act in ("WITHDRAWAL", "SETTLEMENT", "WIN", "ROLLBACK", "REFUND")
    },
}
"""What an exclusion does at each entrance."""


def mutations() -> Iterator[str]:
    """Yield the mutations of the composed public graph, and the query that asks about a bet."""
    for definition in parse((ROOT / "schema.public.graphql").read_text()).definitions:
        if isinstance(definition, ObjectTypeDefinitionNode) and definition.name.value == "Mutation":
            yield from (f"mutation {field.name.value}" for field in definition.fields or ())


async def topics(settings: DatabaseSettings) -> list[str]:
    """Return the topics that the consumers of all blocks read."""
    found = []
    for create in CREATORS.values():
        consumer = create(settings, StreamSettings(), CollectorRegistry(), SystemClock())
        found += [f"topic {topic.name}" for topic in consumer.app.topics]
        await consumer.close()
    return found


def operations(protocol: type) -> list[str]:
    """Return the names of a protocol's operations."""
    return [name for name, member in vars(protocol).items() if callable(member) and name[0] != "_"]


def others() -> Iterator[str]:
    """Yield the adapters, the workers, and what moves money."""
    yield from (f"feed {name}" for name in known())
    yield from (f"provider {name}" for name in NAMES)
    yield from (f"payer {adapter.value}" for adapter in Adapter)
    group = typer.main.get_command(cli)
    yield from (f"worker {name}" for name in getattr(group, "commands"))  # noqa: B009 - of a group
    for name in operations(Funds):
        purposes = [f" {purpose.name}" for purpose in Purpose] if name == "reserve" else [""]
        yield from (f"money {name}{purpose}" for purpose in purposes)
    yield from (f"credit {name}" for name in operations(Credits))
    yield from (f"act {act.value}" for act in Act)
