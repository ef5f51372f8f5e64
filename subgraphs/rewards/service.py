"""What customers can do with rewards: change the choice of the current week."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from foundation.storage.clock import Clock
from subgraphs.club_kit.domain.club_key import ClubKey
from subgraphs.club_kit.domain.control_groups import ControlGroups
from subgraphs.club_kit.domain.exclusions import ChosenExclusion
from subgraphs.club_kit.domain.schemes import Scheme
from subgraphs.club_kit.domain.weeks import Week
from subgraphs.club_kit.mutation_errors import ErrorCode
from subgraphs.club_kit.reads.brand_rules import BrandRules
from subgraphs.club_kit.records.reference import ReferenceRepository
from subgraphs.club_kit.upstream import INELIGIBLE, choice_path
from subgraphs.kit.mutations.changes import Changes
from subgraphs.kit.mutations.intents import ChangeRequest, Intent, UpstreamChange
from subgraphs.kit.mutations.refusals import Refusal
from subgraphs.kit.records.global_state import KillSwitches
from subgraphs.rewards.budgets import BudgetRepository
from subgraphs.rewards.catalogue.repository import CatalogueRepository
from subgraphs.rewards.catalogue.rewards import OptionId
from subgraphs.rewards.choices.publisher import CHOICE_SLOT, ChoicePublisher
from subgraphs.rewards.menu.options import Menu, locked
from subgraphs.rewards.models import GLOBAL_STATE, REFERENCE
from subgraphs.rewards.repository import ChoiceRepository

CLUB_PAUSED: Final = Refusal(ErrorCode.CLUB_PAUSED, "The club is paused right now. Your bets still count.")
CHOICE_LOCKED: Final = Refusal(ErrorCode.CHOICE_LOCKED, "The reward for this week can't be changed any more.")
VERSION_CONFLICT: Final = Refusal(
    ErrorCode.VERSION_CONFLICT, "Your reward was changed somewhere else. Check it, then choose again."
)
OPTION_WITHDRAWN: Final = Refusal(
    ErrorCode.OPTION_WITHDRAWN, "This reward is no longer available. Choose another one."
)
NOT_AN_OPTION: Final = Refusal(
    ErrorCode.OPTION_NOT_ALLOWED, "This reward isn't available to you. Choose another one."
)
UNAVAILABLE: Final = Refusal(
    ErrorCode.OPTION_NOT_ALLOWED, "This reward can't be chosen right now. Choose another one."
)
BUDGET_SPENT: Final = Refusal(
    ErrorCode.BUDGET_SPENT, "None of this reward is left this week. Choose another one."
)


class Chooser(msgspec.Struct, frozen=True, gc=False):
    """A customer, and the week for which they choose a reward.

    Attributes:
        scheme: The scheme; None if there is none for the customer's jurisdiction and currency.
        eligible: Whether the customer may take part.
        on_break: The products of which the customer takes a break.
    """

    key: ClubKey
    rules: BrandRules
    week: Week
    scheme: Scheme | None
    jurisdiction: str
    eligible: bool
    on_break: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class WantedChoice:
    """The option that a customer wants.

    Attributes:
        expected_version: The version of the choice that the customer saw; 0 for the default.
    """

    option: OptionId
    expected_version: int
    idempotency_key: str


@dataclass(frozen=True, slots=True)
class RewardService:
    """Changes of choice, each carried out through the upstream API.

    Attributes:
        groups: Draws customers for trials.
    """

    changes: Changes
    catalogue: CatalogueRepository
    choices: ChoiceRepository
    clock: Clock
    groups: ControlGroups
    budgets: BudgetRepository = field(default_factory=BudgetRepository)
    switches: KillSwitches = field(default_factory=lambda: KillSwitches(GLOBAL_STATE))
    reference: ReferenceRepository = field(default_factory=lambda: ReferenceRepository(REFERENCE))

    async def change_reward(self, chooser: Chooser, wanted: WantedChoice) -> Refusal | None:
        """Make the option the choice of the chooser's week; return None if it is confirmed, else why not."""
        request = ChangeRequest(
            chooser.key.owner,
            "changeReward",
            CHOICE_SLOT,
            wanted.idempotency_key,
            {"option": str(wanted.option), "expected_version": wanted.expected_version},
        )

        async def validate(connection: AsyncConnection) -> UpstreamChange | Refusal:
            reward_id, version = wanted.option.reward_id, wanted.option.version
            if refusal := await self._refused(connection, chooser, wanted):
                return refusal
            if not await self.budgets.has_room(connection, chooser.key, reward_id, request.upstream_key):
                return BUDGET_SPENT
            return UpstreamChange(
                choice_path(chooser.key.owner, chooser.week.iso),
                {"reward_id": reward_id, "config_version": version},
                {"iso_week": chooser.week.iso},
            )

        return await self.changes.carry_out(request, validate, self.record, self.is_outdated)

    async def _refused(
        self, connection: AsyncConnection, chooser: Chooser, wanted: WantedChoice
    ) -> Refusal | None:
        now = await self.clock.at(connection)
        if not chooser.eligible or chooser.scheme is None:
            return INELIGIBLE
        if await self.switches.brands_off(connection, [chooser.key.brand]):
            return CLUB_PAUSED
        if now < chooser.week.starts_at or locked(chooser.scheme, chooser.week, now):
            return CHOICE_LOCKED  # a week that has not begun is the present one of a fast node only
        stored = (await self.choices.choices(connection, [chooser.key])).get(chooser.key)
        if wanted.expected_version != (stored.version if stored else 0):
            return VERSION_CONFLICT
        chosen = (await self.reference.exclusions(connection, [chooser.key.owner])).get(chooser.key.owner, ())
        holding = [exclusion for exclusion in chosen if exclusion.holds(now)]
        if any(exclusion.stops(chooser.scheme.qualifying_product) for exclusion in holding):
            return INELIGIBLE  # excluded since the request began
        menu = await self._menu(connection, chooser, chooser.scheme, now)
        return _not_on_menu(menu, wanted.option, holding)

    async def _menu(
        self, connection: AsyncConnection, chooser: Chooser, scheme: Scheme, now: datetime
    ) -> Menu:
        brand = chooser.rules.brand
        menu = Menu(
            configs=(await self.catalogue.configs(connection, [brand.id]))[brand.id],
            contents=(await self.catalogue.published(connection, [brand.id], now))[brand.id],
            scheme=scheme,
            jurisdiction=chooser.jurisdiction,
            locale=brand.default_locale,
            default_locale=brand.default_locale,
            now=now,
        )
        return menu.of_customer(chooser.key.owner, self.groups)

    async def record(self, connection: AsyncConnection, intent: Intent) -> None:
        """Record a confirmed choice, in the transaction that settles its intent."""
        key = _key(intent)
        now = await self.clock.at(connection)
        await self.choices.record(connection, key, *_reward_of(intent.body), now)
        await self._publisher.publish_choice(connection, key, now)

    async def is_recorded(self, connection: AsyncConnection, intent: Intent) -> bool:
        """Return whether the choice has been so since a change in doubt began: it was read back."""
        choice, is_newer = await self._choice_since(connection, intent)
        return is_newer and choice == _reward_of(intent.body)

    async def is_outdated(
        self, connection: AsyncConnection, intent: Intent, recorded: Mapping[str, Any]
    ) -> bool:
        """Return whether something newer than a change in doubt is on record, so that it must not be sent.

        Args:
            connection: To read with.
            intent: The change.
            recorded: The upstream's record, without the change; empty if there is none.
        """
        choice, is_newer = await self._choice_since(connection, intent)
        if is_newer and choice != _reward_of(intent.body):
            return True
        is_ours = choice is not None and choice == _reward_of(recorded)
        return await self.changes.intents.is_outdated(connection, intent, recorded, is_ours=is_ours)

    async def _choice_since(
        self, connection: AsyncConnection, intent: Intent
    ) -> tuple[tuple[Any, Any] | None, bool]:
        """Return the reward that is chosen, and whether anything about it was published after the intent."""
        key = _key(intent)
        stored = (await self.choices.choices(connection, [key])).get(key)
        at = await self._publisher.announcements.published_at(connection, key)
        choice = None if stored is None else (stored.reward_id, stored.config_version)
        return choice, at is not None and at > intent.created_at

    @property
    def _publisher(self) -> ChoicePublisher:
        return ChoicePublisher(self.changes.database.dialect, self.groups)


def _key(intent: Intent) -> ClubKey:
    return ClubKey(intent.owner.brand, intent.facts["iso_week"], intent.owner.customer)


def _reward_of(body: Mapping[str, Any]) -> tuple[Any, Any]:
    return body.get("reward_id"), body.get("config_version")


def _not_on_menu(menu: Menu, wanted: OptionId, holding: Sequence[ChosenExclusion]) -> Refusal | None:
    if menu.withdrawn(wanted):
        return OPTION_WITHDRAWN
    option = next((option for option in menu.options() if option.id == wanted), None)
    if option is None:
        return NOT_AN_OPTION
    if any(exclusion.stops(option.config.product.value) for exclusion in holding):
        return UNAVAILABLE
    return UNAVAILABLE if option.unavailable else None
