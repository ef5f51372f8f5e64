"""The sources of supergraphs: files and URLs, which are checked periodically for changes."""

from gateway.sources.file import FileSource
from gateway.sources.settings import ReloadSettings
from gateway.sources.source import Source, SourceError
from gateway.sources.url import UrlSource

__all__ = ["FileSource", "ReloadSettings", "Source", "SourceError", "UrlSource"]
