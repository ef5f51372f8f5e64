"""Streams of responses over HTTP: server-sent events, and multipart bodies."""

from gateway.http.streams.formats import StreamFormat, StreamFormats
from gateway.http.streams.reservations import Reservations
from gateway.http.streams.single_connection import TOKEN, SingleConnectionMode, names_stream
from gateway.http.streams.streams import Streams

__all__ = [
    "TOKEN",
    "Reservations",
    "SingleConnectionMode",
    "StreamFormat",
    "StreamFormats",
    "Streams",
    "names_stream",
]
