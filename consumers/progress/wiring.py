"""The progress consumer: bets, accounts, memberships, schemes and outcomes."""

from prometheus_client import CollectorRegistry

from consumers.progress.apply import ProgressApply
from consumers.progress.events import PROGRESS_TOPIC, decode_bet
from consumers.progress.outcomes import OUTCOMES_TOPIC, decode_outcome
from consumers.reference.apply import reference_topics
from consumers.reference.events import ACCOUNT_TOPIC, SCHEME_TOPIC
from consumers.reference.memberships import MEMBERSHIP_TOPIC, decode_membership_or_erasure
from consumers.reference.qualifications import QUALIFICATION_TOPIC, decode_qualification
from consumers.stream.caught_up import CatchUp
from consumers.stream.consumer import App, Consumer
from consumers.stream.positions import Positions
from consumers.stream.settings import StreamSettings
from consumers.stream.topics import Topic
from consumers.stream.wiring import wire
from storage.clock import Clock
from storage.database import Database
from storage.settings import DatabaseSettings
from subgraphs.kit.records.erasure import Pseudonyms
from subgraphs.kit.records.reference import ReferenceWriter
from subgraphs.kit.records.week_definitions import WEEK_TOPIC
from subgraphs.progress.erasure import erasure_of
from subgraphs.progress.ledger.ledger import ledger_of
from subgraphs.progress.models import REFERENCE, STREAM


def catch_up(database: Database, stream_settings: StreamSettings, clock: Clock) -> CatchUp:
    """Tell whether a progress database has applied all that its topics held at first sight."""
    topics = {
        SCHEME_TOPIC,
        WEEK_TOPIC,
        ACCOUNT_TOPIC,
        MEMBERSHIP_TOPIC,
        QUALIFICATION_TOPIC,
        OUTCOMES_TOPIC,
        PROGRESS_TOPIC,
    }
    return CatchUp(stream_settings, topics, database, Positions.of(STREAM.position, database.dialect, clock))


def catch_up_on_schemes(database: Database, stream_settings: StreamSettings, clock: Clock) -> CatchUp:
    """Tell whether a progress database has applied all schemes and weeks that their topics hold."""
    positions = Positions.of(STREAM.position, database.dialect, clock)
    return CatchUp(stream_settings, {SCHEME_TOPIC, WEEK_TOPIC}, database, positions)


def create_consumer(
    database_settings: DatabaseSettings,
    stream_settings: StreamSettings,
    registry: CollectorRegistry,
    clock: Clock,
) -> Consumer:
    """A consumer over the progress database; `registry` must be its own."""
    database = Database.open(database_settings, "progress")
    ledger = ledger_of(database.dialect, clock)
    erasure = erasure_of(database.dialect, Pseudonyms.from_settings(database_settings))
    apply = ProgressApply(ledger, ReferenceWriter(REFERENCE, database.dialect), erasure)
    topics = [
        *reference_topics(apply.accounts, apply.schemes, apply.weeks, erasure, clock),
        Topic(MEMBERSHIP_TOPIC, decode_membership_or_erasure, apply.told_memberships, reference=True),
        Topic(QUALIFICATION_TOPIC, decode_qualification, apply.qualifications, reference=True),
        Topic(OUTCOMES_TOPIC, decode_outcome, apply.outcomes),
        Topic(PROGRESS_TOPIC, decode_bet, apply.bets),
    ]
    return wire(
        App("furlong-progress", topics),
        database,
        STREAM,
        settings=stream_settings,
        registry=registry,
        clock=clock,
    )
