"""The sources of supergraphs, which are checked periodically for changes: files, and URLs in `url`."""

from gateway.sources.file import FileSource
from gateway.sources.settings import ReloadSettings
from gateway.sources.source import Source, SourceError

__all__ = ["FileSource", "ReloadSettings", "Source", "SourceError"]
