"""Operations' part of the graph."""

from typing import Annotated

import strawberry
from strawberry import ID

from backoffice.access import Permission
from backoffice.graph.area import ALL, FOUND, OfficeInfo, permitted
from backoffice.graph.pages import (
    Number,
    Page,
    number_key,
    page_of,
    page_size,
    read_cursor,
    time_key,
    time_of,
)
from backoffice.operations.area import OperationsArea
from backoffice.operations.graph.backlog import BacklogQuery
from backoffice.operations.graph.brands import BrandMutation, BrandQuery
from backoffice.operations.graph.cases import CaseMutation, CaseQuery
from backoffice.operations.graph.providers import ProviderMutation, ProviderQuery
from backoffice.operations.graph.rewards import RewardQuery
from backoffice.operations.graph.weeks import WeekMutation, WeekQuery
from backoffice.operations.installation import IntentFilter
from backoffice.operations.kill_switches import SwitchTarget
from backoffice.operations.nodes import Acknowledged
from backoffice.operations.reward_statuses import StatusAction
from backoffice.operations.types import (
    DeadLetterInfo,
    GlobalEvent,
    Node,
    OutboxInfo,
    PendingIntent,
    ReplayResult,
    RewardStatusResult,
    StoppedProviderInfo,
    decision_to_graphql,
    event_to_graphql,
    intent_to_graphql,
    letter_to_graphql,
    node_to_graphql,
    replayed_to_graphql,
)
from foundation.same_fields import with_fields_of
from subgraphs.kit.domain.keys import ALL_BRANDS
from subgraphs.kit.graphql.descriptions import fields_described
from subgraphs.kit.mutations.intents import Intent
from subgraphs.kit.records.global_state import GlobalOrder, SwitchScope

First = Annotated[int, strawberry.argument(description="How many rows: 1 to 100.")]
_READ, _SWITCH = Permission.OPERATIONS_READ, Permission.OPERATIONS_SWITCH


@strawberry.input
class SwitchInput:
    """A kill switch of a brand or of a reward."""

    brand: str
    reward: str | None = None
    off: bool
    reason: str


@strawberry.input
class SwitchProviderInput:
    """The kill switch of a provider, which belongs to all brands."""

    provider: str
    off: bool
    reason: str


@strawberry.input
class RewardStatusInput:
    """A change of the status of a version of a reward."""

    brand: str
    reward: str
    version: int
    action: StatusAction
    reason: str


@fields_described
@strawberry.input
class ReplayInput:
    """A dead letter to replay, such as progress:7.

    Attributes:
        reason: Needed unless it is a dry run.
    """

    letter: ID
    dry_run: bool = True
    reason: str = ""


@fields_described
@strawberry.input
class ReplayAllInput:
    """The dead letters of a consumer, or of one of its topics.

    Attributes:
        reason: Needed unless it is a dry run.
    """

    app: str
    topic: str | None = None
    dry_run: bool = True
    reason: str = ""


@strawberry.input
class ForgetNodeInput:
    """A node that was removed permanently."""

    node: str
    reason: str


@fields_described
@strawberry.type
class Query(BrandQuery, BacklogQuery, CaseQuery, RewardQuery, ProviderQuery, WeekQuery):
    """Reads."""

    @strawberry.field(directives=[permitted(_READ, "brand")])
    async def global_events(
        self,
        info: OfficeInfo,
        brand: str | None = None,
        kind: str | None = None,
        first: First = 25,
        after: str | None = None,
    ) -> Page[GlobalEvent]:
        """What holds on all nodes, the newest first."""
        kinds = () if kind is None else (kind,)
        context = info.context
        page = await context.area(OperationsArea).nodes.page(
            context.actor, first=page_size(first), before=_order(after), brand=brand, kinds=kinds
        )
        return page_of(page, first, event_to_graphql, _key)

    @strawberry.field(directives=[permitted(_READ, FOUND)])
    async def global_event(self, info: OfficeInfo, id: ID) -> GlobalEvent:  # noqa: A002
        """What holds for a subject on all nodes."""
        return event_to_graphql(await info.context.area(OperationsArea).nodes.find(info.context.actor, id))

    @strawberry.field(directives=[permitted(_READ, "brand")])
    async def kill_switches(
        self, info: OfficeInfo, brand: str | None = None, first: First = 25, after: str | None = None
    ) -> Page[GlobalEvent]:
        """Kill switches that were used, the last first."""
        context = info.context
        page = await context.area(OperationsArea).nodes.page(
            context.actor, first=page_size(first), before=_order(after), brand=brand, kinds=("switch",)
        )
        return page_of(page, first, event_to_graphql, _key)

    @strawberry.field(directives=[permitted(_READ, ALL)])
    async def nodes(self, info: OfficeInfo) -> list[Node]:
        """Nodes, and what each lacks."""
        return [
            node_to_graphql(state)
            for state in await info.context.area(OperationsArea).nodes.listed(info.context.actor)
        ]

    @strawberry.field(directives=[permitted(_READ, ALL)])
    async def dead_letters(
        self,
        info: OfficeInfo,
        app: str,
        topic: str | None = None,
        first: First = 25,
        after: str | None = None,
    ) -> Page[DeadLetterInfo]:
        """The newest dead letters of a consumer; the access is recorded."""
        before = number_key(after)
        newest = await info.context.area(OperationsArea).letters.newest(
            info.context.actor, app, page_size(first), topic, before
        )
        return page_of(newest, first, letter_to_graphql, lambda letter: letter.letter.id)

    @strawberry.field(directives=[permitted(_READ, ALL)])
    async def dead_letter(self, info: OfficeInfo, id: ID) -> DeadLetterInfo:  # noqa: A002
        """A dead letter; each access is recorded."""
        return letter_to_graphql(await info.context.area(OperationsArea).letters.find(info.context.actor, id))

    @strawberry.field(directives=[permitted(_READ, "brand")])
    async def pending_intents(  # noqa: PLR0917 - GraphQL passes arguments by name
        self,
        info: OfficeInfo,
        brand: str,
        subgraph: str | None = None,
        older_than_minutes: int | None = None,
        first: First = 25,
        after: str | None = None,
    ) -> Page[PendingIntent]:
        """Changes in doubt, the oldest first; the access is recorded."""
        wanted = IntentFilter(subgraph, older_than_minutes, time_of(after))
        installation = info.context.area(OperationsArea).installation
        intents = await installation.pending_intents(info.context.actor, brand, page_size(first), wanted)
        return page_of(intents, first, lambda intent: intent_to_graphql(*intent), _intent_key)

    @strawberry.field(directives=[permitted(_READ, ALL)])
    async def stopped_providers(self, info: OfficeInfo) -> list[StoppedProviderInfo]:
        """Providers to which nothing is sent."""
        return [
            with_fields_of(StoppedProviderInfo, provider)
            for provider in await info.context.area(OperationsArea).installation.stopped_providers(
                info.context.actor
            )
        ]

    @strawberry.field(directives=[permitted(_READ, ALL)])
    async def outboxes(self, info: OfficeInfo) -> list[OutboxInfo]:
        """Messages that are not on Kafka yet, by database."""
        return [
            OutboxInfo(database=outbox.database, waiting=outbox.waiting, oldest_at=outbox.oldest_at)
            for outbox in await info.context.area(OperationsArea).installation.outboxes(info.context.actor)
        ]


@fields_described
@strawberry.type
class Mutation(BrandMutation, CaseMutation, ProviderMutation, WeekMutation):
    """Changes.

    Attributes:
        replay_dead_letters: Replay all dead letters of a consumer as a job, whose id is returned; needs a
            step-up unless it is a dry run.
    """

    @strawberry.mutation(directives=[permitted(_SWITCH, "input.brand")])
    async def set_kill_switch(self, info: OfficeInfo, input: SwitchInput) -> GlobalEvent:  # noqa: A002
        """Switch a brand or a reward off or on, on all nodes; needs a step-up."""
        scope = SwitchScope.BRAND if input.reward is None else SwitchScope.REWARD
        return await _switch(info, SwitchTarget(scope, input.brand, input.reward or ""), input)

    @strawberry.mutation(directives=[permitted(_SWITCH, ALL)])
    async def set_provider_switch(
        self,
        info: OfficeInfo,
        input: SwitchProviderInput,  # noqa: A002
    ) -> GlobalEvent:
        """Switch a provider off or on, on all nodes; needs a step-up."""
        return await _switch(info, SwitchTarget(SwitchScope.PROVIDER, ALL_BRANDS, input.provider), input)

    @strawberry.mutation(directives=[permitted(_SWITCH, "input.brand")])
    async def change_reward_status(
        self,
        info: OfficeInfo,
        input: RewardStatusInput,  # noqa: A002
    ) -> RewardStatusResult:
        """Pause, resume or withdraw a version, or propose to recall it; needs a step-up."""
        option = f"{input.brand}:{input.reward}:{input.version}"
        change = await info.context.area(OperationsArea).statuses.change(
            info.context.actor, option, input.action, input.reason
        )
        if isinstance(change, str):
            return RewardStatusResult(event=None, proposal=ID(change))
        return RewardStatusResult(event=decision_to_graphql(change), proposal=None)

    @strawberry.mutation(directives=[permitted(Permission.OPERATIONS_REPLAY, ALL)])
    async def replay_dead_letter(self, info: OfficeInfo, input: ReplayInput) -> ReplayResult:  # noqa: A002
        """Replay a dead letter, or say what would happen."""
        replayed = await info.context.area(OperationsArea).letters.replay(
            info.context.actor, input.letter, input.reason, dry_run=input.dry_run
        )
        return replayed_to_graphql(replayed)

    @strawberry.mutation(directives=[permitted(Permission.OPERATIONS_REPLAY, ALL)])
    async def replay_dead_letters(self, info: OfficeInfo, input: ReplayAllInput) -> ID:  # noqa: A002
        """Start a bulk replay."""
        job = await info.context.area(OperationsArea).letters.start_replay(
            info.context.actor, input.app, input.topic, input.reason, dry_run=input.dry_run
        )
        return ID(job.job_id)

    @strawberry.mutation(directives=[permitted(_SWITCH, ALL)])
    async def forget_node(self, info: OfficeInfo, input: ForgetNodeInput) -> int:  # noqa: A002
        """Forget a node that was removed permanently."""
        return await info.context.area(OperationsArea).nodes.forget(
            info.context.actor, input.node, input.reason
        )


async def _switch(
    info: OfficeInfo, target: SwitchTarget, wanted: SwitchInput | SwitchProviderInput
) -> GlobalEvent:
    context = info.context
    return decision_to_graphql(
        await context.area(OperationsArea).switches.switch(
            context.actor, target, off=wanted.off, reason=wanted.reason
        )
    )


def _intent_key(named: tuple[str, Intent]) -> list[str]:
    return time_key(named[1].created_at, named[1].upstream_key)


def _key(acknowledged: Acknowledged) -> list[int]:
    return [acknowledged.decision.order.epoch, acknowledged.decision.order.number]


def _order(after: str | None) -> GlobalOrder | None:
    key = read_cursor(after, tuple[Number, Number])
    return None if key is None else GlobalOrder(*key)
