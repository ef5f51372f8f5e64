"""The club's consumer: schemes, weeks, accounts, whose exclusions end memberships, and memberships."""

from prometheus_client import CollectorRegistry

from consumers.acknowledgements.acknowledger import acknowledging
from consumers.acknowledgements.settings import NodeSettings
from consumers.club.reducers import ClubReducer, MembershipReducer
from consumers.messages.global_events.reducer import GlobalReducer
from consumers.messages.memberships import MEMBERSHIP_TOPIC, decode_membership_or_erasure
from consumers.messages.reducers import ReferenceReducer, reference_topics
from consumers.stream.consumer import App, Consumer
from consumers.stream.settings import StreamSettings
from consumers.stream.topics import Topic
from consumers.stream.wiring import wire
from foundation.storage.clock import Clock
from foundation.storage.database import Database
from foundation.storage.settings import DatabaseSettings
from foundation.tracing import Tracing
from subgraphs.club.customer_data import erasure_of
from subgraphs.club.models import GLOBAL_STATE, REFERENCE, STREAM
from subgraphs.club_kit.records.reference import ReferenceWriter
from subgraphs.kit.live.event_bus import CustomersChanged
from subgraphs.kit.records.erasure import Pseudonyms
from subgraphs.kit.records.global_state import GlobalKind, GlobalStateRepository


def create_consumer(
    database_settings: DatabaseSettings,
    stream_settings: StreamSettings,
    registry: CollectorRegistry,
    clock: Clock,
    tracing: Tracing | None = None,
    *,
    changed: CustomersChanged | None = None,
    node: NodeSettings | None = None,
) -> Consumer:
    """Return a consumer of the club's database; `registry` must be its own.

    `changed` is called with customers whose data a commit has changed. `node` names this node; by default
    the settings do.
    """
    database = Database.open(database_settings, "club", None if tracing is None else tracing.tracer)
    writer = ReferenceWriter(REFERENCE, database.dialect)
    erasure = erasure_of(database.dialect, Pseudonyms.from_settings(database_settings))
    accounts, reference = ClubReducer(writer, clock).accounts, ReferenceReducer(writer)
    memberships = MembershipReducer(clock, erasure=erasure).memberships
    topics = [
        *reference_topics(accounts, reference.schemes, reference.weeks, erasure, clock),
        Topic(MEMBERSHIP_TOPIC, decode_membership_or_erasure, memberships, reference=True),
    ]
    kept = {GlobalKind.SWITCH: None, GlobalKind.BRAND: None}
    decisions = GlobalReducer(GlobalStateRepository(GLOBAL_STATE), kept)
    app = acknowledging(
        App("furlong-club", topics),
        "club",
        decisions,
        database,
        STREAM.dead_letter,
        stream=stream_settings,
        clock=clock,
        node=node,
    )
    return wire(
        app,
        database,
        STREAM,
        settings=stream_settings,
        registry=registry,
        clock=clock,
        tracing=tracing,
        changed=changed,
    )
