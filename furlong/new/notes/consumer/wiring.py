"""The notes consumer: notes, and the null values that erase customers."""

from typing import Final

from consumers.acknowledgements.block_consumer import BlockConsumer, ConsumerParts
from consumers.messages.reducers import account_topic
from consumers.stream.topics import AnyTopic, Topic
from furlong.new.notes import NOTE_TOPIC
from furlong.new.notes.consumer.messages import decode_note
from furlong.new.notes.consumer.reducers import NoteReducer
from furlong.new.notes.customer_data import erasure_of
from furlong.new.notes.models import STREAM


def _topics(parts: ConsumerParts) -> list[AnyTopic]:
    erasure = erasure_of(parts.database.dialect, parts.pseudonyms)
    return [account_topic(erasure, parts.clock), Topic(NOTE_TOPIC, decode_note, NoteReducer(erasure).apply)]


create_consumer: Final = BlockConsumer("notes", STREAM, _topics)
