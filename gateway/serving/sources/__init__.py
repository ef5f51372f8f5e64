"""The sources of supergraphs, which are checked periodically for changes: files, and URLs in `url`."""

from gateway.serving.sources.file import FileSource
from gateway.serving.sources.source import Source, SourceError

__all__ = ["FileSource", "Source", "SourceError"]
