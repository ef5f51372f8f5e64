"""Streams of responses over HTTP: server-sent events, and multipart bodies."""

from gateway.http.streams.formats import StreamFormat, StreamFormats
from gateway.http.streams.streams import Streams

__all__ = ["StreamFormat", "StreamFormats", "Streams"]
