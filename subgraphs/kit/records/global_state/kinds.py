"""The kinds of global messages, their keys, and the order of messages about one subject."""

from dataclasses import dataclass
from enum import Enum
from typing import Final, NamedTuple

from subgraphs.kit.domain.keys import ALL_BRANDS

GLOBAL_TOPIC: Final = "club.global.v1"
BRAND_FACTS: Final = "facts"


class GlobalKind(Enum):
    """What a global message is about. Messages of other kinds come from a newer version, and are kept.

    CONTENT: the published display content of a reward's version in one locale.
    BUDGET: how many customers may choose a reward in a week.
    ALLOTMENT: how many of them may choose it in each cell.
    REWARD_STATUS: a version of a reward is paused, resumed, withdrawn or recalled by an operator.
    SWITCH: a kill switch of a brand, a reward or a provider.
    BRAND: the name, languages and theme of a brand.
    PROVIDER: how workers call a provider of rewards.
    """

    CONTENT = "content"
    BUDGET = "budget"
    ALLOTMENT = "allotment"
    REWARD_STATUS = "reward_status"
    SWITCH = "switch"
    BRAND = "brand"
    PROVIDER = "provider"


class SwitchScope(Enum):
    """What a kill switch turns off."""

    BRAND = "brand"
    REWARD = "reward"
    PROVIDER = "provider"


class GlobalOrder(NamedTuple):
    """The order of global messages: of two about one subject, the greater is valid.

    Attributes:
        epoch: Increases when the publisher's database or the topic was lost.
        number: Counts the messages.
    """

    epoch: int
    number: int


NOTHING_APPLIED: Final = GlobalOrder(0, 0)


@dataclass(frozen=True, slots=True)
class Subject:
    """What a message is about. Its key is the record's key on the topic, by which Kafka compacts."""

    brand: str
    kind: str
    name: str

    @property
    def key(self) -> str:
        """Return the key, such as `northbet:switch:reward:fb-5`."""
        return f"{self.brand}:{self.kind}:{self.name}"


def content_subject(brand: str, reward_id: str, locale: str, version: int | None) -> Subject:
    """Return the subject of display content; the version `first` stands for content without a version."""
    return Subject(brand, GlobalKind.CONTENT.value, f"{reward_id}:{locale}:{version or 'first'}")


def budget_subject(brand: str, reward_id: str, iso_week: str) -> Subject:
    """Return the subject of a budget; an empty week is for every week."""
    return Subject(brand, GlobalKind.BUDGET.value, f"{reward_id}:{iso_week or 'every-week'}")


def allotment_subject(brand: str, reward_id: str, iso_week: str) -> Subject:
    """Return the subject of the allotments of a budget's week."""
    return Subject(brand, GlobalKind.ALLOTMENT.value, f"{reward_id}:{iso_week}")


def reward_status_subject(brand: str, reward_id: str, version: int) -> Subject:
    """Return the subject of an operator's status of a reward's version."""
    return Subject(brand, GlobalKind.REWARD_STATUS.value, f"{reward_id}:{version}")


def brand_subject(brand: str) -> Subject:
    """Return the subject of what the back office decided about a brand."""
    return Subject(brand, GlobalKind.BRAND.value, BRAND_FACTS)


def provider_subject(name: str) -> Subject:
    """Return the subject of a provider's configuration; a provider belongs to all brands."""
    return Subject(ALL_BRANDS, GlobalKind.PROVIDER.value, name)


def switch_subject(scope: SwitchScope, brand: str, name: str = "") -> Subject:
    """Return the subject of a kill switch; `name` is the reward's or provider's id."""
    return Subject(brand, GlobalKind.SWITCH.value, f"{scope.value}:{name}" if name else scope.value)
