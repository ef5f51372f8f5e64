"""The types of operations' part of the graph."""

import base64
from datetime import datetime

import strawberry
from strawberry import ID
from strawberry.scalars import JSON

from backoffice.global_events.repository import GlobalDecision
from backoffice.operations.dead_letters import NamedLetter
from backoffice.operations.nodes import Acknowledged, NodeState
from backoffice.operations.reward_statuses import StatusAction
from consumers.stream.database.dead_letter_replay import Fate
from subgraphs.kit.mutations.intents import Intent
from subgraphs.kit.records.global_state import SwitchScope

strawberry.enum(SwitchScope, description="What a kill switch turns off.")
strawberry.enum(StatusAction, name="RewardStatusAction", description="What can be done to a version.")
strawberry.enum(Fate, name="ReplayFate", description="What became of a replayed dead letter.")
SHOWN_BYTES = 100_000


@strawberry.type(description="What holds for a subject on all nodes.")
class GlobalEvent:
    """What holds for a subject on all nodes."""

    id: ID = strawberry.field(description="The subject's key on the topic.")
    brand: str = strawberry.field(description="`*` if it belongs to all brands.")
    kind: str
    epoch: float
    number: float
    state: JSON
    reason: str | None
    decided_at: datetime
    decided_by: str
    applied: list[str] = strawberry.field(description="The parts of nodes that have applied it.")
    missing: list["MissingNode"] = strawberry.field(description="Those that have not acknowledged it yet.")


@strawberry.type(description="A part of a node that has not applied a decision.")
class MissingNode:
    """A part of a node that has not applied a decision."""

    node: str
    reason: str | None = strawberry.field(description="Why it cannot; null if it has not seen it yet.")


@strawberry.type(description="A part of a node: the consumer of one subgraph's database.")
class Node:
    """A part of a node."""

    id: ID = strawberry.field(description="Node and part, such as main/rewards.")
    node: str
    part: str
    process: str
    alive: bool
    number: float = strawberry.field(description="The last message that it has applied.")
    missing: int = strawberry.field(description="How many decisions it has not applied.")
    missing_since: datetime | None
    refused: list[MissingNode] = strawberry.field(description="What it cannot apply, with the reason.")
    received_at: datetime


@strawberry.type(description="A record that could not be applied.")
class DeadLetterInfo:
    """A record that could not be applied."""

    id: ID = strawberry.field(description="Such as progress:7.")
    app: str
    topic: str
    partition: int
    offset: float
    reason: str
    key: str | None
    value: str | None = strawberry.field(description="Text, or base64 if it is not UTF-8.")
    stored_at: datetime


@strawberry.type(description="The result of one replay.")
class ReplayResult:
    """The result of one replay."""

    fate: Fate
    reason: str


@strawberry.type(description="A change of a customer's whose outcome is in doubt.")
class PendingIntent:
    """A change whose outcome is in doubt."""

    id: ID
    subgraph: str
    customer: str
    operation: str
    created_at: datetime
    waits_until: datetime | None = strawberry.field(
        description="Until when the upstream asked not to be called about it; null if it did not."
    )


@strawberry.type(description="A provider to which nothing is sent.")
class StoppedProviderInfo:
    """A stopped provider."""

    name: str
    reason: str | None
    since: datetime
    everywhere: bool = strawberry.field(description="Whether its kill switch is on, on all nodes.")


@strawberry.type(description="Messages of a database that are not on Kafka yet.")
class OutboxInfo:
    """An outbox."""

    database: str
    waiting: int
    oldest_at: datetime | None


@strawberry.type(description="The outcome of a change of a reward's status.")
class RewardStatusResult:
    """The outcome of a change."""

    event: GlobalEvent | None = strawberry.field(description="What holds from now on.")
    proposal: ID | None = strawberry.field(description="The proposal that another person has to approve.")


def event_to_graphql(one: Acknowledged) -> GlobalEvent:
    """Return a decision with its acknowledgements."""
    return _event(
        one.decision,
        [report.name for report in one.applied],
        [MissingNode(node=name, reason=why) for name, why in one.missing.items()],
    )


def decision_to_graphql(decision: GlobalDecision) -> GlobalEvent:
    """Return a decision that was just taken: nobody has acknowledged it yet."""
    return _event(decision, [], [])


def _event(decision: GlobalDecision, applied: list[str], missing: list[MissingNode]) -> GlobalEvent:
    return GlobalEvent(
        id=ID(decision.key),
        brand=decision.brand,
        kind=decision.kind,
        epoch=decision.order.epoch,
        number=decision.order.number,
        state=JSON(dict(decision.state)),
        reason=decision.reason,
        decided_at=decision.decided_at,
        decided_by=decision.decided_by,
        applied=applied,
        missing=missing,
    )


def node_to_graphql(one: NodeState) -> Node:
    """Return a part of a node."""
    report = one.report
    unknown = [MissingNode(node=key, reason="this version does not know the kind") for key in report.kept]
    return Node(
        id=ID(report.name),
        node=report.node,
        part=report.part,
        process=report.process,
        alive=one.is_alive,
        number=report.order.number,
        missing=one.missing,
        missing_since=one.missing_since,
        refused=[*(MissingNode(node=each.key, reason=each.reason) for each in report.refused), *unknown],
        received_at=report.received_at,
    )


def letter_to_graphql(one: NamedLetter) -> DeadLetterInfo:
    """Return a dead letter; long values are cut."""
    record = one.letter.record
    return DeadLetterInfo(
        id=ID(one.name),
        app=one.app,
        topic=record.topic,
        partition=record.partition,
        offset=record.offset,
        reason=one.letter.reason,
        key=_text(record.key),
        value=_text(record.value),
        stored_at=one.letter.stored_at,
    )


def intent_to_graphql(subgraph: str, intent: Intent) -> PendingIntent:
    """Return a change in doubt."""
    return PendingIntent(
        id=ID(intent.upstream_key),
        subgraph=subgraph,
        customer=intent.owner.customer,
        operation=intent.operation,
        created_at=intent.created_at,
        waits_until=intent.not_before,
    )


def _text(data: bytes | None) -> str | None:
    if data is None:
        return None
    try:
        return data[:SHOWN_BYTES].decode()
    except UnicodeDecodeError:
        return base64.b64encode(data[:SHOWN_BYTES]).decode()
