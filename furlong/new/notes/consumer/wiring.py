"""The notes consumer: notes, and the null values that erase customers."""

from prometheus_client import CollectorRegistry

from consumers.messages.reducers import account_topic
from consumers.stream.consumer import App, Consumer
from consumers.stream.settings import StreamSettings
from consumers.stream.topics import Topic
from consumers.stream.wiring import wire
from foundation.storage.clock import Clock
from foundation.storage.database import Database
from foundation.storage.settings import DatabaseSettings
from foundation.tracing import Tracing
from furlong.new.notes import NOTE_TOPIC
from furlong.new.notes.consumer.messages import decode_note
from furlong.new.notes.consumer.reducers import NoteReducer
from furlong.new.notes.customer_data import erasure_of
from furlong.new.notes.models import STREAM
from subgraphs.kit.live.event_bus import CustomersChanged
from subgraphs.kit.records.erasure import Pseudonyms


def create_consumer(
    database_settings: DatabaseSettings,
    stream_settings: StreamSettings,
    registry: CollectorRegistry,
    clock: Clock,
    tracing: Tracing | None = None,
    *,
    changed: CustomersChanged | None = None,
) -> Consumer:
    """Return a consumer of the database of notes; `registry` must be its own.

    `changed` is called with customers whose data a commit has changed.
    """
    database = Database.open(database_settings, "notes", None if tracing is None else tracing.tracer)
    erasure = erasure_of(database.dialect, Pseudonyms.from_settings(database_settings))
    topics = [account_topic(erasure, clock), Topic(NOTE_TOPIC, decode_note, NoteReducer(erasure).apply)]
    return wire(
        App("furlong-notes", topics),
        database,
        STREAM,
        settings=stream_settings,
        registry=registry,
        clock=clock,
        tracing=tracing,
        changed=changed,
    )
