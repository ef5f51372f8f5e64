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
from consumers.stream.database.dead_letter_replay import Fate, Replayed
from consumers.stream.database.letter_words import in_words
from foundation.plain_words import Said
from foundation.same_fields import with_fields_of
from subgraphs.kit.graphql.descriptions import described
from subgraphs.kit.mutations.intents import Intent
from subgraphs.kit.records.global_state import SwitchScope

described(strawberry.enum(SwitchScope))
described(strawberry.enum(StatusAction, name="RewardStatusAction"))
described(strawberry.enum(Fate, name="ReplayFate"))
SHOWN_BYTES = 100_000


@described
@strawberry.type
class GlobalEvent:
    """What holds for a subject on all nodes.

    Attributes:
        id: The subject's key on the topic.
        brand: `*` if it belongs to all brands.
        applied: The parts of nodes that have applied it.
        missing: Those that have not acknowledged it yet.
    """

    id: ID
    brand: str
    kind: str
    epoch: float
    number: float
    state: JSON
    reason: str | None
    decided_at: datetime
    decided_by: str
    applied: list[str]
    missing: list["MissingNode"]


@described
@strawberry.type
class MissingNode:
    """A part of a node that has not applied a decision.

    Attributes:
        reason: Why it cannot; null if it has not seen it yet.
    """

    node: str
    reason: str | None


@described
@strawberry.type
class Node:
    """A part of a node: the consumer of one subgraph's database.

    Attributes:
        id: Node and part, such as main/rewards.
        number: The last message that it has applied.
        missing: How many decisions it has not applied.
        refused: What it cannot apply, with the reason.
    """

    id: ID
    node: str
    part: str
    process: str
    alive: bool
    number: float
    missing: int
    missing_since: datetime | None
    refused: list[MissingNode]
    received_at: datetime


@described
@strawberry.type
class DeadLetterInfo:
    """A record that could not be applied.

    Attributes:
        id: Such as progress:7.
        reason: What is wrong with it, in a sentence.
        details: The words of the library or the system behind it; empty if there are none.
        value: Text, or base64 if it is not UTF-8.
    """

    id: ID
    app: str
    topic: str
    partition: int
    offset: float
    reason: str
    details: str
    key: str | None
    value: str | None
    stored_at: datetime


@described
@strawberry.type
class ReplayResult:
    """The result of one replay.

    Attributes:
        reason: Why it stays, in a sentence; empty if it does not.
        details: The words of the library or the system behind the reason; empty if there are none.
    """

    fate: Fate
    reason: str
    details: str


@described
@strawberry.type
class PendingIntent:
    """A change of a customer's whose outcome is in doubt.

    Attributes:
        waits_until: Until when the upstream asked not to be called about it; null if it did not.
    """

    id: ID
    subgraph: str
    customer: str
    operation: str
    created_at: datetime
    waits_until: datetime | None


@described
@strawberry.type
class StoppedProviderInfo:
    """A provider to which nothing is sent.

    Attributes:
        everywhere: Whether its kill switch is on, on all nodes.
    """

    name: str
    reason: str | None
    since: datetime
    everywhere: bool


@described
@strawberry.type
class OutboxInfo:
    """Messages of a database that are not on Kafka yet."""

    database: str
    waiting: int
    oldest_at: datetime | None


@described
@strawberry.type
class RewardStatusResult:
    """The outcome of a change of a reward's status.

    Attributes:
        event: What holds from now on.
        proposal: The proposal that another person has to approve.
    """

    event: GlobalEvent | None
    proposal: ID | None


def event_to_graphql(acknowledged: Acknowledged) -> GlobalEvent:
    """Return a decision with its acknowledgements."""
    return _event(
        acknowledged.decision,
        [report.name for report in acknowledged.applied],
        [MissingNode(node=name, reason=why) for name, why in acknowledged.missing.items()],
    )


def decision_to_graphql(decision: GlobalDecision) -> GlobalEvent:
    """Return a decision that was just taken: nobody has acknowledged it yet."""
    return _event(decision, [], [])


def _event(decision: GlobalDecision, applied: list[str], missing: list[MissingNode]) -> GlobalEvent:
    return with_fields_of(
        GlobalEvent,
        decision,
        id=ID(decision.key),
        epoch=decision.order.epoch,
        number=decision.order.number,
        state=JSON(dict(decision.state)),
        applied=applied,
        missing=missing,
    )


def node_to_graphql(state: NodeState) -> Node:
    """Return a part of a node."""
    report = state.report
    unknown = [MissingNode(node=key, reason="this version does not know the kind") for key in report.kept]
    return with_fields_of(
        Node,
        report,
        id=ID(report.name),
        alive=state.is_alive,
        number=report.order.number,
        missing=state.missing,
        missing_since=state.missing_since,
        refused=[
            *(MissingNode(node=refused.key, reason=refused.reason) for refused in report.refused),
            *unknown,
        ],
    )


def replayed_to_graphql(replayed: Replayed) -> ReplayResult:
    """Return the result of a replay."""
    words = in_words(replayed.reason) if replayed.reason else Said("")
    return ReplayResult(fate=replayed.fate, reason=words.sentence, details=words.details)


def letter_to_graphql(letter: NamedLetter) -> DeadLetterInfo:
    """Return a dead letter; long values are cut."""
    record, words = letter.letter.record, in_words(letter.letter.reason)
    return DeadLetterInfo(
        id=ID(letter.name),
        app=letter.app,
        topic=record.topic,
        partition=record.partition,
        offset=record.offset,
        reason=words.sentence,
        details=words.details,
        key=_text(record.key),
        value=_text(record.value),
        stored_at=letter.letter.stored_at,
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
